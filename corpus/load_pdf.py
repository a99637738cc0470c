"""Bytes of a PDF go in, a Document with the lines of every page in reading order comes out."""

from __future__ import annotations

import ctypes
import math
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from corpus.archive import damaged, encrypted
from corpus.document import Document, Limits
from corpus.errors import LoadError
from corpus.layout import Piece, find_heading_sizes, write_page

_ONE_AT_A_TIME = threading.Lock()  # pdfium is not safe to use from two threads

_SCAN_WORDS = 20  # a page with a picture over half of it and fewer words than this is a scan
_RAISED_RATIO = 0.8  # a digit lower than this part of the letter before it, and above its middle, is a note's number
_PIECE_EMS = 1.0  # a gap of this many letter heights ends a piece
_UNITS = frozenset(("m", "km", "cm", "dm", "mm", "hm"))  # a raised digit after these is an exponent
_LEAST_POINTS = 1.5  # letters smaller than this are dust to whoever reads the page
_NEAR_WHITE = 250  # of 255
_STROKED = {
    pdfium.FPDF_TEXTRENDERMODE_STROKE,
    pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE,
    pdfium.FPDF_TEXTRENDERMODE_STROKE_CLIP,
    pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE_CLIP,
}
_HYPHENS = {"\x02", "\ufffe"}  # what pdfium gives for a hyphen at the end of a line
_SYMBOL_BULLETS = dict.fromkeys(map(ord, "\uf0b7\uf0a7\uf0d8\uf0fc\uf076\uf02d\uf0a8"), "•")
_PROPERTIES = {"title": "Title", "author": "Author", "date": "CreationDate"}


def load_pdf(data: bytes, name: str, limits: Limits) -> Document:
    """The document that ``data`` holds as PDF: one page a page, columns one after the other.

    Text beside the page, too small to be seen, transparent, not drawn and no layer of a scan, or white on a page
    with nothing but text is left out, and told.

    Raises:
        LoadError: the file is damaged, needs a password, has too many pages, or is a scan without text.
    """
    with _ONE_AT_A_TIME, closing(_open(data, name)) as pdf:
        if len(pdf) > limits.max_pages:
            raise LoadError(
                nl=f"{name} heeft {len(pdf)} pagina's; de grens is {limits.max_pages}. Splits het bestand.",
                en=f"{name} has {len(pdf)} pages; the limit is {limits.max_pages}. Split the file.",
            )
        read = [_read_page(pdf, number, name) for number in range(len(pdf))]
        properties = _read_properties(pdf)
    empty = tuple(number for number, (_, is_empty, _) in enumerate(read, 1) if is_empty)
    if len(empty) == len(read):
        raise _without_text(name, len(read))
    pieces = [found for found, _, _ in read]
    unseen = tuple(told for _, _, told in read if told)
    sizes = find_heading_sizes(pieces)
    return Document(tuple(write_page(page, sizes) for page in pieces), "pdf", properties, empty, unseen)


def _open(data: bytes, name: str) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise encrypted(name) from error
        raise damaged(name) from error


def _without_text(name: str, pages: int) -> LoadError:
    nl = f"de {pages} pagina's zijn" if pages > 1 else "de ene pagina is"
    en = f"its {pages} pages are" if pages > 1 else "its one page is"
    return LoadError(
        nl=f"{name} bevat geen tekst: {nl} een scan of leeg. Herken eerst de tekst, bijvoorbeeld met "
        f'"ocrmypdf -l nld {name} nieuw.pdf", en voeg nieuw.pdf toe.',
        en=f"{name} holds no text: {en} a scan or empty. Recognise the text first, for example with "
        f'"ocrmypdf -l nld {name} new.pdf", and add new.pdf.',
    )


def _read_properties(pdf: pypdfium2.PdfDocument) -> Mapping[str, str]:
    found = {field: " ".join(pdf.get_metadata_value(key).split()) for field, key in _PROPERTIES.items()}
    return {field: value for field, value in found.items() if value}


