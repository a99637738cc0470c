"""A follow-up question, made to stand alone by rules: what it lacks is taken from the questions before it.

A question leans on those before it where it points outside itself (a pronoun that nothing before it in the question
can explain), where it only goes on ("And in Breda?"), or where it says next to nothing of its own. One that says it is
about something else, or that says enough itself, is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.dutch import is_stopword, words

_FEW_WORDS = 1
_GOES_ON_WORDS = 3
_MORE_WORDS = 2
_CHAIN = 3

_OTHER_TOPIC = re.compile(
    r"^\W*(?:(?:en|and|maar|but|dan|nu|now|then) )?(?:(?:een|nog een|a|an|yet) )*"
    r"(?:(?:heel |totaal )?(?:iets|wat) anders|(?:(?:andere|nieuwe) )?vraag|(?:ander|nieuw) onderwerp|"
    r"(?:on|to) an?other (?:note|matter|subject)|something else|question|"
    r"(?:another|other|different|new) (?:question|topic|subject))\b",
    re.IGNORECASE,
)
_SEEMS_TO_POINT = re.compile(
    r"\b(?:klopt het|is het (?:zo|waar|mogelijk|juist)|hoe (?:komt|kan) het|is it (?:true|right|correct|possible|so)|"
    r"how come|how is it|why is it|hoe zit het(?: met)?|what does it take)\b(?: that\b| dat\b)?",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"^\W*(?:en|and|maar|but|so|dus|what about|how about|hoe zit het)\b", re.IGNORECASE)
_CONNECTIVE = re.compile(r"^\W*(?:en|and|maar|but|so|dus)\b", re.IGNORECASE)
_ASKS_MORE = re.compile(r"^\W*(?:geef|noem|vertel|leg|licht|give|name|tell|explain)\b", re.IGNORECASE)
_ASKS_WHAT_IS = re.compile(
    r"^\W*(?:wat (?:is|zijn|betekent|doet|doen)|what (?:is|are|does|do)|wie (?:is|zijn)|who (?:is|are))\b"
    r"(?! (?:de|het|the|er|there)\b)",
    re.IGNORECASE,
)
_ITS_SOURCE = re.compile(
    r"\b(?:het|dat|dit|de|the) (?:rapport|onderzoek|studie|artikel|proefschrift|boek|auteurs?|onderzoek(?:ers?|ster)|"
    r"gemeente|wethouder|report|study|article|dissertation|book|authors?|researchers?|municipality)\b",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\ber\b.* (?:aan|bij|in|mee|om|op|over|tegen|toe|uit|van|voor)\W*$", re.IGNORECASE)
_ONE = re.compile(r"\b(?:first|second|third|last|other|former|latter|same) ones?\b", re.IGNORECASE)

_PERSONS = frozenset("hij zij ze hem haar hen hun he she him her hers it they them theirs".split())
_OWNERS = frozenset("haar hun his her its their".split())
_POINTERS = frozenset("dit deze this these those dat die that ervan ervoor erbij erover ermee eraan".split())
_HOW = ("hoe", "how")  # what is asked by "how large" explains no pronoun
_ASKING = frozenset("wat waarom hoe wanneer waar wie".split())
_PLACES = re.compile(r"(?:daar|hier)(?:aan|bij|door|in|mee|na|om|onder|op|over|toe|tegen|uit|van|voor)?")


def stand_alone(question: str, turns: Sequence[str], language: str) -> str:
    """The question with what it leans on in front: the question before it, made to stand alone itself; or as it is.

    >>> stand_alone("En hoe lang duurt dat?", ["Wat doet een wijkteam in Almere?"], "nl")
    'Wat doet een wijkteam in Almere? En hoe lang duurt dat?'
    >>> stand_alone("Iets anders: wat kost jeugdhulp?", ["Wat doet een wijkteam in Almere?"], "nl")
    'Iets anders: wat kost jeugdhulp?'
    """
    if not turns or not leans_on_before(question, language):
        return question
    before = stand_alone(turns[-1].strip(), turns[-_CHAIN:-1], language)
    return _swap_name(question, before) or f"{_closed(before)} {question}"


def _closed(sentence: str) -> str:
    """A sentence with a full stop where it has no end, so that the capital of the next is not taken for a name's."""
    return sentence if sentence[-1:] in ".?!…" else f"{sentence}."


