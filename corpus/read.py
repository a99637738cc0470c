"""A row of the catalogue goes in, the cleaned text of its report comes out."""

from __future__ import annotations

from pathlib import Path

from corpus.catalogue import REPORTS
from corpus.clean import clean
from corpus.errors import LoadError
from corpus.load import load
from corpus.types import Report, Text


def read_text(corpus: Path, report: Report) -> Text:
    """The cleaned text of ``report``, from its file in the ``reports`` folder of ``corpus``.

    Raises:
        LoadError: the file cannot be read, or holds nothing but a website's own lines.
    """
    text = clean(report.id, load(corpus / REPORTS / report.file))
    if not text.content:
        raise LoadError(
            nl=f"{report.file} bevat geen lopende tekst, alleen menu's en knoppen. Controleer het bestand.",
            en=f"{report.file} holds no running text, only menus and buttons. Check the file.",
        )
    return text