def _read_page(pdf: pypdfium2.PdfDocument, number: int, name: str) -> tuple[list[Piece], bool, str]:
    """The pieces of one page in the file's order, whether it is empty or a picture of text, and what nobody sees."""
    try:
        with closing(pdf[number]) as page, closing(page.get_textpage()) as text:
            width, height = page.get_size()
            left, bottom, right, top = page.get_bbox()
            turns = page.get_rotation() // 90
            box = (left, bottom, right, top)
            unseen: list[str] = []
            pieces = [piece for piece in _pieces(text, turns, box, _unseen_objects(page), unseen) if piece.text.strip()]
            words = sum(len(piece.text.split()) for piece in pieces)
            empty = not any(char.isalpha() for piece in pieces for char in piece.text)
            if not empty and words < _SCAN_WORDS:
                empty = _is_picture(page, width * height)
            return pieces, empty, " ".join("".join(unseen).split())
    except pypdfium2.PdfiumError as error:
        raise damaged(name) from error


def _is_picture(page: pypdfium2.PdfPage, area: float) -> bool:
    """Whether one image covers more than half of the page."""
    for image in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = image.get_bounds()
        if (right - left) * (top - bottom) > area / 2:
            return True
    return False


def _unseen_objects(page: pypdfium2.PdfPage) -> set[int]:
    """The addresses of the text objects that are transparent, white on a page of text alone, or not drawn at all.

    Text that is not drawn is the layer of a scan, and is read, where it lies over anything that is.
    """
    objects = [pdfium.FPDFPage_GetObject(page, index) for index in range(pdfium.FPDFPage_CountObjects(page))]
    texts = [found for found in objects if pdfium.FPDFPageObj_GetType(found) == pdfium.FPDF_PAGEOBJ_TEXT]
    on_white = len(texts) == len(objects)
    undrawn = [(found, _box(found)) for found in texts if _is_undrawn(found)]
    drawn = [_box(found) for found in objects if pdfium.FPDFPageObj_GetType(found) != pdfium.FPDF_PAGEOBJ_TEXT]
    alone = [found for found, box in undrawn if not any(_overlaps(box, other) for other in drawn)]
    return {_address(found) for found in (*alone, *(text for text in texts if _has_no_ink(text, on_white)))}


def _is_undrawn(found: object) -> bool:
    return bool(pdfium.FPDFTextObj_GetTextRenderMode(found) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)


def _box(found: object) -> tuple[float, ...]:
    """Left, bottom, right and top of an object; no bounds where the file gives none."""
    sides = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(found, *map(ctypes.byref, sides)):
        return (-math.inf, -math.inf, math.inf, math.inf)
    return tuple(side.value for side in sides)


