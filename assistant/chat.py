"""The conversation on the page: what its parts are, and what happens when a visitor asks, stops or opens a source."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant import within
from assistant.conversation import conversation_html, notice_html, panel_html
from assistant.turns import Opened, Turn, choose, ended, fault_in, is_busy
from assistant.types import Answer
from assistant.wording import WORDING
from corpus.errors import UserError
from index.scope import Scope

if TYPE_CHECKING:
    from assistant.wire import Desk

logger = logging.getLogger(__name__)

Stream = Callable[["Desk", str, tuple[str, ...], Scope], Iterator[Answer]]
"""Called as ``stream(desk, question, earlier_questions, scope)``; yields the answer as it grows, the last one final.

The earlier questions stand oldest first.
"""

Changes = dict[Any, Any]
"""The new value of each component that an event changes."""

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""What holds for every event of the page: no spinner over what is there, and nothing to call from elsewhere."""

IN_TURN: dict[str, Any] = {"concurrency_limit": 1, "concurrency_id": "open"}
"""What holds for every event that changes the sources panel: one after the other, in the order they came."""

_ANSWERS_AT_ONCE = 2


@dataclass(frozen=True)
class ChatParts:
    """The components of the conversation and of the sources panel."""

    turns: gr.State
    opened: gr.State
    conversation: gr.HTML
    notice: gr.HTML
    within: gr.Accordion
    reports: gr.Dropdown
    publishers: gr.Dropdown
    since: gr.Dropdown
    until: gr.Dropdown
    box: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    fresh: gr.Button
    language: gr.Radio
    panel: gr.HTML

    @property
    def scope(self) -> list[gr.Dropdown]:
        """The fields that say what to search within."""
        return [self.reports, self.publishers, self.since, self.until]

    @property
    def of_a_turn(self) -> list[gr.blocks.Block]:
        """What changes while a question is answered."""
        shown = [self.conversation, self.notice, self.box, self.ask, self.stop, self.fresh, self.language]
        return [self.turns, *shown]

    @property
    def all(self) -> list[gr.blocks.Block]:
        """Everything that an event may change."""
        return [*self.of_a_turn, self.opened, self.panel, self.within, *self.scope]


def lay_out_conversation(desk: Desk, language: str, script: str) -> dict[str, Any]:
    """The conversation with the question box below it, by the names of their parts."""
    words = WORDING[language]
    parts: dict[str, Any] = {
        "conversation": gr.HTML(
            conversation_html(desk, (), language),
            elem_id="wmo-conversation",
            js_on_load=f"{script}\nreadConversation(element, trigger, watch);",
            apply_default_css=False,
        ),
        "notice": gr.HTML("", elem_id="wmo-notice", apply_default_css=False),
    }
    with gr.Accordion(words.within.format(scope=words.everything), open=False, elem_id="wmo-within") as accordion:
        fields: dict[str, Any] = {"min_width": 0, "interactive": True}
        with gr.Row(elem_id="wmo-fields"):
            parts["reports"] = gr.Dropdown([], value=[], multiselect=True, label=words.within_reports, **fields)
            parts["publishers"] = gr.Dropdown([], value=[], multiselect=True, label=words.within_publishers, **fields)
            parts["since"] = gr.Dropdown([("", "")], value="", label=words.within_since, **fields)
            parts["until"] = gr.Dropdown([("", "")], value="", label=words.within_until, **fields)
    parts["within"] = accordion
    with gr.Row(elem_id="wmo-ask"):
        parts["box"] = gr.Textbox(
            label=words.question_label,
            placeholder=words.question_placeholder,
            elem_id="wmo-question",
            max_lines=6,
            show_label=False,
            container=False,
            autofocus=True,
            min_width=0,
        )
        parts["ask"] = gr.Button(words.ask, variant="primary", elem_id="wmo-send", min_width=0)
        parts["stop"] = gr.Button(words.stop, elem_id="wmo-stop", min_width=0, visible=False)
    return parts


def lay_out_panel(desk: Desk, language: str, script: str) -> gr.HTML:
    """The sources panel."""
    return gr.HTML(
        panel_html(desk, None, language),
        elem_id="wmo-sources",
        js_on_load=f"{script}\nreadPanel(element, trigger, watch);",
        apply_default_css=False,
    )


