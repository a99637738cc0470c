"""The page: questions go in, answers with numbered sources come out, and a source opens beside its answer."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import gradio as gr

from assistant import reader
from assistant.types import Answer
from assistant.wording import WORDING, Wording, count_reports
from corpus.errors import UsageError, UserError

if TYPE_CHECKING:
    from assistant.wire import Desk

logger = logging.getLogger(__name__)

Stream = Callable[["Desk", str, tuple[str, ...]], Iterator[Answer]]
"""Called as ``stream(desk, question, earlier_questions)``; yields the answer as it grows, the last one final.

The earlier questions stand oldest first.
"""

Changes = dict[Any, Any]
"""The new value of each component that an event changes."""

_HERE = Path(__file__).parent
_ANSWERS_AT_ONCE = 2
_FONTS = ("system-ui", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
_MONO_FONTS = ("ui-monospace", "Consolas", "monospace")
_LANGUAGES = [("Nederlands", "nl"), ("English", "en")]


@dataclass(frozen=True)
class Turn:
    """One question and what became of it; ``answer`` grows while ``state`` is ``"busy"``."""

    question: str
    state: Literal["busy", "done", "stopped", "failed"] = "busy"
    answer: Answer | None = None
    error: UserError | None = None


@dataclass(frozen=True)
class Opened:
    """What the sources panel shows: a report, at citation ``number`` or at hit ``rank`` of an answer.

    ``count`` grows with every choice, so that choosing the same source twice scrolls to it twice.
    """

    report_id: str
    turn: int = 0
    answer: Answer | None = None
    number: int | None = None
    rank: int | None = None
    count: int = 0


def build_page(desk: Desk, stream: Stream) -> gr.Blocks:
    """The page over one desk; every visitor has a conversation of their own, kept until the tab closes."""
    title = WORDING[desk.settings.language].name
    page = gr.Blocks(title=title, analytics_enabled=False, fill_width=True)
    with page:
        parts = _lay_out(desk, desk.settings.language)
        _connect(parts, _Events(desk, stream, parts))
    return page


def serve(
    page: gr.Blocks,
    host: str,
    port: int,
    open_browser: bool,
    announce: Callable[[str], None] = logger.info,
    block: bool = True,
) -> str:
    """The address of the page, which is announced too; with ``block`` it runs until the user ends the program.

    Nothing leaves the machine: no share link, no statistics, no fonts or scripts from elsewhere, no history
    in the browser, no API. The page listens on ``host`` alone; port 0 picks a free one.

    Raises:
        UsageError: the port is taken, or this machine does not have the address.
    """
    try:
        _, address, _ = page.launch(
            server_name=host,
            server_port=_free_port(host, port),
            inbrowser=open_browser,
            prevent_thread_lock=True,
            theme=gr.themes.Base(font=_FONTS, font_mono=_MONO_FONTS),
            css=_read("page.css"),
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            share=False,
            pwa=False,
            ssr_mode=False,
            mcp_server=False,
            quiet=True,
        )
    except OSError as error:
        raise UsageError(
            nl=f"De pagina kan niet luisteren op {host}:{port} ({error}). Kies een andere poort of adres.",
            en=f"The page cannot listen on {host}:{port} ({error}). Choose another port or address.",
        ) from error
    announce(str(address))
    if block:
        page.block_thread()
    return str(address)


def _free_port(host: str, port: int) -> int:
    """The port when nothing listens on it, or any free one for 0; Gradio leaks a socket when it finds out itself."""
    with socket.create_server((host, port)) as probe:
        return int(probe.getsockname()[1])


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


@dataclass(frozen=True)
class _Parts:
    """The components of the page that events read or change."""

    turns: gr.State
    opened: gr.State
    header: gr.HTML
    fresh: gr.Button
    language: gr.Radio
    conversation: gr.HTML
    notice: gr.HTML
    box: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    panel: gr.HTML

    @property
    def of_a_turn(self) -> list[gr.blocks.Block]:
        """What changes while a question is answered."""
        shown = [self.conversation, self.notice, self.box, self.ask, self.stop, self.fresh, self.language]
        return [self.turns, *shown]

    @property
    def all(self) -> list[gr.blocks.Block]:
        """Everything that an event may change."""
        return [*self.of_a_turn, self.header, self.opened, self.panel]


def _lay_out(desk: Desk, language: str) -> _Parts:
    words, script = WORDING[language], _read("page.js")
    turns, opened = gr.State(()), gr.State(None)
    with gr.Row(elem_id="wmo-header"):
        header = gr.HTML(header_html(words), elem_id="wmo-brand", apply_default_css=False)
        fresh = gr.Button(words.new_conversation, elem_id="wmo-new", size="sm", min_width=0)
        switch = gr.Radio(_LANGUAGES, value=language, label=words.language_label, elem_id="wmo-language", min_width=0)
    with gr.Row(elem_id="wmo-desk"):
        with gr.Column(elem_id="wmo-chat", min_width=0):
            conversation = gr.HTML(
                conversation_html(desk, (), language),
                elem_id="wmo-conversation",
                js_on_load=f"{script}\nreadConversation(element, trigger, watch);",
                apply_default_css=False,
            )
            notice = gr.HTML("", elem_id="wmo-notice", apply_default_css=False)
            with gr.Row(elem_id="wmo-ask"):
                box = gr.Textbox(
                    label=words.question_label,
                    placeholder=words.question_placeholder,
                    elem_id="wmo-question",
                    max_lines=6,
                    show_label=False,
                    container=False,
                    autofocus=True,
                    min_width=0,
                )
                ask = gr.Button(words.ask, variant="primary", elem_id="wmo-send", min_width=0)
                stop = gr.Button(words.stop, elem_id="wmo-stop", min_width=0, visible=False)
        with gr.Column(elem_id="wmo-panel", min_width=0):
            panel = gr.HTML(
                panel_html(desk, None, language),
                elem_id="wmo-sources",
                js_on_load=f"{script}\nreadPanel(element, trigger, watch);",
                apply_default_css=False,
            )
    return _Parts(turns, opened, header, fresh, switch, conversation, notice, box, ask, stop, panel)


def _connect(parts: _Parts, events: _Events) -> None:
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    state = [parts.turns, parts.language]
    answering: dict[str, Any] = {
        "fn": events.answer,
        "inputs": [parts.box, *state],
        "outputs": parts.of_a_turn,
        "concurrency_limit": _ANSWERS_AT_ONCE,
        "concurrency_id": "answer",
        **quiet,
    }
    # Not "once": after a cancelled answer Gradio would never send such an event again. events.answer guards itself.
    typed = gr.on([parts.box.submit, parts.ask.click], trigger_mode="multiple", **answering)
    picked = parts.conversation.click(events.example, [parts.language], [parts.box], **quiet)
    picked = picked.then(**answering)
    for running in (typed, picked):
        running.failure(events.fail, state, parts.of_a_turn, **quiet)
    parts.stop.click(events.stop, state, parts.of_a_turn, cancels=[typed, picked], **quiet)
    parts.fresh.click(events.restart, [parts.language], parts.all, **quiet)
    parts.language.change(events.translate, [parts.turns, parts.opened, parts.language], parts.all, **quiet)
    for place in (parts.conversation, parts.panel):
        place.select(
            events.open,
            [parts.turns, parts.opened, parts.language],
            [parts.opened, parts.panel],
            concurrency_limit=None,
            **quiet,
        )


@dataclass(frozen=True)
class _Events:
    """What happens on the page; each method returns the new value of every component it changes."""

    desk: Desk
    stream: Stream
    parts: _Parts

    def answer(self, question: str, turns: tuple[Turn, ...], language: str) -> Iterator[Changes]:
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
        turn = Turn(question)
        yield {**self._say((*turns, turn), language), self.parts.box: ""}
        try:
            for growing in self.stream(self.desk, question, earlier):
                turn = replace(turn, answer=growing)
                yield self._say((*turns, turn), language)
        except UserError as error:
            logger.info("question not answered: %s", error)
            turn = replace(turn, state="failed", error=error)
            yield {**self._say((*turns, turn), language), self.parts.box: question}
            return
        yield self._say((*turns, replace(turn, state="done")), language)

    def stop(self, turns: tuple[Turn, ...], language: str) -> Changes:
        """Ends the running question where it is."""
        return self._say(ended(turns, "stopped"), language)

    def fail(self, turns: tuple[Turn, ...], language: str) -> Changes:
        """Ends the running question after a fault in the program, and gives the question back."""
        changes = self._say(ended(turns, "failed"), language)
        return {**changes, self.parts.box: turns[-1].question} if is_busy(turns) else changes

    def example(self, language: str, event: gr.EventData) -> str:
        """The chosen example question."""
        examples = WORDING[language].examples
        return examples[int(event.example) % len(examples)]

    def open(self, turns: tuple[Turn, ...], opened: Opened | None, language: str, event: gr.EventData) -> Changes:
        """Shows the chosen source, or the list of reports."""
        count = opened.count + 1 if opened else 1
        chosen = choose(turns, event.turn, event.number, event.rank, event.report, count)
        return self._panel(chosen, language)

    def restart(self, language: str) -> Changes:
        """Empties the conversation, the box and the panel."""
        return {**self._say((), language), self.parts.box: "", **self._panel(None, language)}

    def translate(self, turns: tuple[Turn, ...], opened: Opened | None, language: str) -> Changes:
        """Puts every text of the page into the chosen language; answers keep the language of their question."""
        words, parts = WORDING[language], self.parts
        return {
            **self._say(turns, language),
            **self._panel(opened, language),
            parts.header: header_html(words),
            parts.box: gr.update(label=words.question_label, placeholder=words.question_placeholder),
            parts.language: gr.update(label=words.language_label),
            parts.ask: gr.update(value=words.ask),
            parts.stop: gr.update(value=words.stop),
            parts.fresh: gr.update(value=words.new_conversation),
        }

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

    def _panel(self, opened: Opened | None, language: str) -> Changes:
        return {self.parts.opened: opened, self.parts.panel: panel_html(self.desk, opened, language)}


def is_busy(turns: tuple[Turn, ...]) -> bool:
    """Whether the last question is still being answered.

    >>> is_busy(()), is_busy((Turn("Waarom?"),)), is_busy((Turn("Waarom?", state="done"),))
    (False, True, False)
    """
    return bool(turns) and turns[-1].state == "busy"


def ended(turns: tuple[Turn, ...], state: Literal["stopped", "failed"]) -> tuple[Turn, ...]:
    """The turns with the running question ended; unchanged when none is running.

    >>> ended((Turn("Waarom?"),), "stopped")[-1].state
    'stopped'
    """
    return (*turns[:-1], replace(turns[-1], state=state)) if is_busy(turns) else turns


def fault_in(question: str, limit_chars: int, words: Wording) -> str:
    """Why a question cannot be asked, or an empty string.

    >>> fault_in("Waarom?", 2000, WORDING["nl"]), fault_in("", 2000, WORDING["en"])[:15]
    ('', 'Type a question')
    """
    if not question:
        return words.empty_question
    if len(question) > limit_chars:
        return words.long_question.format(count=len(question), limit=limit_chars)
    return ""


def choose(
    turns: tuple[Turn, ...], turn: object, number: object, rank: object, report_id: object, count: int
) -> Opened | None:
    """What a click asks for, from numbers that the browser sent; None is the list of reports.

    >>> choose((), 3, 1, None, None, 1) is None
    True
    >>> choose((), None, None, None, "van-kuijk-2022", 1)
    Opened(report_id='van-kuijk-2022', turn=0, answer=None, number=None, rank=None, count=1)
    """
    if isinstance(report_id, str):
        return Opened(report_id, count=count)
    if not isinstance(turn, int) or not 0 <= turn < len(turns):
        return None
    answer = turns[turn].answer
    for citation in answer.citations if answer else ():
        if citation.number == number:
            return Opened(citation.report_id, turn, answer, number=citation.number, count=count)
    for hit in answer.hits if answer else ():
        if hit.rank == rank:
            return Opened(hit.passage.report_id, turn, answer, rank=hit.rank, count=count)
    return None


def header_html(words: Wording) -> str:
    """The name of the assistant and one line that says what it is."""
    return f'<h1>{escape(words.name)}</h1><p class="tagline">{escape(words.tagline)}</p>'


def notice_html(message: str) -> str:
    """A short message above the question box, read aloud by screen readers."""
    return f'<p role="status">{escape(message)}</p>'


def conversation_html(desk: Desk, turns: tuple[Turn, ...], language: str) -> str:
    """The conversation, oldest first; before the first question, a welcome with examples."""
    words = WORDING[language]
    inner = "".join(turn_html(desk, turn, i, language) for i, turn in enumerate(turns)) or welcome_html(words)
    busy = "true" if is_busy(turns) else "false"
    data = f'data-language="{language}" data-title="{escape(words.name)}"'
    return f'<div class="turns" role="log" aria-busy="{busy}" {data}>{inner}</div>'


def welcome_html(words: Wording) -> str:
    """What a visitor reads first, and the example questions as buttons."""
    buttons = "".join(
        f'<li><button type="button" class="example" data-example="{i}">{escape(example)}</button></li>'
        for i, example in enumerate(words.examples)
    )
    return (
        f'<section class="welcome"><h2>{escape(words.welcome)}</h2><p>{escape(words.welcome_more)}</p>'
        f'<p class="origin">{escape(words.examples_label)}</p><ul class="examples">{buttons}</ul></section>'
    )


def turn_html(desk: Desk, turn: Turn, number: int, language: str) -> str:
    """One question with what became of it so far."""
    words, answer = WORDING[language], turn.answer
    parts = [f'<h2 class="question">{escape(turn.question)}</h2>']
    if answer is not None:
        parts.append(_reply_html(desk, answer, number, language, finished=turn.state == "done"))
    if turn.state == "busy":
        searching = words.searching.format(reports=count_reports(len(desk.reports), language))
        message = words.writing if answer else searching
        spinner = '<span aria-hidden="true"></span>'
        parts.append(f'<p class="searching" role="status">{spinner}{escape(message)}</p>')
    if turn.state == "stopped":
        parts.append(f'<p class="stopped">{escape(words.stopped)}</p>')
    if turn.state == "failed":
        message = turn.error.message(language) if turn.error else words.failed
        parts.append(f'<p class="fault" role="alert">{escape(message)}</p>')
    return f'<article class="turn" data-position="{number}">{"".join(parts)}</article>'


def _reply_html(desk: Desk, answer: Answer, number: int, language: str, finished: bool) -> str:
    words, reports = WORDING[language], desk.reports
    parts = []
    if answer.searched.strip().casefold() != answer.question.strip().casefold():
        parts.append(f'<p class="searched">{escape(words.searched.format(question=answer.searched))}</p>')
    if answer.declined:
        parts.append(f'<p class="declined-title">{escape(words.declined)}</p>')
    parts.append(reader.answer_html(answer, number, reports, words))
    if answer.declined:
        parts.append(reader.nearest_html(answer, number, reports, words))
    elif finished:
        parts.append(reader.sources_html(answer, number, reports, words))
    if finished:
        parts.append(_footer_html(desk, answer, language))
    return f'<div class="{"reply declined" if answer.declined else "reply"}">{"".join(parts)}</div>'


def _footer_html(desk: Desk, answer: Answer, language: str) -> str:
    words = WORDING[language]
    made = f"<span>{reader.footer_html(answer, len(desk.reports), language)}</span>"
    if answer.declined:
        return f"<footer>{made}</footer>"
    copy = escape(reader.plain_answer(answer, desk.reports, words))
    return (
        f'<footer>{made}<button type="button" class="quiet" data-copy="{copy}" '
        f'data-copied="{escape(words.copied)}">{escape(words.copy)}</button></footer>'
    )


def panel_html(desk: Desk, opened: Opened | None, language: str) -> str:
    """The sources panel: the list of reports, or one report with its sentence highlighted."""
    count = opened.count if opened else 0
    return f'<div class="panel" data-count="{count}">{_panel_inner(desk, opened, language)}</div>'


def _panel_inner(desk: Desk, opened: Opened | None, language: str) -> str:
    words = WORDING[language]
    if opened is None:
        return reader.shelf_html(desk.reports, language)
    if opened.report_id not in desk.reports:
        return f"{reader.shelf_html(desk.reports, language)}{notice_html(words.unknown_report)}"
    try:
        text = desk.text(opened.report_id)
    except UserError as error:
        return f"{reader.shelf_html(desk.reports, language)}{notice_html(error.message(language))}"
    report = desk.reports[opened.report_id]
    return reader.report_html(report, text, marks_of(opened), language, _above_text(desk, opened, words))


def _above_text(desk: Desk, opened: Opened, words: Wording) -> str:
    if opened.answer is not None and opened.number is not None:
        return reader.chips_html(opened.answer.citations, opened.turn, opened.number, desk.reports, words)
    return f'<p class="hint">{escape(words.nearest_here)}</p>' if opened.rank is not None else ""


def marks_of(opened: Opened) -> tuple[reader.Mark, ...]:
    """What to highlight: the chosen sentence first, then the others that the answer quotes from the report."""
    if opened.answer is None:
        return ()
    cited = [c for c in opened.answer.citations if c.report_id == opened.report_id]
    cited.sort(key=lambda c: c.number != opened.number)
    near = [h.passage for h in opened.answer.hits if h.rank == opened.rank]
    return (
        *(reader.Mark(p.start, p.end, "near") for p in near),
        *(
            reader.Mark(c.start, c.end, "current" if c.number == opened.number else "other", str(c.number))
            for c in cited
        ),
    )
