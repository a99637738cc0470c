from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evidence import Weighed
from assistant.excerpt import Excerpt, choose
from corpus.types import Sentence, Text

APART = "\n\n# Een kop\n\n"
BESIDE = " "


def written(
    *sentences: tuple[str, float], between: str = APART, report_id: str = "r"
) -> tuple[tuple[Weighed, ...], Callable[[str], Text]]:
    """Sentences with their probability, most probable first, and the report that they stand in one after the other."""
    content, rows = "", []
    for row, (text, probability) in enumerate(sentences):
        start = len(content) + len(between) * bool(content)
        content = f"{content}{between}{text}" if content else text
        rows.append(Weighed(row, Sentence(report_id, start, start + len(text), text), 1, probability))
    return tuple(sorted(rows, key=lambda w: -w.probability)), {report_id: Text(report_id, content)}.__getitem__


def chosen(
    *sentences: tuple[str, float],
    between: str = APART,
    vectors: np.ndarray | None = None,
    max_quotes: int = 5,
    max_words: int = 150,
) -> list[list[str]]:
    """The sentences of each excerpt that is chosen; no two vectors are alike, unless they are given."""
    weighed, text_of = written(*sentences, between=between)
    vectors = np.eye(len(sentences), dtype=np.float32) if vectors is None else vectors
    return texts(choose(weighed, vectors, text_of, max_quotes, max_words))


def texts(excerpts: Sequence[Excerpt]) -> list[list[str]]:
    return [[w.sentence.text for w in excerpt.sentences] for excerpt in excerpts]


def numbered(*probabilities: float, words: int = 6) -> list[tuple[str, float]]:
    return [("woord " * (words - 1) + f"{i}.", probability) for i, probability in enumerate(probabilities)]


def places(excerpts: list[list[str]]) -> list[list[int]]:
    """The number at the end of each sentence of :func:`numbered`."""
    return [[int(text.split()[-1].rstrip(".")) for text in excerpt] for excerpt in excerpts]


def test_no_more_than_the_asked_for_number_is_chosen() -> None:
    assert len(chosen(*numbered(*[0.9] * 9), max_quotes=5)) == 5


def test_a_sentence_that_does_not_fit_makes_room_for_a_shorter_one() -> None:
    sentences = [("een " * 6, 0.9), ("twee " * 6, 0.8), ("drie " * 5, 0.7)]
    assert chosen(*sentences, max_words=11) == [[sentences[0][0]], [sentences[2][0]]]


def test_the_best_sentence_is_chosen_however_long_it_is() -> None:
    assert places(chosen(*numbered(0.9, words=200), *numbered(0.8), max_words=150)) == [[0]]


def test_a_sentence_that_stands_apart_must_be_nearly_as_probable_as_the_best() -> None:
    assert places(chosen(*numbered(0.9, 0.5, 0.1))) == [[0], [1]]


def test_a_sentence_beside_one_that_is_quoted_joins_its_quote() -> None:
    assert places(chosen(*numbered(0.1, 0.9, 0.1, 0.001), between=BESIDE)) == [[0, 1, 2]]
    assert places(chosen(*numbered(0.001, 0.9, 0.1, 0.1), between="\n\n")) == [[1, 2, 3]]


def test_a_quote_has_three_sentences_at_most_and_eighty_words() -> None:
    assert places(chosen(*numbered(0.9, 0.8, 0.7, 0.6), between=BESIDE)) == [[0, 1, 2], [3]]
    assert places(chosen(*numbered(0.9, 0.8, 0.1, words=40), between=BESIDE)) == [[0, 1]]


def test_a_sentence_between_two_that_are_quoted_makes_them_one_quote() -> None:
    assert places(chosen(*numbered(0.9, 0.1, 0.8), between=BESIDE, max_quotes=2)) == [[0, 1, 2]]


def test_no_quote_runs_over_a_heading() -> None:
    assert places(chosen(*numbered(0.9, 0.8), between=APART)) == [[0], [1]]


def test_sentences_of_two_reports_are_two_quotes() -> None:
    one, text_of_one = written(("De eerste zin van het verslag.", 0.9))
    other, text_of_other = written(("De enige zin van een ander.", 0.8), report_id="other")
    other = (replace(other[0], row=1),)
    reports: Mapping[str, Text] = {"r": text_of_one("r"), "other": text_of_other("other")}
    assert len(choose(one + other, np.eye(2, dtype=np.float32), reports.__getitem__, 5, 150)) == 2


