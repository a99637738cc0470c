"""Words of a Dutch or English text as the lexical leg sees them: folded, without stopwords, stemmed."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

import Stemmer

ANALYSER_VERSION = "2"

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|[^\W_]+")
_KIN_CHARS = 4
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_STOPWORDS_NL = frozenset(
    """
    de het een der des den t n m z s en of maar want dus doch noch als dan toen terwijl omdat doordat zodat
    opdat tenzij mits hoewel dat die dit deze degene zulke zulk wat wie welke welk waar waarom waardoor waarvoor
    waarmee waarop wanneer hoe hoeveel ik je jij u uw jouw hij zij ze we wij jullie hun hen haar zijn mijn ons
    onze men zich zichzelf er hier daar elkaar elkaars is ben bent was waren geweest wordt word worden werd
    werden geworden heeft heb hebt hebben had hadden gehad kan kun kunt kunnen kon konden mag mogen mocht
    mochten moet moeten moest moesten wil wilt willen wilde wilden zal zult zullen zou zouden doe doet doen deed
    deden gedaan gaat gaan ga ging gingen laat laten komt komen in op aan bij met van voor door over onder uit
    tot te ten ter om naar na tegen tussen zonder binnen buiten volgens tijdens per via sinds vanaf vanuit rond
    langs naast behalve vanwege wegens ook nog al wel niet geen nooit altijd vaak soms meer meest minder veel
    weinig alle alles iets niets iemand niemand ieder iedere elk elke andere ander eigen zelf alleen slechts
    juist toch nu zo daarom daardoor daarmee daarbij hierbij hiervoor daarvoor eens even heel erg zeer
    bijvoorbeeld namelijk echter af toe mee heen weg ja nee precies eigenlijk ongeveer hetzelfde
    """.split()
)
_STOPWORDS_EN = frozenset(
    """
    a an the and or but nor so yet if then than because while although though unless until that this these those
    which what who whom whose where why when how i you he she it we they me him her us them my your his its our
    their mine yours theirs himself itself themselves one ones is am are was were be been being do does did done
    doing has have had having can could may might must shall should will would in on at by with of for from to
    into onto over under out up down off about above below between among through during before after against
    without within per via since toward towards as also too not no never always often only just more most less
    least much many few some any all each every other another same own such very there here now s t re ve ll d m
    don doesn didn whether something anything nothing nobody either neither else thus hence upon whereas myself
    yourself herself isn aren wasn weren won wouldn couldn shouldn get gets got getting let lets
    """.split()
)


@cache
def _stemmer(algorithm: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(algorithm)


def fold(word: str) -> str:
    """The word in lower case without accents.

    >>> fold("Beëindigd")
    'beeindigd'
    """
    decomposed = unicodedata.normalize("NFKD", word.casefold()).casefold()
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@lru_cache(maxsize=200_000)
def stem(word: str, language: str = "nl") -> str:
    """The stem of one lower-case word; words with a digit stay as they are.

    Source: Snowball's ``dutch_porter`` and ``english`` algorithms.

    >>> stem("samenwerkingen"), stem("schulden") == stem("schuld")
    ('samenwerk', True)
    """
    if any(c.isdigit() for c in word):
        return word
    stemmer = _stemmer("english" if language == "en" else "dutch_porter")
    return fold(stemmer.stemWord(word))


@lru_cache(maxsize=200_000)
def root(word: str) -> str:
    """The bolder stem of a lower-case Dutch word, which also takes off prefixes: a hint of kinship, no more.

    It joins "geweigerd" with "weigeren", but "begeleiding" with "beleid" as well; see :func:`are_kin`.

    Source: Snowball's ``dutch`` algorithm (Kraaij-Pohlmann).
    """
    return fold(_stemmer("dutch").stemWord(word))


def are_kin(word: str, other: str) -> bool:
    """Whether two lower-case words are forms of one word: same root, and they begin alike, a participle's ge- aside.

    >>> are_kin("geweigerd", "weigeren"), are_kin("organisatie", "organisaties"), are_kin("begeleiding", "beleid")
    (True, True, False)
    """
    if root(word) != root(other):
        return False
    first, second = _without_participle(word)[:_KIN_CHARS], _without_participle(other)[:_KIN_CHARS]
    return first == second


def is_stopword(word: str, language: str = "nl") -> bool:
    """Whether the lower-case word carries no meaning of its own in a search."""
    return word in (_STOPWORDS_EN if language == "en" else _STOPWORDS_NL)


def words(text: str) -> tuple[str, ...]:
    """The lower-case words and numbers of a text, in order; thousands separators are dropped.

    Apostrophes and hyphens part words: "foto's" holds "foto" and "s", which is a stopword.

    >>> words("Jeugdhulp: 540.000 cliënten, 3,1% (Wmo-raad)")
    ('jeugdhulp', '540000', 'cliënten', '3,1', 'wmo', 'raad')
    """
    composed = unicodedata.normalize("NFC", text.lower())
    return tuple(_normalise(word) if "." in word else word for word in _WORD.findall(composed))


def analyse(text: str, language: str = "nl") -> tuple[str, ...]:
    """The stems of a text without stopwords, in order.

    >>> analyse("Waarom komt de samenwerking niet van de grond?")
    ('samenwerk', 'grond')
    """
    return tuple(stem(word, language) for word in words(text) if not is_stopword(word, language))


def _without_participle(word: str) -> str:
    return word[2:] if word.startswith("ge") and word.endswith(("d", "t", "n")) and len(word) > 6 else word


def _normalise(word: str) -> str:
    return word.replace(".", "") if _THOUSANDS.fullmatch(word) else word
