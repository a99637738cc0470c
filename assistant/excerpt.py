"""Which sentences are quoted: weighed sentences come in, few short excerpts of consecutive sentences come out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.evidence import Weighed
from corpus.dates import without_dates
from corpus.split import count_words
from corpus.types import Text

_SHARE_APART = 0.2
_SHARE_BESIDE = 0.02
_NEXT_OF_REPORT = 0.8
_SENTENCES = 3
_WORDS = 80
_SAME = 0.97
_WHOLE_WORDS = 5
_DATELINE_WORDS = 15
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"\S*\w\S*")
"""A word; the marks of an item and the bars between cells are none."""


@dataclass(frozen=True)
class Excerpt:
    """Consecutive sentences of one report that are quoted together, in the order of the report."""

    sentences: tuple[Weighed, ...]

    @property
    def report_id(self) -> str:
        """The report that they stand in."""
        return self.sentences[0].sentence.report_id

    @property
    def start(self) -> int:
        """Where the first begins."""
        return self.sentences[0].sentence.start

    @property
    def end(self) -> int:
        """Where the last ends."""
        return self.sentences[-1].sentence.end

    @property
    def words(self) -> int:
        """How many words they have together."""
        return sum(count_words(weighed.sentence.text) for weighed in self.sentences)


def choose(
    weighed: Sequence[Weighed],
    vectors: NDArray[np.float32],
    text_of: Callable[[str], Text],
    max_quotes: int,
    max_words: int,
) -> tuple[Excerpt, ...]:
    """At most ``max_quotes`` excerpts of at most ``max_words`` words together (the first sentence may be longer).

    Sentences are taken one by one, the most probable first, unless they repeat one already taken. One right before or
    after an excerpt joins it, up to three sentences and 80 words, where it is a fiftieth as probable as the best of
    all; one that stands apart opens an excerpt of its own where it is a fifth as probable. With each excerpt the other
    sentences of its report count for less, so that a report which agrees or differs is heard. ``vectors`` are those of
    the snapshot's sentences. The excerpts come in the order in which their first sentence was taken.
    """
    left = _worth_quoting(weighed)
    excerpts: list[Excerpt] = []
    opened: Counter[str] = Counter()
    words = 0
    while left:
        candidate = max(left, key=lambda w: w.probability * _NEXT_OF_REPORT ** opened[w.sentence.report_id])
        left.remove(candidate)
        one = Excerpt((candidate,))
        if excerpts and (words + one.words > max_words or _repeats(candidate, excerpts, vectors)):
            continue
        joined = _join(excerpts, one, text_of)
        opens = candidate.probability >= _SHARE_APART * weighed[0].probability and len(excerpts) < max_quotes
        if joined is None and excerpts and not opens:
            continue
        opened[one.report_id] += joined is None
        excerpts = joined or [*excerpts, one]
        words += one.words
    return tuple(excerpts)


def _worth_quoting(weighed: Sequence[Weighed]) -> list[Weighed]:
    """Those not far less probable than the best that say something by themselves; where none of them does, all."""
    probable = [w for w in weighed if w.probability >= _SHARE_BESIDE * weighed[0].probability]
    return [w for w in probable if _is_whole(w.sentence.text)] or probable


def _is_whole(text: str) -> bool:
    """Whether a sentence has five words beside its dates, and so is no mere heading, row of heads or dateline."""
    words = len(_WORD.findall(text))
    if _WHOLE_WORDS <= words <= _DATELINE_WORDS and _DIGIT.search(text):
        words = len(_WORD.findall(without_dates(text)))
    return words >= _WHOLE_WORDS


def _join(excerpts: Sequence[Excerpt], one: Excerpt, text_of: Callable[[str], Text]) -> list[Excerpt] | None:
    """The excerpts with a sentence joined to those right beside it; None where none is, or none has room."""
    merged = one
    places: list[int] = []
    for place, excerpt in enumerate(excerpts):
        both = _together(merged, excerpt, text_of)
        if both is not None:
            merged, places = both, [*places, place]
    if not places:
        return None
    return [merged if at == places[0] else excerpt for at, excerpt in enumerate(excerpts) if at not in places[1:]]


def _together(one: Excerpt, other: Excerpt, text_of: Callable[[str], Text]) -> Excerpt | None:
    """Two excerpts as one where the second begins after the first, with no heading between, and there is room."""
    first, last = sorted((one, other), key=lambda excerpt: excerpt.sentences[0].row)
    if first.report_id != last.report_id or first.sentences[-1].row + 1 != last.sentences[0].row:
        return None
    both = Excerpt((*first.sentences, *last.sentences))
    if len(both.sentences) > _SENTENCES or both.words > _WORDS:
        return None
    between = text_of(first.report_id).content[first.end : last.start]
    return None if _WORD.search(between) else both


def _repeats(candidate: Weighed, excerpts: Sequence[Excerpt], vectors: NDArray[np.float32]) -> bool:
    """Whether a sentence says again what one of the excerpts says.

    Sentences of one passage lie near each other whatever they say, so that there only the same words are a repetition.
    """
    words = candidate.sentence.text.split()
    return any(
        words == taken.sentence.text.split()
        or (candidate.passage != taken.passage and float(vectors[candidate.row] @ vectors[taken.row]) > _SAME)
        for excerpt in excerpts
        for taken in excerpt.sentences
    )