def connect_chat(parts: ChatParts, events: ChatEvents, readable: list[gr.HTML]) -> None:
    """Lets every part do its work; a choice in each of ``readable`` opens a source in the panel."""
    state = [parts.turns, parts.language]
    answering: dict[str, Any] = {
        "fn": events.answer,
        "inputs": [parts.box, *state, *parts.scope],
        "outputs": [*parts.of_a_turn, parts.within, *parts.scope],
        "concurrency_limit": _ANSWERS_AT_ONCE,
        "concurrency_id": "answer",
        **QUIET,
    }
    # Not "once": after a cancelled answer Gradio would never send such an event again. events.answer guards itself.
    typed = gr.on([parts.box.submit, parts.ask.click], trigger_mode="multiple", **answering)
    picked = parts.conversation.click(events.example, [parts.language], [parts.box], **QUIET)
    picked = picked.then(**answering)
    for running in (typed, picked):
        running.failure(events.fail, state, parts.of_a_turn, **QUIET)
    parts.stop.click(events.stop, [*state, parts.box], parts.of_a_turn, cancels=[typed, picked], **QUIET)
    parts.fresh.click(events.restart, [parts.language], parts.all, **QUIET)
    parts.language.change(
        events.translate, [parts.turns, parts.opened, parts.language, *parts.scope], parts.all, **QUIET
    )
    parts.conversation.edit(events.edit, [parts.turns], [parts.box], **QUIET)
    changed = [field.change for field in parts.scope]
    gr.on(changed, events.narrow, [parts.language, *parts.scope], [parts.within], **QUIET)
    for place in (parts.conversation, parts.panel, *readable):
        # "multiple": a second click while the first is on its way must not be lost; one after the other, in order.
        place.select(
            events.open,
            [parts.turns, parts.opened, parts.language],
            [parts.opened, parts.panel],
            trigger_mode="multiple",
            **IN_TURN,
            **QUIET,
        )


