"""A question set, JSON Lines or a spreadsheet's CSV, becomes cases and back; every fault is named.

JSON Lines, one case a line:

    {"id": "a-1", "lang": "nl", "question": "...", "turns": ["earlier question"], "kind": "why",
    "answerable": true,
     "evidence": [{"report": "id-of-a-report", "quote": "exact words of it"}], "facts": ["70 procent"]}

CSV has the same columns, with ``report`` and ``quote`` in the place of ``evidence``; where a cell holds
several values they stand in order, with `` || `` between them. It is written for spreadsheets:
semicolons, UTF-8 with BOM.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from corpus.errors import CorpusError, UserError
from corpus.invalid import say_in_dutch
from corpus.types import Text
from eval.metrics import locate, says, squeeze
from eval.types import Case, Evidence

CSV_COLUMNS = ("id", "lang", "kind", "question", "turns", "answerable", "report", "quote", "facts")
_YES = {"true", "yes", "ja", "waar", "1"}
_NO = {"false", "no", "nee", "onwaar", "0"}
_SEPARATOR = " || "
_SHOWN_FAULTS = 10

Words = Annotated[str, StringConstraints(pattern=r"^\S(?s:.*\S)?$")]
"""Text that is not empty and has no whitespace at either end."""


class _EvidenceRow(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    report: Words
    quote: Words


class _CaseRow(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: Words
    lang: Literal["nl", "en"]
    question: Words
    turns: list[Words] = Field(default_factory=list)
    kind: Words
    answerable: bool
    evidence: list[_EvidenceRow]
    facts: list[Words]


@dataclass(frozen=True)
class Numbered:
    """A case with the line, from 1, on which it starts in its file."""

    line: int
    case: Case


@dataclass(frozen=True)
class Fault:
    """What is wrong on a line of a question set, in Dutch and in English.

    ``blocks`` is false where a run over the set still means something.
    """

    line: int
    case_id: str
    nl: str
    en: str
    blocks: bool = True

    def message(self, language: str) -> str:
        """The fault on one line, with its place: in ``"nl"`` or, for every other value, in English."""
        place = f"{'regel' if language == 'nl' else 'line'} {self.line}"
        about = f" ({self.case_id})" if self.case_id else ""
        return f"{place}{about}: {self.nl if language == 'nl' else self.en}"


class SetError(UserError):
    """A question set is wrong: it cannot be read, or it does not fit its corpus."""


def read_cases(path: Path) -> tuple[Case, ...]:
    """The cases of a question set, JSON Lines or CSV by the file's name.

    Raises:
        SetError: the file cannot be read, is empty, or has faults; the first ten are named.
    """
    numbered, faults = parse_set(path)
    refuse_faults(path, faults)
    return tuple(row.case for row in numbered)


def refuse_faults(path: Path, faults: Sequence[Fault]) -> None:
    """Do nothing where there are no faults.

    Raises:
        SetError: there are faults; the first ten are named.
    """
    if not faults:
        return
    shown = {lang: [fault.message(lang) for fault in faults[:_SHOWN_FAULTS]] for lang in ("nl", "en")}
    raise SetError(
        nl=f"{path}: {len(faults)} fout(en). " + "; ".join(shown["nl"]) + f". Alle: wmo eval check {path}",
        en=f"{path}: {len(faults)} fault(s). " + "; ".join(shown["en"]) + f". See all: wmo eval check {path}",
    )


def parse_set(path: Path) -> tuple[tuple[Numbered, ...], tuple[Fault, ...]]:
    """The cases that can be read, each with its line, and the faults of the lines that cannot.

    Raises:
        SetError: the file is not there, is not UTF-8, or holds no case at all.
    """
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SetError(
            nl=f"Vragenset {path} kan niet worden gelezen: {error.strerror}. Geef een .jsonl of .csv.",
            en=f"Question set {path} cannot be read: {error.strerror}. Give a .jsonl or .csv file.",
        ) from error
    except UnicodeDecodeError as error:
        raise SetError(
            nl=f"Vragenset {path} is geen UTF-8. Bewaar hem in de spreadsheet als 'CSV UTF-8'.",
            en=f"Question set {path} is not UTF-8. Save it in the spreadsheet as 'CSV UTF-8'.",
        ) from error
    rows = _csv_rows(path, content) if path.suffix.lower() == ".csv" else _jsonl_rows(content)
    numbered: list[Numbered] = []
    faults: list[Fault] = []
    for line, row in rows:
        if isinstance(row, Fault):
            faults.append(row)
            continue
        try:
            numbered.append(Numbered(line, case_from_json(row)))
        except ValidationError as error:
            name = str(row.get("id", "")) if isinstance(row, dict) else ""
            faults += [_fault_of(line, name, detail) for detail in error.errors()]
    if not numbered and not faults:
        raise SetError(nl=f"Vragenset {path} bevat geen enkele vraag.", en=f"Question set {path} holds no case at all.")
    return tuple(numbered), tuple(faults)


def case_from_json(row: object) -> Case:
    """The case of one parsed JSON object.

    Raises:
        pydantic.ValidationError: a key is unknown or missing, or a value is of the wrong type.
    """
    read = _CaseRow.model_validate(row)
    return Case(
        id=read.id,
        lang=read.lang,
        question=read.question,
        kind=read.kind,
        answerable=read.answerable,
        evidence=tuple(Evidence(item.report, item.quote) for item in read.evidence),
        facts=tuple(read.facts),
        turns=tuple(read.turns),
    )


def case_to_json(case: Case) -> dict[str, Any]:
    """The JSON object of one case, with its keys in the order in which the format lists them.

    >>> case_to_json(Case("a-1", "nl", "Hoe laat is het?", "off-topic", answerable=False))["evidence"]
    []
    """
    return {
        "id": case.id,
        "lang": case.lang,
        "question": case.question,
        "turns": list(case.turns),
        "kind": case.kind,
        "answerable": case.answerable,
        "evidence": [{"report": item.report_id, "quote": item.quote} for item in case.evidence],
        "facts": list(case.facts),
    }


def cases_to_jsonl(cases: Sequence[Case]) -> str:
    """The cases as JSON Lines."""
    return "".join(json.dumps(case_to_json(case), ensure_ascii=False) + "\n" for case in cases)


def cases_to_csv(cases: Sequence[Case]) -> str:
    """The cases as CSV for a spreadsheet: semicolons, a header, and a byte order mark first."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for case in cases:
        cells = {
            "turns": _join(case.turns),
            "answerable": "true" if case.answerable else "false",
            "report": _join([item.report_id for item in case.evidence]),
            "quote": _join([item.quote for item in case.evidence]),
            "facts": _join(case.facts),
        }
        writer.writerow([cells.get(name, getattr(case, name, "")) for name in CSV_COLUMNS])
    return "\ufeff" + out.getvalue()


