import math
from dataclasses import replace

import ir_measures
import pytest
from eval_desk import CASES, REPORT, TEXT, make_answer, text_of
from hypothesis import given
from hypothesis import strategies as st

from assistant.types import Answer, Citation
from corpus.types import Passage, Text
from eval.metric_list import BY_NAME, METRICS
from eval.metrics import (
    budget_depth,
    covers_half,
    evidence_rank,
    is_literal,
    leg_scores,
    locate,
    mark,
    paragraph_around,
    ranking_scores,
    recall_at,
    says,
    score,
    score_failure,
    squeeze,
    supports,
)
from eval.types import Case, Evidence, Span
from index.types import Hit

CONTENT = "Kop een.\n\nDe wet  geldt\nvanaf 2015. Zij kent “maatwerk” toe.\n\nDe raad beslist."
SOME_TEXT = Text("r", CONTENT)


def hit(text: str, rank: int = 1, report_id: str = "r") -> Hit:
    return Hit(Passage(report_id, 0, len(text), text), rank, 1.0)


def cite(start: int, end: int, report_id: str = "r", number: int = 1) -> Citation:
    return Citation(number, report_id, start, end, CONTENT[start:end], None)


def answer(**fields: object) -> Answer:
    given = Answer("q", "q", "nl", "", (), (), False, "", 0.9, (), "extractive", 0.1)
    return replace(given, **fields)  # type: ignore[arg-type]


def scores_of(case: Case, given_answer: Answer) -> dict[str, float]:
    return score(case, given_answer, mark(case, given_answer, lambda _: SOME_TEXT), lambda _: SOME_TEXT)


def case_with(*quotes: str, facts: tuple[str, ...] = ()) -> Case:
    return Case("c", "nl", "q", "why", True, tuple(Evidence("r", quote) for quote in quotes), facts)


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("De wet geldt vanaf 2015.", "De wet  geldt\nvanaf 2015."),
        ('Zij kent "maatwerk" toe.', "Zij kent “maatwerk” toe."),
        ("Kop een. De wet", "Kop een.\n\nDe wet  "[:-2]),
        ("De  raad\tbeslist.", "De raad beslist."),
    ],
)
def test_a_quote_is_located_despite_whitespace_and_shape_of_quotation_marks(quote: str, found: str) -> None:
    (span,) = locate(quote, CONTENT)
    assert CONTENT[span.start : span.end] == found


@pytest.mark.parametrize("quote", ["de wet geldt", "De wet geldt vanaf 2016.", "De wet geldt niet", "", "  "])
def test_a_quote_with_other_words_is_not_located(quote: str) -> None:
    assert locate(quote, CONTENT) == ()


def test_a_quote_is_located_wherever_it_occurs() -> None:
    assert locate("De", "De en De.") == (Span(0, 2), Span(6, 8))


@given(st.text(alphabet="ab “”\n\t\u00a0\u2028", max_size=40), st.integers(0, 40), st.integers(1, 40))
def test_every_piece_of_a_text_that_is_not_blank_is_located_at_its_own_place(
    content: str, start: int, size: int
) -> None:
    piece = content[start : start + size]
    if not piece.strip():
        assert locate(piece, content) == ()
        return
    begin = start + len(piece) - len(piece.lstrip())
    assert Span(begin, begin + len(piece.strip())) in locate(piece, content)
    assert all(squeeze(content[at.start : at.end]) == squeeze(piece) for at in locate(piece, content))


def test_evidence_is_found_at_the_first_hit_of_its_report_that_holds_it_whole() -> None:
    hits = [hit("De wet geldt", 1), hit("vanaf 2015", 2, "other"), hit("geldt\nvanaf 2015.", 3)]
    assert evidence_rank(Evidence("r", "geldt vanaf 2015"), hits) == 3
    assert evidence_rank(Evidence("r", "De wet geldt vanaf"), hits) is None


@pytest.mark.parametrize(
    ("ranks", "depth", "expected"), [([1, 4], 3, 0.5), ([1, 4], 4, 1.0), ([None], 20, 0.0), ([2], 0, 0.0)]
)
def test_recall_is_the_share_of_evidence_within_the_depth(ranks: list[int | None], depth: int, expected: float) -> None:
    assert recall_at(ranks, depth) == expected


