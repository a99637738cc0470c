"""A statement and its quotes go in; whether one of them denies what the other says comes out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

# what sounds like a denial and is none
_IDIOMS = re.compile(
    r"\b(?:niet (?:alleen|slechts|enkel|in de laatste plaats)|niet(?:te)?min|al dan niet|niet(?:s)? anders dan"
    r"|geen (?:twijfel|wonder)|zonder (?:meer|twijfel)|not (?:only|just|merely|least)|or not|no (?:doubt|wonder)"
    r"|no less than|nothing but|without (?:doubt|question))\b|\bno\.\s?(?=\d)",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\b(?:niet|geen|geenszins|nooit|nimmer|nauwelijks|amper|niemand|niets|nergens|zonder|noch|evenmin"
    r"|not|no|never|none|nobody|nothing|nowhere|hardly|scarcely|barely|without|neither|nor|cannot)\b|n['’]t\b",
    re.IGNORECASE,
)
# what denies in another way, so that "not clear" may rest on "onduidelijk"
_LACKS = re.compile(
    r"\b(?:on(?!der|t|s|z|geveer|langs|line|middel|roer)[a-zë]{4,}|ontbr\w+|un(?!der|i|til|less)[a-z]{4,}"
    r"|in(?:suffici|adequa|capab|effect|complet|abil|depend|visib|consist)\w*|im(?:possib|practic)\w*|non-?\w{4,}"
    r"|dis(?:agree|advantag|contin|courag|trust)\w*|\w{3,}(?:loos|loze|less)|gebrek\w*|tekort\w*|gemis|mist|missen"
    r"|mislukt?\w*|weiger\w*|verbied\w*|verbod\w*|verboden|voorkom\w*|zelden|weinig|minder|minst|moeilijk\w*"
    r"|lastig\w*|beperkt?\w*|behalve|uitgezonderd|tegen|nul|stopt?|gestopt|fa[al]{1,3}t?|falen|gefaald|afwezig\w*"
    r"|lack\w*|absen\w+|fail\w*|refus\w*|prohibit\w*|forb[iao]\w+|prevent\w*|seldom|rarely|few|fewer|little|less"
    r"|least|except|against|zero|missing|difficult\w*|hard|limited|stop\w*|unless|tenzij|too)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
_SENTENCE = re.compile(r"[^.!?;\n]+(?:[.](?=\w)[^.!?;\n]*)*")
_CLAUSE_END = re.compile(r"[,:()–—]|\s-\s")
_PREFIXES = ("on", "niet", "un", "in", "im", "non", "dis", "ir")
_REPEATED_SHARE = 0.75
_FEWEST_WORDS = 3
_LONG_LETTERS = 4


def contradicts(statement: str, quotes: Sequence[str]) -> bool:
    """Whether the statement denies what no quote denies, or repeats one without its denial, or with one more.

    A statement in other words or another language that denies must find some word that denies or lacks in its quotes.
    One that repeats a sentence of a quote, three in four of its words, must deny as often as the clauses it repeats.

    >>> contradicts("Het beleid is niet duidelijk.", ["Het beleid is onduidelijk."])
    False
    >>> contradicts("De gemeente betaalt de hulp.", ["De gemeente betaalt nooit de hulp, zegt zij."])
    True
    """
    written = [found[0] for quote in quotes for found in _SENTENCE.finditer(quote)]
    return any(_contradicts(found[0], written, quotes) for found in _SENTENCE.finditer(statement))


def _contradicts(statement: str, sentences: Sequence[str], quotes: Sequence[str]) -> bool:
    """As ``contradicts``, for one sentence of a statement and the sentences of its quotes."""
    repeated = [sentence for sentence in sentences if _repeats(statement, sentence)]
    if repeated:
        return all(_differs(statement, sentence) for sentence in repeated)
    bare = [_IDIOMS.sub(" ", quote) for quote in quotes]
    denies = bool(_DENIES.search(_IDIOMS.sub(" ", statement)))
    return denies and bool(bare) and not any(_DENIES.search(quote) or _LACKS.search(quote) for quote in bare)


def _repeats(statement: str, sentence: str) -> bool:
    """Whether most words of a statement, and most of its long ones, stand in a sentence, denials aside."""
    said = [word for word in _words(statement) if not _DENIES.fullmatch(word)]
    written = Counter(_words(sentence))
    long = [word for word in said if len(word) >= _LONG_LETTERS]
    return len(said) >= _FEWEST_WORDS and all(
        (Counter(words) & written).total() >= _REPEATED_SHARE * len(words) for words in (said, long)
    )


def _differs(statement: str, sentence: str) -> bool:
    """Whether a statement and the clauses of a sentence that it repeats deny a different number of times.

    Words that both have in the same place are left aside, so that "weinig" in both excuses no "niet" in one.
    """
    said, written = _words(statement), _words(sentence)
    blocks = SequenceMatcher(None, said, written, autojunk=False).get_matching_blocks()[:-1]
    if not blocks:
        return False
    spans = [found.span() for found in _WORD.finditer(sentence)]
    last = blocks[-1].b + blocks[-1].size - 1
    start = max((found.end() for found in _CLAUSE_END.finditer(sentence, 0, spans[blocks[0].b][0])), default=0)
    after = _CLAUSE_END.search(sentence, spans[last][1])
    end = after.start() if after else len(sentence)
    in_both = {block.b + at for block in blocks for at in range(block.size)}
    repeated = {block.a + at for block in blocks for at in range(block.size)}
    more = [word for at, word in enumerate(said) if at not in repeated]
    less = [word for at, word in enumerate(written) if at not in in_both and start <= spans[at][0] < end]
    denials = sum(map(_denies, more)) - sum(map(_denies, less))
    if denials:
        return abs(denials) > sum(map(_lacks, less if denials > 0 else more))
    return _has_opposite(more, less) or _has_opposite(less, more)


def _has_opposite(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether one of the others is one of the words with "on-" or the like before it."""
    return any(prefix + word in others for word in words for prefix in _PREFIXES if len(word) >= _LONG_LETTERS)


def _denies(word: str) -> bool:
    return _DENIES.search(word) is not None


def _lacks(word: str) -> bool:
    return _LACKS.fullmatch(word) is not None


def _words(text: str) -> list[str]:
    return [found[0].casefold() for found in _WORD.finditer(text)]
