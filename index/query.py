"""A question as the lexical leg understands it: concepts, each with the stems that may stand for it in a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import log

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.compounds import Compounds
from index.dutch import are_kin, is_stopword, root, stem, words
from index.glossary import Expander
from index.lexical import Concept

RELATION_WEIGHTS: Mapping[str, float] = {
    "abbreviation": 0.9,
    "english": 0.8,
    "synonym": 0.7,
    "everyday": 0.6,
    "related": 0.3,
}
PART_WEIGHT = 0.5
"""Weight of a part of a compound in the question: "jeugdhulpaanbieder" also searches "aanbieder"."""

WHOLE_WEIGHT = 0.5
"""Weight of a compound that holds a word of the question: "aanbieder" also searches "jeugdhulpaanbieder"."""

KIN_WEIGHT = 0.8
"""Weight of another form of a word that the stemmer keeps apart: "organisatie" also searches "organisaties"."""

SPELLING_WEIGHT = 0.8
_MAX_COMPOUNDS = 12
_MIN_SPELLING_CHARS = 5


@dataclass(frozen=True)
class Vocabulary:
    """The words of a corpus: ``word_counts`` of lower-case words, ``stem_passages`` in how many passages a stem is."""

    word_counts: Mapping[str, int]
    stem_passages: Mapping[str, int]
    passages: int

    @cached_property
    def compounds(self) -> Compounds:
        """The compounds that these words make up."""
        return Compounds(self.word_counts)

    @cached_property
    def families(self) -> dict[str, tuple[str, ...]]:
        """The known words of each root."""
        found: dict[str, list[str]] = {}
        for word in self.word_counts:
            found.setdefault(root(word), []).append(word)
        return {name: tuple(members) for name, members in found.items()}

    def idf(self, stem: str) -> float:
        """How rare a stem is: the idf of BM25, which is positive and highest for a stem that is nowhere.

        Source: Robertson & Zaragoza (2009), "The Probabilistic Relevance Framework", with 1 added inside the logarithm.
        """
        found = self.stem_passages.get(stem, 0)
        return log(1 + (self.passages - found + 0.5) / (found + 0.5))

    def rarity(self, concept: Concept) -> float:
        """The idf of a concept: that of its most frequent stem among those of full weight, or of its own word."""
        known = [self.idf(s) for s, weight in concept.stems.items() if weight >= 0.6 and s in self.stem_passages]
        return min(known, default=self.idf(""))


def read_concepts(question: str, language: str, vocabulary: Vocabulary, expander: Expander) -> tuple[Concept, ...]:
    """The concepts of a question, in the order of its words, each once."""
    content = [word for word in words(question) if not is_stopword(word, language)]
    dutch = [stem(word, "nl") for word in content]
    english = [stem(word, "en") for word in content]
    expansions = expander.expand(dutch, english, language)
    concepts: dict[str, Concept] = {}
    for word, stem_nl, stem_en in zip(content, dutch, english, strict=True):
        own = stem_en if language == "en" else stem_nl
        stems: dict[str, float] = {stem_nl: 1.0, stem_en: 1.0} if language == "en" else {stem_nl: 1.0}
        for expansion in expansions:
            if own in expansion.source or stem_nl in expansion.source:
                _offer(stems, expansion.terms, RELATION_WEIGHTS[expansion.relation])
        is_term = len(stems.keys() - {stem_nl, stem_en}) > 0
        for variant, weight in _variants(word, stems, vocabulary):
            _offer(stems, (stem(variant, "nl"),), weight)
        concepts.setdefault(own, Concept(word, stems, is_term))
    return tuple(concepts.values())


def _variants(word: str, stems: Mapping[str, float], vocabulary: Vocabulary) -> Iterator[tuple[str, float]]:
    """Other forms of the word, parts and wholes of compounds; for a word the corpus lacks, the nearest spellings."""
    for kin in vocabulary.families.get(root(word), ()):
        if are_kin(word, kin):
            yield kin, KIN_WEIGHT
    for part in vocabulary.compounds.split(word):
        yield part, PART_WEIGHT
    for whole in vocabulary.compounds.containing(word)[:_MAX_COMPOUNDS]:
        yield whole, WHOLE_WEIGHT
    if not any(s in vocabulary.stem_passages for s in stems):
        for near in _nearest(word, vocabulary.word_counts):
            yield near, SPELLING_WEIGHT


def _nearest(word: str, word_counts: Mapping[str, int]) -> list[str]:
    """The known words one edit away, or two for words of eight letters or more; the first letter must agree."""
    if len(word) < _MIN_SPELLING_CHARS or not word.isalpha():
        return []
    edits = 2 if len(word) >= 8 else 1
    choices = [known for known in word_counts if known[0] == word[0] and abs(len(known) - len(word)) <= edits]
    found = process.extract(word, choices, scorer=OSA.distance, score_cutoff=edits, limit=3)
    best = min((distance for _, distance, _ in found), default=0)
    return [near for near, distance, _ in found if distance == best]


def _offer(stems: dict[str, float], terms: tuple[str, ...], weight: float) -> None:
    for term in terms:
        stems[term] = max(stems.get(term, 0.0), weight / len(terms) ** 0.5)