def test_recall_without_evidence_is_undefined() -> None:
    with pytest.raises(ValueError):
        recall_at([], 5)


@given(st.lists(st.one_of(st.none(), st.integers(1, 15)), min_size=1, max_size=6, unique=True), st.integers(1, 12))
def test_recall_agrees_with_ir_measures_where_each_hit_holds_one_piece_of_evidence(
    ranks: list[int | None], depth: int
) -> None:
    judged = {f"hit-{rank}" if rank else "unfound": 1 for rank in ranks}
    ranked = {f"hit-{rank}": float(-rank) for rank in range(1, 16)}
    expected = ir_measures.calc_aggregate([ir_measures.R @ depth], {"c": judged}, {"c": ranked})
    assert recall_at(ranks, depth) == pytest.approx(expected[ir_measures.R @ depth])


@pytest.mark.parametrize(("budget", "depth"), [(5, 2), (4, 1), (1, 0), (0, 0), (100, 3)])
def test_the_budget_ends_at_the_first_hit_that_does_not_fit(budget: int, depth: int) -> None:
    hits = [hit("een twee"), hit("drie vier vijf"), hit("zes zeven acht negen")]
    assert budget_depth(hits, budget) == depth


@pytest.mark.parametrize(
    ("relevant", "unfound", "ndcg", "mrr"),
    [
        ([True], 0, 1.0, 1.0),
        ([False, False], 1, 0.0, 0.0),
        ([], 1, 0.0, 0.0),
        ([False, True], 1, (1 / math.log2(3)) / (1 + 1 / math.log2(3)), 0.5),
        ([False] * 10 + [True], 0, 0.0, 1 / 11),
    ],
)
def test_ranking_scores_have_their_hand_values(relevant: list[bool], unfound: int, ndcg: float, mrr: float) -> None:
    assert ranking_scores(relevant, unfound) == (pytest.approx(ndcg), pytest.approx(mrr))


@pytest.mark.parametrize(
    ("start", "end", "covered"), [(10, 20, True), (15, 20, True), (16, 20, False), (0, 15, True), (20, 30, False)]
)
def test_a_citation_must_cover_half_of_the_evidence(start: int, end: int, covered: bool) -> None:
    assert covers_half(cite(start, end), Evidence("r", "x"), [Span(10, 20)]) is covered


def test_a_citation_of_another_report_covers_nothing() -> None:
    assert not covers_half(cite(10, 20, "other"), Evidence("r", "x"), [Span(10, 20)])
    assert not supports(cite(10, 20, "other"), Evidence("r", "x"), [Span(10, 20)], CONTENT)


def test_a_citation_in_the_paragraph_of_the_evidence_supports_it_and_one_in_the_next_does_not() -> None:
    evidence = Evidence("r", "De wet geldt vanaf 2015.")
    spans = locate(evidence.quote, CONTENT)
    (beside,) = locate("Zij kent “maatwerk” toe.", CONTENT)
    (after,) = locate("De raad beslist.", CONTENT)
    assert supports(cite(beside.start, beside.end), evidence, spans, CONTENT)
    assert not supports(cite(after.start, after.end), evidence, spans, CONTENT)


def test_a_paragraph_reaches_to_the_ends_of_a_text_without_empty_lines() -> None:
    assert paragraph_around(Span(2, 4), "een\ntwee") == Span(0, 8)


def test_a_fact_is_said_whatever_its_case_and_spacing() -> None:
    assert says("Dat is 70  Procent [1].", "70 procent")
    assert not says("Dat is 71 procent.", "70 procent")


def test_a_quote_that_is_one_character_off_is_not_literal() -> None:
    assert is_literal(cite(0, 8), CONTENT)
    assert not is_literal(replace(cite(0, 8), start=1, end=9), CONTENT)


