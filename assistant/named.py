"""What a question names: people, places, organisations and figures, by the way they are written."""

from __future__ import annotations

import re

from index.dutch import is_stopword, words

# a capitalised word that does not begin the question, or an abbreviation in capitals anywhere
_NAME = re.compile(r"(?<=[\w,;:’'\"”)] )[A-Z][\w’'-]*[a-z][\w-]*|\b[A-Z]{2,}\w*")
_NOT_NAMES = frozenset(
    """
    dutch english nederlandse nederlands nederland netherlands holland
    januari februari maart april mei juni juli augustus september oktober november december
    january february march may june july august october monday
    """.split()
)


def names_in(question: str) -> tuple[str, ...]:
    """The lower-case words of the names in a question.

    >>> names_in("Wat zegt Van Kuijk over de Wmo in Breda?")
    ('van', 'kuijk', 'wmo', 'breda')
    """
    found = (word for match in _NAME.finditer(question) for word in words(match.group()))
    return tuple(dict.fromkeys(word for word in found if _may_name(word)))


def figures_in(question: str) -> tuple[str, ...]:
    """The words of a question that hold a digit: years, amounts, percentages, article numbers.

    >>> figures_in("Hoeveel waren het er in 2019, 70 procent?")
    ('2019', '70')
    """
    return tuple(dict.fromkeys(word for word in words(question) if any(c.isdigit() for c in word)))


def _may_name(word: str) -> bool:
    return word not in _NOT_NAMES and (word == "van" or not (is_stopword(word, "nl") or is_stopword(word, "en")))
