"""A question becomes a cited answer.

    question (+ history) -> stand-alone question -> retrieve hits -> refuse, or choose evidence
      -> write -> verify every quote -> Answer
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from time import perf_counter

from assistant.cite import cite, verify
from assistant.evidence import choose, weigh
from assistant.followup import stand_alone
from assistant.intent import read_intent
from assistant.language import detect_language
from assistant.refuse import decline, probability_answered
from assistant.types import Answer
from assistant.wire import Desk
from assistant.write import number_citations, unresolved_markers, write_quotes
from corpus.errors import UsageError

logger = logging.getLogger(__name__)


def ask(desk: Desk, question: str, turns: tuple[str, ...] = ()) -> Answer:
    """The answer to a question; ``turns`` are the questions asked before it, oldest first.

    Raises:
        UsageError: the question is empty or too long.
    """
    *_, answer = stream(desk, question, turns)
    return answer
