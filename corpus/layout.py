"""Pieces of text with their places on a page go in; its lines in reading order come out, with their paragraphs."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

CELL = " | "  # stands between the cells of a row of a table

HEADING_RATIO = 1.15  # letters this much larger than those of the running text make a heading
_SAME_SIZE = 0.95
_HEADING_WORDS = 20
_CELL_EMS = 2.5  # a gap of this many letter heights in a line parts two cells, not two words
_SPACE_EMS = 0.15
_SAME_EDGE_POINTS = 0.75
_MORE_THAN_CHANCE = 4  # times as many lines as by chance begin where a column does
_WIDEST_GAP_SHARE = 0.6  # of a justified line of two words
_COLUMN_LINES = 3
_COLUMN_CHARS = 18  # a column of shorter lines than this, on average, is one of a table
_MARGIN_LINES = 3  # of a running head or foot, at most
_MARGIN_EMS = 0.8  # of white, at least, between it and the text
_NEW_PARAGRAPH_LEADING = 1.3
_INDENT_EMS = 0.8

_BULLET = re.compile(r"[-*•●▪■◦‣·–—o](?:\s|$)")
_ITEM = re.compile(r"[-*•●▪■◦‣·–—](?:\s|$)|(?:\d{1,2}(?:\.\d{1,2})*|[a-z]|[ivx]{1,4})[.)°]{0,2}(?:\s|$)|\(\w{1,2}\)")
_LABEL = re.compile(r"(?:[-*•●▪■◦‣·–—o]|\(?\w{1,3}(?:\.\d{1,2})*[.)°]{0,2})")
_SENTENCE_END = re.compile(r"[.!?…:;][\"'”’»)\]]*(?:\d{0,3}|(?:\[\d{1,3}\])+)$")


@dataclass(frozen=True)
class Piece:
    """Words that stand together on one line: their box in points from the page's top left, and letter height."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float


def find_body_size(pages: Sequence[Sequence[Piece]]) -> float:
    """The letter height of the running text: the one that most characters have; 0 where there are none."""
    counts: Counter[float] = Counter()
    for piece in (piece for page in pages for piece in page):
        counts[round(piece.size, 1)] += len(piece.text)
    return max(counts, key=lambda size: (counts[size], size)) if counts else 0.0


def find_heading_sizes(pages: Sequence[Sequence[Piece]]) -> list[float]:
    """The letter heights of headings, largest first; heights within a twentieth count as the same."""
    least = find_body_size(pages) * HEADING_RATIO
    sizes = sorted({piece.size for page in pages for piece in page if piece.size >= least}, reverse=True)
    levels: list[float] = []
    for size in sizes:
        if not levels or size < levels[-1] * _SAME_SIZE:
            levels.append(size)
    return levels


def write_page(pieces: Sequence[Piece], heading_sizes: Sequence[float]) -> str:
    """The text of one page: a line a line, blank lines between paragraphs, ``#`` before headings.

    Columns are read one after the other, and the cells of a table's row stand on one line with ``CELL`` between
    them.
    """
    lines: list[str] = []
    above: list[Piece] = []
    head, body, foot = _margins(_join_words(pieces))
    for column in (head, *_columns(body), foot):
        rows = _rows(_join_words(column))
        edge = max((row.right for row in rows), default=0.0)
        margin = min((row.left for row in rows), default=0.0)
        leading = _leading(rows)
        for index, row in enumerate(rows):
            following = rows[index + 1] if index + 1 < len(rows) else None
            level = _heading_level(row, heading_sizes)
            if above and index == 0:
                broken = not _runs_on(above[-1], row)
            else:
                broken = bool(above) and _breaks(above, row, following, leading, margin, edge, level)
            if broken:
                lines.append("")
                above = []
            lines.append(f"{'#' * level} {row.text}" if level and (broken or not above) else row.text)
            if level and above and not broken:  # a heading of several lines stays one line
                last = lines.pop()
                lines[-1] = f"{lines[-1]} {last}"
            above.append(row)
    return "\n".join(lines)


# Words


