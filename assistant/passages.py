"""Hits go in; the passages that a chat model gets to read come out, as many as fit, marked off as material."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.budget import fit
from assistant.present import reference
from corpus.instructions import find_orders, is_instruction
from corpus.types import Heading, Passage, Report, Sentence
from index.reading import Reading
from index.types import Hit

_TAG = re.compile(r"<(?=\s*/?\s*passage)", re.IGNORECASE)
_NOT_IN_ATTRIBUTES = str.maketrans({'"': "'", "<": "‹", ">": "›", "\n": " "})


@dataclass(frozen=True)
class Material:
    """What a model reads: the passages by the rank of their hit, the ranks that did not fit, and the text itself."""

    shown: Mapping[int, Passage]
    left_out: tuple[int, ...]
    text: str


def gather(hits: Sequence[Hit], reports: Mapping[str, Report], tokens: int) -> Material:
    """The passages that fit in so many tokens, best first."""
    blocks = [_mark_off(hit, reports[hit.passage.report_id]) for hit in hits]
    fitting = fit(blocks, tokens)
    shown = {hits[place].rank: hits[place].passage for place in fitting}
    left_out = tuple(hit.rank for hit in hits if hit.rank not in shown)
    return Material(shown, left_out, "\n".join(blocks[place] for place in fitting))


def orders_within(reading: Reading, start: int, end: int) -> tuple[Sentence | Heading, ...]:
    """The sentences and headings of a text that touch ``[start, end)`` and order a language model about, in order."""
    parts: list[Sentence | Heading] = [*reading.sentences, *reading.text.headings]
    touched = [part for part in parts if part.start < end and start < part.end]
    return tuple(sorted(find_orders(reading.text, touched), key=lambda part: part.start))


def without_orders(hit: Hit, reading: Reading) -> Hit:
    """A hit in whose text, for a model to read, "[…]" stands for every sentence or heading that orders one about."""
    passage, text = hit.passage, hit.passage.text
    for order in reversed(orders_within(reading, passage.start, passage.end)):
        text = f"{text[: order.start - passage.start]}[…]{text[order.end - passage.start :]}"
    headings = tuple(heading for heading in passage.headings if not is_instruction(heading))
    return replace(hit, passage=replace(passage, text=text, headings=headings))


def _mark_off(hit: Hit, report: Report) -> str:
    """A passage between tags that nothing inside it can close, open or number."""
    passage = hit.passage
    values = {"report": reference(report), "under": " › ".join(passage.headings), "page": passage.page or ""}
    named = "".join(f' {name}="{str(value).translate(_NOT_IN_ATTRIBUTES)}"' for name, value in values.items() if value)
    return f'<passage hit="{hit.rank}"{named}>\n{_TAG.sub("‹", passage.text.strip())}\n</passage>'
