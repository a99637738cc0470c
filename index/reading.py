"""One report as the index reads it: its text, sentences and passages, kept as a file of its own."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.types import Heading, Passage, Sentence, Text


@dataclass(frozen=True)
class Reading:
    """The text of a report with the sentences and passages cut from it, both in order of offset."""

    text: Text
    sentences: tuple[Sentence, ...]
    passages: tuple[Passage, ...]


def passage_key(passage: Passage) -> str:
    """The name of a passage in both legs.

    >>> passage_key(Passage("rapport-2021", 10, 250, "…"))
    'rapport-2021:10-250'
    """
    return f"{passage.report_id}:{passage.start}-{passage.end}"


def write_reading(folder: Path, reading: Reading) -> None:
    """Writes a reading into ``folder`` under its report's id."""
    folder.mkdir(parents=True, exist_ok=True)
    text = reading.text
    spans = {
        "content": text.content,
        "page_starts": text.page_starts,
        "headings": [asdict(heading) for heading in text.headings],
        "sentences": [(s.start, s.end) for s in reading.sentences],
        "passages": [(p.start, p.end) for p in reading.passages],
    }
    path = folder / f"{text.report_id}.json"
    path.unlink(missing_ok=True)  # the file may be another generation's too
    path.write_text(json.dumps(spans, ensure_ascii=False), "utf-8")


def read_reading(folder: Path, report_id: str) -> Reading:
    """The reading of a report; raises OSError, ValueError, KeyError or TypeError where its file is not as written."""
    raw = json.loads((folder / f"{report_id}.json").read_text("utf-8"))
    headings = tuple(Heading(**heading) for heading in raw["headings"])
    content = raw["content"]
    text = Text(report_id, content, tuple(raw["page_starts"]), headings)
    sentences = tuple(Sentence(report_id, start, end, content[start:end]) for start, end in raw["sentences"])
    passages = tuple(
        Passage(report_id, start, end, content[start:end], text.headings_at(start), text.page_at(start))
        for start, end in raw["passages"]
    )
    return Reading(text, sentences, passages)
