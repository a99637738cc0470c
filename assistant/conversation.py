"""The conversation and the sources panel beside it as safe HTML: turns and a chosen source go in, markup comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from assistant import reader
from assistant.refuse import without_nearest
from assistant.turns import Opened, Turn, is_busy, marks_of
from assistant.types import Answer
from assistant.within import describe
from assistant.wording import WORDING, Wording, count_reports
from corpus.errors import UserError
from corpus.types import Report
from index.scope import EVERYTHING

if TYPE_CHECKING:
    from assistant.wire import Desk


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
        parts.append(_reply_html(desk, turn, answer, number, language))
    if turn.state == "busy":
        searching = words.searching.format(reports=count_reports(turn.reports, language))
        message = words.writing if answer else searching
        spinner = '<span aria-hidden="true"></span>'
        parts.append(f'<p class="searching" role="status">{spinner}{escape(message)}</p>')
    if turn.state == "stopped":
        parts.append(f'<p class="stopped">{escape(words.stopped)}</p>')
    if turn.state == "failed":
        message = turn.error.message(language) if turn.error else words.failed
        parts.append(f'<p class="fault" role="alert">{escape(message)}</p>')
    return f'<article class="turn" data-position="{number}">{"".join(parts)}</article>'


def _reply_html(desk: Desk, turn: Turn, answer: Answer, number: int, language: str) -> str:
    words, reports, finished = WORDING[language], desk.reports, turn.state == "done"
    parts = [_searched_html(turn, answer, number, desk, language)]
    if answer.declined:
        parts.append(f'<p class="declined-title">{escape(words.declined)}</p>')
    nearest = reader.nearest_html(answer, number, reports, words) if answer.declined else ""
    said = replace(answer, text=without_nearest(answer.text)) if nearest else answer
    parts.append(reader.answer_html(said, number, reports, words))
    if answer.declined:
        parts.append(nearest)
    elif finished:
        parts.append(reader.sources_html(answer, number, reports, words))
    if answer.note:
        parts.append(f'<p class="note" lang="{escape(answer.language)}">{escape(answer.note)}</p>')
    if finished:
        parts.append(_footer_html(desk, answer, turn.reports, language))
    return f'<div class="{"reply declined" if answer.declined else "reply"}">{"".join(parts)}</div>'


def _searched_html(turn: Turn, answer: Answer, number: int, desk: Desk, language: str) -> str:
    """What was searched for where that is not the question itself, and within what where that is not everything."""
    words, parts = WORDING[language], []
    if answer.searched.strip().casefold() != answer.question.strip().casefold():
        edit = f'<button type="button" class="quiet" data-edit="{number}">{escape(words.edit)}</button>'
        said = f"<span>{escape(words.searched.format(question=answer.searched))}</span>"
        parts.append(f'<p class="searched">{said} {edit}</p>')
    if turn.scope != EVERYTHING:
        within = words.searched_within.format(scope=describe(turn.scope, desk.reports, language))
        parts.append(f'<p class="searched within">{escape(within)}</p>')
    return "".join(parts)


def _footer_html(desk: Desk, answer: Answer, searched: int, language: str) -> str:
    words = WORDING[language]
    made = f"<span>{reader.footer_html(answer, searched, language)}</span>"
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
    words, inner = WORDING[language], _panel_inner(desk, opened, language)
    data = f'data-count="{count}" data-said="{escape(_announced(desk, opened, words))}"'
    return f'<div class="panel" role="region" aria-label="{escape(words.panel)}" {data}>{inner}</div>'


def _announced(desk: Desk, opened: Opened | None, words: Wording) -> str:
    """What is read aloud to who opened a source and stays in the conversation."""
    report = desk.reports.get(opened.report_id) if opened else None
    if opened is None or report is None:
        return ""
    if opened.number is None:
        return words.opened_report.format(title=report.title)
    return words.opened_source.format(number=opened.number, title=report.title)


def _panel_inner(desk: Desk, opened: Opened | None, language: str) -> str:
    words, reports = WORDING[language], desk.reports
    if opened is None:
        return reader.shelf_html(reports, language)
    try:
        report, text = reports[opened.report_id], desk.text(opened.report_id)
    except KeyError:  # removed since, perhaps a moment ago
        return reader.shelf_html(reports, language, words.unknown_report)
    except UserError as error:
        return reader.shelf_html(reports, language, error.message(language))
    marks = marks_of(opened, text)
    return reader.report_html(report, text, marks, language, _above_text(opened, marks, reports, words))


def _above_text(opened: Opened, marks: tuple[reader.Mark, ...], reports: Mapping[str, Report], words: Wording) -> str:
    above = ""
    if opened.answer is not None and opened.number is not None:
        above = reader.chips_html(opened.answer, opened.turn, opened.number, reports, words)
    elif opened.rank is not None:
        above = f'<p class="hint">{escape(words.nearest_here)}</p>'
    if opened.answer is not None and not any(mark.kind in ("current", "near") for mark in marks):
        above += f'<p class="told" role="status">{escape(words.moved)}</p>'
    return above
