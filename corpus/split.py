"""A Text goes in; its sentences come out, and passages of whole sentences, all as exact spans of the text."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sentencex

from corpus.types import Heading, Passage, Sentence, Text

SPLITTER_VERSION = "4"
LONGEST_SENTENCE_WORDS = 100
PASSAGE_WORDS = 160
TINY_SECTION_WORDS = 40

_QUOTES = str.maketrans(dict.fromkeys("\"'`“”„‟‘’‚‛«»‹›()[]", " "))
_OPENING = r"[\"'“”„‘’‚«‹(\[]*"
_CAPITAL = r"[A-ZÀ-ÖØ-Þ]"
# words that the library takes for abbreviations but that end a Dutch sentence more often; and footnotes
_REAL_END = re.compile(
    r"(?:(?<!\bet )(?<![\w.])(?:al|bel|best|dat|hand|int|it|lat|no|pas|rom|ver|vol|enz|etc|e\.d"
    r"|e\.v|c\.s|jl)\.[\"'”’)\]]*"
    r"|(?<=[.!?])(?:(?:\[\d{1,3}\])+|[¹²³⁰⁴-⁹]+)|(?<=[a-zà-ÿ]{4}[.!?])\d{1,2})"
    rf"\s+(?={_OPENING}(?:['’‘][a-z] )?{_CAPITAL}(?!\.))"
)
_WORD_START = r"(?:^|[\s(\[\"'“‘])"
# abbreviations that never end a sentence, as something must follow them
_LEADS_ON = re.compile(
    rf"{_WORD_START}(?:artt?|tel|bijv|blz|hfst|nrs?|jo|vgl|zgn|resp|ca|m\.b\.t|i\.v\.m|d\.w\.z|o\.a|t\.a\.v|m\.n"
    r"|i\.p\.v|t\.o\.v|t\.b\.v|n\.a\.v|o\.g\.v|a\.d\.h\.v|m\.i\.v|d\.d|incl|excl|Stb|Stcrt|Trb|Kamerstukken"
    r"|vs|e\.g|i\.e|cf|prof|dr|drs|mr|ir|ing|ds|hr|mw|mevr|dhr|mrs|ms)\.$",
    re.IGNORECASE,
)
_INITIALS = re.compile(rf"{_WORD_START}(?:{_CAPITAL}\.)+$")
# words that are abbreviations only before a number
_COUNTS = re.compile(
    rf"{_WORD_START}(?:no|vol|min|max|pp?|fig|tab|par|sec|sub|afd|gem|ongev|e\.a|jan|febr?|mrt|apr|jun|jul|aug|sept?|okt"
    r"|nov|dec|ma|di|wo|do|vr|za|zo)\.$",
    re.IGNORECASE,
)
_CONTINUES = re.compile(rf"(?!['’‘][a-z] {_CAPITAL}){_OPENING}\s*(?:[a-zà-öø-ÿ]|[,;:%/])")
# a short quotation with a question mark inside that does not end as a sentence is a title, and stays whole
_QUOTED = re.compile(
    r"(?<!\w)[\"'“‘„«](?=\S)[^\"“”‘„«»\n]{1,120}?[?!] [^\"“”‘„«»\n]{1,200}?"
    r"[^\s.!?…][\"'”’»](?=[\s.,;:)]|$)"
)
_CLAUSE_END = re.compile(r";\s*|(?<=:)\s+(?=(?:[a-z]|\d{1,2})[.°)])")
# the number or letter of a list item, with the space after it; statutes leave the space out: "k.woning"
ITEM_NUMBER = re.compile(
    r"(?:\d{1,3}[.)]|(?!(?:bv|ca|dr|ds|ed|hr|ir|mr|nr|pp|st|vs|zn)\.)[a-z]{1,2}[.)]|[ivx]{3,5}[.)]"
    r"|\d{1,2}°\.?|\(\d{1,2}\)|\([a-z]\))(?:\s+(?=\S)|(?=[^\W\d_]{2}))"
)


def cut_sentences(paragraph: str, language: str = "nl") -> list[tuple[int, int]]:
    """The spans of the sentences in one paragraph: in order, without the white space around them.

    Quotation marks and brackets do not hold sentences together, so that each sentence of a quoted speech is
    one of its own; a mark stays with the sentence it opens or closes.

    >>> cut_sentences("Volgens dr. J. de Vries daalt het met 3,1%. Zo is het.")
    [(0, 43), (44, 54)]
    """
    cuts = [0, *_boundaries(paragraph, language), len(paragraph)]
    spans = (_strip(paragraph, start, end) for start, end in zip(cuts, cuts[1:], strict=False))
    return [span for span in spans if span[0] < span[1]]


def split_sentences(text: Text, language: str = "nl") -> tuple[Sentence, ...]:
    """The sentences of ``text`` in order, without overlap; they cover all that is no heading and no space.

    A list item is one sentence. One of more than ``LONGEST_SENTENCE_WORDS`` words is cut at its semicolons.
    """
    sentences = []
    for start, line in _lines(text):
        for first, last in _line_spans(line, language):
            sentences.append(
                Sentence(text.report_id, start + first, start + last, text.content[start + first : start + last])
            )
    return tuple(sentences)


def split_passages(text: Text, sentences: Sequence[Sentence], words: int = PASSAGE_WORDS) -> tuple[Passage, ...]:
    """Passages of about ``words`` words: every sentence in exactly one, none across the start of a section.

    Sections of fewer than ``TINY_SECTION_WORDS`` words join the next one under the same parent. A long
    section is cut into passages of about the same size, so that no small remainder stays behind.
    """
    passages = []
    for section in _merge_tiny(_sections(text, sentences), words):
        for group in _balance(section.sentences, words):
            start, end = group[0].start, group[-1].end
            passages.append(
                Passage(
                    report_id=text.report_id,
                    start=start,
                    end=end,
                    text=text.content[start:end],
                    headings=section.path_at(start),
                    page=text.page_at(start),
                )
            )
    return tuple(passages)


def count_words(text: str) -> int:
    """The number of words, as white space separates them."""
    return len(text.split())


def _boundaries(paragraph: str, language: str) -> list[int]:
    """The offsets at which a new sentence begins."""
    found = set()
    offset = 0
    for piece in sentencex.segment(language, paragraph.translate(_QUOTES)):
        offset += len(piece)
        found.add(_before_opening(paragraph, offset))
    found |= {match.end() for match in _REAL_END.finditer(paragraph)}
    inside = [match.span() for match in _QUOTED.finditer(paragraph)] if "?" in paragraph or "!" in paragraph else []
    return sorted(
        offset
        for offset in found
        if _is_boundary(paragraph, offset) and not any(start < offset < end for start, end in inside)
    )


def _before_opening(paragraph: str, offset: int) -> int:
    """The offset moved back over the opening marks that the library took for space."""
    while offset > 0 and not paragraph[offset - 1].isspace() and paragraph[offset - 1].translate(_QUOTES) == " ":
        offset -= 1
    return offset


def _is_boundary(paragraph: str, offset: int) -> bool:
    """Whether a sentence may end before ``offset``: not after an abbreviation, nor before a small letter."""
    if offset in (0, len(paragraph)) or not paragraph[offset - 1].isspace():
        return False
    before = paragraph[max(0, offset - 30) : offset].rstrip()
    if _LEADS_ON.search(before) or _INITIALS.search(before):
        return False
    if paragraph[offset].isdigit() and _COUNTS.search(before):
        return False
    return not _CONTINUES.match(paragraph, offset)


def _strip(content: str, start: int, end: int) -> tuple[int, int]:
    """The span without the white space at its ends."""
    stripped = content[start:end].strip()
    start = content.find(stripped, start, end) if stripped else end
    return start, start + len(stripped)


def _lines(text: Text) -> Iterator[tuple[int, str]]:
    """Every line of the content that is no heading and not blank, with its offset."""
    headings = {heading.start for heading in text.headings}
    start = 0
    for line in text.content.split("\n"):
        if start not in headings and line.strip():
            yield start, line
        start += len(line) + 1


def _line_spans(line: str, language: str) -> Iterator[tuple[int, int]]:
    spans = [_strip(line, 0, len(line))] if _is_item(line) else cut_sentences(line, language)
    for start, end in spans:
        if count_words(line[start:end]) <= LONGEST_SENTENCE_WORDS:
            yield start, end
        else:
            yield from _cut_long(line, start, end, language)


def _is_item(line: str) -> bool:
    return line.startswith(("- ", "+ ")) or ITEM_NUMBER.match(line) is not None


def _cut_long(line: str, start: int, end: int, language: str) -> Iterator[tuple[int, int]]:
    """The span in parts of at most ``LONGEST_SENTENCE_WORDS`` words where its semicolons allow."""
    part = line[start:end]
    ends = {last for _, last in cut_sentences(part, language)} | {m.end() for m in _CLAUSE_END.finditer(part)}
    number = ITEM_NUMBER.match(part)
    least = number.end() if number else 0
    first = last = 0
    for cut in sorted(cut for cut in ends | {len(part)} if cut > least):
        if last > first and count_words(part[first:cut]) > LONGEST_SENTENCE_WORDS:
            yield _strip(line, start + first, start + last)
            first = last
        last = cut
    yield _strip(line, start + first, end)


@dataclass(frozen=True)
class _Section:
    """The sentences between two headings, and the headings above them.

    ``paths`` holds (offset, path of titles), one for each section that this one was joined from; ``parent``
    is the path above the outermost of the headings that open it.
    """

    paths: tuple[tuple[int, tuple[str, ...]], ...]
    parent: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    words: int

    def path_at(self, offset: int) -> tuple[str, ...]:
        return next(path for start, path in reversed(self.paths) if start <= offset)

    def joined(self, other: _Section) -> _Section:
        return _Section(
            self.paths + other.paths, self.parent, self.sentences + other.sentences, self.words + other.words
        )


def _sections(text: Text, sentences: Sequence[Sentence]) -> list[_Section]:
    """The sentences by the headings they stand under, in one walk over both."""
    sections: list[_Section] = []
    stack: list[Heading] = []
    parent: tuple[str, ...] = ()
    group: list[Sentence] = []
    headings = deque(text.headings)
    for sentence in sentences:
        opened: list[Heading] = []
        while headings and headings[0].start <= sentence.start:
            opened.append(headings.popleft())
        if opened:
            if group:
                sections.append(_section(stack, parent, group))
            group = []
            for heading in opened:
                stack = [above for above in stack if above.level < heading.level] + [heading]
            outermost = min(heading.level for heading in opened)
            parent = tuple(above.title for above in stack if above.level < outermost)
        group.append(sentence)
    return [*sections, _section(stack, parent, group)] if group else sections


def _section(stack: Sequence[Heading], parent: tuple[str, ...], group: Sequence[Sentence]) -> _Section:
    path = tuple(heading.title for heading in stack)
    words = sum(count_words(sentence.text) for sentence in group)
    return _Section(((group[0].start, path),), parent, tuple(group), words)


def _merge_tiny(sections: Sequence[_Section], words: int) -> list[_Section]:
    """The sections, tiny ones joined with a neighbour under the same parent if both fit one passage."""
    merged: list[_Section] = []
    for section in sections:
        last = merged[-1] if merged else None
        if last and min(last.words, section.words) < TINY_SECTION_WORDS and _may_join(last, section, words):
            merged[-1] = last.joined(section)
        else:
            merged.append(section)
    return merged


def _may_join(first: _Section, second: _Section, words: int) -> bool:
    """Whether the second opens inside the part of the tree that the first opens, and both fit one passage."""
    shared = len(second.parent)
    inside = shared >= len(first.parent) and first.paths[-1][1][:shared] == second.parent
    return inside and first.words + second.words <= words


def _balance(sentences: Sequence[Sentence], words: int) -> Iterator[Sequence[Sentence]]:
    """The sentences in the fewest groups of about ``words`` words, each cut nearest to its even share."""
    counts = [count_words(sentence.text) for sentence in sentences]
    total = sum(counts)
    parts = max(1, round(total / words + 0.2))
    first = done = 0
    for part in range(1, parts):
        target = total * part / parts
        last = first
        while last < len(sentences) and (last == first or done + counts[last] / 2 <= target):
            done += counts[last]
            last += 1
        if last >= len(sentences):
            break
        yield sentences[first:last]
        first = last
    yield sentences[first:]
