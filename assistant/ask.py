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
from assistant.refuse import probability_answered, write_refusal
from assistant.types import Answer
from assistant.wire import Desk
from assistant.write import number_citations, unresolved_markers, write_quotes
from corpus.errors import UsageError

logger = logging.getLogger(__name__)

HITS = 50
"""How many passages an answer keeps of what was found."""


def ask(desk: Desk, question: str, turns: tuple[str, ...] = ()) -> Answer:
    """The answer to a question; ``turns`` are the questions asked before it, oldest first.

    Raises:
        UsageError: the question is empty or too long.
    """
    *_, answer = stream(desk, question, turns)
    return answer


def stream(desk: Desk, question: str, turns: tuple[str, ...] = ()) -> Iterator[Answer]:
    """The answer as it grows, quote by quote; the last one is whole. A refusal comes at once."""
    started = perf_counter()
    settings = desk.settings
    question = check_question(question, settings.max_question_chars)
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
    if confidence < settings.decline_below:
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


def check_question(question: str, max_chars: int) -> str:
    """The question without white space around it.

    Raises:
        UsageError: nothing is left, or it is longer than ``max_chars``.
    """
    question = question.strip()
    if not any(c.isalnum() for c in question):
        raise UsageError(
            nl="De vraag is leeg. Stel een vraag in woorden, bijvoorbeeld: Waarom stokt de samenwerking in de Wmo?",
            en="The question is empty. Ask it in words, for example: Why does Wmo collaboration stall?",
        )
    if len(question) > max_chars:
        raise UsageError(
            nl=f"De vraag telt {len(question)} tekens; er mogen er {max_chars} zijn. Maak hem korter.",
            en=f"The question has {len(question)} characters; {max_chars} are allowed. Make it shorter.",
        )
    return question
