"""A copy, a newer edition and another report on the same subject are told apart by their signatures."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.catalogue import read_catalogue
from corpus.likeness import PERMUTATIONS, SHINGLE_WORDS, Signature, Signatures, exact_digest, signature, similarity
from corpus.read import read_text

CORPUS = Path(__file__).parent.parent / "corpus"
ARTICLES = {report.id: read_text(CORPUS, report).content for report in read_catalogue(CORPUS)}
WORDS = [f"woord{number}" for number in range(2000)]


def jaccard(first: str, second: str) -> float:
    """The similarity of which a signature gives an estimate, in full."""
    sets = []
    for text in (first, second):
        words = text.split()
        sets.append({tuple(words[n : n + SHINGLE_WORDS]) for n in range(len(words) - SHINGLE_WORDS + 1)})
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


@pytest.mark.parametrize("step", [20, 50, 200])
def test_the_estimate_is_within_four_standard_errors_of_the_truth(step: int) -> None:
    old = " ".join(WORDS)
    new = " ".join("anders" if number % step == 0 else word for number, word in enumerate(WORDS))
    truth = jaccard(old, new)
    error = (truth * (1 - truth) / PERMUTATIONS) ** 0.5
    assert abs(similarity(signature(old), signature(new)) - truth) < 4 * error


def test_different_reports_on_one_subject_are_hardly_alike() -> None:
    signatures = [signature(text) for text in ARTICLES.values()]
    assert max(similarity(a, b) for a, b in itertools.combinations(signatures, 2)) < 0.05


@pytest.mark.parametrize("report_id", ARTICLES)
def test_a_newer_edition_is_found_among_the_others(report_id: str) -> None:
    paragraphs = ARTICLES[report_id].split("\n\n")
    edition = "\n\n".join([*paragraphs[:-2], "Nieuwe slotalinea met de cijfers van dit jaar over de gemeenten."])
    others = {other: signature(text) for other, text in ARTICLES.items()}
    assert [found for found, _ in Signatures(others).find_alike(signature(edition), 0.5)] == [report_id]


def test_case_punctuation_and_layout_make_no_difference() -> None:
    text = ARTICLES["van-kuijk-2022-netwerken-wmo"]
    copied = text.upper().replace(",", " ").replace("\n\n", "\n")
    assert exact_digest(copied) == exact_digest(text) and signature(copied) == signature(text)


def test_one_changed_word_changes_the_digest_but_hardly_the_signature() -> None:
    text = ARTICLES["van-kuijk-2022-netwerken-wmo"]
    changed = text.replace("netwerken", "kringen", 1)
    assert exact_digest(changed) != exact_digest(text)
    assert 0.9 < similarity(signature(changed), signature(text)) < 1.0


def test_signatures_stay_the_same_from_one_version_to_the_next() -> None:
    assert signature("De gemeente biedt hulp aan inwoners.").minima[:8].hex() == "d9aa2459659eda67"


def test_a_text_without_words_is_like_no_other() -> None:
    assert similarity(signature(" . "), signature(" . ")) == 0.0


@given(st.text(), st.text())
def test_likeness_is_a_share_and_the_same_both_ways(first: str, second: str) -> None:
    a, b = signature(first), signature(second)
    assert 0 <= similarity(a, b) == similarity(b, a) <= 1
    assert similarity(a, a) == (1.0 if a.minima else 0.0)


@given(st.lists(st.sampled_from(WORDS[:8]), max_size=40), st.lists(st.text("ab ", max_size=12), max_size=6))
def test_reports_that_are_compared_all_at_once_are_as_alike_as_two_by_two(words: list[str], texts: list[str]) -> None:
    new = signature(" ".join(words))
    known = Signatures({})
    for number, text in enumerate((*texts, " ".join(words[:-1]))):
        known.put("steeds-anders", signature(text))
        known.put(f"rapport-{number}", signature(text))
    signatures = {f"rapport-{number}": signature(text) for number, text in enumerate((*texts, " ".join(words[:-1])))}
    signatures["steeds-anders"] = signature(" ".join(words[:-1]))
    shares = {name: similarity(new, one) for name, one in signatures.items()}
    assert dict(known.find_alike(new, 0.5)) == {name: share for name, share in shares.items() if share >= 0.5}


@given(st.text())
def test_a_signature_goes_through_a_file_unchanged(text: str) -> None:
    found = signature(text)
    assert Signature(bytes.fromhex(found.minima.hex())) == found
    assert len(found.minima) in (0, 4 * PERMUTATIONS)
