"""Dutch or English: the language a question is asked in."""

from __future__ import annotations

from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from index.dutch import is_stopword, words

_CLEARLY = 2.0
"""By how much the log-probability of English must exceed that of Dutch: 5.6 for "network", 0.5 for "Wmo"."""


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(["nl", "en"])
    return identifier


def detect_language(question: str) -> str:
    """``"nl"`` or ``"en"``; function words decide, then clearly English letters, and Dutch where neither tells.

    >>> detect_language("why does Wmo collaboration stall?"), detect_language("knelpunten samenwerking")
    ('en', 'nl')
    """
    found = words(question)
    dutch = sum(is_stopword(word, "nl") for word in found)
    english = sum(is_stopword(word, "en") for word in found)
    if dutch != english:
        return "nl" if dutch > english else "en"
    likely = dict(_identifier().rank(question))
    return "en" if likely["en"] - likely["nl"] > _CLEARLY else "nl"
