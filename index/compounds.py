"""Dutch compounds: which words of a vocabulary a written-together word is made of, and the reverse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import log

from index.dutch import is_stopword, stem

_LINKERS = ("", "s", "e", "en", "er", "n")
_SUFFIXES = ("lijk", "matig", "rijk", "loos", "heid", "tien", "tiend")
_MIN_PART_CHARS = 4
_MIN_WORD_CHARS = 8


@dataclass(frozen=True)
class Compounds:
    """Splits compounds against ``counts``: how often each lower-case word occurs in the corpus."""

    counts: Mapping[str, int]

    def split(self, word: str) -> tuple[str, ...]:
        """The parts of a compound in order, or an empty tuple where the word is not one.

        Among all splits into two or three known words joined by a linking element (nothing, -s-, -e-, -en-, -er-, -n-),
        the one with the fewest parts wins, then the one whose parts are most frequent. The last part may be any form of
        a known word, but no suffix such as -lijk.

        >>> Compounds({"jeugdhulp": 3, "aanbieder": 2, "jeugd": 5, "hulp": 9}).split("jeugdhulpaanbieder")
        ('jeugdhulp', 'aanbieder')
        """
        splits = self._splits(word, max_parts=3)
        return max(splits, key=self._quality) if splits else ()

    def containing(self, word: str) -> tuple[str, ...]:
        """The known compounds that have this word, by stem, as a part; the most frequent first."""
        return self._by_part.get(stem(word), ())

    @cached_property
    def _by_part(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, set[str]] = {}
        for compound in self.counts:
            for part in self.split(compound):
                found.setdefault(stem(part), set()).add(compound)
        return {part: tuple(sorted(names, key=lambda w: (-self.counts[w], w))) for part, names in found.items()}

    @cached_property
    def _stem_counts(self) -> dict[str, int]:
        """How often the commonest word of each stem occurs, of those that may be the last part."""
        found: dict[str, int] = {}
        for word, count in self.counts.items():
            if len(word) >= _MIN_PART_CHARS and not is_stopword(word) and stem(word) not in _SUFFIXES:
                found[stem(word)] = max(count, found.get(stem(word), 0))
        return found

    def _quality(self, parts: tuple[str, ...]) -> tuple[int, float]:
        counts = (self.counts.get(part) or self._stem_counts[stem(part)] for part in parts)
        return -len(parts), sum(log(count) for count in counts) / len(parts)

    def _splits(self, word: str, max_parts: int) -> list[tuple[str, ...]]:
        if max_parts < 2 or len(word) < _MIN_WORD_CHARS or not word.isalpha():
            return []
        splits: list[tuple[str, ...]] = []
        for cut in range(_MIN_PART_CHARS, len(word) - _MIN_PART_CHARS + 1):
            head = self._known_head(word[:cut])
            if head:
                tail = word[cut:]
                tails = [(tail,)] if self._may_end(tail) else self._splits(tail, max_parts - 1)
                splits.extend((head, *rest) for rest in tails)
        return splits

    def _known_head(self, written: str) -> str:
        for linker in _LINKERS:
            head = written.removesuffix(linker) if linker else written
            if (not linker or head != written) and len(head) >= _MIN_PART_CHARS and self._is_known(head):
                return head
        return ""

    def _may_end(self, tail: str) -> bool:
        return stem(tail) in self._stem_counts and not is_stopword(tail)

    def _is_known(self, word: str) -> bool:
        return word in self.counts and not is_stopword(word)
