import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval_desk import CASES, REPORT, REPORTS, TEXT, make_passages, text_of

from corpus.types import Passage
from eval.beir import export_beir, relevant_keys
from eval.types import Evidence


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def test_the_export_holds_every_passage_every_answerable_case_and_judgements_between_them(
    tmp_path: Path,
) -> None:
    judgements = export_beir(tmp_path, CASES, REPORTS, make_passages(), text_of)
    corpus, queries = read_lines(tmp_path / "corpus.jsonl"), read_lines(tmp_path / "queries.jsonl")
    with (tmp_path / "qrels" / "test.tsv").open(encoding="utf-8", newline="") as file:
        qrels = list(csv.DictReader(file, delimiter="\t"))
    assert [row["text"] for row in corpus] == [passage.text for passage in make_passages()]
    assert [row["_id"] for row in queries] == [case.id for case in CASES if case.answerable]
    assert len(qrels) == judgements == 40
    texts = {row["_id"]: row["text"] for row in corpus}
    quotes = {case.id: case.evidence[0].quote for case in CASES if case.answerable}
    assert all(quotes[row["query-id"]] in texts[row["corpus-id"]] and row["score"] == "1" for row in qrels)


def test_a_follow_up_is_exported_with_the_questions_before_it(tmp_path: Path) -> None:
    case = replace(CASES[0], turns=("Wat deed Ameide?",))
    export_beir(tmp_path, [case], REPORTS, make_passages(), text_of)
    (query,) = read_lines(tmp_path / "queries.jsonl")
    assert query["text"] == f"Wat deed Ameide? {case.question}"
    assert query["metadata"]["turns"] == ["Wat deed Ameide?"]


def test_evidence_on_the_edge_of_two_passages_is_judged_at_the_one_with_most_of_it() -> None:
    evidence = Evidence(REPORT, CASES[0].evidence[0].quote)
    start = TEXT.content.index(evidence.quote)
    cut = start + 10
    passages = [Passage(REPORT, 0, cut, TEXT.content[:cut]), Passage(REPORT, cut, 300, TEXT.content[cut:300])]
    case = replace(CASES[0], evidence=(evidence,))
    assert relevant_keys(case, passages, text_of) == [f"{REPORT}:{cut}-300"]
    assert relevant_keys(case, [Passage("ander", 0, 300, TEXT.content[:300])], text_of) == []
