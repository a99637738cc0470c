"""An English question put into Dutch word by word, so that its vector lies nearer to Dutch sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
}
_LONGEST_TERM_WORDS = 4


@dataclass(frozen=True)
class Glosser:
    """Looks up runs of English words; ``translations`` are by the stems of a term, then by its words as written."""

    translations: Mapping[tuple[str, ...], Mapping[str, str]]

    def gloss(self, question: str) -> str:
        """The question in Dutch words: the longest known terms translated, function words left out, the rest kept.

        >>> terms = {("collabor",): {"collaboration": "samenwerking"}, ("stall",): {"stall": "stokken"}}
        >>> Glosser(terms).gloss("Why does Wmo collaboration stall?")
        'waarom wmo samenwerking stokken'
        """
        written = words(question)
        stems = tuple(stem(word, "en") for word in written)
        dutch, at = [], 0
        while at < len(written):
            word, taken = self._at(written, stems, at)
            at += taken
            if word:
                dutch.append(word)
        return " ".join(dutch)

    def _at(self, written: tuple[str, ...], stems: tuple[str, ...], at: int) -> tuple[str, int]:
        """The Dutch for what stands at a place, which may be nothing, and how many words it stands for."""
        for length in range(_LONGEST_TERM_WORDS, 0, -1):
            run = written[at : at + length]
            if len(run) < length:
                continue
            if run in _QUESTION_WORDS:
                return _QUESTION_WORDS[run], length
            found = self.translations.get(stems[at : at + length])
            if found:
                return found.get(" ".join(run), next(iter(found.values()))), length
        return ("" if is_stopword(written[at], "en") else written[at]), 1


def make_glosser(glossary: Glossary) -> Glosser:
    """The glosser of a glossary's English terms; of several translations of a term the first counts."""
    translations: dict[tuple[str, ...], dict[str, str]] = {}
    for entry in glossary.entries:
        if entry.relation == "english":
            written = words(entry.term)
            stems = tuple(stem(word, "en") for word in written)
            translations.setdefault(stems, {}).setdefault(" ".join(written), entry.expansion)
    return Glosser(translations)
