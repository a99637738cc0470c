"""Notes of a text come to stand as they do whatever its format: ``[1]`` in the text, ``1. Words.`` at its end."""

from __future__ import annotations

import re

from lxml import html  # type: ignore[import-untyped]

_DEFINITION = re.compile(r" {0,3}\[\^([^\]\s]{1,60})\]:[ \t]*")
_REFERENCE = re.compile(r"\[\^([^\]\s]{1,60})\]")
_INDENTED = re.compile(r"(?: {2,}|\t)\s*\S")
_BLOCK = re.compile(r"\s*(?:[#>|]|[-*+] |\d{1,9}[.)] |```|~~~)")
_RETURN = re.compile(
    r"[\s\[(]*(?:[↩↑⇑⬆⏎↵^]|terug(?: naar (?:de )?(?:tekst|verwijzing))?|back(?: to (?:the )?text)?|jump (?:up|back))"
    r"[\s\])\ufe0e\ufe0f]*",
    re.IGNORECASE,
)
_RETURN_LINK = re.compile(rf"[ \t]*\[{_RETURN.pattern}\]\(#[^()\s]*\)", re.IGNORECASE)


def take_out_returns(tree: html.HtmlElement) -> None:
    """Take out of ``tree`` the links that lead from a note back to the text: an arrow, or a word such as "terug"."""
    for link in list(tree.iter("a")):
        said = f"{link.get('epub:type') or ''} {link.get('role') or ''}"
        if "backlink" in said or ("#" in link.get("href", "") and _RETURN.fullmatch(link.text_content())):
            link.drop_tree()


def place_notes(page: str) -> str:
    r"""A page of Markdown with its notes in brackets, numbered as they are referred to, and what they say at its end.

    >>> place_notes("De Wmo.[^wet] Zo is het.\n\n[^wet]: Sinds 2015. [↩](#ref)\n\nEinde.")
    'De Wmo.\\[1\\] Zo is het.\n\n\nEinde.\n\n1. Sinds 2015.'
    """
    if "[^" not in page:
        return page
    kept, notes = _take_out(page.split("\n"))
    text = "\n".join(kept)
    referred = [label for label in _REFERENCE.findall(text) if label in notes]
    numbers = {label: number for number, label in enumerate(dict.fromkeys([*referred, *notes]), 1)}
    said = "".join(f"\n\n{number}. {notes[label]}" for label, number in numbers.items())
    bracketed = _REFERENCE.sub(lambda found: rf"\[{numbers[found[1]]}\]" if found[1] in numbers else found[0], text)
    return bracketed + _RETURN_LINK.sub("", said)


def _take_out(lines: list[str]) -> tuple[list[str], dict[str, str]]:
    """The lines that are no note's, and the notes by their labels, each with the lines that go on with it."""
    kept: list[str] = []
    notes: dict[str, list[str]] = {}
    note: list[str] | None = None  # the one that may go on
    before = ""
    for line in lines:
        found = _DEFINITION.match(line)
        if found:
            note = notes.setdefault(found[1], [])
            note.append(line[found.end() :])
        elif note is not None and line.strip() and _goes_on(before, line):
            note.append(line)
        else:
            note = note if not line.strip() else None
            kept.append(line)
        before = line
    return kept, {label: " ".join(map(str.strip, note)) for label, note in notes.items()}


def _goes_on(before: str, line: str) -> bool:
    """Whether a line belongs to the note above it: right below it or indented, and no block of its own."""
    return bool(_INDENTED.match(line)) or (bool(before.strip()) and not _BLOCK.match(line))
