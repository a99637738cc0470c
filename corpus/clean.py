"""A Document goes in, one cleaned Text with exact heading and page offsets comes out.

The steps, in order: repair the characters, take out what belongs to the page, read the lines as blocks
(headings, paragraphs, list items), take out the website's own lines, find the headings that carry no mark, and
put the blocks together with one blank line between them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import ftfy
from markdown_it import MarkdownIt

from corpus.boilerplate import RUNNING_WORDS, is_running, strip_boilerplate
from corpus.document import Document
from corpus.layout import CELL
from corpus.notes import place_notes
from corpus.pages import join_broken_words, strip_contents, strip_running_lines
from corpus.split import ITEM_NUMBER
from corpus.types import Heading, Text

CLEANER_VERSION = "6"

HEADING_CHARS = 100
HEADING_WORDS = 12
TEASER_WORDS = 150  # no more text than this may stand above a title
MOST_ROUNDS = 20  # of taking out furniture; a real page needs a few

_REPAIR = ftfy.TextFixerConfig(
    unescape_html=False,
    restore_byte_a0=False,
    uncurl_quotes=False,
    fix_character_width=False,
    normalization="NFC",
    explain=False,
)
# soft hyphens, joiners, marks of direction, fillers, variation selectors and tags: characters that nobody sees
_INVISIBLE = dict.fromkeys(
    [0xAD, 0x34F, 0x61C, 0x115F, 0x1160, *range(0x17B4, 0x17B6), *range(0x180B, 0x1810), *range(0x200B, 0x2010)]
    + [*range(0x202A, 0x202F), *range(0x2060, 0x2070), 0x2800, 0x3164, *range(0xFE00, 0xFE10), 0xFEFF, 0xFFA0]
    + [*range(0xFFF9, 0xFFFD), *range(0x1D173, 0x1D17B), *range(0xE0000, 0xE01F0)]
)
_SOFT_HYPHEN_BREAK = re.compile("\u00ad[ \t]*\r?\n[ \t]*")
# ftfy deletes the breaks other than a line end, and with them the space between two words
_BREAKS = str.maketrans({"\f": "\n\n", "\v": "\n", "\x1c": "\n", "\x1d": "\n", "\x1e": "\n"})

_MARKED_UP = ("markdown", "html", "docx", "odt", "epub")
_WITH_CONTENTS = ("pdf", "docx", "odt")

_BULLETS = "-*+•●▪■◦‣·–—"
_BULLET = re.compile(rf"[{re.escape(_BULLETS)}]\s+(?=\S)")
_FIRST_NUMBER = re.compile(r"\(?[1ai][.)°]")
_HASHES = re.compile(r" {0,3}(#{2,6}|#(?=\s))(.*)")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})\s*$")
_RULE = re.compile(r" {0,3}([-*_])(?:\s*\1){2,}\s*$")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_TABLE_RULE = re.compile(r"\s*+\|?\s*+:?-{2,}+:?\s*+(?:\|\s*+:?+-*+:?\s*+)*+$")
_ADDRESS = r"(?:<>|<?(?:(?:https?|ftp|file|mailto|data):|www\.|\.{0,2}/|#|(?=[^\s/]+/\S*\.\w))\S*)"
_REFERENCE = re.compile(rf"""\s*\[[^\]^]+\]:\s+{_ADDRESS}(?:\s+(?:"[^"]*"|'[^']*'|\([^)]*\)))?\s*$""", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?:[\w-]+:.*\n|[ \t]+.*\n|- .*\n)*---[ \t]*\n")
_UNSHOWN = tuple(
    (re.compile(opening + ".*?" + closing, re.DOTALL | re.IGNORECASE), re.compile(closing, re.IGNORECASE))
    for opening, closing in (("<!--", "-->"), (r"<script\b", r"</script\s{0,9}>"), (r"<style\b", r"</style\s{0,9}>"))
)
"""Comments, scripts and style sheets, each whole and by its end."""