def test_a_full_answer_has_its_hand_values() -> None:
    (first,) = locate("De wet geldt vanaf 2015.", CONTENT)
    (last,) = locate("De raad beslist.", CONTENT)
    case = case_with("De wet geldt vanaf 2015.", 'kent "maatwerk"', facts=("2015", "maatwerk", "2016"))
    given_answer = answer(
        text="De wet geldt vanaf 2015. [1] De raad beslist. [2]",
        citations=(cite(first.start, first.end), cite(last.start, last.end, number=2)),
        hits=(
            replace(hit("De raad beslist.", 1), legs={"dense": 1}),
            replace(hit("De wet geldt vanaf 2015.", 2), legs={"dense": 12, "lexical": 1}),
        ),
    )
    assert scores_of(case, given_answer) == {
        "failed": 0.0,
        "quote_validity": 1.0,
        "recall@1": 0.0,
        "recall@3": 0.5,
        "recall@5": 0.5,
        "recall@10": 0.5,
        "recall@20": 0.5,
        "budget_recall": 0.5,
        "ndcg@10": pytest.approx((1 / math.log2(3)) / (1 + 1 / math.log2(3))),
        "mrr": 0.5,
        "recall@10_dense": 0.0,
        "ndcg@10_dense": 0.0,
        "recall@10_lexical": 0.5,
        "ndcg@10_lexical": pytest.approx(1 / (1 + 1 / math.log2(3))),
        "false_refusal": 0.0,
        "confidence": 0.9,
        "evidence_recall": 0.5,
        "citation_precision": 0.5,
        "fact_recall": pytest.approx(1 / 3),
    }


def test_a_declined_answerable_case_scores_no_evidence_and_has_no_citation_precision() -> None:
    (last,) = locate("De raad beslist.", CONTENT)
    nearest = (cite(last.start, last.end),)
    hits = (hit("De raad beslist."),)
    declined = answer(declined=True, text="Niets over De raad beslist.", citations=nearest, hits=hits)
    found = scores_of(case_with("De raad beslist.", facts=("raad",)), declined)
    assert (found["evidence_recall"], found["fact_recall"], found["false_refusal"]) == (0.0, 0.0, 1.0)
    assert found["recall@1"] == 1.0
    assert "citation_precision" not in found


@pytest.mark.parametrize("declined", [True, False])
def test_an_unanswerable_case_is_scored_on_its_refusal_alone(declined: bool) -> None:
    case = Case("u", "nl", "q", "unanswerable", answerable=False)
    expected = {"failed": 0.0, "false_answer": float(not declined), "false_confidence": 0.9}
    assert scores_of(case, answer(declined=declined)) == expected


def test_a_leg_is_scored_by_its_own_ranks_and_one_that_found_nothing_scores_nothing() -> None:
    hits = (hit("De wet geldt vanaf 2015.", 1), hit("De raad beslist.", 2))
    held = [[True, False], [False, True]]
    ranked = [replace(each, legs={"dense": rank}) for each, rank in zip(hits, (3, 11), strict=True)]
    found = leg_scores("dense", ranked, held)
    assert found["recall@10_dense"] == 0.5
    assert found["ndcg@10_dense"] == pytest.approx((1 / math.log2(4)) / (1 + 1 / math.log2(3)))
    assert leg_scores("lexical", ranked, held) == {"recall@10_lexical": 0.0, "ndcg@10_lexical": 0.0}


def test_a_failed_case_scores_the_worst_of_what_would_have_covered_it() -> None:
    whole = score(CASES[0], make_answer(CASES[0]), mark(CASES[0], make_answer(CASES[0]), text_of), text_of)
    failed = score_failure(CASES[0])
    assert set(whole) - set(failed) == {"citation_precision", "quote_validity", "false_refusal", "confidence"}
    assert {value for name, value in failed.items() if name != "failed"} == {0.0}
    assert score_failure(Case("u", "nl", "q", "k", answerable=False)) == {"failed": 1.0}


def test_scores_are_shares_and_carry_the_names_of_the_metrics() -> None:
    for case in CASES:
        given_answer = make_answer(case)
        found = score(case, given_answer, mark(case, given_answer, text_of), text_of)
        assert all(0.0 <= value <= 1.0 for value in found.values())
        assert all(BY_NAME[name].per_case for name in found)
    assert len(BY_NAME) == len(METRICS)


def test_the_small_assistant_cites_the_evidence_of_its_own_corpus() -> None:
    assert locate(CASES[3].evidence[0].quote, TEXT.content) and CASES[3].evidence[0].report_id == REPORT