def hash_cases(cases: Sequence[Case]) -> str:
    """SHA-256, in hexadecimal, of the cases in order of id, however their file was formatted or ordered."""
    rows = [case_to_json(case) for case in sorted(cases, key=lambda case: case.id)]
    return hashlib.sha256(json.dumps(rows, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def check_cases(
    numbered: Sequence[Numbered], report_ids: Collection[str], text_of: Callable[[str], Text]
) -> tuple[Fault, ...]:
    """Every way in which the cases contradict themselves, each other or the corpus, in order of line.

    ``report_ids`` are those of the corpus and ``text_of`` gives each one's text.
    """
    faults = [*_repeats(numbered)]
    for row in numbered:
        faults += _contradictions(row)
        faults += _unproven(row, report_ids, text_of)
    return tuple(sorted(faults, key=lambda fault: fault.line))


def _repeats(numbered: Sequence[Numbered]) -> Iterator[Fault]:
    ids: dict[str, int] = {}
    questions: dict[tuple[str, ...], int] = {}
    for row in numbered:
        case = row.case
        first = ids.setdefault(squeeze(case.id).casefold(), row.line)
        if first != row.line:
            yield Fault(row.line, case.id, f"id staat al op regel {first}", f"id is already on line {first}")
        asked = tuple(squeeze(turn).casefold() for turn in (*case.turns, case.question))
        first = questions.setdefault(asked, row.line)
        if first != row.line:
            yield Fault(row.line, case.id, f"vraag staat al op regel {first}", f"question is on line {first}")


def _contradictions(row: Numbered) -> Iterator[Fault]:
    case = row.case
    if case.answerable and not case.evidence:
        yield Fault(row.line, case.id, "te beantwoorden, maar zonder bewijs", "answerable, without evidence")
    if not case.answerable and case.evidence:
        yield Fault(row.line, case.id, "niet te beantwoorden, maar met bewijs", "unanswerable, with evidence")
    if not case.answerable and case.facts:
        yield Fault(row.line, case.id, "niet te beantwoorden, maar met feiten", "unanswerable, with facts")
    if len({(item.report_id, squeeze(item.quote)) for item in case.evidence}) < len(case.evidence):
        yield Fault(row.line, case.id, "hetzelfde bewijs staat er tweemaal", "the same evidence is given twice")


def _unproven(row: Numbered, report_ids: Collection[str], text_of: Callable[[str], Text]) -> Iterator[Fault]:
    case = row.case
    for item in case.evidence:
        if item.report_id not in report_ids:
            yield Fault(
                row.line,
                case.id,
                f"onbekend rapport {item.report_id!r}",
                f"unknown report {item.report_id!r}",
            )
        elif not locate(item.quote, text_of(item.report_id).content):
            yield Fault(
                row.line,
                case.id,
                f"citaat staat niet in {item.report_id}: {item.quote!r}",
                f"quote does not occur in {item.report_id}: {item.quote!r}",
            )
    for fact in case.facts:
        if case.evidence and not any(says(item.quote, fact) for item in case.evidence):
            yield Fault(
                row.line,
                case.id,
                f"feit staat in geen enkel citaat: {fact!r}",
                f"fact occurs in none of the evidence quotes: {fact!r}",
                blocks=False,
            )


def _fault_of(line: int, case_id: str, detail: ErrorDetails) -> Fault:
    where = ".".join(str(part) for part in detail["loc"])
    match detail["type"]:
        case "extra_forbidden":
            return Fault(line, case_id, f"onbekende sleutel {where!r}", f"unknown key {where!r}")
        case "missing":
            return Fault(line, case_id, f"sleutel {where!r} ontbreekt", f"key {where!r} is missing")
        case "literal_error":
            given = detail["input"]
            return Fault(
                line,
                case_id,
                f"{where} is {given!r}; moet nl of en zijn",
                f"{where} is {given!r}; must be nl or en",
            )
        case "string_pattern_mismatch":
            return Fault(
                line,
                case_id,
                f"{where!r} is leeg of heeft spaties aan begin of einde",
                f"{where!r} is empty or has whitespace at an end",
            )
    return Fault(
        line, case_id, f"{where!r} is ongeldig ({say_in_dutch(detail)})", f"{where!r} is wrong ({detail['msg']})"
    )


def _jsonl_rows(content: str) -> Iterator[tuple[int, object]]:
    for line, row in enumerate(content.split("\n"), start=1):
        if not row.strip():
            continue
        try:
            yield line, json.loads(row)
        except (ValueError, RecursionError) as error:
            reason = f"{error.msg}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else str(error)
            yield line, Fault(line, "", f"geen geldige JSON ({reason})", f"not valid JSON ({reason})")


def _csv_rows(path: Path, content: str) -> Iterator[tuple[int, object]]:
    header = content.split("\n", 1)[0]
    delimiter = max(";,\t", key=header.count)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    columns = [name.strip() for name in next(reader, [])]
    while columns and not columns[-1]:
        columns.pop()
    if missing := [name for name in CSV_COLUMNS if name not in columns and name != "turns"]:
        names = ", ".join(missing)
        raise SetError(
            nl=f"{path}: kolommen ontbreken in de eerste regel: {names}. Verwacht: {', '.join(CSV_COLUMNS)}.",
            en=f"{path}: columns are missing in the first line: {names}. Expected: {', '.join(CSV_COLUMNS)}.",
        )
    if double := [name for name in dict.fromkeys(columns) if name and columns.count(name) > 1]:
        names = ", ".join(double)
        raise SetError(
            nl=f"{path}: kolommen staan dubbel in de eerste regel: {names}. Haal er een weg.",
            en=f"{path}: columns are there twice in the first line: {names}. Remove one of them.",
        )
    line = reader.line_num + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, _row_of_cells(line, columns, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise SetError(
            nl=f"{path}, vanaf regel {line}: dit is geen CSV ({error}). Controleer of elk aanhalingsteken is gesloten.",
            en=f"{path}, from line {line} on: this is not CSV ({error}). Check that every quotation mark is closed.",
        ) from error


def _row_of_cells(line: int, columns: Sequence[str], cells: Sequence[str]) -> object:
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        return Fault(
            line,
            cells[0],
            f"meer cellen dan kolommen ({len(cells)})",
            f"more cells than columns ({len(cells)})",
        )
    values = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
    row: dict[str, Any] = {key: value for key, value in values.items() if key not in ("report", "quote")}
    reports, quotes = _split(values.get("report", "")), _split(values.get("quote", ""))
    if len(reports) != len(quotes):
        return Fault(
            line,
            values.get("id", ""),
            f"{len(reports)} rapporten bij {len(quotes)} citaten; dat moeten er evenveel zijn",
            f"{len(reports)} reports for {len(quotes)} quotes; there must be as many of each",
        )
    row["evidence"] = [{"report": report, "quote": quote} for report, quote in zip(reports, quotes, strict=True)]
    row["turns"] = _split(values.get("turns", ""))
    row["facts"] = _split(values.get("facts", ""))
    row["answerable"] = _yes_or_no(values.get("answerable", ""))
    return row


def _yes_or_no(cell: str) -> bool | str:
    word = cell.casefold()
    return True if word in _YES else False if word in _NO else cell


def _join(values: Sequence[str]) -> str:
    return _SEPARATOR.join(re.sub(r"[\\|]", r"\\\g<0>", value) for value in values)


def _split(cell: str) -> list[str]:
    r"""The values of a cell; a backslash keeps the bar or backslash after it as it is.

    >>> _split(r"een || twee \| drie")
    ['een', 'twee | drie']
    """
    if not cell:
        return []
    parts = re.split(r"\s*(?<!\\)\|\|\s*", cell)
    return [re.sub(r"\\([\\|])", r"\1", part) for part in parts]


def known_texts(texts: Mapping[str, Text]) -> Callable[[str], Text]:
    """A function that gives the text of a report by its id.

    Raises:
        CorpusError: when called with the id of a report that the corpus does not hold.
    """

    def text_of(report_id: str) -> Text:
        if report_id in texts:
            return texts[report_id]
        raise CorpusError(
            nl=f"Onbekend rapport {report_id!r}. Toon de rapporten met: wmo list",
            en=f"Unknown report {report_id!r}. See the reports with: wmo list",
        )

    return text_of