_TAG = re.compile(
    r"</?(?:a|abbr|article|aside|b|big|blockquote|body|br|caption|center|cite|code|col|colgroup|dd|del|details"
    r"|dfn|div|dl|dt|em|figcaption|figure|font|footer|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|label"
    r"|li|link|main|mark|meta|nav|ol|p|pre|q|s|section|small|span|strike|strong|sub|summary|sup|svg|table|tbody|td"
    r"|tfoot|th|thead|time|title|tr|tt|u|ul|var|video|wbr|!doctype)\b[^>]*>",
    re.IGNORECASE,
)
_INLINE = MarkdownIt("commonmark")
_MARKED = re.compile(r"[*_`\[\]<>\\&!]")

_LONGEST_WORD = 60
_BROKEN = re.compile(rf"(?<![^\W\d_])([^\W\d_]{{2,{_LONGEST_WORD}}})-$")
_SENTENCE_END = re.compile(r"[.!?…:;][\"'”’»)\]]*$")
_INNER_END = re.compile(r"[.!?][\"'”’)]*\s+[\"'“‘(]*[A-ZÀ-Þ]")
_MONTH = r"jan\w*|feb\w*|maart|mrt|march|apr\w*|mei|may|ju[nl]\w*|aug\w*|sep\w*|o[ck]t\w*|nov\w*|dec\w*"
_DATE = re.compile(rf"\b\d{{1,2}}[-/. ](?:\d{{1,2}}|{_MONTH})[-/. ,]+(?:19|20)\d{{2}}\b", re.IGNORECASE)
_BYLINE = re.compile(r"(?:door|auteurs?|tekst|foto|bron|by|authors?|source)\b\s*:|(?:door|by) [A-Z]", re.IGNORECASE)
_OUTLINE = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)[.)]?\s+\S")
_STATUTE = re.compile(
    r"(?:(hoofdstuk|chapter)|(afdeling|titel|paragraaf|section|§)|(artikel|article))\s+[\dIVX]+",
    re.IGNORECASE,
)
_NOTE = re.compile(r"(?:\d{1,3}|\[\d{1,3}\])[.)]?\s+\S")
# words after which a sentence cannot end, so that it goes on on the next page
_LEADS_ON = re.compile(
    r"(?:,|\b(?:de|het|een|en|of|van|in|op|aan|bij|met|voor|door|over|uit|tot|te|ten|ter|om|naar|dat|die|the|an?|and"
    r"|or|of|to|for|with|by|from|that))$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Block:
    """One heading, paragraph or list item, on one line; ``level`` is 0 for what is no heading."""

    kind: str
    text: str
    page: int
    level: int = 0


@dataclass(frozen=True)
class Cleaned:
    """A cleaned text, and the lines that were taken out because they belong to the page or the site."""

    text: Text
    removed: tuple[str, ...]


def clean(report_id: str, document: Document) -> Text:
    """The text of ``document`` as people read it, without mark-up, site furniture or damage.

    Paragraphs are one line each with one blank line between them; the items of a list and the rows of a table
    stand on lines of their own; heading lines stay and are recorded in ``headings``. The content is empty where
    nothing but site furniture was there.
    """
    return clean_with_report(report_id, document).text


def clean_with_report(report_id: str, document: Document) -> Cleaned:
    """As ``clean``, with the lines that it took out, in the order in which they went."""
    pages, removed = _tidy([_repair(page) for page in document.pages], document.kind)
    marked = document.kind in _MARKED_UP and _has_headings(pages)
    blocks = [block for number, page in enumerate(pages) for block in _read(page, number, document.kind, marked)]
    blocks = _with_notes_before_a_cut(_without_boilerplate(blocks, removed))
    if not marked:
        blocks = _with_headings(blocks)
    return Cleaned(_assemble(report_id, blocks, len(pages) if len(pages) > 1 else 0), tuple(removed))


def _tidy(pages: list[str], kind: str) -> tuple[list[str], list[str]]:
    """The pages without what belongs to the page, and the lines that went; a lone page of text stays as it is."""
    removed: list[str] = []
    if len(pages) > 1 or kind in _WITH_CONTENTS:
        pages, running = strip_running_lines(pages)
        pages, contents = strip_contents(pages)
        removed = running + contents
    return (join_broken_words(pages) if len(pages) > 1 or kind == "pdf" else pages), removed


# Characters


def _repair(page: str) -> str:
    """The page in NFC, with mojibake, ligatures and odd spaces mended and everything invisible gone."""
    page = _SOFT_HYPHEN_BREAK.sub("", page).translate(_BREAKS)
    page = ftfy.fix_text(page, _REPAIR).translate(_INVISIBLE)
    return page.replace("\t", " ") if page.isascii() else unicodedata.normalize("NFC", "".join(map(_plain, page)))


def _plain(char: str) -> str:
    if char in "\n ":
        return char
    if char.isspace():
        return " "
    return "" if unicodedata.category(char) in ("Cc", "Cs") else char


def _one_line(text: str) -> str:
    return " ".join(text.split())


# Blocks


def _has_headings(pages: Sequence[str]) -> bool:
    """Whether a Markdown document marks its headings."""
    for page in pages:
        lines = page.split("\n")
        for line, following in zip(lines, [*lines[1:], ""], strict=True):
            if _HASHES.match(line) or _is_underlined(line, following):
                return True
    return False


def _is_underlined(line: str, following: str) -> bool:
    return bool(line.strip() and _UNDERLINE.match(following) and not _is_item(line) and "|" not in line)


def _is_item(line: str) -> bool:
    return bool(_BULLET.match(line) or ITEM_NUMBER.match(line))


def _without_unshown(page: str) -> str:
    """A page without comments and scripts; after the last end of one nothing is looked for, or each would read on."""
    for whole, closing in _UNSHOWN:
        end = max((match.end() for match in closing.finditer(page)), default=0)
        page = whole.sub("", page[:end]) + page[end:]
    return page


def _read(page: str, number: int, kind: str, marked: bool) -> Iterator[_Block]:
    """The blocks of one page."""
    if kind == "text":
        yield from _read_lines(page.split("\n"), number, marked=False)
        return
    if kind == "pdf":
        lines = [f"- {line}" if CELL in line and not line.startswith("#") else line for line in page.split("\n")]
        yield from _read_lines(lines, number, marked=True)
        return
    page = _without_unshown(_FRONT_MATTER.sub("", page))
    page = place_notes(page) if kind == "markdown" else page
    for block in _read_lines(list(_markdown_lines(page)), number, marked):
        text = _without_marks(block.text)
        if text:
            yield replace(block, text=text)


def _markdown_lines(page: str) -> Iterator[str]:
    """The lines with block mark-up resolved: headings as ``# Title``, no fences, rules or quotation marks."""
    lines = page.split("\n")
    skip = False
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if skip:
            skip = False
            continue
        line = re.sub(r"^\s*(?:>\s?)+", "", line)
        if _is_underlined(line, following) and not _HASHES.match(line):
            yield f"{'#' if '=' in following else '##'} {line.strip()}"
            skip = True
        elif _RULE.match(line) or _FENCE.match(line) or _TABLE_RULE.match(line) or _REFERENCE.match(line):
            yield ""
        elif line.lstrip().startswith("|"):
            yield "- " + " | ".join(cell.strip() for cell in line.strip().strip("|").split("|"))
        else:
            yield line


def _read_lines(lines: Sequence[str], page: int, marked: bool) -> Iterator[_Block]:
    """The blocks that the lines form: hard-wrapped lines joined, headings and list items on their own.

    ``marked`` says that headings carry a mark, so that any other line break in a paragraph is a mere wrap.
    """
    width = _width(lines)
    words = set(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", "\n".join(lines).casefold()))
    kind = ""
    held: list[str] = []  # the lines of the block so far

    def ended() -> Iterator[_Block]:
        text = _with_dash(_one_line("\n".join(held)))
        if text:
            yield _Block("item" if _is_item(text) else kind, text, page)

    for line in (line.strip() for line in lines):
        heading = _HASHES.match(line) if marked else None
        if not line:
            yield from ended()
            kind, held = "", []
        elif heading:
            yield from ended()
            if title := _one_line(heading[2].rstrip().rstrip("#")):
                yield _Block("heading", title, page, level=len(heading[1]))
            kind, held = "", []
        elif _starts_item(line, kind, held[-1] if held else ""):
            yield from ended()
            kind, held = "item", [line]
        elif held and (marked or (len(held) == 1 and held[0] in _BULLETS) or _continues(held[-1], line, width)):
            held[-1:] = _join(held[-1], line, words)
        else:
            yield from ended()
            kind, held = "paragraph", [line]
    yield from ended()


def _starts_item(line: str, kind: str, before: str) -> bool:
    if _BULLET.match(line):
        return True
    if not ITEM_NUMBER.match(line):
        return False
    return not before or kind == "item" or _ends_sentence(before) or bool(_FIRST_NUMBER.match(line))


def _with_dash(line: str) -> str:
    """The line with its bullet, if it has one, as a dash; a plus, which may mean something, stays."""
    bullet = _BULLET.match(line)
    return f"- {line[bullet.end() :]}" if bullet and line[0] != "+" else line


def _width(lines: Sequence[str]) -> int:
    """The width at which the lines are wrapped, in characters; 0 where a line is a paragraph."""
    lengths = sorted(len(line.strip()) for line in lines if line.strip())
    widest = lengths[len(lengths) * 95 // 100] if lengths else 0
    return widest if widest <= 160 else 0


def _continues(line: str, following: str, width: int) -> bool:
    """Whether the break after ``line`` is a mere wrap: a small letter follows, or the word did not fit."""
    if following[0].islower():
        return True
    room = width - len(line.strip()) - 1
    return width > 0 and (room < len(following.split()[0]) or (room < width / 4 and not _ends_sentence(line)))


def _ends_sentence(text: str) -> bool:
    return _SENTENCE_END.search(text[-_LONGEST_WORD:]) is not None


def _join(before: str, line: str, words: set[str]) -> tuple[str, ...]:
    """Two wrapped lines, as one where a word was broken between them, which is whole again."""
    broken = _BROKEN.search(before[-_LONGEST_WORD - 2 :])
    follows = re.match(r"[^\W\d_]+", line)
    if not broken or not follows or not line[0].islower() or follows[0] in ("en", "of", "and", "or", "tot"):
        return before, line
    if f"{broken[1]}-{follows[0]}".casefold() in words:
        return (before + line,)
    return (before[:-1] + line,)


def _without_marks(text: str) -> str:
    """The text of a line of Markdown: emphasis, code marks, tags and images gone, the words of links kept."""
    if not _MARKED.search(text):
        return text
    text, mark, rest = text.rpartition(">")  # behind it no tag ends, and each would read on
    text = (_TAG.sub(_space_for, text + mark) if "<" in text else text + mark) + rest
    pieces = []
    for token in _INLINE.parseInline(text)[0].children or []:
        if token.type in ("text", "code_inline", "html_inline", "text_special"):
            pieces.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            pieces.append(" ")
    return _one_line(_repair("".join(pieces)))


def _space_for(tag: re.Match[str]) -> str:
    """What stands for a tag: nothing inside a word, a space between blocks."""
    return "" if re.match(r"</?(?:a|abbr|b|em|font|i|mark|s|small|span|strong|sub|sup|u)\b", tag[0]) else " "


# What is not the report's


def _without_boilerplate(blocks: Sequence[_Block], removed: list[str]) -> list[_Block]:
    """The blocks that are the report's; furniture that only shows once other furniture is gone goes too.

    What goes is added to ``removed``.
    """
    before = list(blocks)
    for _ in range(MOST_ROUNDS):
        after = list(_strip_once(before, removed))
        if after == before:
            break
        before = after
    return before


def _strip_once(blocks: Sequence[_Block], removed: list[str]) -> Iterator[_Block]:
    bullets = [block.text[:2] if block.text.startswith(("- ", "+ ")) else "" for block in blocks]
    lines = [block.text[len(bullet) :] for block, bullet in zip(blocks, bullets, strict=True)]
    stripped = strip_boilerplate(lines, [block.kind for block in blocks])
    for block, bullet, line in zip(blocks, bullets, stripped, strict=True):
        if bullet + line != block.text:
            removed.append(block.text.replace(line, "").strip() if line else block.text)
        if line:
            yield replace(block, text=bullet + line)


# Headings of plain text


def _with_headings(blocks: Sequence[_Block]) -> list[_Block]:
    """The blocks with short lines that stand above running text made headings; those that are keep their level.

    Numbered headings and those of statutes have the level that their number or name gives; of the others the
    first is the title (level 1) where little text goes before it, and the rest have level 2.
    """
    found = _heading_indexes(blocks)
    title = -1 if any(block.level for block in blocks) else min(found, default=-1)
    if sum(len(block.text.split()) for block in blocks[: max(title, 0)]) > TEASER_WORDS:
        title = -1
    result: list[_Block] = []
    for index, block in enumerate(blocks):
        if index in found and not block.level:
            above = result[-1] if result and result[-1].kind == "heading" else None
            level = 1 if index == title else _level(block.text, above)
            block = replace(block, kind="heading", level=level)
        result.append(block)
    return result


def _heading_indexes(blocks: Sequence[_Block]) -> set[int]:
    found: set[int] = set()
    for index in range(len(blocks) - 2, -1, -1):
        following = blocks[index + 1]
        leads = index + 1 in found or following.level or following.kind == "item" or _is_text(following.text)
        if leads and not following.text[0].islower() and _looks_like_heading(blocks, index):
            found.add(index)
    return found


def _is_text(text: str) -> bool:
    return is_running(text) or _ends_sentence(text) or bool(_DATE.search(text))


def _looks_like_heading(blocks: Sequence[_Block], index: int) -> bool:
    block = blocks[index]
    text = block.text
    if block.kind == "item":
        near = (*blocks[max(0, index - 1) : index], *blocks[index + 1 : index + 2])
        if not _OUTLINE.match(text) or any(other.kind == "item" for other in near):
            return False
    if len(text) > HEADING_CHARS or len(text.split()) > HEADING_WORDS or text[-1] in ".,;:…!":
        return False
    if text[0].islower() or _DATE.search(text) or _BYLINE.match(text) or _INNER_END.search(text):
        return False
    return any(char.isalnum() for char in text) and not text.isdigit()


def _level(text: str, above: _Block | None) -> int:
    """The level of a heading by its number or name, else one below the numbered heading right above it."""
    own = _outline_level(text)
    if own is None and above is not None and (numbered := _outline_level(above.text)) is not None:
        return numbered + 1
    return own or 2


def _outline_level(text: str) -> int | None:
    if match := _STATUTE.match(text):
        return 2 + next(index for index, group in enumerate(match.groups()) if group)
    if match := _OUTLINE.match(text):
        return 2 + match[1].count(".")
    return None


# Putting together


def _with_notes_before_a_cut(blocks: Sequence[_Block]) -> list[_Block]:
    """The blocks, where a paragraph that goes on on the next page stands behind the notes at the foot of its page."""
    ordered = list(blocks)
    for end in range(1, len(ordered)):
        page = ordered[end - 1].page
        if ordered[end].page == page:
            continue
        start = end
        while start > 0 and ordered[start - 1].page == page and _NOTE.match(ordered[start - 1].text):
            start -= 1
        before, cut = (ordered[i] if i >= 0 else None for i in (start - 2, start - 1))
        if cut and start < end and cut.page == page and _gap(cut, ordered[end]) == " " != _gap(before, cut):
            ordered[start - 1 : end] = [*ordered[start:end], cut]
    return ordered


def _assemble(report_id: str, blocks: Sequence[_Block], pages: int) -> Text:
    """The text of the blocks, with the offsets of its headings and, where there are pages, of these."""
    parts: list[str] = []
    headings: list[Heading] = []
    starts: list[int] = []
    offset = 0
    previous: _Block | None = None
    for block in blocks:
        gap = _gap(previous, block)
        offset += len(gap)
        while len(starts) < min(pages, block.page + 1):
            starts.append(offset if starts else 0)
        if block.kind == "heading":
            headings.append(Heading(offset, offset + len(block.text), block.level, block.text))
        parts += [gap, block.text]
        offset += len(block.text)
        previous = block
    starts += [offset] * (pages - len(starts))
    return Text(report_id, "".join(parts), tuple(starts), tuple(headings))


def _gap(previous: _Block | None, block: _Block) -> str:
    if previous is None:
        return ""
    if previous.kind == block.kind == "item":
        return "\n"
    over_page = previous.page != block.page and previous.kind != "heading" and block.kind == "paragraph"
    if over_page and not _ends_sentence(previous.text):
        unfinished = len(previous.text.split()) >= RUNNING_WORDS and _LEADS_ON.search(previous.text)
        if block.text[0].islower() or unfinished:
            return " "
    return "\n\n"
