"""Other words for a question's words: a glossary file comes in, Dutch terms to search as well come out."""

from __future__ import annotations

import csv
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import CorpusError

logger = logging.getLogger(__name__)

RELATIONS = ("abbreviation", "synonym", "everyday", "related", "english")
"""What an expansion is to its term, strongest first: the first two hold in both directions."""

_SYMMETRIC = ("abbreviation", "synonym")
_DUTCH = ("abbreviation", "synonym", "everyday", "related")
_REQUIRED = ("term", "expansion", "relation")
_COLUMNS = (*_REQUIRED, "note")

Terms = tuple[str, ...]
Stem = Callable[[str, str], Terms]
"""Called as ``stem(text, language)`` with ``"nl"`` or ``"en"``: the analysed terms of a text, in order."""


@dataclass(frozen=True)
class Entry:
    """One row of the glossary: whoever asks for ``term`` may also mean ``expansion``."""

    term: str
    expansion: str
    relation: str


@dataclass(frozen=True)
class Expansion:
    """Terms to search as well: ``source`` is the run in the question, ``terms`` the analysed Dutch terms."""

    source: Terms
    terms: Terms
    relation: str


@dataclass(frozen=True)
class _Rule:
    source: Terms
    targets: tuple[Terms, ...]


@dataclass(frozen=True)
class Glossary:
    """The entries of one glossary file, in the order of the file."""

    entries: tuple[Entry, ...]

    def expander(self, stem: Stem) -> Expander:
        """The same entries, analysed once and ready to be looked up.

        English terms are analysed as English, all other text as Dutch. An entry that holds stopwords only can
        never match; it is left out with a warning.
        """
        rules: dict[str, dict[Terms, list[Terms]]] = {relation: {} for relation in RELATIONS}
        for entry in self.entries:
            for term, expansion, language in _directions(entry):
                source, terms = stem(term, language), stem(expansion, "nl")
                if not source or not terms:
                    logger.warning("glossary: %r -> %r holds stopwords only and is not used", term, expansion)
                elif language == "en" or source != terms:
                    rules[entry.relation].setdefault(source, []).append(terms)
        return Expander({relation: _by_first_term(found) for relation, found in rules.items()})


@dataclass(frozen=True)
class Expander:
    """Looks a question's terms up; made by :meth:`Glossary.expander`."""

    _rules: Mapping[str, Mapping[str, tuple[_Rule, ...]]]

    def expand(self, terms_nl: Sequence[str], terms_en: Sequence[str], language: str) -> tuple[Expansion, ...]:
        """The expansions of a question, strongest relation first, then in the question's order; none twice.

        A term matches as a contiguous run; within one relation a longer match hides the shorter ones in it.
        A Dutch question uses the Dutch relations. An English question uses the English relation, the Dutch
        abbreviations that occur in it ("Wmo"), and one step by abbreviation or synonym from each translation.

        Args:
            terms_nl: the question analysed as Dutch.
            terms_en: the question analysed as English; only read when ``language`` is ``"en"``.
            language: ``"en"``, or any other value for Dutch.

        >>> abbreviation = Entry("wmo", "wet ondersteuning", "abbreviation")
        >>> glossary = Glossary((abbreviation, Entry("social act", "wmo", "english")))
        >>> expander = glossary.expander(lambda text, language: tuple(text.split()))
        >>> [(e.relation, e.terms) for e in expander.expand(["de", "wmo"], [], "nl")]
        [('abbreviation', ('wet', 'ondersteuning'))]
        >>> [(e.relation, e.terms) for e in expander.expand([], ["social", "act"], "en")]
        [('english', ('wmo',)), ('abbreviation', ('wet', 'ondersteuning'))]
        """
        if language != "en":
            return _each_once(e for relation in _DUTCH for e in self._found(terms_nl, relation))
        translated = [*self._found(terms_en, "english"), *self._found(terms_nl, "abbreviation")]
        onward = (step for e in translated if e.relation == "english" for step in self._onward(e))
        return _each_once((*translated, *onward))

    def _found(self, terms: Sequence[str], relation: str) -> Iterator[Expansion]:
        for rule in _longest_matches(tuple(terms), self._rules[relation]):
            for target in rule.targets:
                yield Expansion(rule.source, target, relation)

    def _onward(self, expansion: Expansion) -> Iterator[Expansion]:
        for relation in _SYMMETRIC:
            for rule in self._rules[relation].get(expansion.terms[0], ()):
                if rule.source == expansion.terms:
                    for target in rule.targets:
                        yield Expansion(expansion.source, target, relation)