def _join_words(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, where those that a justified line draws apart are one.

    Columns, and the cells of a table, begin below each other; words do not. All gaps of a justified line are alike, and
    it is as long as the lines around it.
    """
    begins = sorted(p.left for p in pieces)
    rows = [sorted(row, key=lambda p: p.left) for row in _group_rows(pieces)]
    for parts_words in (_is_narrow_or_even, _is_in_a_full_line):
        rows = [_joined(rows, index, begins, parts_words) for index in range(len(rows))]
    return [piece for row in rows for piece in row]


_Rows = Sequence[Sequence[Piece]]


def _joined(
    rows: _Rows, index: int, begins: Sequence[float], parts_words: Callable[[_Rows, int, int], bool]
) -> list[Piece]:
    """A row, joined where a gap parts words; ``begins`` are the left edges of all pieces of the page, sorted."""
    row = rows[index]
    chance = 2 * _SAME_EDGE_POINTS * len(begins) / max(begins[-1] - begins[0], 1.0)
    many = max(_COLUMN_LINES, _MORE_THAN_CHANCE * chance)
    beside = [gap for near in _near(rows, index) for gap in zip(near, near[1:], strict=False)]
    joined = [row[0]]
    for place, gap in enumerate(zip(row, row[1:], strict=False)):
        is_column = _count_near(begins, gap[1].left) > many or any(_line_up(gap, other) for other in beside)
        if _same_size(*gap) and not is_column and parts_words(rows, index, place):
            joined[-1] = _join(joined[-1], gap[1])
        else:
            joined.append(gap[1])
    return joined


def _is_narrow_or_even(rows: _Rows, index: int, place: int) -> bool:
    """Whether a gap is no wider than between words, or as wide as the one before or after it."""
    row = rows[index]
    width = row[place + 1].left - row[place].right
    beside = [row[i + 1].left - row[i].right for i in (place - 1, place + 1) if 0 <= i < len(row) - 1]
    return width <= _CELL_EMS * row[place].size or any(abs(width - other) < _SAME_EDGE_POINTS for other in beside)


def _is_in_a_full_line(rows: _Rows, index: int, place: int) -> bool:
    """Whether a gap is in a row that begins and ends as a line of running text above or below it does."""
    row = rows[index]
    wide = row[place + 1].left - row[place].right > _WIDEST_GAP_SHARE * (row[-1].right - row[0].left)
    return not wide and any(len(near) == 1 and _same_edges(row, near[0]) for near in _near(rows, index))


def _near(rows: _Rows, index: int) -> _Rows:
    return [*rows[max(index - 1, 0) : index], *rows[index + 1 : index + 2]]


def _same_size(one: Piece, other: Piece) -> bool:
    return min(one.size, other.size) > max(one.size, other.size) * _SAME_SIZE


def _same_edges(row: Sequence[Piece], line: Piece) -> bool:
    """Whether a row begins and ends where a line of running text does."""
    begin, end = row[0].left - line.left, row[-1].right - line.right
    return max(abs(begin), abs(end)) < _SAME_EDGE_POINTS and len(line.text) >= _COLUMN_CHARS


def _line_up(gap: tuple[Piece, Piece], other: tuple[Piece, Piece]) -> bool:
    """Whether two gaps begin or end at the same place from left to right."""
    begin, end = gap[0].right - other[0].right, gap[1].left - other[1].left
    return min(abs(begin), abs(end)) < _SAME_EDGE_POINTS


def _count_near(places: Sequence[float], place: float) -> int:
    """How many of the sorted places are the same as another, but for the inexactness of a file."""
    return bisect_right(places, place + _SAME_EDGE_POINTS) - bisect_left(places, place - _SAME_EDGE_POINTS)


def _join(before: Piece, piece: Piece) -> Piece:
    return replace(
        before,
        text=f"{before.text} {piece.text}",
        top=min(before.top, piece.top),
        right=max(before.right, piece.right),
        bottom=max(before.bottom, piece.bottom),
    )


# Columns


def _margins(pieces: Sequence[Piece]) -> tuple[list[Piece], list[Piece], list[Piece]]:
    """The pieces of the running head, of the body and of the running foot.

    Parts of a running head that stand left and right on one line would otherwise end up in different columns.
    """
    body = sorted(pieces, key=lambda p: p.top)
    head = body[: _margin_length(body, lambda above, below: below.top - above.bottom)]
    body = sorted(body[len(head) :], key=lambda p: -p.bottom)
    foot = body[: _margin_length(body, lambda below, above: below.top - above.bottom)]
    return head, body[len(foot) :], foot


def _margin_length(pieces: Sequence[Piece], gap: Callable[[Piece, Piece], float]) -> int:
    """How many pieces, from the page's edge inwards, lie before a wide gap or larger letters, and are no columns."""
    lines, largest = 1, 0.0
    for index, (outer, inner) in enumerate(zip(pieces, pieces[1:], strict=False), 1):
        largest = max(largest, outer.size)
        smaller = largest < inner.size * 0.9 and gap(outer, inner) > 0
        if smaller or gap(outer, inner) > inner.size * _MARGIN_EMS:
            return index
        lines += gap(outer, inner) > -outer.size / 2
        columns = gap(outer, inner) < -outer.size / 2 and min(len(outer.text), len(inner.text)) > 2 * _COLUMN_CHARS
        if lines > _MARGIN_LINES or columns:
            break
    return 0


def _columns(pieces: list[Piece]) -> Iterator[list[Piece]]:
    """The pieces by column, in reading order: what runs across the columns parts what is above from below."""
    gutter = _find_gutter(pieces)
    if gutter is None:
        if pieces:
            yield pieces
        return
    across = sorted((p for p in pieces if p.left < gutter < p.right), key=lambda p: p.top)
    rest = [p for p in pieces if not p.left < gutter < p.right]
    held: list[Piece] = []
    for piece in [*across, None]:
        end = piece.top if piece else float("inf")
        band = [p for p in rest if p.top + p.bottom < 2 * end] if piece else rest
        rest = [p for p in rest if p not in band]
        left, right = [p for p in band if p.right <= gutter], [p for p in band if p.left >= gutter]
        if _are_columns(left, right):
            if held:
                yield from _columns(held)
            held = []
            yield from _columns(left)
            yield from _columns(right)
        else:
            held += band
        if piece:
            held.append(piece)
    if held:
        yield held


def _find_gutter(pieces: Sequence[Piece]) -> float | None:
    """Where, from left to right, a strip without text parts two columns of running text; None where none does."""
    if len(pieces) < 2 * _COLUMN_LINES:
        return None
    first, last = min(p.left for p in pieces), max(p.right for p in pieces)
    em = median(p.size for p in pieces)
    best, most = None, 0
    for x in sorted({round(p.left - em / 4, 1) for p in pieces}):
        if not first + (last - first) * 0.1 < x < first + (last - first) * 0.9:
            continue
        left = [p for p in pieces if p.right <= x]
        right = [p for p in pieces if p.left >= x]
        across = len(pieces) - len(left) - len(right)
        weight = min(len(left), len(right)) - across
        if weight > most and _are_columns(left, right):
            best, most = x, weight
    return best


def _are_columns(left: Sequence[Piece], right: Sequence[Piece]) -> bool:
    """Whether both are columns of running text, or one is and the other stands beside it on lines of its own.

    Such are the particulars beside a letter. The cells of a table stand on one line.
    """
    if _is_column(left):
        return _is_column(right) or _is_beside(right, left)
    return _is_column(right) and _is_beside(left, right)


def _is_beside(pieces: Sequence[Piece], column: Sequence[Piece]) -> bool:
    lines = sorted(p.bottom for p in column)
    shared = sum(_count_near(lines, p.bottom) > 0 for p in pieces)
    return len(pieces) >= _COLUMN_LINES and 2 * shared < len(pieces)


def _is_column(pieces: Sequence[Piece]) -> bool:
    return len(pieces) >= _COLUMN_LINES and sum(len(p.text) for p in pieces) >= _COLUMN_CHARS * len(pieces)


# Rows


def _rows(pieces: Sequence[Piece]) -> list[Piece]:
    """The lines of one column from top to bottom, each made of the pieces that stand on it."""
    return [_join_row(sorted(row, key=lambda p: p.left)) for row in _group_rows(pieces)]


def _group_rows(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces by the line that they stand on, from top to bottom."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (p.top + p.bottom, p.left)):
        middle = (piece.top + piece.bottom) / 2
        if rows and _on_row(rows[-1], middle):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return rows


def _on_row(row: Sequence[Piece], middle: float) -> bool:
    """Whether the middle of a piece lies inside the line that the tallest piece of the row makes."""
    tallest = max(row, key=lambda p: p.size)
    inside = (tallest.bottom - tallest.top) * 0.2
    return tallest.top + inside < middle < tallest.bottom - inside


def _join_row(row: Sequence[Piece]) -> Piece:
    """The pieces of one line as one piece."""
    text = row[0].text
    for before, piece in zip(row, row[1:], strict=False):
        gap = (piece.left - before.right) / max(before.size, piece.size)
        label = len(text) <= 8 and (_LABEL.fullmatch(text) or _BULLET.match(text))
        if gap > _CELL_EMS and not label:
            text += CELL + piece.text
        else:
            text += (" " if gap > _SPACE_EMS else "") + piece.text
    longest = max(row, key=lambda p: len(p.text))
    return replace(
        longest,
        text=" ".join(text.split()),
        left=row[0].left,
        right=max(p.right for p in row),
        top=longest.top,
        bottom=longest.bottom,
    )


def _leading(rows: Sequence[Piece]) -> float:
    """The distance between two lines of running text, in letter heights."""
    steps = [
        (below.bottom - above.bottom) / above.size
        for above, below in zip(rows, rows[1:], strict=False)
        if abs(above.size - below.size) < above.size * 0.1
    ]
    steps = sorted(step for step in steps if 0 < step < 3)
    return steps[len(steps) // 3] if steps else 1.2


# Paragraphs


def _breaks(
    above: Sequence[Piece],
    row: Piece,
    following: Piece | None,
    leading: float,
    margin: float,
    edge: float,
    level: int,
) -> bool:
    """Whether a paragraph begins with ``row``; ``above`` is the paragraph so far, and is not empty."""
    last = above[-1]
    em = row.size
    if CELL in row.text or CELL in last.text:
        return not (CELL in row.text and CELL in last.text)
    if max(row.size, last.size) > min(row.size, last.size) * 1.1:
        return True
    if (row.bottom - last.bottom) / em > max(leading * _NEW_PARAGRAPH_LEADING, leading + 0.2):
        return True
    if level:
        return False
    if row.text[:1].islower() and not _ITEM.match(row.text):
        return False
    if _ITEM.match(row.text) and row.left <= above[0].left + em * _INDENT_EMS and _SENTENCE_END.search(last.text):
        return True
    indent = row.left - last.left
    if indent > em * _INDENT_EMS:
        hangs = bool(_ITEM.match(last.text)) or (following is not None and following.left > row.left - em / 2)
        return not hangs
    if indent < -em * _INDENT_EMS and len(above) > 1:
        return True
    word = row.text.split()[0]
    width = (row.right - row.left) * (len(word) + 1) / max(len(row.text), 1)
    return last.right + width < edge - em / 2 and not (margin + em < last.left and last.right < edge - em)


def _runs_on(last: Piece, row: Piece) -> bool:
    """Whether the first line of a column goes on with the sentence of the last line of the one before."""
    if max(row.size, last.size) > min(row.size, last.size) * 1.1 or CELL in row.text + last.text:
        return False
    return last.text.endswith("-") or (row.text[:1].islower() and not _SENTENCE_END.search(last.text))


def _heading_level(row: Piece, sizes: Sequence[float]) -> int:
    """The level of the heading that the row is by its letters, from 1; 0 where it is none."""
    words = row.text.split()
    if CELL in row.text or len(words) > _HEADING_WORDS or not any(char.isalpha() for char in row.text):
        return 0
    return next((min(level, 6) for level, size in enumerate(sizes, 1) if row.size >= size * _SAME_SIZE), 0)
