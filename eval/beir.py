"""Cases and the corpus's passages become a retrieval set in BEIR's format, which other tools can score.

corpus.jsonl      {"_id", "title", "text", "metadata"}      one passage a line
queries.jsonl     {"_id", "text", "metadata"}               one answerable case a line
qrels/test.tsv    query-id, corpus-id, score                which passages hold a case's evidence
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.types import Passage, Report, Text
from eval.metrics import locate
from eval.run import write_whole
from eval.types import Case, Evidence
from index.reading import passage_key


def export_beir(
    folder: Path,
    cases: Sequence[Case],
    reports: Mapping[str, Report],
    passages: Sequence[Passage],
    text_of: Callable[[str], Text],
) -> int:
    """Write the three files into ``folder`` and give the number of judgements.

    Unanswerable cases have no relevant passage and are left out. A follow-up's query is its earlier
    questions and the question itself, in order, because these tools know no conversation; its
    ``metadata`` holds them apart.
    """
    answerable = [case for case in cases if case.answerable]
    judged = [(case.id, key) for case in answerable for key in relevant_keys(case, passages, text_of)]
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    rows = "".join(f"{case_id}\t{key}\t1\n" for case_id, key in judged)
    write_whole(folder / "corpus.jsonl", _lines([_passage_row(p, reports[p.report_id]) for p in passages]))
    write_whole(folder / "queries.jsonl", _lines([_query_row(case) for case in answerable]))
    write_whole(folder / "qrels" / "test.tsv", "query-id\tcorpus-id\tscore\n" + rows)
    return len(judged)


def relevant_keys(case: Case, passages: Sequence[Passage], text_of: Callable[[str], Text]) -> list[str]:
    """The keys of the passages that hold a piece of the case's evidence whole, in order of the passages.

    Where the edge of a passage cuts the evidence, so that none holds it whole, the passage with most of
    it counts.
    """
    keys = {key for evidence in case.evidence for key in _holders(evidence, passages, text_of)}
    return [key for key in map(passage_key, passages) if key in keys]


def _holders(evidence: Evidence, passages: Sequence[Passage], text_of: Callable[[str], Text]) -> list[str]:
    spans = locate(evidence.quote, text_of(evidence.report_id).content)
    shared = {
        passage_key(p): max((min(p.end, s.end) - max(p.start, s.start)) / (s.end - s.start) for s in spans)
        for p in passages
        if spans and p.report_id == evidence.report_id
    }
    most = max(shared.values(), default=0.0)
    return [key for key, share in shared.items() if share == most and most > 0]


def _passage_row(passage: Passage, report: Report) -> dict[str, Any]:
    where = {"report": passage.report_id, "start": passage.start, "end": passage.end, "page": passage.page}
    return {"_id": passage_key(passage), "title": report.title, "text": passage.text, "metadata": where}


def _query_row(case: Case) -> dict[str, Any]:
    about = {"lang": case.lang, "kind": case.kind, "turns": list(case.turns), "question": case.question}
    return {"_id": case.id, "text": " ".join((*case.turns, case.question)), "metadata": about}


def _lines(rows: Sequence[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
