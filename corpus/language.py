"""A text goes in, the language it is written in comes out: Dutch, English or neither."""

from __future__ import annotations

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

FUNCTION_WORDS = {
    "nl": frozenset(
        "aan al als bij dan dat de deze die dit door een en er geen haar heeft het hij hoe hun ik in is je kan maar"
        " me meer met mij na naar niet nog nu of om ons onze ook op over te tegen tot uit van voor waar was wat we"
        " wel werd wie wij worden wordt ze zich zij zijn zo zou uw u ter ten tussen binnen hebben kunnen moeten"
        " zal".split()
    ),
    "en": frozenset(
        "a about after all an and are as at be been but by can do for from had has have he her his how if in into is"
        " it its may more most not of on one or our out she should so some such than that the their them then there"
        " these they this those to up was we were what when which who will with would you"
        " your".split()
    ),
}

_LONGEST_CHARS = 20_000
_WORD = re.compile(r"[^\W\d_]+")


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE)


def find_language(text: str) -> str:
    """``"nl"``, ``"en"``, or empty for another language or no words; function words decide, then letters.

    >>> find_language("De gemeente biedt hulp aan inwoners."), find_language("")
    ('nl', '')
    """
    words = _WORD.findall(text[:_LONGEST_CHARS].casefold())
    if not words:
        return ""
    shares = {code: sum(word in known for word in words) / len(words) for code, known in FUNCTION_WORDS.items()}
    likely, least = max(shares, key=lambda code: shares[code]), min(shares.values())
    if shares[likely] > 0.25 and shares[likely] > 2 * least:
        return likely
    found = str(_identifier().classify(text[:_LONGEST_CHARS])[0])
    return {"nl": "nl", "af": "nl", "en": "en"}.get(found, "")