def _overlaps(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _address(found: object) -> int:
    return ctypes.cast(found, ctypes.c_void_p).value or 0  # type: ignore[arg-type]


def _has_no_ink(found: object, on_white: bool) -> bool:
    """Whether a text object that is drawn leaves nothing to see."""
    mode = pdfium.FPDFTextObj_GetTextRenderMode(found)
    if mode == pdfium.FPDF_TEXTRENDERMODE_FILL:
        colour = _colour(pdfium.FPDFPageObj_GetFillColor, found)
        return colour is not None and (colour[3] == 0 or (on_white and min(colour) >= _NEAR_WHITE))
    if mode in _STROKED:
        colours = [_colour(get, found) for get in (pdfium.FPDFPageObj_GetFillColor, pdfium.FPDFPageObj_GetStrokeColor)]
        return all(colour is not None and colour[3] == 0 for colour in colours)
    return False


def _colour(get: Callable[..., int], found: object) -> tuple[int, ...] | None:
    """Red, green, blue and opacity, each of 255; None where the object has no plain colour."""
    parts = [ctypes.c_uint() for _ in range(4)]
    return tuple(part.value for part in parts) if get(found, *map(ctypes.byref, parts)) else None


def _is_off(place: tuple[float, float, float, float], turns: int, box: tuple[float, float, float, float]) -> bool:
    """Whether a letter lies wholly beside the page, or is too small to be seen; one without a size is neither."""
    width, height = box[2] - box[0], box[3] - box[1]
    if turns in (1, 3):
        width, height = height, width
    if place[2] < 0 or place[3] < 0 or place[0] > width or place[1] > height:
        return True
    return 0 < max(place[2] - place[0], place[3] - place[1]) < _LEAST_POINTS


def _pieces(
    text: pypdfium2.PdfTextPage,
    turns: int,
    box: tuple[float, float, float, float],
    unseen_objects: set[int],
    unseen: list[str],
) -> Iterator[Piece]:
    """The text of a page cut where a line ends or a wide gap is; what nobody sees is added to ``unseen`` instead."""
    held: list[tuple[str, tuple[float, float, float, float]]] = []
    rect = pdfium.FS_RECTF()
    for index in range(text.count_chars()):
        char = _char(pdfium.FPDFText_GetUnicode(text, index))
        if char in "\r\n":
            yield from _piece(held)
            held = []
            unseen.append(" ")
            continue
        if pdfium.FPDFText_IsGenerated(text, index) == 1 and char.isspace():
            if held:
                held.append((" ", held[-1][1]))
            unseen.append(" ")
            continue
        pdfium.FPDFText_GetLooseCharBox(text, index, ctypes.byref(rect))
        place = _turn((rect.left, rect.top, rect.right, rect.bottom), turns, box)
        hidden = bool(unseen_objects) and _address(pdfium.FPDFText_GetTextObject(text, index)) in unseen_objects
        if hidden or (_is_off(place, turns, box) and not char.isspace()):
            unseen.append(char)
            continue
        if char.isspace():
            unseen.append(" ")
        if held and _is_apart(held[-1][1], place):
            yield from _piece(held)
            held = []
        if not char.isspace() or held:
            held.append((char, held[-1][1] if char.isspace() else place))
    yield from _piece(held)


def _char(code: int) -> str:
    """The character of a code; a letter that the file does not name is a replacement character."""
    char = chr(code) if code else "\ufffd"
    return "-" if char in _HYPHENS else char


def _turn(
    place: tuple[float, float, float, float], turns: int, box: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """A box in the file's coordinates as (left, top, right, bottom) from the top left of the page as shown."""
    left, top, right, bottom = place
    first, lowest, last, highest = box
    if turns == 1:
        return bottom - lowest, left - first, top - lowest, right - first
    if turns == 2:
        return last - right, bottom - lowest, last - left, top - lowest
    if turns == 3:
        return highest - top, last - right, highest - bottom, last - left
    return left - first, highest - top, right - first, highest - bottom


def _is_apart(before: tuple[float, float, float, float], place: tuple[float, float, float, float]) -> bool:
    """Whether a wide gap, or a step back or to another line, lies between two letters."""
    size = max(before[3] - before[1], 1.0)
    gap = place[0] - before[2]
    return gap > size * _PIECE_EMS or gap < -size * 2 or abs(place[3] - before[3]) > size


def _piece(held: list[tuple[str, tuple[float, float, float, float]]]) -> Iterator[Piece]:
    text = " ".join("".join(_with_notes(held)).split()).translate(_SYMBOL_BULLETS)
    if not text:
        return
    if any("\ud800" <= char <= "\udfff" for char in text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    places = [place for char, place in held if char != " "]
    heights = sorted(place[3] - place[1] for place in places)
    yield Piece(
        text,
        min(place[0] for place in places),
        min(place[1] for place in places),
        max(place[2] for place in places),
        max(place[3] for place in places),
        max(heights[len(heights) // 2], 1.0),
    )


def _with_notes(held: list[tuple[str, tuple[float, float, float, float]]]) -> Iterator[str]:
    """The characters, with the number of a note in brackets where it would be read as part of what is before it."""
    before: tuple[float, float, float, float] | None = None  # the place of the last letter that is no note's
    word = ""
    in_note = False
    for char, place in held:
        is_figure = char.isdecimal() or (in_note and char in ",-–")
        raised = before is not None and is_figure and word not in _UNITS and _is_raised(before, place)
        if in_note != raised:
            in_note = not in_note
            yield "[" if in_note else "]"
        yield char
        if not raised:
            before = None if char.isspace() else place
            word = word + char if char.isalpha() else ""
    if in_note:
        yield "]"


def _is_raised(before: tuple[float, float, float, float], place: tuple[float, float, float, float]) -> bool:
    """Whether a letter is smaller than the one before and stands higher."""
    smaller = place[3] - place[1] < (before[3] - before[1]) * _RAISED_RATIO
    return smaller and place[1] + place[3] < before[1] + before[3]
