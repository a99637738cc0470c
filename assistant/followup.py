"""A follow-up question, made to stand alone by what was asked before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.dutch import is_stopword, words

_LEANS_ON_BEFORE = re.compile(
    r"^(en|and|maar|but|so|dus)\b|^(what|how) about\b|^hoe zit\b"
    r"|^(\w+ ){0,3}(dat|dit|die|deze|that|this|those|these)\b"
    r"|\b(daar\w*|hier\w*|hij|zij|ze|hun|hen|it|its|they|them|their|he|she|his|her)\b",
    re.IGNORECASE,
)
_FEW_WORDS = 1


def stand_alone(question: str, turns: Sequence[str], language: str) -> str:
    """The question with the last one before it in front, where it leans on that one; else the question itself.

    >>> stand_alone("En in Breda?", ["Hoe werken wijkteams in Almere?"], "nl")
    'Hoe werken wijkteams in Almere? En in Breda?'
    """
    if not turns or not _leans_on_before(question, language):
        return question
    return f"{turns[-1].strip()} {question}"


def _leans_on_before(question: str, language: str) -> bool:
    content = [word for word in words(question) if not is_stopword(word, language)]
    return len(content) <= _FEW_WORDS or bool(_LEANS_ON_BEFORE.search(question.strip()))
