"""Enters: reports as the index reads them. Leaves: what is embedded of each, and the vectors of that."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

import numpy as np

from corpus.split import count_words
from corpus.types import Passage, Report
from index.reading import Reading
from index.types import Embedder, Parts, Progress, Vectors

WITHIN_SHARE = 0.5
"""What the vector of a sentence as its passage has it counts for, beside 1 for that of its own words.

"It ends in 2024" means little by itself. By the passage alone all its sentences are alike.
"""

LONG_WORDS = 50
"""From so many words on a sentence is much of its passage, and its vector is what the passage makes of it.

Over six acts, which have many such sentences, that saves a sixth of the work, and no figure is worse by it.
"""

EMBEDDED_AS = f"titles once|{WITHIN_SHARE} within|{LONG_WORDS} long"
"""What vectors depend on beside the model; goes into the fingerprint of an index."""


def in_context(report: Report, passage: Passage) -> str:
    """What is embedded for a passage: title and headings before its own words.

    A heading that is the title once more, or that of an act in full ("… (Jeugdwet)"), is left out.
    """
    headings = (h for h in passage.headings if h != report.title and not h.endswith(f"({report.title})"))
    return " – ".join((report.title, *headings, passage.text))


def passages_to_embed(report: Report, reading: Reading) -> list[tuple[str, Parts]]:
    """What is embedded for each passage, and where its sentences stand in that."""
    starts = [sentence.start for sentence in reading.sentences]
    texts: list[tuple[str, Parts]] = []
    for passage in reading.passages:
        text = in_context(report, passage)
        moved = len(text) - len(passage.text) - passage.start
        inside = reading.sentences[bisect_left(starts, passage.start) : bisect_left(starts, passage.end)]
        texts.append((text, [(moved + sentence.start, moved + sentence.end) for sentence in inside]))
    return texts


def texts_to_embed(report: Report, reading: Reading) -> Iterator[tuple[str, Parts]]:
    """All that may be embedded of a report, with its parts: passages with their sentences, then these by themselves."""
    yield from passages_to_embed(report, reading)
    yield from ((sentence.text, ()) for sentence in reading.sentences)


def embed_readings(
    readings: Sequence[tuple[Report, Reading]], embedder: Embedder, progress: Progress
) -> tuple[Vectors, Vectors]:
    """The vectors of all passages and of all sentences, in the order of the readings."""
    passages = [divided for report, reading in readings for divided in passages_to_embed(report, reading)]
    sentences = [sentence.text for _, reading in readings for sentence in reading.sentences]
    short = [row for row, text in enumerate(sentences) if count_words(text) < LONG_WORDS]
    texts = [text for text, _ in passages] + [sentences[row] for row in short]
    vectors = embedder.embed_passages(texts, progress, [parts for _, parts in passages] + [()] * len(short))
    of_passages, of_short, within = np.split(vectors, [len(passages), len(texts)])
    own = within.copy()
    own[short] = of_short
    if alone := np.flatnonzero(~own.any(axis=1)).tolist():  # long, and the model does not reach it in its passage
        own[alone] = embedder.embed_passages([sentences[row] for row in alone], progress)
    own += WITHIN_SHARE * within
    own /= np.linalg.norm(own, axis=1, keepdims=True)
    return of_passages.copy(), own  # a copy, so that the other rows are let go
