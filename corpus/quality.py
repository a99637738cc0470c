"""A document and its cleaned text go in, figures that tell a good reading from a bad one come out.

Which words are recognised is told without a dictionary: ``trigrams.txt`` holds the threes of letters, accents
aside, that occur in the shipped reports, in the glossary and in Dutch statutes and English prose. Measured on
texts left out of it, over 99% of the words are recognised; where a broken font has swapped the letters, 12%.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from corpus.document import Document
from corpus.language import FUNCTION_WORDS, find_language
from corpus.types import Text

GOOD_RECOGNISED_SHARE = 0.9  # below this, many words are damaged or the report is in a third language
GOOD_GARBLED_SHARE = 0.005  # above this, a reader sees the damage

_TRIGRAMS = Path(__file__).with_name("trigrams.txt")
_LEAST_SHARE = 0.8  # of a word's trigrams that are known; a word of five letters may have one that is not
_ABBREVIATION_CHARS = 6
_LONE_LETTERS = {"a", "i", "u", "à"}
_LETTERS = re.compile(r"[^\W\d_]+")
_PUNCTUATION = "".join(chr(code) for code in range(33, 127) if not chr(code).isalnum()) + "“”„‘’‚«»…–—•·€£§°"
_MOJIBAKE = re.compile(
    r"Ã[\u0080-\u00bf€ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€[\u0080-\u00ff™œž“”˜¦¢]?|Â[\u00a0-\u00bf]|\(cid:\d+\)|ï¿½"
)
_USUAL_CONTROLS = "\t\n\r\f\u00ad\u0085"


@dataclass(frozen=True)
class Quality:
    """How well a document was read.

    ``pages`` is 0 for a format without pages; ``empty_pages`` are numbers from 1. ``recognised_share`` is of the
    words with letters, ``garbled_share`` of the characters that are no space, both from 0 to 1 (1 and 0 where
    there are none). ``removed_lines`` counts what cleaning took out as belonging to the page or the site.
    """

    pages: int
    words: int
    empty_pages: tuple[int, ...]
    language: str
    recognised_share: float
    garbled_share: float
    removed_lines: int


def measure(document: Document, text: Text, words_known: Collection[str] = (), removed: Sequence[str] = ()) -> Quality:
    """The quality of ``document``, cleaned as ``text`` by taking out ``removed``.

    ``words_known`` are words in lower case that count as recognised whatever their letters, such as names.
    """
    return Quality(
        pages=len(text.page_starts) or (1 if document.kind == "pdf" else 0),
        words=len(text.content.split()),
        empty_pages=document.empty_pages,
        language=find_language(text.content),
        recognised_share=recognised_share(text.content, words_known),
        garbled_share=garbled_share("\n".join(document.pages)),
        removed_lines=len(removed),
    )


def recognised_share(text: str, words_known: Collection[str] = ()) -> float:
    """The share of the words in ``text`` that look like Dutch or English ones; words without letters do not count.

    >>> recognised_share("De gemeente xqzvk 2015 hulp")
    0.75
    """
    known = frozenset(words_known)
    words = [word for word in text.split() if any(char.isalpha() for char in word)]
    return sum(_is_recognised(word, known) for word in words) / len(words) if words else 1.0


def garbled_share(text: str) -> float:
    """The share of the characters in ``text`` that are no letters of any text: replaced, unnamed or misread.

    >>> garbled_share("Cli\ufffdnten"), garbled_share("Cliënten")
    (0.125, 0.0)
    """
    rest = _MOJIBAKE.sub("", text)
    misread = len(text) - len(rest)
    wrong = sum(_is_wrong(char) for char in rest if not char.isascii() or not char.isprintable())
    sound = sum(not char.isspace() and not _is_wrong(char) for char in rest)
    return (misread + wrong) / (misread + wrong + sound) if misread + wrong else 0.0


def find_trigrams(word: str) -> set[str]:
    """The threes of letters in ``word``, accents aside, with its start as ``^`` and its end as ``$``.

    >>> sorted(find_trigrams("Één"))
    ['^ee', 'een', 'en$']
    """
    plain = "".join(char for char in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(char))
    framed = f"^{plain}$"
    return {framed[start : start + 3] for start in range(len(framed) - 2)}


@cache
def _known_trigrams() -> frozenset[str]:
    return frozenset(_TRIGRAMS.read_text("ascii").split())


def _is_recognised(word: str, known: frozenset[str]) -> bool:
    bare = word.strip(_PUNCTUATION)
    low = bare.casefold()
    if low in known or low in FUNCTION_WORDS["nl"] or low in FUNCTION_WORDS["en"]:
        return True
    if len(bare) == 1:  # the letter of a list has a mark; a lone one is a piece of a broken word
        return bare != word or low in _LONE_LETTERS
    if any(char.isdigit() for char in bare.strip("0123456789")):  # "w1jk", not "2015-beleid" or "covid19"
        return False
    parts = _LETTERS.findall(bare)
    return bool(parts) and all(part.casefold() in known or _looks_right(part) for part in parts)


def _looks_right(part: str) -> bool:
    if len(part) == 1 or (part.isupper() and len(part) <= _ABBREVIATION_CHARS):
        return True
    trigrams = find_trigrams(part)
    return len(trigrams & _known_trigrams()) >= _LEAST_SHARE * len(trigrams)


def _is_wrong(char: str) -> bool:
    return char == "\ufffd" or (unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs") and char not in _USUAL_CONTROLS)
