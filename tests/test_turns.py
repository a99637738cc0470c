"""What a conversation shows when the reports it quotes from have changed since."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from assistant_desk import make_desk

from assistant.ask import ask
from assistant.conversation import conversation_html, panel_html
from assistant.turns import Opened, Turn, choose, ended, marks_of
from assistant.wire import Desk
from assistant.wording import WORDING
from corpus.errors import UserError
from corpus.types import Text
from index.add import Given, add, remove, want

NL = WORDING["nl"]
QUESTION = "Waarom stokt de samenwerking in een netwerk?"


@pytest.fixture
def small(tmp_path: Path) -> Desk:
    return make_desk(tmp_path)


def asked(desk: Desk) -> tuple[Turn, ...]:
    return (Turn(QUESTION, reports=3, state="done", answer=ask(desk, QUESTION)),)


def opened(turns: tuple[Turn, ...]) -> Opened:
    chosen = choose(turns, 0, 1, None, None, 1)
    assert chosen is not None
    return chosen


def test_an_answer_that_quotes_a_removed_report_stays_and_its_source_is_said_to_be_gone(small: Desk) -> None:
    turns = asked(small)
    source = opened(turns)
    assert NL.unknown_report not in panel_html(small, source, "nl")
    remove(small.settings.corpus, small.settings.index, small.embedder, [source.report_id])
    assert NL.unknown_report in panel_html(small, source, "nl")
    shown = conversation_html(small, turns, "nl")
    assert "Zonder regie stokt de samenwerking" in shown and NL.unknown_report in shown
    assert "3 rapporten doorzocht" in shown


def test_what_a_replaced_report_no_longer_says_is_not_highlighted(small: Desk, tmp_path: Path) -> None:
    turns = asked(small)
    source = opened(turns)
    path = small.settings.corpus / "reports" / f"{source.report_id}.md"
    words = path.read_text("utf-8")
    newer = tmp_path / path.name
    newer.write_text("Dit rapport is herzien. " * 20 + words.replace("stokt", "loopt"), "utf-8")
    wanted = want([str(newer)], Given(id=source.report_id), may_replace=True)
    add(small.settings.corpus, small.settings.index, small.embedder, wanted)
    panel = panel_html(small, source, "nl")
    assert NL.moved in panel and "mark class" not in panel


def test_only_what_still_stands_where_it_was_found_is_marked(small: Desk) -> None:
    source = opened(asked(small))
    text = small.text(source.report_id)
    assert [mark.kind for mark in marks_of(source, text)].count("current") == 1
    assert marks_of(source, replace(text, content="x" + text.content)) == ()
    assert marks_of(Opened(source.report_id), Text("r", "")) == ()


def test_a_question_that_is_broken_off_is_shown_as_stopped_also_where_that_seems_a_fault() -> None:
    asked_now = (Turn("Waarom?", state="done"), Turn("Hoe dan?"))
    assert ended(ended(asked_now, "failed"), "stopped")[-1].state == "stopped"
    assert ended(ended(asked_now, "stopped"), "failed")[-1].state == "stopped"
    mended = (Turn("Waarom?", state="failed", error=UserError(nl="Geen model.", en="No model.")),)
    assert ended(mended, "stopped") == mended
