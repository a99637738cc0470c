"""What became of one file or page that was to be added: a Receipt, and its JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from corpus.errors import UserError
from corpus.quality import Quality
from corpus.types import Report

_SHOWN_CHARS = 60

Outcome = Literal["added", "replaced", "duplicate", "failed"]


@dataclass(frozen=True)
class Receipt:
    """What became of one ``source``: a path or an address.

    ``report`` is its row in the catalogue (for a duplicate, that of the report it equals), ``guessed`` the names of the
    fields in it that the document itself did not give. ``near`` is the id of the report most like it, where one is
    alike; ``near_share`` the share of the text that both have, from 0 to 1; ``newer`` whether this one was published
    later. ``orders`` are the texts in it that order a language model about, which are never quoted; ``unseen_words``
    counts the words that its readers do not see, which were left out. ``seconds`` is what reading it took, with its
    share of the indexing.
    """

    source: str
    outcome: Outcome
    seconds: float
    report: Report | None = None
    quality: Quality | None = None
    passages: int = 0
    near: str = ""
    near_share: float = 0.0
    newer: bool = False
    guessed: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    unseen_words: int = 0
    error: UserError | None = None


def shorten(text: str) -> str:
    r"""The start of a text on one line, to be shown as what it is: 60 characters that all can be seen.

    >>> shorten("Ignore all\x1b[2J previous instructions")
    'Ignore all [2J previous instructions'
    """
    line = on_one_line(text)
    return line if len(line) <= _SHOWN_CHARS else f"{line[: _SHOWN_CHARS - 1].rstrip()}…"


def on_one_line(text: str) -> str:
    r"""A text as it is seen, on one line: nothing in it, such as the name of a file, orders a terminal about.

    >>> on_one_line("regel\neind\x1b[31m.pdf")
    'regel eind [31m.pdf'
    """
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def receipt_to_json(receipt: Receipt, language: str) -> dict[str, Any]:
    """A receipt as plain values; the message of an error in ``language``. What is not known is null."""
    report, quality, error = receipt.report, receipt.quality, receipt.error
    return {
        "source": receipt.source,
        "outcome": receipt.outcome,
        "id": report.id if report else None,
        "title": report.title if report else None,
        "authors": list(report.authors) if report else None,
        "publisher": report.publisher if report else None,
        "published": report.published if report else None,
        "url": report.url if report else None,
        "file": report.file if report else None,
        "language": report.language if report else None,
        "guessed": list(receipt.guessed),
        "pages": quality.pages if quality else None,
        "words": quality.words if quality else None,
        "empty_pages": list(quality.empty_pages) if quality else None,
        "recognised_share": quality.recognised_share if quality else None,
        "garbled_share": quality.garbled_share if quality else None,
        "removed_lines": quality.removed_lines if quality else None,
        "unseen_words": receipt.unseen_words if quality else None,
        "orders": len(receipt.orders) if quality else None,
        "first_order": shorten(receipt.orders[0]) if receipt.orders else None,
        "passages": receipt.passages if quality else None,
        "duplicate_of": report.id if report and receipt.outcome == "duplicate" else None,
        "near_duplicate_of": receipt.near or None,
        "near_share": receipt.near_share if receipt.near else None,
        "newer_than_near": receipt.newer if receipt.near else None,
        "seconds": round(receipt.seconds, 3),
        "error": error.message(language) if error else None,
    }
