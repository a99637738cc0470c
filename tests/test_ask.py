from dataclasses import replace
from pathlib import Path

import pytest
from assistant_desk import assert_sound, make_desk, markers
from index_corpus import REPORTS

from assistant.ask import HITS, ask, stream
from assistant.wire import Desk
from corpus.errors import IndexMissing, UsageError

QUESTION = "Waarom stokt de samenwerking in een netwerk?"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return make_desk(tmp_path_factory.mktemp("ask"))


def test_an_answer_quotes_the_sentence_that_answers(small: Desk) -> None:
    answer = ask(small, f"  {QUESTION}\n")
    assert_sound(answer, small)
    whole = "Organisaties in een netwerk vertrouwen elkaar niet vanzelf. Zonder regie stokt de samenwerking, zeggen"
    assert [c.quote for c in answer.citations] == [f"{whole} de professionals."]
    assert (answer.question, answer.searched, answer.language, answer.engine) == (
        QUESTION,
        QUESTION,
        "nl",
        "extractive",
    )
    assert answer.seconds > 0


def test_the_same_question_gets_the_same_answer(small: Desk) -> None:
    first, second = (replace(ask(small, QUESTION), seconds=0.0) for _ in range(2))
    assert first == second


def test_an_answer_grows_quote_by_quote_and_ends_whole(tmp_path: Path) -> None:
    also = "Organisaties in een netwerk vertrouwen elkaar nooit, en zonder regie stokt het werk."
    desk = make_desk(tmp_path, {**REPORTS, "ook": also})
    steps = list(stream(desk, QUESTION))
    assert len(steps) > 1
    assert [len(step.citations) for step in steps] == list(range(1, len(steps) + 1))
    for before, after in zip(steps, steps[1:], strict=False):
        assert {c.quote for c in before.citations} < {c.quote for c in after.citations}
    for step in steps:
        assert_sound(step, desk)
    assert replace(steps[-1], seconds=0.0) == replace(ask(desk, QUESTION), seconds=0.0)


def test_a_refusal_comes_at_once_and_cites_nothing(tmp_path: Path) -> None:
    strict = make_desk(tmp_path, decline_below=1.0)
    (answer,) = stream(strict, QUESTION)
    assert answer.declined
    assert_sound(answer, strict)


def test_an_empty_corpus_refuses_whatever_is_set(tmp_path: Path) -> None:
    empty = make_desk(tmp_path, {}, decline_below=0.0)
    answer = ask(empty, QUESTION)
    assert (answer.declined, answer.confidence, answer.hits) == (True, 0.0, ())
    assert_sound(answer, empty)


def test_a_follow_up_is_searched_together_with_the_question_before_it(small: Desk) -> None:
    answer = ask(small, "En hoe lang?", ("Hoe lang wachten kinderen op een behandeling?",))
    assert answer.searched == "Hoe lang wachten kinderen op een behandeling? En hoe lang?"
    assert answer.question == "En hoe lang?"
    assert any("twaalf weken" in citation.quote for citation in answer.citations)


@pytest.mark.parametrize("question", ["", " \n", "?!", "x" * 2001])
def test_what_is_no_question_is_refused_before_anything_is_searched(small: Desk, question: str) -> None:
    with pytest.raises(UsageError):
        ask(small, question)
    with pytest.raises(UsageError):
        ask(small, "En waarom?", (question,))


def test_limits_follow_the_settings(tmp_path: Path) -> None:
    brief = make_desk(tmp_path, max_quotes=2, max_words=20)
    answer = ask(brief, QUESTION)
    assert_sound(answer, brief)
    assert len(answer.citations) <= 2


def test_hits_are_the_best_passages_whether_or_not_they_are_cited(small: Desk) -> None:
    answer = ask(small, QUESTION)
    assert 1 < len(answer.hits) <= HITS
    scores = [hit.score for hit in answer.hits]
    assert scores == sorted(scores, reverse=True)


HOSTILE = {
    "code": "# Cijfers [9]\n\nVolgens bijlage [1] stokt de samenwerking [2] in 3 van de 4 netwerken [12].\n\n"
    "- Samenwerking stokt door geld [red]\n- Samenwerking stokt door tijd [/]\n\n"
    "De samenwerking\nstokt in het netwerk,\nzegt [4] een <b>professional</b> op [5](http://example.org).",
    "tabel": "# Tabel\n\n| netwerk | samenwerking |\n|---|---|\n| Breda [3] | stokt |\n| Almere | loopt |\n",
}


@pytest.mark.parametrize("question", [QUESTION, "samenwerking stokt [1]?", "Why does network collaboration [7] stall?"])
def test_brackets_and_new_lines_in_reports_and_questions_make_no_false_markers(tmp_path: Path, question: str) -> None:
    desk = make_desk(tmp_path, HOSTILE)
    answer = ask(desk, question)
    assert_sound(answer, desk)
    assert markers(answer.text) == [citation.number for citation in answer.citations]


def test_a_quote_keeps_its_own_brackets(tmp_path: Path) -> None:
    answer = ask(make_desk(tmp_path, HOSTILE), "bijlage samenwerking netwerken")
    assert any("bijlage [1]" in citation.quote for citation in answer.citations)
    assert "bijlage (1)" in answer.text


@pytest.mark.parametrize(
    "nasty", ["Wmo \x1b[2J\x1b]0;titel\x07?", "Wmo \ud800 \udfff?", "Wmo \x00 [red][/]?", "Wmo ‮ omgekeerd"]
)
def test_a_question_with_control_or_broken_characters_is_answered_safely(small: Desk, nasty: str) -> None:
    answer = ask(small, nasty, (nasty,))
    for text in (answer.question, answer.searched, answer.text, answer.reason):
        text.encode("utf-8")
        assert "\x1b" not in text and "\x00" not in text
    assert_sound(answer, small)


def test_the_reports_are_still_known_where_the_index_has_gone_while_a_question_is_told_why(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    before = dict(desk.reports)
    (tmp_path / "index").rename(tmp_path / "elsewhere")
    assert dict(desk.reports) == before and before
    with pytest.raises(IndexMissing):
        ask(desk, "Wachten kinderen op een behandeling?")