@dataclass(frozen=True)
class ChatEvents:
    """What happens in the conversation; each method returns the new value of every component it changes."""

    desk: Desk
    stream: Stream
    parts: ChatParts

    def answer(
        self,
        question: str,
        turns: tuple[Turn, ...],
        language: str,
        reports: list[str],
        publishers: list[str],
        since: str,
        until: str,
    ) -> Iterator[Changes]:
        """Shows the question at once, then its answer as it grows, or the fault that a user can mend."""
        if is_busy(turns):
            yield {self.parts.notice: notice_html(WORDING[language].still_busy)}
            return
        question = question.strip()
        fault = fault_in(question, self.desk.settings.max_question_chars, WORDING[language])
        if fault:
            yield {self.parts.notice: notice_html(fault)}
            return
        earlier = tuple(turn.question for turn in turns if turn.answer is not None)
        if not set(reports) <= self.desk.reports.keys():
            kept = self.fields(language, reports, publishers, since, until)
            yield {self.parts.notice: notice_html(WORDING[language].chosen_gone), **kept}
            return
        scope = within.make_scope(reports, publishers, since, until)
        turn = Turn(question, scope, sum(map(scope.admits, self.desk.reports.values())))
        yield {**self._say((*turns, turn), language), self.parts.box: ""}
        try:
            for growing in self.stream(self.desk, question, earlier, turn.scope):
                turn = replace(turn, answer=growing)
                yield self._say((*turns, turn), language)
        except UserError as error:
            logger.info("question not answered: %s", error)
            turn = replace(turn, state="failed", error=error)
            yield {**self._say((*turns, turn), language), self.parts.box: question}
            return
        yield self._say((*turns, replace(turn, state="done")), language)

    def stop(self, turns: tuple[Turn, ...], language: str, typed: str) -> Changes:
        """Ends the running question where it is, and gives the question back to an empty box."""
        changes = self._say(ended(turns, "stopped"), language)
        return {**changes, self.parts.box: turns[-1].question} if is_busy(turns) and not typed.strip() else changes

    def fail(self, turns: tuple[Turn, ...], language: str) -> Changes:
        """Ends the running question after a fault in the program, and gives the question back."""
        changes = self._say(ended(turns, "failed"), language)
        return {**changes, self.parts.box: turns[-1].question} if is_busy(turns) else changes

    def example(self, language: str, event: gr.EventData) -> str:
        """The chosen example question."""
        examples = WORDING[language].examples
        return examples[int(event.example) % len(examples)]

    def edit(self, turns: tuple[Turn, ...], event: gr.EventData) -> Any:
        """What was searched for in a turn, to be changed and asked again."""
        turn = turns[int(event.turn)] if 0 <= int(event.turn) < len(turns) else None
        return turn.answer.searched if turn and turn.answer else gr.skip()

    def open(self, turns: tuple[Turn, ...], opened: Opened | None, language: str, event: gr.EventData) -> Changes:
        """Shows the chosen source, or the list of reports; a click that a later one has overtaken changes nothing."""
        if opened and int(event.count) < opened.count:
            return {self.parts.opened: gr.skip(), self.parts.panel: gr.skip()}
        chosen = choose(turns, event.turn, event.number, event.rank, event.report, int(event.count))
        return self.show(chosen, language)

    def restart(self, language: str) -> Changes:
        """Empties the conversation, the box and the panel, and searches in all reports again."""
        return {**self._say((), language), self.parts.box: "", **self.show(None, language), **self.fields(language)}

    def narrow(self, language: str, reports: Sequence[str], publishers: Sequence[str], since: str, until: str) -> Any:
        """Says on the folded fields what will be searched within."""
        words, scope = WORDING[language], within.make_scope(reports, publishers, since, until)
        described = within.describe(scope, self.desk.reports, language) or words.everything
        return gr.update(label=words.within.format(scope=described))

    def fields(
        self,
        language: str,
        chosen: Sequence[str] = (),
        publishers: Sequence[str] = (),
        since: str = "",
        until: str = "",
    ) -> Changes:
        """The fields that say what to search within, with the reports of now and what is left of a choice."""
        parts, reports = self.parts, self.desk.reports
        years, published_by = within.year_choices(reports, language), within.publisher_choices(reports)
        chosen = [report_id for report_id in chosen if report_id in reports]
        publishers = [publisher for publisher in publishers if publisher in published_by]
        since, until = (year if (year, year) in years else "" for year in (since, until))
        return {
            parts.within: self.narrow(language, chosen, publishers, since, until),
            parts.reports: gr.update(choices=within.report_choices(reports), value=chosen),
            parts.publishers: gr.update(choices=published_by, value=publishers),
            parts.since: gr.update(choices=years, value=since),
            parts.until: gr.update(choices=years, value=until),
        }

    def translate(self, turns: tuple[Turn, ...], opened: Opened | None, language: str, *scope: Any) -> Changes:
        """Puts every text into the chosen language; answers keep the language of their question."""
        words, parts = WORDING[language], self.parts
        years = within.year_choices(self.desk.reports, language)
        return {
            **self._say(turns, language),
            **self.show(opened, language),
            parts.within: self.narrow(language, *scope),
            parts.reports: gr.update(label=words.within_reports),
            parts.publishers: gr.update(label=words.within_publishers),
            parts.since: gr.update(choices=years, label=words.within_since),
            parts.until: gr.update(choices=years, label=words.within_until),
            parts.box: gr.update(label=words.question_label, placeholder=words.question_placeholder),
            parts.language: gr.update(label=words.language_label),
            parts.ask: gr.update(value=words.ask),
            parts.stop: gr.update(value=words.stop),
            parts.fresh: gr.update(value=words.new_conversation),
        }

    def show(self, opened: Opened | None, language: str) -> Changes:
        """The sources panel with a report, or with the list of reports."""
        return {self.parts.opened: opened, self.parts.panel: panel_html(self.desk, opened, language)}

    def _say(self, turns: tuple[Turn, ...], language: str) -> Changes:
        """The conversation; while a question runs, only Stop works (an answer is drawn in one language)."""
        parts, busy = self.parts, is_busy(turns)
        return {
            parts.turns: turns,
            parts.conversation: conversation_html(self.desk, turns, language),
            parts.notice: "",
            parts.ask: gr.update(visible=not busy),
            parts.stop: gr.update(visible=busy),
            parts.fresh: gr.update(interactive=not busy),
            parts.language: gr.update(interactive=not busy),
        }
