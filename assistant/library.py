"""The tab with the reports: files and addresses go in, are looked over, and become reports; reports are removed.

One piece of work runs at a time, in a thread of its own, and belongs to the page rather than to a visitor: who loads
the page again, or opens it twice, sees the same.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import library_html as html
from assistant import receipts_html
from assistant.library_wording import LIBRARY_WORDING
from assistant.work import Stopped, Work
from corpus.errors import UsageError, UserError
from corpus.split import count_words
from corpus.types import Report
from index.add import AddReceipt, Given, RemoveReceipt, Wanted, add, check_given, preview, remove, want
from index.receipt import Receipt
from index.sources import can_be_path, is_url
from index.types import Progress

if TYPE_CHECKING:
    from assistant.wire import Desk

logger = logging.getLogger(__name__)

_FIELDS = ("title", "publisher", "published", "language", "url")


@dataclass(frozen=True)
class Review:
    """What was read of each source that is wanted, until a user has looked it over."""

    wanted: tuple[Wanted, ...]
    receipts: tuple[Receipt, ...]


Outcome = Review | AddReceipt | RemoveReceipt


class Library:
    """What is done with the reports from the page, and how it went; safe to call from several threads.

    ``uploads`` is the folder in which the page keeps what browsers send.
    """

    def __init__(self, desk: Desk, uploads: Path) -> None:
        self._desk = desk
        self._uploads = uploads.resolve()
        self._lock = threading.Lock()
        self._work: Work[Outcome] | None = None
        self._review: Review | None = None
        self._batch = 0
        self._words: dict[Report, int] = {}

    @property
    def work(self) -> Work[Outcome] | None:
        """What is done now or was done last; None after it was put away."""
        return self._work

    def words_in(self, report: Report) -> int:
        """The number of words of a report; 0 where it was removed a moment ago."""
        if report not in self._words:
            try:
                self._words[report] = count_words(self._desk.text(report.id).content)
            except KeyError:
                return 0
        return self._words[report]

    def read_uploads(self, paths: Sequence[str]) -> None:
        """Begins to read the files that a browser sent, wherever else its names may point."""
        places = [Path(path).resolve() for path in paths if can_be_path(path)]
        self._read([str(place) for place in places if place.is_relative_to(self._uploads) and place.is_file()])

    def read_address(self, address: str) -> None:
        """Begins to read what stands at a web address."""
        address = address.strip()
        self._read([address if is_url(address) else f"https://{address}"])

    def add(self, batch: object, rows: Sequence[Mapping[str, Any]]) -> None:
        """Begins to add what a user looked over: ``rows`` are the fields of the form for each source.

        Raises:
            UsageError: the form is not the latest, a field is wrong, or nothing is to be added.
        """
        review, settings = self._review, self._desk.settings
        if review is None or batch != self._batch:
            raise _said("outdated")
        decided = [(int(row["index"]), row) for row in rows if row.get("as")]
        if not decided:
            raise _said("nothing_left")
        self._review = review = self._corrected(review, decided)
        wanted = tuple(review.wanted[index] for index, _ in decided)

        def task(progress: Progress) -> AddReceipt:
            receipt = add(settings.corpus, settings.index, self._desk.embedder, wanted, settings.limits, progress)
            self._forget_review()
            return replace(receipt, receipts=_in_order(review, decided, receipt.receipts))

        self._begin(task)

    def remove(self, report_id: str) -> None:
        """Begins to remove a report."""
        settings = self._desk.settings

        def task(progress: Progress) -> RemoveReceipt:
            return remove(settings.corpus, settings.index, self._desk.embedder, [report_id], progress=progress)

        self._begin(task)

    def stop(self) -> None:
        """Stops what is being done, so far as it has changed nothing yet."""
        if self._work:
            self._work.stop()

    def put_away(self) -> None:
        """Leaves nothing of what was done or looked over, nor of the files that were sent for it."""
        with self._lock:
            if self._work and self._work.is_running:
                return
            self._work = None
        self._forget_review()

    def html(self, language: str) -> str:
        """What is being done, what is to be looked over, or what became of it; empty where there is nothing."""
        work, words = self._work, LIBRARY_WORDING[language]
        if work is None:
            return ""
        if work.is_running:
            return html.pace_html(work.pace, work.is_stopping, language)
        try:
            outcome = work.result()
        except Stopped:
            return self._again(html.told_html(words.stopped), language)
        except UserError as error:
            return self._again(html.fault_html(error.message(language)), language)
        except RuntimeError:
            return self._again(html.fault_html(words.failed), language)
        if isinstance(outcome, Review):
            return receipts_html.review_html(outcome.receipts, self._title, self._batch, language)
        if isinstance(outcome, AddReceipt):
            return receipts_html.receipts_html(outcome, self._title, language)
        return html.closable_html(html.told_html(words.removed.format(title=outcome.removed[0].title)), language)

    def _read(self, names: Sequence[str]) -> None:
        settings = self._desk.settings

        def task(progress: Progress) -> Review:
            wanted = want(names, may_replace=True, limits=settings.limits)
            shown = preview(settings.corpus, settings.index, wanted, settings.limits, progress)
            review = Review(wanted, shown.receipts)
            self._review = review
            return review

        self._begin(task)

    def _begin(self, task: Callable[[Progress], Outcome]) -> None:
        with self._lock:
            if self._work and self._work.is_running:
                raise _said("busy")
            self._batch += 1
            self._work = Work(task)

    def _again(self, message: str, language: str) -> str:
        """A message, with the form above which it came about, as it was filled in."""
        review = self._review
        if review is None:
            return html.closable_html(message, language)
        return message + receipts_html.review_html(review.receipts, self._title, self._batch, language)

    def _title(self, report_id: str) -> str:
        report = self._desk.reports.get(report_id)
        return report.title if report else ""

    def _corrected(self, review: Review, decided: Sequence[tuple[int, Mapping[str, Any]]]) -> Review:
        wanted, receipts = list(review.wanted), list(review.receipts)
        taken = set(self._desk.reports)
        for index, row in decided:
            report = receipts[index].report
            if report is None:
                raise _said("outdated")
            try:
                given = _given(row)
            except UsageError as error:
                name = html.source_name(review.wanted[index].source.label)
                raise UsageError(nl=f"{name}: {error.nl}", en=f"{name}: {error.en}") from error
            if row["as"] == "separate":
                given = replace(given, id=next(i for i in (f"{report.id}-{n}" for n in count(2)) if i not in taken))
                taken.add(given.id)
            wanted[index] = replace(wanted[index], given=given, may_replace=row["as"] == "replace")
            receipts[index] = replace(receipts[index], report=_with(report, given))
        return Review(tuple(wanted), tuple(receipts))

    def _forget_review(self) -> None:
        review, self._review = self._review, None
        for one in review.wanted if review else ():
            path = Path(one.source.label)
            if path.is_relative_to(self._uploads):
                path.unlink(missing_ok=True)


def _given(row: Mapping[str, Any]) -> Given:
    """What a user filled in for one source; what was left empty stays empty.

    Raises:
        UsageError: there is no title, or a field is wrong.
    """
    fields = {name: " ".join(str(row.get(name, "")).split()) for name in _FIELDS}
    authors = tuple(name for part in str(row.get("authors", "")).split(";") if (name := " ".join(part.split())))
    if not fields["title"]:
        raise UsageError(nl="Geef elk rapport een titel.", en="Give every report a title.")
    cleared = tuple(name for name, value in {**fields, "authors": authors}.items() if not value)
    return check_given(Given(authors=authors, cleared=cleared, **fields))


def _in_order(review: Review, decided: Sequence[tuple[int, object]], added: Sequence[Receipt]) -> tuple[Receipt, ...]:
    """The receipts of what was added, with those of what could not be from when it was looked over."""
    refused = ((index, one) for index, one in enumerate(review.receipts) if not receipts_html.can_be_added(one))
    by_index = dict(refused)
    by_index |= {index: receipt for (index, _), receipt in zip(decided, added, strict=True)}
    return tuple(by_index[index] for index in sorted(by_index))


def _with(report: Report, given: Given) -> Report:
    fields = {name: getattr(given, name) for name in (*_FIELDS, "authors")}
    return replace(report, **fields)


def _said(name: str) -> UsageError:
    """The error that says a text of the tab."""
    return UsageError(nl=getattr(LIBRARY_WORDING["nl"], name), en=getattr(LIBRARY_WORDING["en"], name))
