"""A question becomes a cited answer.

question (+ history) -> stand-alone question -> retrieve hits -> refuse, or choose evidence
  -> write (quotes, or a chat model's statements) -> verify every quote -> Answer
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from assistant.cite import cite, verified
from assistant.evidence import weigh
from assistant.excerpt import choose
from assistant.followup import stand_alone
from assistant.intent import read_intent
from assistant.language import detect_language
from assistant.question import check_question
from assistant.refuse import probability_answered, write_refusal
from assistant.types import Answer, Checks
from assistant.wire import Desk
from assistant.write import number_citations, unresolved_markers, write_quotes
from corpus.errors import ModelUnavailable
from index.retrieve import Findings
from index.scope import EVERYTHING, Scope

if TYPE_CHECKING:
    from assistant.models import Chat

logger = logging.getLogger(__name__)

HITS = 50
"""How many passages an answer keeps of what was found."""

_REWRITE_SHARE = 3  # a chat model may spend a third of its time on making a question stand alone

_Answered = Callable[..., Answer]
"""Makes an Answer; the question and what was found are filled in already."""


def ask(desk: Desk, question: str, turns: tuple[str, ...] = (), scope: Scope = EVERYTHING) -> Answer:
    """The answer to a question; ``turns`` are the questions asked before it, oldest first.

    Only the reports within ``scope`` are searched.

    Raises:
        UsageError: a question is empty or too long, or no report is within the scope.
    """
    return deque(stream(desk, question, turns, scope), maxlen=1).pop()


def stream(desk: Desk, question: str, turns: tuple[str, ...] = (), scope: Scope = EVERYTHING) -> Iterator[Answer]:
    """The answer as it grows, quote by quote or statement by statement; the last is whole. A refusal comes at once.

    While a chat model is silent the answer so far comes again, several times a second, so that whoever reads can stop;
    closing the generator breaks the model off. Where the model fails there are quotes, and a note that says why.
    """
    started = perf_counter()
    settings = desk.settings
    question = check_question(question, settings.max_question_chars)
    turns = tuple(check_question(turn, settings.max_question_chars) for turn in turns)
    language = detect_language(question)
    searched, chat, failure = stand_alone(question, turns, language), None, None
    deadline = 0.0
    try:
        chat = desk.chat
        deadline = perf_counter() + settings.chat_seconds
        for rewritten in _rewrite(chat, question, turns, language, settings.chat_seconds / _REWRITE_SHARE):
            searched = rewritten or searched
            yield _waiting(question, language, perf_counter() - started)
    except ModelUnavailable as error:
        chat, failure = None, error
    findings = desk.find(searched, scope, language)
    confidence = probability_answered(findings, desk.refusal_model)
    answered = partial(
        Answer,
        question=question,
        searched=searched,
        language=language,
        hits=findings.hits(HITS),
        confidence=confidence,
        engine="extractive",
        reports=findings.snapshot.reports,
    )
    if confidence < settings.decline_below or not len(findings.rows):
        yield _refuse(findings, answered, started)
    elif chat is not None:
        yield from _write(desk, chat, findings, answered, started, deadline)
    else:
        yield from _quote(desk, findings, partial(answered, note=_why_quotes(failure, language)), started)
    logger.info("%s: answered in %.0f ms", language, 1000 * (perf_counter() - started))


def _quote(desk: Desk, findings: Findings, answered: _Answered, started: float) -> Iterator[Answer]:
    """The answer as quotes, one more each time."""
    settings, snapshot = desk.settings, findings.snapshot
    excerpts = choose(
        weigh(findings, desk.evidence_model),
        snapshot.sentence_vectors,
        snapshot.text,
        settings.max_quotes,
        settings.max_words,
    )
    if not excerpts:  # every sentence found is an order to a language model
        yield _refuse(findings, answered, started)
    for count in range(1, len(excerpts) + 1):
        citations = number_citations(
            [cite(excerpt.start, excerpt.end, snapshot.text(excerpt.report_id)) for excerpt in excerpts[:count]]
        )
        text = write_quotes(citations, snapshot.reports, read_intent(findings.question), findings.language)
        yield answered(
            text=text,
            citations=verified(citations, snapshot.text),
            declined=False,
            reason="",
            unresolved=unresolved_markers(text, citations),
            seconds=perf_counter() - started,
        )


def _refuse(findings: Findings, answered: _Answered, started: float) -> Answer:
    text, reason = write_refusal(findings)
    return answered(
        text=text, citations=(), declined=True, reason=reason, unresolved=(), seconds=perf_counter() - started
    )


def _write(
    desk: Desk, chat: Chat, findings: Findings, answered: _Answered, started: float, deadline: float
) -> Iterator[Answer]:
    """The answer in a chat model's words, a checked statement more each time; quotes where none of them holds."""
    from assistant.compose import write_drafts, write_statements
    from assistant.note import draft_note, fallback_note

    settings, language = desk.settings, findings.language
    shows = settings.chat_unsupported == "show"
    draft, answer, failure, first_seconds = None, None, None, None
    try:
        with closing(write_drafts(chat, findings, settings, deadline - perf_counter())) as drafts:
            for draft in drafts:
                if draft.supported and first_seconds is None:
                    first_seconds = perf_counter() - started
                text = write_statements(draft, language, shows)
                answer = answered(
                    text=text,
                    citations=verified(draft.citations, findings.snapshot.text),
                    declined=False,
                    reason="",
                    unresolved=unresolved_markers(text, draft.citations),
                    engine=chat.name,
                    seconds=perf_counter() - started,
                    checks=draft.checks(first_seconds),
                )
                yield answer
    except ModelUnavailable as error:
        failure = error
    if answer is not None and draft is not None and draft.supported:
        note = draft_note(chat.name, draft, failure, shows, language)
        yield replace(answer, note=note, seconds=perf_counter() - started)
        return
    note = fallback_note(chat.name, draft, failure, language)
    checks = draft.checks(None) if draft is not None else Checks()
    yield from _quote(desk, findings, partial(answered, note=note, checks=checks), started)


def _rewrite(chat: Chat | None, question: str, turns: tuple[str, ...], language: str, seconds: float) -> Iterator[str]:
    """What a chat model makes of a follow-up question; nothing where there is no model, or no question before it."""
    if chat is not None and turns:
        from assistant.rewrite import rewrite

        yield from rewrite(chat, question, turns, language, seconds)


def _why_quotes(failure: ModelUnavailable | None, language: str) -> str:
    if failure is None:
        return ""
    from assistant.note import fallback_note

    return fallback_note("", None, failure, language)


def _waiting(question: str, language: str, seconds: float) -> Answer:
    """The answer to a question that is still being made to stand alone."""
    return Answer(
        question=question,
        searched=question,
        language=language,
        text="",
        citations=(),
        hits=(),
        declined=False,
        reason="",
        confidence=0.0,
        unresolved=(),
        engine="extractive",
        seconds=seconds,
    )
