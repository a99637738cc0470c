"""The figures of a receipt tell a good reading from a bad one."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.catalogue import read_catalogue
from corpus.clean import clean_with_report
from corpus.document import Document
from corpus.quality import (
    GOOD_GARBLED_SHARE,
    GOOD_RECOGNISED_SHARE,
    Quality,
    garbled_share,
    measure,
    recognised_share,
)
from corpus.read import read_text

CORPUS = Path(__file__).parent.parent / "corpus"
ARTICLES = [read_text(CORPUS, report).content for report in read_catalogue(CORPUS)]
# sentences that were not among the texts whose trigrams are known
UNSEEN = [
    "Het zwembad sluit deze zomer twee weken omdat de verwarming wordt vervangen door een warmtepomp.",
    "Vrijwilligers rijden oudere dorpsbewoners met een elektrisch busje naar de supermarkt en de kapper.",
    "Researchers interviewed forty families about the kitchen table conversation and wrote down their doubts.",
    "Onze verslaggever sprak in Zwolle met thuiszorgmedewerkers, mantelzorgers en een huisartsenpraktijk.",
]


def swapped(text: str) -> str:
    """The text as a PDF gives it whose font has its letters in another order."""
    return "".join(chr((ord(c) - 97 + 7) % 26 + 97) if "a" <= c <= "z" else c for c in text.casefold())


def misread(text: str) -> str:
    """The text as a poor scan gives it: signs for letters in every third word."""
    table = str.maketrans("eilno", "€!|ñ0")
    return " ".join(w.translate(table) if n % 3 == 0 else w for n, w in enumerate(text.split()))


@pytest.mark.parametrize("text", [*ARTICLES, " ".join(UNSEEN)])
def test_the_words_of_a_sound_text_are_recognised(text: str) -> None:
    assert recognised_share(text) >= 0.97


@pytest.mark.parametrize("damage", [swapped, misread, lambda text: " ".join(text)])
@pytest.mark.parametrize("text", ARTICLES)
def test_the_words_of_a_damaged_text_are_not(text: str, damage: object) -> None:
    assert callable(damage)
    assert recognised_share(damage(text)) < GOOD_RECOGNISED_SHARE


@pytest.mark.parametrize(
    "word", ["2015", "70%", "€ 19", "GGZ-instelling", "2015-beleid", "a.", "(k)", "Súdwest-Fryslân"]
)
def test_figures_abbreviations_and_names_count_as_words_or_not_at_all(word: str) -> None:
    assert recognised_share(word) == 1.0


def test_a_word_that_is_known_is_recognised_whatever_its_letters() -> None:
    assert recognised_share("Xqzvk helpt", ()) == 0.5
    assert recognised_share("Xqzvk helpt", {"xqzvk"}) == 1.0


@pytest.mark.parametrize("piece", ["\ufffd", "\ue000", "\x03", "Ã«", "â€™", "(cid:12)", "Â©"])
def test_every_kind_of_damage_to_characters_is_counted(piece: str) -> None:
    sound = "Cliënten" * 100
    share = garbled_share(sound + piece)
    assert share == pytest.approx(len(piece) / len(sound + piece))
    assert garbled_share(sound + piece * 10) > GOOD_GARBLED_SHARE


@pytest.mark.parametrize("text", [*ARTICLES, "“Eén” café – 19°, ½ €, 😀 → • soft\u00adhyphen\ttab\n"])
def test_no_sound_character_counts_as_damage(text: str) -> None:
    assert garbled_share(text) == 0.0


def test_a_receipt_counts_pages_words_and_what_was_taken_out() -> None:
    pages = tuple(f"Jaarverslag Wmo\n\nDe tekst van bladzijde {word} staat hier." for word in ("een", "twee", "drie"))
    document = Document((*pages, ""), "pdf", empty_pages=(4,))
    cleaned = clean_with_report("r", document)
    quality = measure(document, cleaned.text, (), cleaned.removed)
    assert quality == Quality(4, 21, (4,), "nl", 1.0, 0.0, 3)


def test_a_text_without_pages_has_none_and_nothing_against_it() -> None:
    document = Document((ARTICLES[0],), "markdown")
    quality = measure(document, clean_with_report("r", document).text)
    assert (quality.pages, quality.empty_pages, quality.garbled_share) == (0, (), 0.0)
    assert quality.recognised_share >= GOOD_RECOGNISED_SHARE


@given(st.text(max_size=200))
def test_every_share_lies_between_nothing_and_all(text: str) -> None:
    assert 0 <= recognised_share(text) <= 1 and 0 <= garbled_share(text) <= 1


def test_letters_in_any_order_are_recognised_less_the_longer_the_words() -> None:
    shuffle = random.Random(2015)
    words = [word for word in " ".join(ARTICLES).split() if len(word) > 6]
    assert recognised_share(" ".join("".join(shuffle.sample(word, len(word))) for word in words)) < 0.4
