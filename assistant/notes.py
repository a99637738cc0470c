"""Enters: what became of a file that was to be added. Leaves: what its user should know of it, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from corpus.types import Report

if TYPE_CHECKING:
    from index.receipt import Receipt

_FIELDS = {
    "title": ("titel", "title"),
    "authors": ("auteurs", "authors"),
    "publisher": ("uitgever", "publisher"),
    "published": ("datum", "date"),
    "language": ("taal", "language"),
}


def warning_on(receipt: Receipt, language: str) -> str:
    """That a report orders a language model about, and how it begins; an empty string where it does not."""
    from index.receipt import shorten

    if not receipt.orders:
        return ""
    count, first = len(receipt.orders), shorten(receipt.orders[0])
    if language == "nl":
        found = "1 tekst geeft" if count == 1 else f"{count} teksten geven"
        return f"let op: {found} een taalmodel opdrachten; dat wordt nooit geciteerd: “{first}”"
    found = "1 text orders" if count == 1 else f"{count} texts order"
    return f"beware: {found} a language model about; that is never quoted: “{first}”"


def notes_on(receipt: Receipt, language: str) -> Iterator[str]:
    """What a user should know of a report, each a line of its own."""
    dutch = language == "nl"
    report, quality = receipt.report, receipt.quality
    if warning := warning_on(receipt, language):
        yield warning
    if receipt.unseen_words:
        lost = "verborgen voor lezers, dus weggelaten" if dutch else "hidden from readers, so left out"
        yield f"{lost}: {receipt.unseen_words} {'woorden' if dutch else 'words'}"
    if receipt.outcome == "duplicate" and report:
        yield f"{receipt.source}: zelfde inhoud als {report.id}" if dutch else f"{receipt.source}: same as {report.id}"
    if receipt.near:
        kind = ("nieuwere uitgave van" if dutch else "newer edition of") if receipt.newer else None
        kind = kind or ("lijkt op" if dutch else "much like")
        yield f"{kind} {receipt.near} ({receipt.near_share:.0%})"
    if quality and quality.empty_pages:
        pages = ", ".join(map(str, quality.empty_pages))
        yield f"bladzijden zonder tekst: {pages}" if dutch else f"pages without text: {pages}"
    if receipt.guessed and report:
        values = "; ".join(f"{_FIELDS[name][not dutch]}: {_value(report, name)}" for name in receipt.guessed)
        yield f"geraden – {values}" if dutch else f"guessed – {values}"


def _value(report: Report, name: str) -> str:
    value = getattr(report, name)
    return ", ".join(value) if isinstance(value, tuple) else str(value)
