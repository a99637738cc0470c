"""A file goes in, its pages of raw text come out: one door for every format, one loader per suffix."""

from __future__ import annotations

import codecs
import logging
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import charset_normalizer
from lxml import html  # type: ignore[import-untyped]
from lxml.etree import ParserError  # type: ignore[import-untyped]

from corpus.errors import LoadError

_LOG = logging.getLogger(__name__)

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WESTERN = ["cp1252", "iso8859_15", "mac_roman", "cp850"]
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]{1,40})""", re.IGNORECASE)


@dataclass(frozen=True)
class Document:
    """What one file says, before cleaning: its pages in order, and how they are marked up.

    ``kind`` is ``"text"``, ``"markdown"`` or ``"html"``; the pages of ``"html"`` are Markdown made from it. A
    format without pages gives one page.
    """

    pages: tuple[str, ...]
    kind: str


def load(path: Path) -> Document:
    """The document in the file at ``path``, by the loader that ``LOADERS`` names for its suffix.

    Raises:
        LoadError: the format is unknown, or the file cannot be read, is empty or holds no text.
    """
    loader = LOADERS.get(path.suffix.lower())
    if loader is None:
        known = ", ".join(LOADERS)
        raise LoadError(
            nl=f'{path.name} heeft een onbekend formaat "{path.suffix}". Bekend zijn {known}; sla het zo op.',
            en=f'{path.name} has an unknown format "{path.suffix}". Known are {known}; save it as such.',
        )
    document = loader(path)
    if not any(page.strip() for page in document.pages):
        raise LoadError(
            nl=f"{path.name} bevat geen tekst. Controleer het bestand of verwijder het uit de catalogus.",
            en=f"{path.name} holds no text. Check the file or remove it from the catalogue.",
        )
    return document


def decode(data: bytes, name: str) -> str:
    """The text of ``data``: by its byte order mark, as UTF-8, else in the charset that fits it best.

    ``name`` is the file's name for the message.

    Raises:
        LoadError: the bytes are no text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode_as(data, encoding, name)
    if b"\0" in data:
        raise _not_text(name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _guess(data, name)


def _guess(data: bytes, name: str) -> str:
    match = charset_normalizer.from_bytes(data, cp_isolation=_WESTERN).best()
    match = match or charset_normalizer.from_bytes(data).best()
    if match is None or _is_binary(str(match)):
        raise _not_text(name)
    _LOG.info("%s is not UTF-8; read as %s", name, match.encoding)
    return str(match)


def _decode_as(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _not_text(name) from error


def _is_binary(text: str) -> bool:
    """Whether more than one character in a hundred is a control character that no text has."""
    controls = sum(unicodedata.category(char) == "Cc" and char not in "\t\n\r\f\x85" for char in text)
    return controls * 100 > len(text)


def _not_text(name: str) -> LoadError:
    return LoadError(
        nl=f"{name} is geen leesbare tekst. Sla het op als tekst in UTF-8 en voeg het opnieuw toe.",
        en=f"{name} is no readable text. Save it as text in UTF-8 and add it again.",
    )


def _read_bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise LoadError(
            nl=f"Het bestand {path} is er niet. Controleer de naam.",
            en=f"There is no file {path}. Check its name.",
        ) from None
    except OSError as error:
        raise LoadError(
            nl=f"Het bestand {path} kan niet worden gelezen ({error.strerror}). Controleer de rechten.",
            en=f"The file {path} cannot be read ({error.strerror}). Check its permissions.",
        ) from error
    if not data.strip():
        raise LoadError(
            nl=f"{path.name} is leeg. Controleer het bestand of verwijder het uit de catalogus.",
            en=f"{path.name} is empty. Check the file or remove it from the catalogue.",
        )
    return data


def _load_text(path: Path) -> Document:
    return Document((decode(_read_bytes(path), path.name),), "text")


def _load_markdown(path: Path) -> Document:
    return Document((decode(_read_bytes(path), path.name),), "markdown")


def _load_html(path: Path) -> Document:
    return Document((html_to_markdown(_decode_html(_read_bytes(path), path.name)),), "html")


def _decode_html(data: bytes, name: str) -> str:
    """The text of a page: as ``decode``, but a charset that the page declares goes before a guess."""
    declared = _CHARSET.search(data[:2048])
    try:
        return data.decode("utf-8") if b"\0" not in data else decode(data, name)
    except UnicodeDecodeError:
        pass
    if declared and not data.startswith(tuple(mark for mark, _ in _MARKS)):
        try:
            return data.decode(declared[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            _LOG.info("%s does not hold to the charset it declares", name)
    return decode(data, name)


def html_to_markdown(page: str) -> str:
    """The article of a web page or bare fragment as Markdown with ``#`` headings; empty where there is none.

    trafilatura finds the article. Where it leaves out more than a quarter of the running text outside the
    page's navigation, all of that text is taken instead: a lost paragraph is worse than a line too many.
    """
    import trafilatura  # takes half a second, and most runs read no HTML

    try:
        tree = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", page))
    except ParserError:
        return ""
    _remove_unseen(tree)
    whole = re.sub(r"\s*\n\n\s*", "\n\n", _to_markdown(tree)).strip()
    article = trafilatura.extract(
        html.tostring(tree, encoding="unicode"),
        output_format="markdown",
        include_comments=False,
        include_formatting=True,
        include_tables=True,
        favor_recall=True,
    )
    return whole if article is None or _loses_text(article, whole) else article


_UNSEEN = (
    "//script|//style|//noscript|//template|//comment()|//*[@hidden or @aria-hidden='true']"
    "|//*[self::div or self::section or self::aside][contains(@id, 'cookie') or contains(@class, 'cookie')]"
)
_UNSEEN_STYLE = re.compile(
    r"display:none|visibility:hidden|font-size:0(?:px|pt|em|rem|%)?(?:;|$)|opacity:0(?:;|$)"
    r"|(?:left|top):-\d{3,}"
)
_INK = re.compile(r"(?:^|;)color:([^;!]+)")
_PAPER = re.compile(r"(?:^|;)background(?:-color)?:([^;!]+)")
_WHITE = {"#fff", "#ffffff", "white", "rgb(255,255,255)"}

_FURNITURE = set("head nav footer aside button select option iframe svg dialog textarea label".split())
_INLINE = set("a abbr b big cite code del em font i ins kbd mark q s small span strong sub sup time u var wbr".split())
_PREFIXES = {f"h{level}": "#" * level + " " for level in range(1, 7)} | {"li": "- ", "tr": "- "}


def _remove_unseen(tree: html.HtmlElement) -> None:
    """Take out of ``tree`` what a reader of the page does not see, and its cookie notices."""
    for element in tree.xpath(_UNSEEN) + [e for e in tree.xpath("//body//*[@style]") if _is_unseen(e)]:
        if element.getparent() is not None:
            element.drop_tree()


def _is_unseen(element: html.HtmlElement) -> bool:
    style = re.sub(r"\s+", "", element.get("style")).lower()
    ink, paper = _INK.search(style), _PAPER.search(style)
    alike = ink and paper and (ink[1] == paper[1] or {ink[1], paper[1]} <= _WHITE)
    return bool(alike or _UNSEEN_STYLE.search(style))


def _to_markdown(element: html.HtmlElement) -> str:
    """The text of ``element`` outside navigation and forms, with blank lines between its blocks."""
    tag = element.tag
    if not isinstance(tag, str) or tag in _FURNITURE or (tag in ("form", "header") and not _holds_text(element)):
        return ""
    inner = _spaced(element.text) + "".join(_to_markdown(child) + _spaced(child.tail) for child in element)
    if tag == "br":
        return "\n"
    if tag in _INLINE:
        return inner
    if tag in ("td", "th"):
        return f" {' '.join(inner.split())} |"
    if tag in _PREFIXES:
        inner = _PREFIXES[tag] + " ".join(inner.split()).strip("| ") if inner.strip() else ""
    return f"\n\n{inner}\n\n"


def _holds_text(element: html.HtmlElement) -> bool:
    """Whether a form or a header holds part of the article: its title, or a paragraph of twenty words."""
    return bool(element.xpath(".//h1")) or any(len(p.text_content().split()) >= 20 for p in element.iter("p"))


def _spaced(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _loses_text(article: str, whole: str) -> bool:
    """Whether more than a quarter of the running text of ``whole`` is not in ``article``."""
    found = _letters(article)
    blocks = [block for block in whole.split("\n\n") if len(block.split()) >= 8]
    missing = [block for block in blocks if _letters(block) not in found]
    return 4 * sum(map(len, missing)) > sum(map(len, blocks))


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text.casefold())


LOADERS: dict[str, Callable[[Path], Document]] = {
    ".txt": _load_text,
    ".md": _load_markdown,
    ".markdown": _load_markdown,
    ".html": _load_html,
    ".htm": _load_html,
}
