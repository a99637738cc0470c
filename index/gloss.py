"""A question restated in the words that Dutch reports use, so that its vector lies nearer to their sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from os.path import commonprefix

from index.dutch import is_stopword, stem, words
from index.glossary import Glossary

_QUESTION_WORDS: Mapping[tuple[str, ...], str] = {
    ("how", "many"): "hoeveel",
    ("how", "much"): "hoeveel",
    ("how", "long"): "hoe lang",
    ("how", "often"): "hoe vaak",
    ("how", "high"): "hoe hoog",
    ("what", "is"): "wat is",
    ("what", "are"): "wat zijn",
    ("what",): "wat",
    ("why",): "waarom",
    ("how",): "hoe",
    ("who",): "wie",
    ("whom",): "wie",
    ("when",): "wanneer",
    ("where",): "waar",
    ("which",): "welke",
    ("not",): "niet",
    ("must",): "moet",
    ("may",): "mag",
    ("allowed", "to"): "mag",
    ("at", "least"): "ten minste",
    ("at", "most"): "ten hoogste",
}
_DUTCH_RELATIONS = ("abbreviation", "synonym", "everyday")
_LONGEST_TERM_WORDS = 4
_ADDED_PER_TERM = 2

Stems = tuple[str, ...]


@dataclass(frozen=True)
class Glosser:
    """Looks up runs of words by their stems.

    ``english`` gives the Dutch of an English term by the term as written; ``dutch`` other words for a Dutch term.
    """

    english: Mapping[Stems, Mapping[str, str]]
    dutch: Mapping[Stems, tuple[str, ...]]

    def restate(self, question: str, language: str) -> str:
        """The question in Dutch words: an English one put over word by word, a Dutch one with other words added.

        >>> english = {("collabor",): {"collaboration": "samenwerking"}, ("stall",): {"stall": "stokken"}}
        >>> glosser = Glosser(english, {("uitker",): ("bijstand",)})
        >>> glosser.restate("Why does Wmo collaboration stall?", "en")
        'waarom wmo samenwerking stokken'
        >>> glosser.restate("Wie krijgt een uitkering?", "nl")
        'Wie krijgt een uitkering? bijstand'
        """
        written = words(question)
        stems = tuple(stem(word, language) for word in written)
        look_up = self._translate if language == "en" else self._add
        found, at = [], 0
        while at < len(written):
            dutch, taken = look_up(written, stems, at)
            at += taken
            if dutch:
                found.append(dutch)
        return " ".join(found if language == "en" else [question, *found])

    def _translate(self, written: Stems, stems: Stems, at: int) -> tuple[str, int]:
        """The Dutch for what stands at a place, which may be nothing, and how many words it stands for."""
        for length in range(min(_LONGEST_TERM_WORDS, len(written) - at), 0, -1):
            run = written[at : at + length]
            if run in _QUESTION_WORDS:
                return _QUESTION_WORDS[run], length
            terms = {} if length == 1 and is_stopword(run[0], "en") else self.english.get(stems[at : at + length], {})
            if terms:
                return terms[_nearest(" ".join(run), terms)], length
        return ("" if is_stopword(written[at], "en") else written[at]), 1

    def _add(self, written: Stems, stems: Stems, at: int) -> tuple[str, int]:
        """Other words for what stands at a place, which may be none, and how many words they stand for."""
        for length in range(min(_LONGEST_TERM_WORDS, len(written) - at), 0, -1):
            others = self.dutch.get(stems[at : at + length])
            if others:
                return " ".join(others[:_ADDED_PER_TERM]), length
        return "", 1


def _nearest(written: str, terms: Iterable[str]) -> str:
    """The term that begins most like the words as written; of several the shortest."""
    return max(terms, key=lambda term: (len(commonprefix([term, written])), -len(term)))


def make_glosser(glossary: Glossary) -> Glosser:
    """The glosser of a glossary; of several translations of an English term the first counts."""
    english: dict[Stems, dict[str, str]] = {}
    dutch: dict[Stems, list[str]] = {}
    for entry in glossary.entries:
        if entry.relation == "english":
            written = words(entry.term)
            english.setdefault(_stems(entry.term, "en"), {}).setdefault(" ".join(written), entry.expansion)
        elif entry.relation in _DUTCH_RELATIONS:
            dutch.setdefault(_stems(entry.term, "nl"), []).append(entry.expansion)
            if entry.relation != "everyday":
                dutch.setdefault(_stems(entry.expansion, "nl"), []).append(entry.term)
    return Glosser(english, {stems: tuple(others) for stems, others in dutch.items()})


def _stems(term: str, language: str) -> Stems:
    return tuple(stem(word, language) for word in words(term))
