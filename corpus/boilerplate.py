"""The lines of a copied web page go in; the same lines come out, those that belong to the site emptied.

A rule is one line in ``_FURNITURE`` (a line that is never part of a report) or in ``_MAYBE`` (a line that is
site furniture only among other furniture: "Contact" may well be a report's heading). A pattern matches a
whole line, in lower case and without punctuation at its ends. When in doubt a line stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus.split import cut_sentences

LONGEST_NOTE_LINES = 30  # of names, labels and contacts for the press
RUNNING_WORDS = 8  # a line with this many words that ends as a sentence does is running text
SURELY_RUNNING_WORDS = 14  # and with this many, whatever its end

_NETWORK = r"facebook|twitter|x|linkedin|whatsapp|instagram|pinterest|bluesky|mastodon|e-?mail|mail|print"
_NETWORKS = rf"(?:[ ,|/]+(?:{_NETWORK}|of|or|en|and))*"
_PAGE = r"pagina|artikel|bericht|nieuwsbericht|verhaal|page|article|post|story"
_VIA = r"(?: (?:via|op|met|on|with))"
_CRUMB = r"(?:(?! [/|] | ?[>»›→])[^>»›→]){1,80}+"
_TARGET = (
    r"hoofd-?inhoud|inhoud|hoofdnavigatie|navigatie|hoofdmenu|menu|footer|zoeken|boven"
    r"|main content|content|navigation|search|top"
)

_FURNITURE: dict[str, tuple[str, ...]] = {
    "skip links": (
        r"(?:(?:(?:ga|spring|terug|skip|jump|back) )?(?:direct )?(?:naar|to) (?:(?:de|het|the) )?"
        rf"(?:{_TARGET})(?: |$))+",
    ),
    "menu button": (
        r"(?:open|sluit|toon|toggle|close|show) (?:het |the )?(?:menu|navigatie|navigation)",
        r"menu (?:openen|sluiten)|hoofdmenu|main menu",
    ),
    "search box": (
        r"zoek(?:en)? (?:op|in|naar)(?: (?:de|deze|rubriek|trefwoord|onderwerp|site|website))*",
        r"search (?:this site|for)|waar (?:ben je|bent u) naar op zoek",
    ),
    "breadcrumb": (
        rf"home(?:(?: [/|] | ?[>»›→] ?+){_CRUMB})+",
        r"(?:u bent|je bent|you are) (?:hier|here)(?: ?[:>»›→/|][^:>»›→/|]{0,80}+)*+",
    ),
    "share buttons": (
        rf"(?:deel|share) (?:deze|dit|this)(?: (?:{_PAGE}))?{_VIA}?{_NETWORKS}",
        rf"(?:deel|delen|share){_VIA}{_NETWORKS}",
        rf"(?:{_PAGE}) (?:delen|printen|opslaan)",
        rf"(?:print|mail) (?:deze|dit|this) (?:{_PAGE})",
    ),
    "follow us": (rf"(?:volg ons|follow us){_VIA}?{_NETWORKS}",),
    "comment form": (
        r"(?:laat|geef|plaats|schrijf) (?:een|je|uw) (?:reactie|antwoord)(?: achter)?",
        r"(?:een )?reactie plaatsen|reageer op dit (?:artikel|bericht)|antwoord annuleren",
        r"reageren is (?:hier )?niet (?:meer )?mogelijk|(?:de )?reacties zijn (?:gesloten|uitgeschakeld)",
        r"(?:leave|post) a (?:reply|comment)|comments are closed",
        r"(?:je|uw|het) e-?mailadres (?:wordt|zal) niet (?:worden )?gepubliceerd.{0,80}",
        r"your e-?mail address will not be published.{0,80}",
        r"(?:vereiste velden zijn gemarkeerd|required fields are marked).{0,10}",
        r"(?:mijn naam|save my name).{0,80}(?:browser|website).{0,80}",
    ),
    "login notice": (
        r"(?:u|je|jij) moet .{0,15}(?:ingelogd|aangemeld|inloggen).{0,20}(?:reactie|reageren).{0,30}",
        r"you (?:must|need to) be logged in to (?:post|leave|comment|reply).{0,30}",
        r"(?:log in|inloggen|meld (?:u|je) aan)(?: of .{1,30})? om (?:te reageren|verder te lezen).{0,30}",
        r"log in(?: or .{1,30})? to (?:comment|reply|continue reading).{0,30}",
    ),
    "newsletter": (
        r"(?:meld|schrijf|abonneer) (?:je|u|jezelf|uzelf)\b.{0,100}\b(?:nieuwsbrie\w*|mailinglijst)\b.{0,80}",
        r"(?:wil (?:je|jij)|wilt u) .{0,60}\b(?:ontvangen|op de hoogte)\b.{0,60}\bnieuwsbrief\b.{0,60}",
        r"ontvang (?:onze|de|gratis|elke|iedere|wekelijks|maandelijks)\b.{0,60}\bnieuwsbrief\b.{0,60}",
        r"(?:aanmelden|inschrijven)(?: voor)?(?: de| onze)? nieuwsbrief|nieuwsbrief (?:ontvangen|aanmelden)",
        r"(?:het )?(?:laatste |meeste )?nieuws\b.{0,60}\bin (?:je|jouw|uw) (?:mailbox|inbox|mail)",
        r"(?:sign up|subscribe)\b.{0,60}\b(?:newsletters?|mailing list)\b.{0,60}",
    ),
    "cookie notice": (
        r"(?:deze|onze|this|our) (?:web)?site\b.{0,80}\bcookies\b.{0,300}",
        r"(?:wij|we) (?:gebruiken|plaatsen|use) .{0,40}\bcookies\b.{0,300}",
        r"(?:alle |all )?cookies (?:accepteren|weigeren|toestaan|beheren|instellen)",
        r"(?:accepteer|weiger|accept|reject|manage)(?: alle| all)? cookies",
        r"cookie-?(?:instellingen|voorkeuren|beleid|verklaring|melding)",
        r"cookie (?:settings|policy|preferences|notice)",
    ),
    "question box": (r"stel (?:je|uw|een) vraag(?: aan(?: ons| de redactie)?)?|ask (?:your|a) question",),
    "script notice": (
        r"(?:deze|this) (?:web)?site .{0,60}javascript.{0,80}",
        r"(?:schakel|zet|enable) javascript.{0,60}",
    ),
    "copyright line": (r"(?:© ?|copyright (?:© ?)?(?=\d{4})).{0,80}|alle rechten voorbehouden|all rights reserved",),
    "reading aid": (
        r"lees voor|luister naar (?:dit artikel|deze pagina)",
        r"leestijd:? \d+ min\w*|\d+ min(?:uten)? leestijd|\d+ min(?:ute)? read",
    ),
}
_MAYBE: dict[str, tuple[str, ...]] = {
    "navigation": (
        r"menu|home|nieuws|news|actueel|agenda|over ons|about(?: us)?|contact|vacatures|publicaties|thema'?s",
        r"english|nederlands|nl|en|zoek|zoeken|search|rubriek(?:en)?|volgende|vorige|next|previous|close",
        r"sluiten|sitemap|privacy(?:verklaring|beleid| statement| policy)?|cookies|disclaimer|colofon",
        r"toegankelijkheid",
    ),
    "button": (
        rf"{_NETWORK}|youtube|rss|delen|deel|share|printen|verzenden|verstuur|submit|send",
        r"ok|akkoord|accepteren|weigeren|accept|reject|downloads?|lees (?:meer|verder|ook)|meer lezen",
        r"aanmelden|afmelden|inschrijven|abonneren|subscribe|inloggen|log ?in|registreren|register",
        r"mijn account|toon meer|zie ook|read more",
    ),
    "comments": (
        r"reacties?|comments?|\d+ (?:reacties?|comments?|keer gelezen|likes?|shares?)",
        r"over (?:de )?auteurs?|about the authors?|gerelateerd(?:e (?:artikelen|berichten))?",
        r"related(?: articles| posts)?|tags?",
    ),
    "count": (r"\d{1,3}",),
}
_BANNER = re.compile(r"news and events\b.{0,40}|nieuws en (?:agenda|evenementen|achtergronden)\b.{0,40}")

_PRESS_NOTE = re.compile(
    r"noot (?:voor|aan) (?:de )?(?:redacties?|pers)|niet voor publicatie.{0,40}|voor de (?:pers|redactie)"
    r"|pers(?:contact|informatie|voorlichting)|press (?:contact|enquiries|office)"
    r"|media (?:contact|enquiries)|notes? (?:to|for) editors?"
)
_PRESS_WORD = re.compile(
    r"\b(?:pers(?:voorlicht\w+|contact\w*|woordvoer\w+|dienst|afdeling)?|redacties?|journalist\w*"
    r"|woordvoerders?|recensie-?exempla\w+|press|editors?|spokes\w+|review cop\w+)\b",
    re.IGNORECASE,
)
_EMAIL = r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
# no ISBN ("0-14-013739-4"), no row of figures, no part of a DOI ("10.1093/0198296460")
_PHONE = (
    r"(?<!\d)(?<!\d/)(?<!ISBN )(?<!ISBN: )"
    r"(?:\+\d{2}|00 ?[1-9]\d|0(?=[1-9]))(?:[\s()./-]{0,2}\d){8,10}(?!\d)"
)
_CONTACT = re.compile(f"{_EMAIL}|{_PHONE}")
_SENTENCE_END = re.compile(r"[.!?…:;]+[\"'”’»)\]]*$")


def _any_of(rules: dict[str, tuple[str, ...]]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for patterns in rules.values() for pattern in patterns))


_IS_FURNITURE = _any_of(_FURNITURE)
_IS_MAYBE = _any_of(_MAYBE)
_ENDS = " \t:.!?>»›→•|*–-\"'"
_LONGEST_FURNITURE_CHARS = 500
_TEXT, _PERHAPS, _SURE = range(3)


def strip_boilerplate(lines: Sequence[str], kinds: Sequence[str] = ()) -> list[str]:
    """The lines, same length and order, with site furniture emptied and contact notes to the press cut out.

    ``kinds`` says of each line that it is a ``"heading"``, an ``"item"`` or a ``"paragraph"``; without it all
    are paragraphs.

    >>> strip_boilerplate(["Naar hoofdinhoud", "De Wmo in de wijk", "Deel deze pagina via:"])
    ['', 'De Wmo in de wijk', '']
    """
    kinds = kinds or ["paragraph"] * len(lines)
    marks = _marks(lines)
    kept = list(lines)
    for first, last in _runs(marks):
        for index in _furniture(lines, marks, kinds, first, last):
            kept[index] = ""
    return _without_press_notes(kept, kinds)


def is_running(line: str) -> bool:
    """Whether a line is running text rather than a heading, a label or a menu entry.

    >>> is_running("Zorg&Sociaalweb"), is_running("Gemeenten vinden het belangrijk om inwoners te betrekken.")
    (False, True)
    """
    words = len(line.split())
    return words >= SURELY_RUNNING_WORDS or (words >= RUNNING_WORDS and bool(_SENTENCE_END.search(line)))


def _key(line: str) -> str:
    return " ".join(line.casefold().replace("’", "'").split()).strip(_ENDS)


def _marks(lines: Sequence[str]) -> list[int]:
    """For every line whether it is surely, perhaps or not site furniture."""
    marks = [_mark(line) for line in lines]
    head = next((i for i, line in enumerate(lines) if not marks[i] and is_running(line)), len(lines))
    if head > 1 and _BANNER.fullmatch(_key(lines[0])):
        marks[0] = _SURE
    for index in range(head):
        if lines[index].strip() == "0":  # the number of comments, above the text
            marks[index] = _SURE
    for index in range(1, head - 1):  # a site's name between two pieces of its furniture
        around = (marks[index - 1], marks[index + 1])
        if not marks[index] and min(around) > _TEXT and _SURE in around and len(lines[index].split()) <= 3:
            marks[index] = _PERHAPS
    return marks


def _mark(line: str) -> int:
    key = _key(line) if len(line) <= _LONGEST_FURNITURE_CHARS else ""
    if not key:
        return _TEXT
    if _IS_FURNITURE.fullmatch(key):
        return _SURE
    return _PERHAPS if _IS_MAYBE.fullmatch(key) else _TEXT


def _runs(marks: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and last index of every run of lines that are furniture, surely or perhaps."""
    first = None
    for index, mark in enumerate([*marks, _TEXT]):
        if mark and first is None:
            first = index
        elif not mark and first is not None:
            yield first, index - 1
            first = None


