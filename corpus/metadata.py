"""A document and its cleaned text go in, a proposal for its row of the catalogue comes out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from corpus.act import read_act
from corpus.dates import find_date, find_years
from corpus.document import Document
from corpus.instructions import is_instruction
from corpus.language import FUNCTION_WORDS, find_language
from corpus.types import Text

_HEAD_CHARS = 3_000
_COVER_LINES = 15
_TITLE_WORDS = 15
_ID_TITLE_WORDS = 3
_ID_CHARS = 60
_IN_WINDOWS = re.compile(r"con|prn|aux|nul|(?:com|lpt)\d")  # there no file can be called so, whatever its suffix
_CERTAIN_LANGUAGE_WORDS = 50
_STATED_BY = ("html", "epub", "markdown")  # the formats whose makers mean what they say of a document

_JUNK_TITLE = re.compile(
    r"microsoft \w+ - .*|untitled.*|naamloos.*|(?:geen|no) tit(?:el|le)|tit(?:el|le)|document ?\d*|rapport ?\d*"
    r"|report ?\d*|pres?entati(?:e|on) ?\d*|power ?point.*|dia ?\d+|slide ?\d+|layout ?\d+|print\w*|pdf|scan\w*"
    r"|.*\.(?:docx?|pdf|indd|qxd|pptx?|odt|rtf|xlsx?|html?)|[^\s]*[_\d][^\s]*|\W*",
    re.IGNORECASE,
)
_JUNK_NAME = re.compile(
    r".*(?:gebruiker|\buser\b|admin|eigenaar|owner|microsoft|windows|unknown|onbekend|adobe|word|acrobat|office|scanner"
    r"|https?:|@).*|[a-z0-9._-]+|\W*",
    re.IGNORECASE,
)
_LABELLED_DATE = re.compile(r"(?:gepubliceerd|publicatiedatum|datum|published|date)\b", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"(?:(?:hoofdstuk |chapter )?\d+\W*\s)?(?:inhoud(?:sopgave)?|voorwoord|samenvatting|managementsamenvatting"
    r"|inleiding|aanleiding|achtergrond|leeswijzer|conclusies?(?: en aanbevelingen)?|slot(?:woord)?|bijlagen?"
    r"|colofon|contents"
    r"|table of contents|foreword|preface|summary|executive summary|abstract|introduction|background|conclusions?)\W*",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:hoofdstuk |chapter )?\d+(?:\.\d+)*\.?\s", re.IGNORECASE)
_BYLINE = re.compile(
    r"(?:(?:geschreven |opgesteld |written )?(?:door|by)|auteur(?:s|\(s\))?|author(?:s|\(s\))?|tekst|onderzoekers?)"
    r"\s*(?P<colon>:)?\s*(?P<names>\S.*)",
    re.IGNORECASE,
)
_PUBLISHER = re.compile(
    r"(?:uitgever(?:ij)?|uitgave(?: van)?|een uitgave van|uitgegeven door|publisher|published by|opdrachtnemer)"
    r"\s*:?\s+(?P<name>\S.{1,80})",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)(?: ?©)?\s*(?:(?:19|20)\d\d)?,?\s*(?P<name>[A-ZÀ-Þ][^\d.,;|]{2,60})", re.IGNORECASE
)
_ORGANISATIONS = re.compile(
    r"\b(?:SCP|Sociaal en Cultureel Planbureau|Nivel|Movisie|Centraal Planbureau|CPB|VNG|Vereniging van Nederlandse"
    r" Gemeenten|Verwey-Jonker Instituut|Trimbos-instituut|Vilans|Platform31|Nederlands Jeugdinstituut|NJi|RIVM|CBS"
    r"|Centraal Bureau voor de Statistiek|Algemene Rekenkamer|Divosa|Pharos|TNO|SEO Economisch Onderzoek|Regioplan"
    r"|Significant|Andersson Elffers Felix|Berenschot|KPMG|Ministerie van [A-Z]\w+(?:,? (?:en )?[A-Z]\w+)*"
    r"|(?:[A-Z]\w+ )?(?:Universiteit|University|Hogeschool)(?: (?:van )?[A-Z]\w+)*)(?=\W|$)"
)

_DEGREES = re.compile(r"\b(?:prof|dr|drs|ir|ing|mr|mw|mevr|dhr|msc|ma|ba|bsc|phd|mpa|md|hon)\b\.?,?\s*", re.IGNORECASE)
_PARTICLE = r"(?:van|de|der|den|het|ter|ten|te|op|in|'t|’t|von|du|la|le|el|al|bin|ben|d')"
_NAME = re.compile(
    rf"(?:[A-ZÀ-Þ][\w’'-]*\.?|(?:[A-ZÀ-Þ]\.)+)(?: (?:[A-ZÀ-Þ][\w’'.-]*|{_PARTICLE}|\([A-ZÀ-Þ]\w+\)))+", re.UNICODE
)
_INITIALS = re.compile(rf"(?:[A-ZÀ-Þ][a-z]?\.[ -]?)+(?: ?{_PARTICLE})*")
_SPLIT_NAMES = re.compile(r"\s*(?:;|,?\s+(?:en|and|&)\s+|\s&\s|\||/)\s*")


@dataclass(frozen=True)
class Proposal:
    """What a document seems to say of itself; what is unknown is empty.

    ``published`` is YYYY, YYYY-MM or YYYY-MM-DD, ``language`` ``"nl"``, ``"en"`` or empty, and ``guessed`` names
    the fields that were read from the look of the text rather than from a statement, in the order of the fields.
    """

    title: str
    authors: tuple[str, ...]
    publisher: str
    published: str
    language: str
    guessed: tuple[str, ...]


def propose(document: Document, text: Text, path: Path) -> Proposal:
    """The proposal for ``document``, cleaned as ``text``, from the file at ``path`` (only its name is used)."""
    head = _head(document)
    stated = document.kind in _STATED_BY
    title, title_guessed = _title(document, text, path)
    authors, authors_guessed = _authors(document, head, stated)
    publisher, publisher_guessed = _publisher(document, head, stated)
    published, published_guessed = _published(document, head, stated)
    if act := read_act(title):
        title = act.name
        published, published_guessed = find_date(act.date, date.today().year + 1) or published, True
    language = find_language(text.content)
    guesses = {
        "title": title_guessed and title,
        "authors": authors_guessed and authors,
        "publisher": publisher_guessed and publisher,
        "published": published_guessed and published,
        "language": language and len(text.content.split()) < _CERTAIN_LANGUAGE_WORDS,
    }
    guessed = tuple(field for field, is_guess in guesses.items() if is_guess)
    return Proposal(_harmless(title), authors, _harmless(publisher), published, language, guessed)


def _harmless(text: str) -> str:
    r"""A cell without what a terminal obeys, and without the sign at its start by which a spreadsheet knows a formula.

    >>> _harmless("=1+1"), _harmless("\x1b[31mrood")
    ('1+1', '[31mrood')
    """
    shown = "".join(char for char in text if unicodedata.category(char) not in ("Cc", "Cf") or char.isspace())
    return " ".join(shown.split()).lstrip("=+-@ ")


def propose_id(proposal: Proposal, taken: Collection[str]) -> str:
    """An id that is not in ``taken``: the first author or publisher, the year, and three words of the title.

    >>> propose_id(Proposal("Netwerken in de Wmo", ("René van Kuijk",), "", "2022-05-09", "nl", ()), [])
    'van-kuijk-2022-netwerken-wmo'
    >>> propose_id(Proposal("Con", (), "", "", "nl", ()), [])
    'con-2'
    """
    who = _surname(proposal.authors[0]) if proposal.authors else _slug(proposal.publisher)
    function_words = FUNCTION_WORDS["nl"] | FUNCTION_WORDS["en"]
    words = [word for word in _slug(proposal.title).split("-") if word and word not in function_words]
    parts = [who, proposal.published[:4], *words[:_ID_TITLE_WORDS]]
    base = "-".join(part for part in parts if part)[:_ID_CHARS].strip("-") or "rapport"
    number, found = 1, base
    while found in taken or _IN_WINDOWS.fullmatch(found):
        number += 1
        found = f"{base}-{number}"
    return found


def _head(document: Document) -> list[str]:
    """The lines, as loaded, at the start of a document, without marks; a colophon often stands on page two."""
    start = "\n".join(document.pages[:3])[:_HEAD_CHARS]
    lines = (re.sub(r"^[#>*\s-]+|[*_]{2,}", "", line).strip() for line in start.splitlines())
    return [line for line in lines if line]


# Title


def _title(document: Document, text: Text, path: Path) -> tuple[str, bool]:
    """The title, and whether it is a guess: a stated one that the text repeats goes before any other."""
    stated = _without_site(document.properties.get("title", ""), document.properties.get("publisher", ""))
    if _JUNK_TITLE.fullmatch(stated) or is_instruction(stated):
        stated = ""
    heading = _first_heading(text)
    if heading and (_NUMBERED.match(heading) or _ORGANISATIONS.fullmatch(heading) or _begins_without_title(text)):
        heading = "" if stated else heading
    repeated = _letters(stated) in _letters(text.content[:_HEAD_CHARS])
    if stated and (document.kind in _STATED_BY or not heading or repeated):
        shorter = heading and _letters(stated).startswith(_letters(heading)) and " | " in stated
        return (heading if shorter else stated), False
    if heading:
        return heading, True
    first = next((line for line in text.content.splitlines() if line), "")
    is_title = len(first.split()) <= _TITLE_WORDS and not first.startswith("- ") and not is_instruction(first)
    if first and is_title and first != text.content:
        return first.rstrip("."), True
    return " ".join(re.sub(r"[_\W]+", " ", path.stem).split()), True


def _begins_without_title(text: Text) -> bool:
    """Whether the first heading is an "Inleiding" or the like, so that those after it are parts of the report too."""
    return bool(text.headings) and _NO_TITLE.fullmatch(text.headings[0].title) is not None


def _first_heading(text: Text) -> str:
    """The most important heading near the start that is no "Voorwoord" or the like."""
    near = [h for h in text.headings if h.start < _HEAD_CHARS and not _NO_TITLE.fullmatch(h.title)]
    near = [h for h in near if not is_instruction(h.title)]
    least = min((h.level for h in near), default=0)
    return next((h.title for h in near if h.level == least), "")


def _without_site(title: str, site: str) -> str:
    """The title without the name of the site after it.

    >>> _without_site("Wijkteams | Movisie", "Movisie")
    'Wijkteams'
    """
    match = re.match(r"(.*\S)\s+[|–—-]\s+(.*)", title)
    return match[1] if match and site and _letters(match[2]) == _letters(site) else title.strip()


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text.casefold())


# Authors


def _authors(document: Document, head: Sequence[str], stated: bool) -> tuple[tuple[str, ...], bool]:
    properties = _names(document.properties.get("author", ""))
    if stated and properties:
        return properties, False
    for line in head:
        match = _BYLINE.match(line)
        names = _names(match["names"]) if match and len(line) < 300 else ()
        if match and names and (match["colon"] or _is_only_names(match["names"])):
            return names, match["colon"] is None
    return properties, True


def _names(text: str) -> tuple[str, ...]:
    """The names of people in a list of them; empty where it holds anything else.

    >>> _names("dr. J. de Vries, Lian Stouthard en Nick Zonneveld"), _names("Jansen, P.J.; admin")
    (('J. de Vries', 'Lian Stouthard', 'Nick Zonneveld'), ('P.J. Jansen',))
    """
    plain = re.sub(r"\([^)]*\)|\S+@\S+", "", _DEGREES.sub("", text)).strip(" ,;")
    return tuple(dict.fromkeys(name for part in _SPLIT_NAMES.split(plain) for name in _split_commas(part)))


def _split_commas(part: str) -> Iterator[str]:
    pieces = [re.sub(r"(?<=[^\W\d_]{2})\.$", "", piece.strip()) for piece in part.split(",")]
    if len(pieces) == 2 and _INITIALS.fullmatch(pieces[1]):
        pieces = [f"{pieces[1]} {pieces[0]}"]
    return (piece for piece in pieces if _NAME.fullmatch(piece) and not _JUNK_NAME.fullmatch(piece))


def _is_only_names(text: str) -> bool:
    """Whether a text is names and nothing else, so that "Door Wmo-beleid …" is no byline."""
    parts = [piece for part in _SPLIT_NAMES.split(_DEGREES.sub("", text).strip(" .,")) for piece in part.split(",")]
    return all(_NAME.fullmatch(part.strip()) for part in parts)


def _surname(name: str) -> str:
    """The slug of a surname with what stands before it: all from the first particle, else the last word."""
    words = name.split()
    particle = next((i for i, word in enumerate(words[1:], 1) if re.fullmatch(_PARTICLE, word)), len(words) - 1)
    return _slug(" ".join(words[particle:]))


# Publisher and date


def _publisher(document: Document, head: Sequence[str], stated: bool) -> tuple[str, bool]:
    named = document.properties.get("publisher", "")
    if named and not _JUNK_TITLE.fullmatch(named) and "@" not in named and not is_instruction(named):
        return named, not stated
    for pattern in (_PUBLISHER, _COPYRIGHT):
        for line in (*head, *_last_lines(document)):
            match = pattern.match(line)
            if match and match["name"][0].isupper():
                return match["name"].strip(" .,;"), True
    for line in head[:_COVER_LINES]:
        match = _ORGANISATIONS.search(line)
        if match and len(line.split()) <= 8:
            return match[0], True
    return "", False


def _last_lines(document: Document) -> list[str]:
    return [line.strip() for line in document.pages[-1][-_HEAD_CHARS:].splitlines()]


def _published(document: Document, head: Sequence[str], stated: bool) -> tuple[str, bool]:
    """The date, and whether it is a guess: a date with a label, one on the cover, a year there, the file's own."""
    latest = date.today().year + 1
    named = find_date(document.properties.get("date", ""), latest)
    if stated and named:
        return named, False
    cover = [line for line in head[:_COVER_LINES] if len(line.split()) <= 12]
    labelled = [line for line in head if _LABELLED_DATE.match(line)]
    for lines, guess in ((labelled, False), (cover, True)):
        for line in lines:
            if found := find_date(line, latest):
                return found, guess
    years = [year for line in cover for year in find_years(line, latest)]
    copyright_years = [year for line in _last_lines(document) if "©" in line for year in find_years(line, latest)]
    return next(iter([*years, *copyright_years]), named), True


def _slug(text: str) -> str:
    """The text in lower-case ASCII letters and digits with hyphens between its words."""
    plain = unicodedata.normalize("NFKD", text.translate({0xF8: "o", 0xD8: "O", 0xDF: "ss", 0xE6: "ae", 0x153: "oe"}))
    ascii_only = plain.encode("ascii", "ignore").decode().lower().replace("'", "")
    return "-".join(re.findall(r"[a-z0-9]+", ascii_only))
