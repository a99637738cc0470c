import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.types import Citation
from assistant.write import number_citations, shown, unresolved_markers, write_quotes
from corpus.types import Report

REPORTS = {
    "a": Report("a", "Netwerken [2]", "Tilburg", "2022-05-09", (), "nl", "", "a.md", ""),
    "b": Report("b", "Beleid", "", "", (), "nl", "", "b.md", ""),
}
INTENTS = ["why", "how", "number", "recommendation", "comparison", "who", "when", "where", "definition", "what"]
SPANS = st.lists(
    st.builds(
        lambda report_id, start, quote: Citation(0, report_id, start, start + len(quote), quote, None),
        st.sampled_from(["a", "b"]),
        st.integers(0, 500),
        st.text(min_size=1) | st.sampled_from(["zie [1]", "regel\n[3] en [12]", "[[2]]", "[\n4]", "“[1”]"]),
    ),
    min_size=1,
    max_size=5,
)


def span(report_id: str, start: int, quote: str) -> Citation:
    return Citation(0, report_id, start, start + len(quote), quote, None)


def test_reports_stand_together_in_the_order_in_which_each_was_chosen_first() -> None:
    spans = [span("b", 50, "Later."), span("a", 0, "Elders."), span("b", 10, "Eerder.")]
    numbered = number_citations(spans)
    assert [(c.number, c.report_id, c.start) for c in numbered] == [(1, "b", 10), (2, "b", 50), (3, "a", 0)]


def test_an_answer_reads_as_lead_report_and_quotes() -> None:
    citations = number_citations([span("a", 0, "Er zijn weinig\nprikkels."), span("b", 0, "Zie bijlage [3].")])
    assert write_quotes(citations, REPORTS, "why", "nl").split("\n") == [
        "Verklaringen in 2 rapporten:",
        "",
        "Netwerken (2) (Tilburg, 2022)",
        "• “Er zijn weinig prikkels.” [1]",
        "",
        "Beleid",
        "• “Zie bijlage (3).” [2]",
    ]


@pytest.mark.parametrize("intent", INTENTS)
def test_each_kind_has_a_lead_in_both_languages_that_counts_reports(intent: str) -> None:
    one = number_citations([span("a", 0, "Zin.")])
    two = number_citations([span("a", 0, "Zin."), span("b", 0, "Zin.")])
    lead = {
        (language, len(citations)): write_quotes(citations, REPORTS, intent, language).split("\n")[0]
        for language in ("nl", "en")
        for citations in (one, two)
    }
    assert len(set(lead.values())) == 4
    assert "één rapport" in lead["nl", 1] and "2 rapporten" in lead["nl", 2]
    assert "one report" in lead["en", 1] and "2 reports" in lead["en", 2]


def test_one_report_is_not_put_side_by_side_with_itself() -> None:
    assert write_quotes(number_citations([span("a", 0, "Zin.")]), REPORTS, "comparison", "nl").startswith("Hierover")


@given(SPANS, st.sampled_from(INTENTS), st.sampled_from(["nl", "en"]))
def test_the_markers_of_a_text_are_the_numbers_of_its_citations(
    spans: list[Citation], intent: str, language: str
) -> None:
    citations = number_citations(spans)
    text = write_quotes(citations, REPORTS, intent, language)
    assert sorted(map(int, re.findall(r"\[(\d+)\]", text))) == [c.number for c in citations]
    assert unresolved_markers(text, citations) == ()
    assert sorted((c.report_id, c.start, c.quote) for c in citations) == sorted(
        (c.report_id, c.start, c.quote) for c in spans
    )


@given(st.text())
def test_a_shown_quote_is_one_line_without_markers(quote: str) -> None:
    line = shown(quote)
    assert len(line.splitlines()) <= 1
    assert not re.search(r"\[\d+\]", line)


def test_markers_that_point_at_nothing_are_listed_once_each() -> None:
    citations = number_citations([span("a", 0, "Zin.")])
    assert unresolved_markers("Zo [1], zo [7], zo [3] en weer [7].", citations) == (3, 7)