def read_glossary(path: Path) -> Glossary:
    """The glossary in a CSV file with the columns ``term,expansion,relation`` and, if wanted, ``note``.

    UTF-8 with or without a byte order mark, separated by commas or semicolons: as any spreadsheet saves it.
    Rows without any text are skipped; white space around a cell and capitals in a relation do not matter.

    Raises:
        CorpusError: the file cannot be read as UTF-8 text, or has faults; each is named with its line number.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    except FileNotFoundError as error:
        raise CorpusError(
            nl=f"De woordenlijst {path} bestaat niet. Zet het bestand terug.",
            en=f"The glossary {path} does not exist. Put the file back.",
        ) from error
    except UnicodeDecodeError as error:
        raise CorpusError(
            nl=f"De woordenlijst {path} is geen UTF-8. Sla het bestand op als 'CSV UTF-8'.",
            en=f"The glossary {path} is not UTF-8. Save the file as 'CSV UTF-8'.",
        ) from error
    except OSError as error:
        raise CorpusError(
            nl=f"De woordenlijst {path} is niet te lezen ({error.strerror}). Zet WMO_GLOSSARY op een CSV-bestand.",
            en=f"The glossary {path} cannot be read ({error.strerror}). Set WMO_GLOSSARY to a CSV file.",
        ) from error
    faults: list[_Fault] = []
    try:
        rows = list(_rows(lines, faults))
    except csv.Error as error:
        raise CorpusError(
            nl=f"De woordenlijst {path} is geen CSV ({error}). Sla het bestand op als 'CSV UTF-8'.",
            en=f"The glossary {path} is not CSV ({error}). Save the file as 'CSV UTF-8'.",
        ) from error
    faults.extend(_row_faults(rows))
    if faults:
        raise _report(path, faults)
    return Glossary(tuple(entry for _, entry in rows))


@dataclass(frozen=True)
class _Fault:
    line: int
    nl: str
    en: str


def _rows(lines: Sequence[str], faults: list[_Fault]) -> Iterator[tuple[int, Entry]]:
    """Each row that holds text, with its line number; faults of form are added to ``faults``."""
    reader = csv.reader(lines, delimiter=";" if lines and ";" in lines[0] else ",")
    header = [name.strip().lower() for name in next(reader, [])]
    faults.extend(_header_faults(header))
    if not set(_REQUIRED) <= set(header):
        return
    next_line = reader.line_num + 1
    for cells in reader:
        line, next_line = next_line, reader.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        if next_line > line + 1:
            nl = "een cel loopt door op de volgende regel; is een aanhalingsteken niet gesloten?"
            faults.append(_Fault(line, nl, "a cell runs on to the next line; is a quotation mark not closed?"))
            continue
        if any(cell.strip() for cell in cells[len(header) :]):
            nl = f'{len(cells)} cellen in plaats van {len(header)}; zet tekst met scheidingsteken tussen "…"'
            en = f'{len(cells)} cells instead of {len(header)}; put a cell with a separator between "…"'
            faults.append(_Fault(line, nl, en))
            continue
        row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        relation = row.get("relation", "").lower()
        yield line, Entry(row.get("term", ""), row.get("expansion", ""), relation)


def _header_faults(header: Sequence[str]) -> Iterator[_Fault]:
    expected = ", ".join(_COLUMNS)
    for name in dict.fromkeys(header):
        if name not in _COLUMNS:
            nl = f"onbekende kolom '{name}'; de kolommen zijn {expected}"
            yield _Fault(1, nl, f"unknown column '{name}'; the columns are {expected}")
        elif header.count(name) > 1:
            yield _Fault(1, f"de kolom '{name}' staat er dubbel", f"the column '{name}' is there twice")
    for name in _REQUIRED:
        if name not in header:
            nl = f"de kolom '{name}' ontbreekt; de kolommen zijn {expected}"
            yield _Fault(1, nl, f"the column '{name}' is missing; the columns are {expected}")


def _row_faults(rows: Iterable[tuple[int, Entry]]) -> Iterator[_Fault]:
    """What is wrong with the rows themselves: empty cells, unknown relations, repeats and loops."""
    first_line: dict[tuple[str, str, str], int] = {}
    for line, entry in rows:
        key = (entry.term.casefold(), entry.expansion.casefold(), entry.relation)
        pair = f"'{entry.term}' -> '{entry.expansion}'"
        for name in _REQUIRED:
            if not getattr(entry, name):
                nl = f"de cel '{name}' is leeg; vul die in"
                yield _Fault(line, nl, f"the cell '{name}' is empty; fill it in")
        if entry.relation and entry.relation not in RELATIONS:
            known = ", ".join(RELATIONS)
            nl = f"onbekende relatie '{entry.relation}'; kies uit {known}"
            yield _Fault(line, nl, f"unknown relation '{entry.relation}'; choose one of {known}")
        if key in first_line:
            nl = f"{pair} staat ook op regel {first_line[key]}; haal er een weg"
            yield _Fault(line, nl, f"{pair} is also on line {first_line[key]}; remove one of them")
        elif entry.term and key[0] == key[1] and entry.relation != "english":
            nl = f"{pair} verwijst naar zichzelf; haal de regel weg"
            yield _Fault(line, nl, f"{pair} points to itself; remove the row")
        elif entry.relation == "everyday" and (key[1], key[0], key[2]) in first_line:
            other = first_line[(key[1], key[0], key[2])]
            nl = f"{pair} staat omgekeerd op regel {other}; kies een richting, of maak er een 'synonym' van"
            en = f"{pair} is reversed on line {other}; choose one direction, or make it one 'synonym'"
            yield _Fault(line, nl, en)
        first_line.setdefault(key, line)


def _report(path: Path, faults: Sequence[_Fault]) -> CorpusError:
    ordered = sorted(faults, key=lambda fault: fault.line)
    return CorpusError(
        nl="\n".join([f"Fouten in de woordenlijst {path}:", *(f"  regel {f.line}: {f.nl}" for f in ordered)]),
        en="\n".join([f"Faults in the glossary {path}:", *(f"  line {f.line}: {f.en}" for f in ordered)]),
    )


def _directions(entry: Entry) -> Iterator[tuple[str, str, str]]:
    """Every ``(term, expansion, language of the term)`` that an entry stands for."""
    yield entry.term, entry.expansion, "en" if entry.relation == "english" else "nl"
    if entry.relation in _SYMMETRIC:
        yield entry.expansion, entry.term, "nl"


def _by_first_term(rules: Mapping[Terms, Sequence[Terms]]) -> dict[str, tuple[_Rule, ...]]:
    grouped: dict[str, tuple[_Rule, ...]] = {}
    for source, targets in rules.items():
        grouped[source[0]] = (*grouped.get(source[0], ()), _Rule(source, tuple(targets)))
    return grouped


def _longest_matches(terms: Terms, rules: Mapping[str, tuple[_Rule, ...]]) -> list[_Rule]:
    """The rules whose source is a run of ``terms``, without those inside a longer one; in order of place."""
    spans = [
        (start, start + len(rule.source), rule)
        for start, first in enumerate(terms)
        for rule in rules.get(first, ())
        if terms[start : start + len(rule.source)] == rule.source
    ]
    return [
        rule
        for start, end, rule in spans
        if not any(s <= start and end <= e and e - s > end - start for s, e, _ in spans)
    ]


def _each_once(expansions: Iterable[Expansion]) -> tuple[Expansion, ...]:
    """The expansions without those that add the same terms to the same source again."""
    first: dict[tuple[Terms, Terms], Expansion] = {}
    for expansion in expansions:
        first.setdefault((expansion.source, expansion.terms), expansion)
    return tuple(first.values())
