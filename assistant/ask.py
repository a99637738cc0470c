"""A question becomes a cited answer.

question (+ history) -> stand-alone question -> retrieve hits -> refuse, or choose evidence
  -> write -> verify every quote -> Answer
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from time import perf_counter

from assistant.cite import cite, verified
from assistant.evidence import choose, weigh
from assistant.followup import stand_alone
from assistant.intent import read_intent
from assistant.language import detect_language
from assistant.question import check_question
from assistant.refuse import probability_answered, write_refusal
from assistant.types import Answer
from assistant.wire import Desk
from assistant.write import number_citations, unresolved_markers, write_quotes

logger = logging.getLogger(__name__)

HITS = 50
"""How many passages an answer keeps of what was found."""


def ask(desk: Desk, question: str, turns: tuple[str, ...] = ()) -> Answer:
    """The answer to a question; ``turns`` are the questions asked before it, oldest first.

    Raises:
        UsageError: a question is empty or too long.
    """
    *_, answer = stream(desk, question, turns)
    return answer


def stream(desk: Desk, question: str, turns: tuple[str, ...] = ()) -> Iterator[Answer]:
    """The answer as it grows, quote by quote; the last one is whole. A refusal comes at once."""
    started = perf_counter()
    settings = desk.settings
    question = check_question(question, settings.max_question_chars)
    turns = tuple(check_question(turn, settings.max_question_chars) for turn in turns)
    language = detect_language(question)
    searched = stand_alone(question, turns, language)
    retriever = desk.retriever
    findings = retriever.find(searched, language)
    confidence = probability_answered(findings, desk.refusal_model)
    answered = partial(
        Answer,
        question=question,
        searched=searched,
        language=language,
        hits=findings.hits(HITS),
        confidence=confidence,
        engine="extractive",
    )
    if confidence < settings.decline_below or not len(findings.rows):
        text, reason = write_refusal(findings)
        yield answered(
            text=text, citations=(), declined=True, reason=reason, unresolved=(), seconds=perf_counter() - started
        )
        return
    weighed = weigh(findings, desk.evidence_model)
    snapshot = findings.snapshot
    evidence = choose(weighed, snapshot.sentence_vectors, settings.max_quotes, settings.max_words)
    for count in range(1, len(evidence) + 1):
        citations = number_citations(
            [cite(chosen.sentence, snapshot.text(chosen.sentence.report_id)) for chosen in evidence[:count]]
        )
        text = write_quotes(citations, snapshot.reports, read_intent(searched), language)
        yield answered(
            text=text,
            citations=verified(citations, snapshot.text),
            declined=False,
            reason="",
            unresolved=unresolved_markers(text, citations),
            seconds=perf_counter() - started,
        )
    logger.info("%s: %d citations in %.0f ms", language, len(evidence), 1000 * (perf_counter() - started))
