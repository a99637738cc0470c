"""Reports are added and removed: files become rows of the catalogue and passages of the index, or nothing does.

find sources -> for each: get, load, clean, compare, propose metadata, stage -> build the index beside the visible one
-> commit the files and the catalogue -> show the new index
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from itertools import chain, count
from pathlib import Path
from time import perf_counter

from corpus.catalogue import CATALOGUE, LANGUAGES, REPORTS, is_slug, normalise_date, read_catalogue, read_rows
from corpus.change import Change, commit, corpus_lock, discard, stage_file
from corpus.clean import clean_with_report
from corpus.document import Document, Limits
from corpus.errors import CorpusError, LoadError, UsageError
from corpus.instructions import find_orders, is_instruction
from corpus.load import load_data
from corpus.metadata import propose, propose_id
from corpus.quality import measure
from corpus.read import read_text
from corpus.types import Report
from index.alike import Likeness, Likenesses, likeness, read_likenesses, write_likenesses
from index.generation import writer_lock
from index.lookup import Lookup
from index.reading import Reading
from index.receipt import Receipt
from index.sources import Content, Source, find_sources
from index.sync import SyncReceipt, bring_in_step, cut, read_report
from index.types import Embedder, Progress, no_progress

logger = logging.getLogger(__name__)

_NO_LIMITS_GIVEN = Limits()
_PROPOSED = ("title", "authors", "publisher", "published", "language")


@dataclass(frozen=True)
class Given:
    """What the user says about a report, which goes before what the document says; empty is not said.

    ``cleared`` names the fields that stay empty, whatever the document says.
    """

    id: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    publisher: str = ""
    published: str = ""
    language: str = ""
    url: str = ""
    cleared: tuple[str, ...] = ()


_NOTHING_GIVEN = Given()


@dataclass(frozen=True)
class Wanted:
    """A source to add, what the user says about it, and whether it may replace a report."""

    source: Source
    given: Given = _NOTHING_GIVEN
    may_replace: bool = False


@dataclass(frozen=True)
class AddReceipt:
    """What an addition did: a receipt for each source, and what the sync did (None on a dry run); in seconds."""

    receipts: tuple[Receipt, ...]
    sync: SyncReceipt | None
    seconds: float

    @property
    def failed(self) -> bool:
        """Whether a source could not be added."""
        return any(receipt.outcome == "failed" for receipt in self.receipts)


@dataclass(frozen=True)
class RemoveReceipt:
    """What a removal did: the reports that are gone, and what the sync did."""

    removed: tuple[Report, ...]
    sync: SyncReceipt


def want(
    names: Sequence[str],
    given: Given = _NOTHING_GIVEN,
    may_replace: bool = False,
    limits: Limits = _NO_LIMITS_GIVEN,
) -> tuple[Wanted, ...]:
    """Every source that ``names`` stand for, to be added as ``given``.

    Raises:
        UsageError: what is given is not right, or is given for several sources at once.
    """
    sources = find_sources(names, limits)
    if given != _NOTHING_GIVEN and len(sources) != 1:
        raise UsageError(
            nl=f"Titel, auteur, id en dergelijke kunnen bij één rapport worden gegeven; dit zijn er {len(sources)}.",
            en=f"Title, author, id and the like can be given with a single report; these are {len(sources)}.",
        )
    given = check_given(given)
    return tuple(Wanted(source, given, may_replace) for source in sources)


def add(
    corpus: Path,
    index: Path,
    embedder: Embedder,
    wanted: Sequence[Wanted],
    limits: Limits = _NO_LIMITS_GIVEN,
    progress: Progress = no_progress,
) -> AddReceipt:
    """Adds every source that is wanted; one that fails does not keep the others from being added.

    Until all are read and indexed nothing changes, so that an interruption leaves the state before.

    Raises:
        CorpusError: the catalogue is wrong, or the corpus cannot be written; nothing changed.
        IndexBusy: another process is writing.
        IndexMissing: the index folder cannot be written; nothing changed.
    """
    started = perf_counter()
    with writer_lock(index), corpus_lock(corpus) as repaired:
        draft = _begin(corpus, index, partial(stage_file, corpus), progress)
        try:
            receipts = _take_all(draft, wanted, limits, progress)
            reports = tuple(draft.reports.values())
            change = Change(put=tuple(draft.put.values()), delete=tuple(draft.delete))
            sync = bring_in_step(index, reports, draft.read, embedder, False, progress, partial(commit, corpus, change))
        finally:
            discard(corpus)
        write_likenesses(index, reports, draft.likenesses.by_id)
    sync = replace(sync, recovered=sync.recovered or repaired)
    logger.info("added %s of %s sources", len(draft.put), len(wanted))
    return AddReceipt(_with_indexing(receipts, sync.seconds), sync, perf_counter() - started)


def preview(
    corpus: Path,
    index: Path,
    wanted: Sequence[Wanted],
    limits: Limits = _NO_LIMITS_GIVEN,
    progress: Progress = no_progress,
) -> AddReceipt:
    """What ``add`` would do, without doing it.

    Raises:
        CorpusError: the catalogue is wrong.
    """
    started = perf_counter()
    draft = _begin(corpus, index, lambda name, data: None, progress)
    receipts = _take_all(draft, wanted, limits, progress)
    return AddReceipt(receipts, None, perf_counter() - started)


def remove(
    corpus: Path,
    index: Path,
    embedder: Embedder,
    ids: Sequence[str],
    keep_file: bool = False,
    progress: Progress = no_progress,
) -> RemoveReceipt:
    """Removes reports from catalogue and index, and their files unless ``keep_file``; all of them, or none.

    Raises:
        UsageError: an id is not in the catalogue.
        CorpusError: the catalogue is wrong, or the corpus cannot be written; nothing changed.
        IndexBusy: another process is writing.
        IndexMissing: the index folder cannot be written; nothing changed.
    """
    with writer_lock(index), corpus_lock(corpus) as repaired:
        gone = find_reports(read_rows(corpus), ids)
        drop = tuple(report.id for report in gone)
        change = Change(drop=drop, delete=() if keep_file else tuple(report.file for report in gone))
        kept = read_catalogue(corpus, without=drop)
        sync = bring_in_step(
            index, kept, partial(read_report, corpus), embedder, False, progress, partial(commit, corpus, change)
        )
        write_likenesses(index, kept, read_likenesses(index, kept))
    logger.info("removed %s", drop)
    return RemoveReceipt(gone, replace(sync, recovered=sync.recovered or repaired))


def find_reports(reports: Sequence[Report], ids: Sequence[str]) -> tuple[Report, ...]:
    """The reports with these ids, none twice.

    Raises:
        UsageError: an id is not among them.
    """
    by_id = {report.id: report for report in reports}
    unknown = ", ".join(name for name in ids if name not in by_id)
    if unknown:
        raise UsageError(
            nl=f"Er is geen rapport met id {unknown}. Bekijk de ids met: wmo list",
            en=f"There is no report with id {unknown}. See the ids with: wmo list",
        )
    return tuple(by_id[name] for name in dict.fromkeys(ids))


@dataclass
class _Draft:
    """The corpus as it will be, while sources are taken in: ``put`` and ``delete`` are what a Change needs."""

    corpus: Path
    stage: Callable[[str, bytes], object]
    reports: dict[str, Report]
    likenesses: Likenesses
    readings: dict[str, Reading] = field(default_factory=dict)
    put: dict[str, Report] = field(default_factory=dict)
    delete: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.contents = Lookup({report.id: report.sha256 for report in self.reports.values()})
        self.files = Lookup({report.id: report.file.casefold() for report in self.reports.values()})

    def take(self, report: Report, alike: Likeness, reading: Reading) -> None:
        """Adds a report, or puts it in the place of the one with its id."""
        self.reports[report.id] = self.put[report.id] = report
        self.contents.put(report.id, report.sha256)
        self.files.put(report.id, report.file.casefold())
        self.likenesses.put(report.id, alike)
        self.readings[report.id] = reading

    def read(self, report: Report) -> Reading:
        """The reading of a report that was taken in, else that of the report on disk."""
        return self.readings[report.id] if report.id in self.readings else read_report(self.corpus, report)


def _begin(corpus: Path, index: Path, stage: Callable[[str, bytes], object], progress: Progress) -> _Draft:
    reports = read_catalogue(corpus) if (corpus / CATALOGUE).exists() else ()
    known = read_likenesses(index, reports)
    missing = [report for report in reports if report.id not in known]
    for done, report in enumerate(missing):
        progress("compare", done, len(missing))
        try:
            known[report.id] = likeness(read_text(corpus, report), report.file)
        except LoadError as error:
            logger.info("%s cannot be compared: %s", report.id, error)
    return _Draft(corpus, stage, {report.id: report for report in reports}, Likenesses(known))


def _take_all(draft: _Draft, wanted: Sequence[Wanted], limits: Limits, progress: Progress) -> tuple[Receipt, ...]:
    receipts = []
    for done, one in enumerate(wanted):
        progress("prepare", done, len(wanted))
        try:
            receipts.append(_take_in(draft, one, limits))
        except OSError as error:  # what libraries write besides; the file itself gives a LoadError
            raise CorpusError(
                nl=f"Een tijdelijk bestand kon niet worden geschreven: {error}. Controleer schijfruimte en rechten.",
                en=f"A temporary file could not be written: {error}. Check disk space and permissions.",
            ) from error
    progress("prepare", len(wanted), len(wanted))
    return tuple(receipts)


def _take_in(draft: _Draft, wanted: Wanted, limits: Limits) -> Receipt:
    """Takes one source into the draft, or says why not."""
    started = perf_counter()
    try:
        receipt = _judge(draft, wanted.source, wanted.given, wanted.may_replace, limits)
    except (LoadError, UsageError) as error:
        receipt = Receipt(wanted.source.label, "failed", 0.0, error=error)
    return replace(receipt, seconds=perf_counter() - started)


def _judge(draft: _Draft, source: Source, given: Given, may_replace: bool, limits: Limits) -> Receipt:
    """The receipt of a source that is new, replaces a report, or equals one.

    Raises:
        LoadError: it cannot be read.
        UsageError: it may only be added with ``--replace``.
    """
    content = source.get()
    digest = sha256(content.data).hexdigest()
    corrects = given.id if may_replace else ""
    same = draft.contents.find(digest)
    if same and same[0] != corrects:
        return Receipt(source.label, "duplicate", 0.0, draft.reports[same[0]])
    document = load_data(content.data, content.name, limits)
    cleaned = clean_with_report(given.id, document)
    if not cleaned.text.content:
        raise _no_running_text(content.name)
    alike = likeness(cleaned.text, content.url or str(content.path))
    same = draft.likenesses.same_words(alike)
    if same and same[0] != corrects:
        return Receipt(source.label, "duplicate", 0.0, draft.reports[same[0]])

    proposal = propose(document, cleaned.text, Path(content.name))
    cleared = {name: type(getattr(given, name))() for name in _PROPOSED if name in given.cleared}
    said = {name: getattr(given, name) for name in _PROPOSED if getattr(given, name)} | cleared
    like = draft.likenesses.find_alike(alike)
    report_id = given.id or _version_of(draft, alike, like) or propose_id(replace(proposal, **said), draft.reports)
    old = draft.reports.get(report_id)
    if old and not may_replace:
        raise _needs_replace(source.label, old)
    kept = {name: getattr(old, name) for name in _PROPOSED if old and getattr(old, name)}
    row = {name: getattr(proposal, name) for name in _PROPOSED} | kept | said
    near, near_share = next((one for one in like if one[0] != report_id), ("", 0.0))
    report = Report(
        id=report_id,
        url=given.url or content.url or (old.url if old else ""),
        file=_place(draft, report_id, content, old),
        sha256=digest,
        **row,
    )
    draft.take(report, alike, cut(replace(cleaned.text, report_id=report_id), report.language))
    return Receipt(
        source=source.label,
        outcome="replaced" if old else "added",
        seconds=0.0,
        report=report,
        quality=measure(document, cleaned.text, removed=cleaned.removed),
        passages=len(draft.readings[report_id].passages),
        near=near,
        near_share=near_share,
        newer=bool(near) and report.published > draft.reports[near].published > "",
        orders=_orders(document, draft.readings[report_id], report),
        unseen_words=sum(len(text.split()) for text in document.unseen),
        guessed=tuple(name for name in proposal.guessed if name not in kept and name not in said),
    )


def _orders(document: Document, reading: Reading, report: Report) -> tuple[str, ...]:
    """The texts that order a language model about: in its text, hidden in it, or in its properties."""
    aside = (*document.properties.values(), report.title, *(h.title for h in reading.text.headings), *document.unseen)
    sentences = (sentence.text for sentence in find_orders(reading.text, reading.sentences))
    return tuple(dict.fromkeys((*sentences, *filter(is_instruction, aside))))


def _version_of(draft: _Draft, one: Likeness, like: Sequence[tuple[str, float]]) -> str:
    """The id of the report that ``one`` is another version of, or an empty string; ``like`` are those it is like.

    That is the one from the same path or address, else one that is alike and whose file had the same name.
    """
    by_id = draft.likenesses.by_id
    namesakes = (name for name, _ in like if by_id[name].file_name == one.file_name)
    return next((name for name in chain(draft.likenesses.same_source(one), namesakes) if name not in draft.put), "")


def _place(draft: _Draft, report_id: str, content: Content, old: Report | None) -> str:
    """Stages the file, and gives its name in the folder of reports; one that lies there already stays where it is."""
    folder = draft.corpus / REPORTS

    def is_taken(name: str) -> bool:
        return any(other != report_id for other in draft.files.find(name.casefold()))

    name = _name_in(folder, content.path)
    if not name or is_taken(name):
        suffix = Path(content.name).suffix.lower()
        names = (f"{report_id}{end}{suffix}" for end in chain([""], (f"-{number}" for number in count(2))))
        name = next(n for n in names if (old and n == old.file) or not (is_taken(n) or (folder / n).exists()))
        draft.stage(name, content.data)
    if old and old.file != name:
        draft.delete.append(old.file)
    return name


def _name_in(folder: Path, path: Path | None) -> str:
    """The name of a file relative to ``folder``, or an empty string where it lies elsewhere."""
    folder = folder.resolve()
    return path.relative_to(folder).as_posix() if path and path.is_relative_to(folder) else ""


def check_given(given: Given) -> Given:
    """What is given, with its date in the catalogue's form and each author by itself.

    Raises:
        UsageError: it is wrong.
    """
    if given.id and not is_slug(given.id):
        raise UsageError(
            nl=f"Het id {given.id!r} mag alleen kleine letters, cijfers en koppeltekens hebben, zoals jansen-2021-wmo.",
            en=f"The id {given.id!r} may hold only lower-case letters, digits and hyphens, such as jansen-2021-wmo.",
        )
    if given.language not in LANGUAGES:
        raise UsageError(
            nl=f"De taal {given.language!r} is onbekend; geef nl of en.",
            en=f"The language {given.language!r} is not known; give nl or en.",
        )
    published = normalise_date(given.published)
    if published is None:
        raise UsageError(
            nl=f"De datum {given.published!r} is niet te lezen; geef JJJJ, JJJJ-MM of JJJJ-MM-DD.",
            en=f"The date {given.published!r} cannot be read; give YYYY, YYYY-MM or YYYY-MM-DD.",
        )
    authors = tuple(name for author in given.authors for part in author.split(";") if (name := part.strip()))
    return replace(given, published=published, authors=authors)


def _with_indexing(receipts: Sequence[Receipt], seconds: float) -> tuple[Receipt, ...]:
    """The receipts, the seconds of the indexing divided over the reports by their passages."""
    passages = max(1, sum(receipt.passages for receipt in receipts))
    return tuple(replace(r, seconds=r.seconds + seconds * r.passages / passages) for r in receipts)


def _needs_replace(label: str, old: Report) -> UsageError:
    return UsageError(
        nl=f'{label} is een andere versie van {old.id} ("{old.title}"). Vervang dat rapport met --replace, of voeg dit '
        "als eigen rapport toe met --id en een nieuw id.",
        en=f'{label} is another version of {old.id} ("{old.title}"). Replace that report with --replace, or add this '
        "as a report of its own with --id and a new id.",
    )


def _no_running_text(name: str) -> LoadError:
    return LoadError(
        nl=f"{name} bevat geen lopende tekst, alleen menu's en knoppen. Controleer het bestand.",
        en=f"{name} holds no running text, only menus and buttons. Check the file.",
    )
