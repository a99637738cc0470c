"""A statement of a chat model goes in; it comes out with the exact spans it rests on, or with what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.claims import unsupported
from assistant.passages import orders_within
from assistant.present import reference
from assistant.quote import MIN_QUOTE_WORDS, find_quote
from assistant.statements import Malformed, Quoted, Statement
from assistant.types import Citation
from corpus.types import Passage
from index.snapshot import Snapshot

_MOST_CHARS = 800
_MARKED = re.compile(r"[“„\"«]([^“”„\"«»]+)[”\"»]")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s)\]>,;]+|[\w.+-]+@[\w-]+\.[\w.-]*\w", re.IGNORECASE)


@dataclass(frozen=True)
class Checked:
    """A statement with the spans that its quotes stand in, not yet numbered; ``faults`` is empty where it holds.

    A fault is ``malformed``, ``too-long``, ``no-quote``, ``unknown-hit:9`` (that passage was not shown), ``quote``
    (the passage does not say this), ``order`` (it says it to a language model), ``misquoted`` (words between quotation
    marks that no quote has), ``address`` (one that no quote has), or a code of :func:`assistant.claims.unsupported`.
    """

    statement: str
    spans: tuple[Citation, ...] = ()
    faults: tuple[str, ...] = ()


def check_statement(
    read: Statement | Malformed, shown: Mapping[int, Passage], snapshot: Snapshot, language: str
) -> Checked:
    """A statement, checked: every quote against the passage it names, then what it says against all its quotes.

    One quote that fails is enough to fail the statement: who alters a quote may have altered what rests on it.
    """
    if isinstance(read, Malformed):
        return Checked("", faults=("malformed",))
    if len(read.statement) > _MOST_CHARS:
        return Checked(read.statement, faults=("too-long",))
    found = [_find(quoted, shown, snapshot) for quoted in read.quotes]
    faults = [fault for fault in found if isinstance(fault, str)] if found else ["no-quote"]
    if faults:
        return Checked(read.statement, faults=tuple(dict.fromkeys(faults)))
    spans = tuple(dict.fromkeys(span for span in found if isinstance(span, Citation)))
    return Checked(read.statement, spans, _unsaid(read.statement, spans, snapshot, language))


def _find(quoted: Quoted, shown: Mapping[int, Passage], snapshot: Snapshot) -> Citation | str:
    passage = shown.get(quoted.hit)
    if passage is None:
        return f"unknown-hit:{quoted.hit}"
    text = snapshot.text(passage.report_id)
    span = find_quote(quoted.quote, text.content, passage.start, passage.end)
    if span is None:
        return "quote"
    start, end = span
    if orders_within(snapshot.readings[passage.report_id], start, end):
        return "order"
    return Citation(0, passage.report_id, start, end, text.content[start:end], text.page_at(start))


def _unsaid(statement: str, spans: Sequence[Citation], snapshot: Snapshot, language: str) -> tuple[str, ...]:
    reports = [reference(snapshot.reports[report_id]) for report_id in dict.fromkeys(s.report_id for s in spans)]
    quotes = [span.quote for span in spans]
    return (*unsupported(statement, quotes, language, reports), *_made_up(statement, quotes))


def _made_up(statement: str, quotes: Sequence[str]) -> tuple[str, ...]:
    """What a statement gives as somebody's words, or as an address, though none of its quotes has it."""
    marked = [words for words in _MARKED.findall(statement) if len(words.split()) >= MIN_QUOTE_WORDS]
    is_said = all(any(find_quote(words, quote, 0, len(quote)) for quote in quotes) for words in marked)
    is_found = all(any(address in quote for quote in quotes) for address in _ADDRESS.findall(statement))
    return (*(() if is_said else ("misquoted",)), *(() if is_found else ("address",)))
