"""The share of a question that stands in a text, weighed by rarity."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.coverage import coverage
from index.lexical import Concept

HULP = Concept("hulp", {"hulp": 1.0, "zorg": 0.5})
WIJK = Concept("wijk", {"wijk": 1.0})


def test_a_rarer_concept_counts_for_more() -> None:
    assert coverage([HULP, WIJK], [3.0, 1.0], [{"hulp"}, {"wijk"}, {"hulp", "wijk"}]).tolist() == [0.75, 0.25, 1.0]


def test_the_best_of_a_concepts_stems_counts_and_only_once() -> None:
    assert coverage([HULP], [2.0], [{"zorg"}, {"zorg", "hulp"}]).tolist() == [0.5, 1.0]


def test_without_concepts_or_texts_there_is_nothing_to_share() -> None:
    assert coverage([], [], [{"hulp"}]).tolist() == [0.0]
    assert coverage([HULP], [1.0], []).tolist() == []


def test_each_concept_needs_its_rarity() -> None:
    with pytest.raises(ValueError, match="shorter"):
        coverage([HULP, WIJK], [1.0], [{"hulp"}])


STEMS = st.sampled_from(["a", "b", "c", "d"])
CONCEPTS = st.lists(
    st.tuples(st.dictionaries(STEMS, st.floats(0.01, 1), min_size=1), st.floats(0.01, 9)), min_size=1, max_size=4
)


@given(CONCEPTS, st.frozensets(STEMS), st.frozensets(STEMS))
def test_a_share_lies_in_zero_to_one_and_grows_with_the_text(
    drawn: list[tuple[dict[str, float], float]], text: frozenset[str], more: frozenset[str]
) -> None:
    concepts = [Concept(str(i), stems) for i, (stems, _) in enumerate(drawn)]
    rarities = [rarity for _, rarity in drawn]
    part, whole = coverage(concepts, rarities, [text, text | more]).tolist()
    assert 0 <= part <= whole <= 1 + 1e-9