def leans_on_before(question: str, language: str) -> bool:
    """Whether a question cannot be understood without the one before it.

    >>> [leans_on_before(q, "en") for q in ("Why did that fail?", "Why do plans that look alike fail in practice?")]
    [True, False]
    """
    if _OTHER_TOPIC.search(question):
        return False
    rest = _SEEMS_TO_POINT.sub(" ", question)
    content = [word for word in words(rest) if not is_stopword(word, language)]
    if len(content) <= _FEW_WORDS:
        return not (content and _ASKS_WHAT_IS.search(question))
    goes_on = bool(_GOES_ON.search(question)) and len(content) <= _GOES_ON_WORDS
    goes_on = goes_on or bool(_ASKS_MORE.search(question)) and len(content) <= _MORE_WORDS
    has_few = len(content) <= _GOES_ON_WORDS and bool(_ITS_SOURCE.search(question))
    return goes_on or has_few or bool(_SPLIT.search(question) or _ONE.search(question)) or _points_out(rest, language)


def _points_out(question: str, language: str) -> bool:
    """Whether a word points to something that the question has not said before it."""
    said, follows_content = 0, False
    told = words(_CONNECTIVE.sub("", question))
    for place, word in enumerate(told):
        is_owner = word in _OWNERS and place + 1 < len(told) and not is_stopword(told[place + 1], language)
        if is_owner and said < 1 or not is_owner and word in _PERSONS and said < 2:
            return True
        is_subject = place == 2 and told[0] in _ASKING  # "Wat leverde dat op", not "gemeenten die het zwaar hebben"
        if word in _POINTERS and said < 2 and (is_subject or not follows_content):
            return True
        if _PLACES.fullmatch(word) and said < 3:
            return True
        follows_content = not is_stopword(word, language)
        said += follows_content and (place == 0 or told[place - 1] not in _HOW)
    return False


_NAME = r"(?:[Vv]an )?(?:[Dd]e[rn]? )?[A-Z][\w’'-]*[a-z][\w’'-]*(?: [A-Z][\w’'-]*)*"
_GOING_ON = r"(?i:(?:(?:en|and|maar|but) )?(?:what about|how about|hoe zit het)|en|and|maar|but) "
_PREPOSITION = r"(?:[Mm]et|[Ii]n|[Bb]ij|[Vv]oor|van|[Oo]p|[Vv]olgens|[Aa]ccording to|[Aa]t|[Ff]or|[Ww]ith|of) "
_ONLY_A_NAME = re.compile(
    rf"^\W*(?:{_GOING_ON}(?:{_PREPOSITION})*|(?:{_PREPOSITION})+)(?:de |het |the )?"
    rf"(?P<name>{_NAME}|[A-Z]{{3,}})(?: dan| then)?\W*$"
)
_NAMES = re.compile(rf"(?<=[\w,;:’'\"”)] ){_NAME}")


def _swap_name(question: str, before: str) -> str | None:
    """The question before with its only name replaced by the name that is all that is asked now, or None.

    >>> _swap_name("En in Breda?", "Hoe werken wijkteams in Almere samen?")
    'Hoe werken wijkteams in Breda samen?'
    >>> _swap_name("En in Breda?", "Hoe werkt Van Kuijk in Almere?") is None
    True
    """
    now, names = _ONLY_A_NAME.match(question), list(_NAMES.finditer(before))
    if now is None or len(names) != 1:
        return None
    return before[: names[0].start()] + now["name"] + before[names[0].end() :]
