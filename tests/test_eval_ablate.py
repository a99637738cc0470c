"""The ablation: each variant ranks as its name says, and the shipped ranking is not below its best single leg."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from assistant_desk import make_desk, use_model, write_glossary
from index_corpus import REPORTS, write_corpus

from assistant.settings import Settings, load_settings
from assistant.wire import Desk, load_model, make_embedder, open_desk, sync_index
from eval.ablate import ALL, METRICS, ablate, rerank, score_hits, shortfalls
from eval.cases import cases_to_jsonl, read_cases
from eval.cli import main
from eval.run import run_case
from eval.types import Case, Evidence
from eval.variants import NOT_FOUND, SHIPPED, SINGLE_LEGS, Variant, by_leg, variants
from eval.worlds import World
from index.e5 import build_default_model
from index.embed import load_embedder
from index.retrieve import Findings

ROOT = Path(__file__).parent.parent
CASES = (
    Case("a", "nl", "Wat kost jeugdhulp?", "number", True, (Evidence("jeugd", "540.000 euro per jaar"),)),
    Case(
        "b", "nl", "Mag huishoudelijke hulp geweigerd worden?", "how", True, (Evidence("hulp", "niet zomaar weigeren"),)
    ),
    Case("c", "en", "Why does collaboration stall?", "why", True, (Evidence("netwerk", "stokt de samenwerking"),)),
    Case("d", "nl", "Wie won de wedstrijd?", "offtopic", False),
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World("small", make_desk(tmp_path_factory.mktemp("small")), CASES)


@pytest.fixture(scope="module")
def findings(small: World) -> Findings:
    return small.desk.retriever.find("Wat kost jeugdhulp in de gemeente?", "nl")


def variant(name: str) -> Variant:
    return next(v for v in variants() if v.name == name)


def test_the_shipped_variant_scores_what_a_run_scores(small: World) -> None:
    from assistant.ask import ask

    desk = small.desk
    outcomes = [run_case(c, lambda c: ask(desk, c.question, c.turns), desk.text, lambda _: {}) for c in CASES[:3]]
    figures = ablate(small, variants()[:1])[ALL][SHIPPED]
    for metric in METRICS:
        assert figures[metric].value == pytest.approx(np.mean([o.scores[metric] for o in outcomes]))


def test_every_variant_is_measured_for_each_language_and_the_shipped_one_differs_from_itself_by_nothing(
    small: World,
) -> None:
    figures = ablate(small, variants())
    assert {group: cells[SHIPPED]["recall@5"].n for group, cells in figures.items()} == {"all": 3, "en": 1, "nl": 2}
    assert {v.name for v in variants()} == set(figures[ALL])
    for cells in figures.values():
        assert all(
            (c.change, c.change_low, c.change_high, c.differs) == (0, 0, 0, False) for c in cells[SHIPPED].values()
        )


def test_a_leg_that_is_better_than_the_shipped_ranking_is_told(small: World) -> None:
    figures = ablate(small, variants())
    cells = figures["nl"]["lexical leg"]
    assert shortfalls(figures) == ()
    better = {**cells, "recall@10": replace(cells["recall@10"], value=1.5)}
    worse = {**figures, "nl": {**figures["nl"], "lexical leg": better}}
    assert shortfalls(worse) == ("nl, recall@10: shipped 1.000, lexical leg 1.500",)


@pytest.mark.parametrize("leg", ["dense", "lexical"])
def test_a_leg_by_itself_has_its_own_order_and_nothing_that_it_did_not_find(findings: Findings, leg: str) -> None:
    ranked = rerank(findings, variant(f"{leg} leg").score)
    assert [findings.legs[leg][row] for row in ranked.rows.tolist()] == list(range(1, len(findings.legs[leg]) + 1))
    assert all(len(values) == len(ranked.rows) for values in ranked.features.values())


def test_fusion_by_ranks_puts_first_what_both_legs_put_first(findings: Findings) -> None:
    ranked = rerank(findings, variant("reciprocal ranks, equal").score)
    places = [[ranks.get(row, 1000) for ranks in findings.legs.values()] for row in ranked.rows.tolist()]
    assert places[0] == [1, 1]
    assert ranked.scores[0] == pytest.approx(2 / 61)


def test_a_ranking_leaves_out_what_it_does_not_find(findings: Findings) -> None:
    none = rerank(findings, lambda found: np.full(len(found.rows), NOT_FOUND))
    assert none.hits(5) == () and score_hits(CASES[0], ()) == {**score_hits(CASES[0], none.hits(5))}
    assert np.isfinite(by_leg(findings, "lexical")).sum() == len(findings.legs["lexical"])


def test_each_part_that_is_taken_away_is_away_and_the_others_are_left(small: World) -> None:
    whole = small.desk.retriever
    words = whole.vocabulary
    changed = {v.name: whole.model_copy(update=dict(v.changes(whole))) for v in variants() if v.changes}
    assert changed["− restatement"].glosser.restate("Why does it stall?", "en") != whole.glosser.restate(
        "Why does it stall?", "en"
    )
    assert changed["− glossary concepts"].expander.expand((), ("stall",), "en") == ()
    assert words.compounds.split("jeugdhulp") == changed["− spelling"].vocabulary.compounds.split("jeugdhulp")
    assert words.families and changed["− other word forms"].vocabulary.families == {}
    assert changed["− other word forms"].vocabulary.word_counts == words.word_counts
    assert changed["− spelling"].vocabulary.families == words.families
    assert not changed["− spelling"].vocabulary.word_counts and words.word_counts
    assert not changed["− compounds"].vocabulary.compounds.counts


def test_without_tuning_questions_have_the_vectors_of_the_model_as_it_was_made(desk: Desk) -> None:
    untuned = variant("− tuning to questions").changes
    assert untuned
    (plain,) = untuned(desk.retriever)["embedder"].embed_queries(["waarom stokt de samenwerking?"])
    made_model = load_embedder(str(build_default_model(desk.settings.cache)), desk.settings.cache)
    (made,) = made_model.embed_queries(["waarom stokt de samenwerking?"])
    (tuned,) = desk.retriever.embedder.embed_queries(["waarom stokt de samenwerking?"])
    assert float(plain @ made) > 0.9999 > 0.99 > float(plain @ tuned)


def test_a_sentence_without_its_passage_has_the_vector_of_its_own_words(desk: Desk) -> None:
    own_words = variant("− the passage in a sentence's vector").changes
    assert own_words
    shipped = desk.retriever.snapshot.sentence_vectors[:3]
    own = own_words(desk.retriever)["snapshot"].sentence_vectors[:3]
    texts = [sentence.text for sentence in desk.retriever.snapshot.sentences[:3]]
    assert np.allclose(own, load_model(desk.settings).embed_passages(texts), atol=0.02)
    assert not np.allclose(own, shipped, atol=0.02)


def test_another_model_has_no_tuning_to_take_away(small: World) -> None:
    untuned = variant("− tuning to questions").changes
    assert untuned and untuned(small.desk.retriever) == {}


def test_the_command_writes_the_figures_and_a_table_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use_model(monkeypatch)
    corpus = write_corpus(tmp_path / "kleintje", REPORTS)
    (tmp_path / "set.jsonl").write_text(cases_to_jsonl(CASES), "utf-8")
    monkeypatch.setenv("WMO_INDEX", str(tmp_path / "index"))
    monkeypatch.setenv("WMO_GLOSSARY", str(write_glossary(tmp_path)))
    world = f"{corpus}={tmp_path / 'set.jsonl'}"
    monkeypatch.setattr(sys, "argv", ["wmo", "eval", "ablate", world, "--out", str(tmp_path / "out")])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    written = json.loads((tmp_path / "out" / "ablation.json").read_text("utf-8"))["kleintje"]
    assert written["figures"]["en"]["dense leg"]["ndcg@10"]["n"] == 1
    assert {"set_hash", "corpus_hash", "fingerprint"} < set(written)
    table = (tmp_path / "out" / "ablation.md").read_text("utf-8")
    assert "## kleintje, nl (2 cases)" in table and "| lexical leg |" in table
    assert "kleintje · all · n = 3" in capsys.readouterr().out


@pytest.mark.parametrize("world", ["corpus", "corpus="])
def test_a_world_without_a_question_set_is_refused(
    world: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WMO_LANGUAGE", "en")
    monkeypatch.setattr(sys, "argv", ["wmo", "eval", "ablate", world])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code and "is not FOLDER=SET" in capsys.readouterr().err


def practice_settings(folder: Path) -> Settings:
    return load_settings(corpus=ROOT / "eval" / "practice", index=folder)


@pytest.fixture
def shipped_world(request: pytest.FixtureRequest) -> World:
    """A shipped corpus with its set; the practice index is kept between test runs, because making it takes a minute."""
    if request.param == "articles":
        return World("articles", request.getfixturevalue("desk"), read_cases(ROOT / "eval/questions/articles.jsonl"))
    settings = practice_settings(request.config.cache.mkdir("practice-index"))  # type: ignore[union-attr]
    embedder = make_embedder(settings)
    sync_index(settings, embedder=embedder)
    desk: Desk = open_desk(settings, embedder=embedder)
    return World("practice", desk, read_cases(ROOT / "eval/practice/questions.jsonl"))


@pytest.mark.end_to_end
@pytest.mark.parametrize("shipped_world", ["articles", "practice"], indirect=True)
def test_the_shipped_ranking_is_not_below_its_best_single_leg(shipped_world: World) -> None:
    compared = [v for v in variants() if v.name in (SHIPPED, *SINGLE_LEGS)]
    assert shortfalls(ablate(shipped_world, compared)) == ()