def test_a_quote_is_the_stretch_of_the_report_from_its_first_sentence_to_its_last() -> None:
    weighed, text_of = written(("De eerste zin van het verslag.", 0.9), ("En nog een zin erna.", 0.8), between="\n- ")
    (excerpt,) = choose(weighed, np.eye(2, dtype=np.float32), text_of, 5, 150)
    assert text_of("r").content[excerpt.start : excerpt.end] == text_of("r").content
    assert (excerpt.report_id, excerpt.words) == ("r", 11)


def test_what_was_said_already_is_not_said_again() -> None:
    sentences = [
        ("Er is geen geld voor.", 0.9),
        ("Er is  geen\ngeld voor.", 0.8),
        ("Daarvoor ontbreekt het geld nu.", 0.7),
        ("Dat lukt het wijkteam wel.", 0.6),
    ]
    vectors = np.eye(4, dtype=np.float32)
    vectors[2] = vectors[0]
    weighed, text_of = written(*sentences)
    elsewhere = tuple(replace(w, passage=rank) for rank, w in enumerate(weighed, 1))
    first, _, third, fourth = ([text] for text, _ in sentences)
    assert texts(choose(elsewhere, vectors, text_of, 5, 150)) == [first, fourth]
    assert texts(choose(weighed, vectors, text_of, 5, 150)) == [first, third, fourth]


@pytest.mark.parametrize(
    "fragment",
    [
        "Integraal werken.",
        "- | Almere | Breda | Zwolle",
        "Published: 09 mei 2022 Laatst bijgewerkt: 9 mei 2022",
        "Gewijzigd op 30-08-2021 om 12:30",
    ],
)
def test_a_fragment_is_chosen_only_where_there_is_no_whole_sentence(fragment: str) -> None:
    whole = "- Caseload per werker | 140 | 95 | 70"
    assert chosen((fragment, 0.9), (whole, 0.5), between=BESIDE) == [[whole]]
    assert chosen((fragment, 0.9)) == [[fragment]]


def test_another_report_that_is_nearly_as_probable_is_heard_first() -> None:
    weighed, text_of = written(*numbered(0.9, 0.85, 0.8))
    one, two, three = weighed
    other = replace(three, sentence=replace(three.sentence, report_id="other"))
    vectors = np.eye(3, dtype=np.float32)

    def rows(candidates: Sequence[Weighed]) -> list[int]:
        excerpts = choose(candidates, vectors, lambda _: text_of("r"), max_quotes=2, max_words=150)
        return [w.row for excerpt in excerpts for w in excerpt.sentences]

    assert rows((one, two, other)) == [0, 2]
    assert rows((one, two, three)) == [0, 1]


def test_nothing_is_chosen_from_nothing() -> None:
    assert chosen() == []


@given(
    st.lists(st.tuples(st.integers(6, 60), st.floats(0.001, 1)), min_size=1, max_size=12),
    st.sampled_from([APART, BESIDE]),
    st.integers(1, 20),
    st.integers(20, 200),
)
def test_a_choice_keeps_to_its_limits_and_begins_with_the_best(
    sizes: list[tuple[int, float]], between: str, max_quotes: int, max_words: int
) -> None:
    sentences = [("w " * (words - 1) + str(i), probability) for i, (words, probability) in enumerate(sizes)]
    weighed, text_of = written(*sentences, between=between)
    excerpts = choose(weighed, np.eye(len(weighed), dtype=np.float32), text_of, max_quotes, max_words)
    taken = [w for excerpt in excerpts for w in excerpt.sentences]
    assert weighed[0] in excerpts[0].sentences
    assert len(excerpts) <= max_quotes and len({w.row for w in taken}) == len(taken)
    assert len(taken) == 1 or sum(excerpt.words for excerpt in excerpts) <= max_words
    for excerpt in excerpts:
        rows = [w.row for w in excerpt.sentences]
        assert rows == list(range(rows[0], rows[0] + len(rows))) and len(rows) <= 3
        assert len(rows) == 1 or (between == BESIDE and excerpt.words <= 80)
