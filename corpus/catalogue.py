"""The catalogue: ``catalogue.csv`` and the files in ``reports/`` go in, a Report per row comes out, and back.

People edit the catalogue in a spreadsheet, so it is read leniently (delimiter, encoding, order of columns)
and every fault in it is reported at once, each with its line.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import os
import posixpath
import re
import tempfile
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from corpus.dates import month_number
from corpus.errors import CorpusError
from corpus.types import Report

CATALOGUE = "catalogue.csv"
REPORTS = "reports"
COLUMNS = ("id", "title", "publisher", "published", "authors", "language", "url", "file")
LANGUAGES = ("nl", "en", "")

_DELIMITERS = (",", ";", "\t")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ISO_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_DUTCH_DATE = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4}|\d{2})")
_MONTH_AND_YEAR = re.compile(r"([a-z]+)\.?-(\d{4}|\d{2})", re.IGNORECASE)
_SEPARATOR_LINE = re.compile(r"\Asep=.[ \t]*(?=\r?\n)", re.IGNORECASE)  # what Excel puts in front to name the delimiter
_MIDNIGHT = re.compile(r"[ T]0{1,2}:00(?::00)?$")


@dataclass
class _Faults:
    """The faults found so far, as (Dutch, English) pairs in the order of the file."""

    found: list[tuple[str, str]] = field(default_factory=list)

    def add(self, line: int, nl: str, en: str) -> None:
        self.found.append((f"regel {line}: {nl}", f"line {line}: {en}"))

    def raise_if_any(self, path: Path) -> None:
        if not self.found:
            return
        dutch, english = ("".join(f"\n- {fault[side]}" for fault in self.found) for side in (0, 1))
        raise CorpusError(
            nl=f"De catalogus {path} klopt niet:{dutch}\nVerbeter dit in het bestand en probeer het opnieuw.",
            en=f"The catalogue {path} is not right:{english}\nMend this in the file and try again.",
        )


@dataclass(frozen=True)
class _Row:
    """One row that is not blank: the line it starts on, and its cells by column name."""

    line: int
    cells: dict[str, str]


def read_catalogue(corpus: Path, without: Collection[str] = ()) -> tuple[Report, ...]:
    """The reports named in ``corpus/catalogue.csv``, in the order of the file; none for a header alone.

    Those whose id is in ``without`` are left out, and their files are not looked at.

    Raises:
        CorpusError: the catalogue is missing or holds faults; the message lists every fault with its line.
    """
    folder = os.path.realpath(corpus / REPORTS)

    def digest(row: _Row, faults: _Faults) -> str | None:
        data = _file_bytes(row, folder, faults)
        return None if data is None else hashlib.sha256(data).hexdigest()

    return _read_reports(corpus / CATALOGUE, without, digest)


def read_rows(corpus: Path) -> tuple[Report, ...]:
    """The same from the catalogue alone: files are not looked at, and ``sha256`` is empty.

    Raises:
        CorpusError: as ``read_catalogue``, but for files that cannot be read.
    """
    return _read_reports(corpus / CATALOGUE, (), lambda row, faults: "")


def _read_reports(
    path: Path, without: Collection[str], digest: Callable[[_Row, _Faults], str | None]
) -> tuple[Report, ...]:
    rows = _read_rows(path, _decode(_read_bytes(path)))
    faults = _Faults()
    _find_repeats(rows, faults)
    reports = [_report(row, digest, faults) for row in rows if row.cells["id"] not in without]
    faults.raise_if_any(path)
    return tuple(report for report in reports if report is not None)


def write_catalogue(corpus: Path, reports: Sequence[Report]) -> None:
    """Replace ``corpus/catalogue.csv`` by these reports in one step; a reader sees the old file or the new.

    The file is UTF-8 with a byte order mark, without which Excel takes it for cp1252. A catalogue that is
    there keeps its delimiter: Dutch Excel saves with semicolons and opens only those in columns.

    Raises:
        ValueError: an author holds a semicolon, which separates authors.
    """
    path = corpus / CATALOGUE
    delimiter = _delimiter(_decode(path.read_bytes())) if path.exists() else ","
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(report) for report in reports)
    _replace(path, codecs.BOM_UTF8 + buffer.getvalue().encode("utf-8"))


def normalise_date(text: str) -> str | None:
    """The date as YYYY, YYYY-MM or YYYY-MM-DD, empty for empty, None where it is no such date.

    What a Dutch spreadsheet makes of them is turned round: dd-mm-yyyy, dd-mm-yy, a time of midnight behind it, and
    "okt-21" for a year and month. Dates with slashes are refused, as nobody can tell the day from the month.

    >>> normalise_date("9-5-2022"), normalise_date("okt-21"), normalise_date("9/5/2022")
    ('2022-05-09', '2021-10', None)
    """
    text = _MIDNIGHT.sub("", text)
    if not text:
        return ""
    if match := _DUTCH_DATE.fullmatch(text):
        day, month, year = match.groups()
        text = f"{_whole_year(year)}-{month:0>2}-{day:0>2}"
    elif (match := _MONTH_AND_YEAR.fullmatch(text)) and (number := month_number(match[1])):
        text = f"{_whole_year(match[2])}-{number:0>2}"
    match = _ISO_DATE.fullmatch(text)
    if not match:
        return None
    try:
        date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return None
    return text


def _whole_year(year: str) -> str:
    """A year of two digits in full: no later than next year."""
    if len(year) == 4:
        return year
    latest = date.today().year + 1
    return str(latest - (latest - int(year)) % 100)


def is_slug(text: str) -> bool:
    """Whether ``text`` may be a report's id: lower-case letters, digits and single hyphens between them.

    >>> is_slug("van-kuijk-2022"), is_slug("Van Kuijk")
    (True, False)
    """
    return _SLUG.fullmatch(text) is not None


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        header = ",".join(COLUMNS)
        raise CorpusError(
            nl=f"Er is geen catalogus {path}. Maak dat bestand met als eerste regel: {header}",
            en=f"There is no catalogue {path}. Make that file with this first line: {header}",
        ) from None
    except OSError as error:
        raise CorpusError(
            nl=f"De catalogus {path} kan niet worden gelezen ({error.strerror}). Controleer de rechten.",
            en=f"The catalogue {path} cannot be read ({error.strerror}). Check its permissions.",
        ) from error


def _decode(data: bytes) -> str:
    """The text of a file that a spreadsheet saved: UTF-16 with its mark, UTF-8, else cp1252."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    """The delimiter that gives the header line most columns."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=header.count)