def _furniture(
    lines: Sequence[str], marks: Sequence[int], kinds: Sequence[str], first: int, last: int
) -> Iterator[int]:
    """The lines of one run that go: the sure ones, and the others where the run is furniture as a whole."""
    run = range(first, last + 1)
    before_text = last + 1 < len(lines) and is_running(lines[last + 1])
    if any(marks[index] == _SURE for index in run):
        go = list(run)
    else:
        go = [index for index in run if not lines[index].strip().isdigit()]
        at_edge = (first == 0 and not before_text) or last == len(lines) - 1
        alone = at_edge and all(kinds[index] == "paragraph" for index in run)
        if (not alone and len(go) < 3) or (first > 0 and lines[first - 1].rstrip().endswith(":")):
            return
    while before_text and first > 0 and go and _may_head(lines[go[-1]], marks[go[-1]]):
        go.pop()
    yield from go


def _may_head(line: str, mark: int) -> bool:
    """Whether the last line of a run may be the heading of the text after it."""
    return mark == _PERHAPS and not line.strip().isdigit()


def _without_press_notes(lines: Sequence[str], kinds: Sequence[str]) -> list[str]:
    """The lines without telephone numbers and addresses for the press, sentence by sentence."""
    kept = [_without_contacts(line, _PRESS_WORD) for line in lines]
    at_end = True  # nothing of what stands below this line is kept
    for index in range(len(lines) - 1, -1, -1):
        if _PRESS_NOTE.fullmatch(_key(lines[index])):
            note = _note_lines(lines, kinds, index + 1)
            for other in note:
                kept[other] = _without_contacts(lines[other], None) if _CONTACT.search(lines[other]) else ""
            if not any(kept[other] for other in note) and (note or at_end):
                kept[index] = ""
        at_end = at_end and not kept[index]
    return kept


def _note_lines(lines: Sequence[str], kinds: Sequence[str], start: int) -> range:
    """The lines from ``start`` to the last contact, as long as only names and labels stand between."""
    end = start
    for index in range(start, min(start + LONGEST_NOTE_LINES, len(lines))):
        if kinds[index] == "heading":
            break
        if _CONTACT.search(lines[index]):
            end = index + 1
        elif is_running(lines[index]) and not lines[index].rstrip().endswith(":"):
            break
    return range(start, end)


def _without_contacts(line: str, about: re.Pattern[str] | None) -> str:
    """The line without the sentences that give a telephone number or an address and match ``about``."""
    if not _CONTACT.search(line):
        return line
    sentences = [line[start:end] for start, end in cut_sentences(line)]
    return " ".join(s for s in sentences if not (_CONTACT.search(s) and (about is None or about.search(s))))
