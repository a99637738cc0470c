"""Enters: a question and the places in it. Leaves: the question as a report about those places would put it.

Such a report has the place in its title, and from then on says "the municipality", or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_KIND = r"(?:gemeente|regio|provincie|stad|municipality of|region of|city of)"
_ARTICLE = r"(?:(?:de|het|the)\s+)?"
_FIRST = r"(?:(?:Den|De|Het|Ter|Sint)\s+)?"  # of a name in two words
_REST = r"(?:\s+(?:aan|op|bij)\s+(?:den\s+|de\s+)?[A-Z][\w-]+)?"
_IN = r"(?:in|te|bij|at)"
_STAND_IN = {"nl": "de gemeente", "en": "the municipality"}


def is_place(name: str, text: str) -> bool:
    """Whether a text speaks of a lower-case name as of a place.

    >>> is_place("breda", "Wijkteams in Breda"), is_place("jansen", "Wat Jansen vond"), is_place("hulp", "in hulp")
    (True, False, False)
    """
    return re.search(rf"\b(?i:in|te|{_KIND})\s+{_FIRST}(?=[A-Z]){_any_case(name)}\b", text) is not None


def without_places(question: str, language: str, places: Collection[str]) -> str:
    """The question without these lower-case names of places, or with what stands for one in its language.

    >>> without_places("Hoeveel wijkteams heeft Breda?", "nl", ["breda"])
    'Hoeveel wijkteams heeft de gemeente?'
    >>> without_places("How many teams work in Den Haag, and who pays the Haagse teams?", "en", ["haag"])
    'How many teams work, and who pays the teams?'
    """
    for name in map(_any_case, places):
        place = rf"{_ARTICLE}(?:{_KIND}\s+)?\b{_FIRST}{name}\b{_REST}"
        question = re.sub(rf"\s+{_IN}\s+{place}", "", question)
        question = re.sub(rf"\b{name}se?\b(?=\s+[a-z])", "", question)
        question = re.sub(place, _STAND_IN[language], question)
    return re.sub(r"\s+(?=[?.!,;:])", "", " ".join(question.split()))


def _any_case(name: str) -> str:
    return f"(?i:{re.escape(name)})"
