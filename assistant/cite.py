"""Citations: exact spans of a report's text, and the check that a quote is what stands there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.types import Citation
from corpus.types import Text


def cite(start: int, end: int, text: Text, number: int = 0) -> Citation:
    """The citation of a stretch of a text, without the mark of an item before it."""
    start += len("- ") * text.content.startswith("- ", start, end)
    return Citation(number, text.report_id, start, end, text.content[start:end], text.page_at(start))


def is_verbatim(citation: Citation, text: Text) -> bool:
    """Whether the quote is, to the character, what stands at its place in the report it names."""
    return (
        citation.report_id == text.report_id
        and 0 <= citation.start < citation.end <= len(text.content)
        and citation.quote == text.content[citation.start : citation.end]
    )


def verified(citations: Sequence[Citation], text_of: Callable[[str], Text]) -> tuple[Citation, ...]:
    """The citations, each checked against its report's text.

    Raises:
        ValueError: a quote is not what stands there, which is a fault of the program and must never be shown.
    """
    for citation in citations:
        if not is_verbatim(citation, text_of(citation.report_id)):
            raise ValueError(f"citation {citation.number} is not verbatim: {citation}")
    return tuple(citations)
