import re
from dataclasses import replace
from pathlib import Path

import pytest
from eval_desk import CASES, REPORT, as_json, make_answer, text_of
from playwright.sync_api import Browser

from assistant.types import Answer
from corpus.errors import ModelUnavailable
from eval.compare import compare, pair_up
from eval.metric_list import METRICS
from eval.report import case_view, histogram, overlap_pieces, render_comparison, render_report, verdict
from eval.run import run_cases
from eval.summary import summarise
from eval.types import Case, Outcome, Span

NASTY = "<script>alert('x')</script> & \"quoted\""
PROVENANCE = {
    "command": "wmo eval run set.jsonl",
    "set": f"{NASTY}.jsonl",
    "set_hash": "s",
    "set_faults": [NASTY],
    "corpus_hash": "c",
    "fingerprint": "f",
    "settings": {"decline_below": 0.5},
    "versions": {"python": "3.11"},
}


def answer_badly(case: Case) -> Answer:
    """Fails once, answers one unanswerable case, cites beside the evidence once, and speaks in markup."""
    answer = make_answer(case)
    if case.id == "k-03":
        raise ModelUnavailable(nl=NASTY, en=NASTY)
    if case.id == "k-04":
        passage = answer.hits[1].passage
        moved = replace(answer.citations[0], start=passage.start, end=passage.end, quote=passage.text)
        return replace(answer, citations=(moved,), text=f"{NASTY} [1] [7]")
    return replace(answer, declined=False) if case.id == "u-00" else answer


NASTY_CASES = (replace(CASES[0], question=NASTY, turns=(NASTY,), kind=NASTY), *CASES[1:])
OUTCOMES = run_cases(NASTY_CASES, answer_badly, text_of, as_json)
SUMMARY = {**summarise(OUTCOMES), "provenance": PROVENANCE}
PAGE = render_report(OUTCOMES, SUMMARY)
PAIRS = pair_up(run_cases(NASTY_CASES, make_answer, text_of, as_json), OUTCOMES)
COMPARISON = render_comparison(
    PAIRS,
    compare(PAIRS),
    {"provenance": PROVENANCE},
    {"provenance": PROVENANCE | {"settings": {"decline_below": 0.7}}},
)


@pytest.mark.parametrize("page", [PAGE, COMPARISON])
def test_a_page_needs_nothing_but_itself_and_escapes_all_that_comes_from_outside(page: str) -> None:
    assert not re.search(r"""(src|href)=["'](?!#)|https?://|@import|url\(""", page)
    assert NASTY not in page and "&lt;script&gt;" in page
    assert page.count("<script>") == 1


def test_the_page_of_a_run_shows_every_case_every_metric_and_where_it_came_from() -> None:
    assert re.findall(r'id="case-([^"]+)"', PAGE) == [case.id for case in CASES]
    assert all(f"<h3>{metric.title}" in PAGE for metric in METRICS)
    assert "1 of 55 questions ended in an error" in PAGE
    assert "wmo eval run set.jsonl" in PAGE and "decline_below" in PAGE


def test_the_page_of_two_runs_shows_the_changed_cases_alone_and_the_settings_that_differ() -> None:
    assert re.findall(r'id="case-([^"]+)"', COMPARISON) == ["k-03", "k-04", "u-00"]
    assert "settings.decline_below" in COMPARISON and "settings.set_hash" not in COMPARISON


def test_a_run_in_which_every_case_failed_still_has_a_page() -> None:
    def fail(case: Case) -> Answer:
        raise ModelUnavailable(nl="weg", en="gone")

    outcomes = run_cases(CASES[:2], fail, text_of, as_json)
    assert "2 of 2 questions" in render_report(outcomes, {**summarise(outcomes), "provenance": PROVENANCE})


def outcome_of(case_id: str) -> Outcome:
    return next(outcome for outcome in OUTCOMES if outcome.case.id == case_id)


@pytest.mark.parametrize(
    ("case_id", "label", "tone"),
    [
        ("k-01", "all evidence cited", "good"),
        ("k-03", "failed", "bad"),
        ("k-04", "no evidence cited", "bad"),
        ("u-00", "wrongly answered", "bad"),
        ("u-01", "rightly declined", "good"),
    ],
)
def test_the_verdict_tells_what_became_of_a_case(case_id: str, label: str, tone: str) -> None:
    assert verdict(outcome_of(case_id)) == (label, tone)


def test_a_case_cited_in_part_is_half_good_and_a_refusal_of_it_is_bad() -> None:
    half = replace(outcome_of("k-01"), scores={"evidence_recall": 0.5})
    assert verdict(half) == ("some evidence cited", "half")
    refused = replace(half, answer={**(half.answer or {}), "declined": True})
    assert verdict(refused) == ("wrongly declined", "bad")


def test_cited_missed_and_unneeded_spans_are_told_apart() -> None:
    cited, missed = case_view(outcome_of("k-01")), case_view(outcome_of("k-04"))
    assert cited["evidence"][0]["cited"] and cited["evidence"][0]["rank"] == 1
    assert cited["citations"][0]["pieces"] == [
        ("Inleiding over Bergeijk. ", False),
        (CASES[1].evidence[0].quote, True),
    ]
    assert not missed["evidence"][0]["cited"] and missed["citations"][0]["role"] == "not needed"
    assert missed["answer"] == [(f"{NASTY} ", ""), ("[1]", "half"), (" ", ""), ("[7]", "bad"), ("", "")]
    assert missed["evidence"][0]["report"] == REPORT


def test_a_quote_in_pieces_is_the_whole_quote_whatever_evidence_it_holds() -> None:
    spans = [Span(0, 3), Span(2, 5), Span(9, 99)]
    pieces = list(overlap_pieces("abcdefghij", 0, spans))
    assert pieces == [("abcde", True), ("fghi", False), ("j", True)]
    assert list(overlap_pieces("", 5, spans)) == []


def test_the_histogram_counts_every_question_once() -> None:
    assert sum(histogram([0.1, 0.1, 0.4, 2.0])["counts"]) == 4
    assert histogram([])["counts"] == []


@pytest.mark.browser
def test_the_filters_narrow_the_cases_and_nothing_is_fetched(browser: Browser, tmp_path: Path) -> None:
    browser_page = browser.new_page()
    (tmp_path / "report.html").write_text(PAGE, encoding="utf-8")
    asked: list[str] = []
    complaints: list[str] = []
    browser_page.on("request", lambda request: asked.append(request.url))
    browser_page.on("console", lambda message: complaints.append(message.text))
    browser_page.on("pageerror", lambda error: complaints.append(str(error)))
    address = (tmp_path / "report.html").as_uri()
    browser_page.goto(address + "#case-k-02")
    shown = browser_page.locator("details.case:visible")
    assert shown.count() == len(CASES)
    assert browser_page.locator("details.case[open]").get_attribute("id") == "case-k-02"
    browser_page.select_option("select[name=verdict]", "rightly declined")
    assert shown.count() == 14
    browser_page.fill("input[type=search]", "hoeveel brugge")
    assert shown.count() == 1 and browser_page.locator("output").inner_text() == "1 of 55"
    browser_page.get_by_text("Open or close all").click()
    assert "Niet gevonden." in shown.inner_text()
    assert [url.partition("#")[0] for url in asked] == [address] and complaints == []
