"""What a question names: people, places, organisations and figures, by the way they are written."""

from __future__ import annotations

import re
from collections.abc import Set

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.dutch import fold, is_stopword, words

# a word with a capital and a small letter that does not begin a sentence; "Wmo" and "UWV" are abbreviations, not names
_NAME = re.compile(r"(?<=[\w,;:’'\"”)] )[A-Z][\w’'-]*[a-z][\w’'-]*")
_PART = re.compile(r"[^-]+")
SHORTEST_NAME_CHARS = 4
_MISSPELT_CHARS = 6
_OF_A_PLACE = ("se", "er", "s", "naar")
_NOT_NAMES = frozenset(
    """
    dutch english nederlandse nederlands nederland netherlands holland internet phd
    januari februari maart april mei juni juli augustus september oktober november december
    january february march may june july august october
    """.split()
)


def names_in(question: str) -> tuple[str, ...]:
    """The lower-case words of four letters or more in the names in a question.

    >>> names_in("Wat zegt Van Kuijk over Wmo-aanvragen in Breda?")
    ('kuijk', 'breda')
    """
    parts = (part for match in _NAME.finditer(question) for part in _PART.findall(match.group()) if part[0].isupper())
    found = (word for part in parts for word in words(part))
    return tuple(dict.fromkeys(word for word in found if _may_name(word)))


def is_headline(question: str) -> bool:
    """Whether every word of a question has a capital, as in English titles, so that capitals tell no names.

    >>> is_headline("Why Does Wmo Collaboration Stall?"), is_headline("Wat zegt Van Kuijk?"), is_headline("Jan Jansen")
    (True, False, False)
    """
    letters = [word for word in question.split() if word[0].isalpha()]
    return len(letters) > 2 and all(word[0].isupper() for word in letters)


def figures_in(question: str) -> tuple[str, ...]:
    """The words of a question that hold a digit: years, amounts, percentages, article numbers.

    >>> figures_in("Hoeveel waren het er in 2019, 70 procent?")
    ('2019', '70')
    """
    return tuple(dict.fromkeys(word for word in words(question) if any(c.isdigit() for c in word)))


def match_name(name: str, known: Set[str]) -> str | None:
    """The known lower-case word that a name is: as it is, as what is of a place, or misspelt by one letter.

    >>> [match_name(name, {"breda", "stouthard"}) for name in ("bredase", "stoutharð", "stouthart", "utrecht")]
    ['breda', 'stouthard', 'stouthard', None]
    """
    for form in (name, fold(name), *(name.removesuffix(ending) for ending in _OF_A_PLACE)):
        if form in known:
            return form
    if len(name) < _MISSPELT_CHARS:
        return None
    near = process.extractOne(name, known, scorer=OSA.distance, score_cutoff=1)
    return near[0] if near else None


def _may_name(word: str) -> bool:
    is_common = word in _NOT_NAMES or is_stopword(word, "nl") or is_stopword(word, "en")
    return len(word) >= SHORTEST_NAME_CHARS and not is_common