def _read_rows(path: Path, text: str) -> list[_Row]:
    """The rows below the header, blank ones left out.

    Raises:
        CorpusError: a column is missing, unknown or double, or the file is no CSV.
    """
    text = _SEPARATOR_LINE.sub("", text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    lines = _numbered(reader, path)
    header_line, header = next(lines, (1, []))
    names = [name.strip().casefold() for name in header]
    while names and not names[-1]:
        names.pop()
    faults = _Faults()
    _check_columns(header_line, names, faults)
    faults.raise_if_any(path)
    rows = []
    for line, cells in lines:
        values = [_visible(cell).strip() for cell in cells]
        if any(values[len(names) :]):
            faults.add(
                line,
                f'{len(values)} cellen, verwacht {len(names)}; zet een cel met een scheidingsteken tussen "',
                f'{len(values)} cells, expected {len(names)}; put a cell that holds the delimiter between "',
            )
        rows.append(_Row(line, dict.fromkeys(COLUMNS, "") | dict(zip(names, values, strict=False))))
    faults.raise_if_any(path)
    return rows


def _visible(cell: str) -> str:
    """A cell without control characters and marks of direction, which a terminal or a page would obey."""
    return "".join(char for char in cell if unicodedata.category(char) not in ("Cc", "Cf") or char.isspace())


def _numbered(reader: Iterator[list[str]], path: Path) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not blank, with the line it starts on."""
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start, cells
            start = reader.line_num + 1  # type: ignore[attr-defined]
    except csv.Error as error:
        faults = _Faults()
        faults.add(
            start,
            f'dit is geen CSV ({error}); controleer of elk aanhalingsteken " ook wordt gesloten',
            f'this is not CSV ({error}); check that every quotation mark " is closed',
        )
        faults.raise_if_any(path)


def _check_columns(line: int, names: Sequence[str], faults: _Faults) -> None:
    expected = ", ".join(COLUMNS)
    for name in COLUMNS:
        if name not in names:
            faults.add(line, f'de kolom "{name}" ontbreekt', f'the column "{name}" is missing')
    for name in dict.fromkeys(names):
        if name not in COLUMNS:
            faults.add(
                line,
                f'onbekende kolom "{name}"; bekend zijn {expected}',
                f'unknown column "{name}"; known are {expected}',
            )
        elif names.count(name) > 1:
            faults.add(line, f'de kolom "{name}" staat er dubbel', f'the column "{name}" is there twice')


def _find_repeats(rows: Sequence[_Row], faults: _Faults) -> None:
    """Add a fault for every id and every file that an earlier row has too."""
    for column, nl in (("id", "het id"), ("file", "het bestand")):
        first: dict[str, int] = {}
        for row in rows:
            value = row.cells[column]
            line = first.setdefault(posixpath.normpath(value).casefold(), row.line)
            if value and line != row.line:
                faults.add(
                    row.line,
                    f'{nl} "{value}" staat ook op regel {line}; elk rapport heeft een eigen {nl.split()[1]}',
                    f'the {column} "{value}" is on line {line} too; every report has a {column} of its own',
                )


def _report(row: _Row, digest: Callable[[_Row, _Faults], str | None], faults: _Faults) -> Report | None:
    """The report of one row, or None after adding the row's faults."""
    before = len(faults.found)
    cells = row.cells
    if not is_slug(cells["id"]):
        faults.add(
            row.line,
            f'id "{cells["id"]}" mag alleen kleine letters, cijfers en koppeltekens hebben (jansen-2021-wmo)',
            f'id "{cells["id"]}" may hold only lower-case letters, digits and hyphens (jansen-2021-wmo)',
        )
    published = normalise_date(cells["published"])
    if published is None:
        faults.add(
            row.line,
            f'datum "{cells["published"]}" in kolom published; verwacht JJJJ, JJJJ-MM, JJJJ-MM-DD of niets',
            f'date "{cells["published"]}" in column published; expected YYYY, YYYY-MM, YYYY-MM-DD or nothing',
        )
    language = cells["language"].casefold()
    if language not in LANGUAGES:
        faults.add(
            row.line,
            f'taal "{cells["language"]}"; verwacht nl, en of niets',
            f'language "{cells["language"]}"; expected nl, en or nothing',
        )
    sha256 = digest(row, faults)
    if published is None or sha256 is None or len(faults.found) > before:
        return None
    return Report(
        id=cells["id"],
        title=cells["title"],
        publisher=cells["publisher"],
        published=published,
        authors=tuple(name for part in cells["authors"].split(";") if (name := part.strip())),
        language=language,
        url=cells["url"],
        file=cells["file"],
        sha256=sha256,
    )


def _file_bytes(row: _Row, folder: str, faults: _Faults) -> bytes | None:
    """What the row's file in ``folder``, a path without links, holds; None after adding a fault."""
    name = row.cells["file"]
    path = os.path.join(folder, name)
    if not name:
        faults.add(row.line, "de kolom file is leeg", "the column file is empty")
        return None
    if "\\" in name or not _lies_in(path, folder):
        faults.add(
            row.line,
            f'bestand "{name}" ligt buiten de map {REPORTS}; zet het daarin en geef alleen de naam',
            f'file "{name}" lies outside the folder {REPORTS}; put it there and give its name alone',
        )
        return None
    if os.path.exists(path) and not os.path.isfile(path):  # whoever opens a pipe waits for ever
        faults.add(
            row.line,
            f'"{name}" in {folder} is geen bestand; zet het bestand daar neer of verwijder deze regel',
            f'"{name}" in {folder} is not a file; put the file there or remove this line',
        )
        return None
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        faults.add(
            row.line,
            f'bestand "{name}" kan niet worden gelezen uit {folder} ({error.strerror}); '
            "zet het terug of verwijder deze regel",
            f'file "{name}" cannot be read from {folder} ({error.strerror}); put it back or remove this line',
        )
        return None


def _lies_in(path: str, folder: str) -> bool:
    """Whether a path leads to something in a folder or below, wherever links may lead."""
    directly = os.path.dirname(path) == folder and os.path.basename(path) not in (os.curdir, os.pardir)
    return (directly and not os.path.islink(path)) or os.path.realpath(path).startswith(os.path.join(folder, ""))


def _cells(report: Report) -> tuple[str, ...]:
    if any(";" in author for author in report.authors):
        raise ValueError(f"an author of {report.id} holds a semicolon: {report.authors}")
    return (
        report.id,
        report.title,
        report.publisher,
        report.published,
        "; ".join(report.authors),
        report.language,
        report.url,
        report.file,
    )


def _replace(path: Path, data: bytes) -> None:
    """Write ``data`` next to ``path`` and put it in its place, or leave everything as it was."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
