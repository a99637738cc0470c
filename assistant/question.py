"""What people type becomes a question that can be searched and shown anywhere, or an error that says what is wrong."""

from __future__ import annotations

import unicodedata

from corpus.errors import UsageError


def check_question(question: str, max_chars: int) -> str:
    """The question, made safe and without white space around it.

    Raises:
        UsageError: no letter or digit is in it, or it is longer than ``max_chars``.
    """
    question = make_safe(question).strip()
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


def make_safe(text: str) -> str:
    r"""The text with control characters as spaces and what is no character as �, so that no terminal obeys it.

    >>> make_safe("rood\x1b[31m\tof\nniet\udc80?")
    'rood [31m\tof\nniet�?'
    """
    return "".join(_safe(c) for c in text)


def _safe(character: str) -> str:
    match unicodedata.category(character):
        case "Cc" if character not in "\t\n":
            return " "
        case "Cs":
            return "\N{REPLACEMENT CHARACTER}"
        case _:
            return character
