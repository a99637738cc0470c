from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import CorpusError
from index.dutch import analyse, stem
from index.glossary import RELATIONS, Entry, Expander, Expansion, Glossary, read_glossary

SHIPPED = Path(__file__).parents[1] / "index" / "glossary.csv"


@pytest.fixture(scope="module")
def shipped() -> Glossary:
    return read_glossary(SHIPPED)


@pytest.fixture(scope="module")
def expander(shipped: Glossary) -> Expander:
    return shipped.expander(analyse)


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "glossary.csv"
    path.write_bytes(text.encode(encoding))
    return path


def make(*rows: tuple[str, str, str]) -> Expander:
    return Glossary(tuple(Entry(*row) for row in rows)).expander(analyse)


def ask(expander: Expander, question: str, language: str = "nl") -> tuple[Expansion, ...]:
    return expander.expand(analyse(question), analyse(question, "en"), language)


def found(expander: Expander, question: str, language: str = "nl") -> set[tuple[str, tuple[str, ...]]]:
    return {(e.relation, e.terms) for e in ask(expander, question, language)}


def test_the_shipped_glossary_holds_enough_entries_of_every_relation(shipped: Glossary) -> None:
    counts = Counter(entry.relation for entry in shipped.entries)
    assert counts["english"] >= 11_000
    assert len({entry.term.casefold() for entry in shipped.entries if entry.relation == "english"}) >= 9_500
    assert sum(counts.values()) - counts["english"] >= 4_500
    assert all(counts[relation] >= 50 for relation in RELATIONS)


def test_every_shipped_entry_can_match(shipped: Glossary, caplog: pytest.LogCaptureFixture) -> None:
    shipped.expander(analyse)
    assert caplog.messages == []


def test_no_shipped_dutch_entry_says_the_same_after_analysis(shipped: Glossary) -> None:
    dutch = [entry for entry in shipped.entries if entry.relation != "english"]
    assert [e for e in dutch if analyse(e.term) == analyse(e.expansion)] == []


def test_no_shipped_pair_is_given_in_both_directions(shipped: Glossary) -> None:
    both_ways = ("abbreviation", "synonym")
    pairs = [{e.term.casefold(), e.expansion.casefold()} for e in shipped.entries if e.relation in both_ways]
    assert [pair for pair in pairs if pairs.count(pair) > 1] == []


def test_no_shipped_entry_holds_a_separator_that_belongs_to_a_list(shipped: Glossary) -> None:
    assert [e for e in shipped.entries if "/" in e.term + e.expansion or "  " in e.term + e.expansion] == []


def test_shipped_entries_are_in_order_of_relation_and_term(shipped: Glossary) -> None:
    keys = [(RELATIONS.index(entry.relation), entry.term.casefold()) for entry in shipped.entries]
    assert keys == sorted(keys)


def test_no_shipped_english_word_has_the_stem_of_a_function_word(shipped: Glossary) -> None:
    terms = [e.term for e in shipped.entries if e.relation == "english" and " " not in e.term]
    function_words = "under most will other after before one more less some any each being having own won".split()
    stems = {stem(word, "en") for word in function_words}
    assert [term for term in terms if stem(term.lower(), "en") in stems] == []


@pytest.mark.parametrize(
    ("question", "language", "relation", "expected"),
    [
        ("Wat regelt de Wmo?", "nl", "abbreviation", "Wet maatschappelijke ondersteuning"),
        ("de wet maatschappelijke ondersteuning", "nl", "abbreviation", "Wmo"),
        ("Wat kost een pgb?", "nl", "abbreviation", "persoonsgebonden budget"),
        ("het keukentafelgesprek", "nl", "synonym", "onderzoek naar ondersteuningsbehoefte"),
        ("een informele verzorger", "nl", "synonym", "mantelzorger"),
        ("Ik heb ruzie met de gemeente", "nl", "everyday", "bezwaar en beroep"),
        ("Wanneer krijg ik een boete?", "nl", "everyday", "bestuurlijke boete"),
        ("Why does collaboration stall?", "en", "english", "samenwerking"),
        ("Why does collaboration stall?", "en", "english", "stagneren"),
        ("How do I object to a fine?", "en", "english", "bezwaar"),
        ("the alderman and the mayor", "en", "english", "wethouder"),
        ("What do children pay?", "en", "english", "kinderen"),
        ("Who told the client?", "en", "english", "vertellen"),
        ("How quickly are requests turned down?", "en", "english", "afwijzen"),
        ("Must I take out insurance?", "en", "english", "verzekering afsluiten"),
        ("Who is the point of contact?", "en", "english", "aanspreekpunt"),
        ("one hundred thousand residents on average", "en", "english", "gemiddeld"),
        ("the neighborhood team's waiting time", "en", "english", "wachttijd"),
        ("What does the Wmo regulate?", "en", "abbreviation", "Wet maatschappelijke ondersteuning"),
        ("the personal budget", "en", "english", "persoonsgebonden budget"),
    ],
)
def test_a_question_gets_the_words_of_the_field(
    expander: Expander, question: str, language: str, relation: str, expected: str
) -> None:
    assert (relation, analyse(expected)) in found(expander, question, language)


@pytest.mark.parametrize("relation", ["abbreviation", "synonym"])
def test_abbreviations_and_synonyms_hold_in_both_directions(relation: str) -> None:
    expander = make(("fiets", "tweewieler", relation))
    assert found(expander, "een fiets") == {(relation, analyse("tweewieler"))}
    assert found(expander, "een tweewieler") == {(relation, analyse("fiets"))}


@pytest.mark.parametrize("relation", ["everyday", "related"])
def test_everyday_and_related_words_hold_in_one_direction(relation: str) -> None:
    expander = make(("fiets", "tweewieler", relation))
    assert found(expander, "een fiets") == {(relation, analyse("tweewieler"))}
    assert found(expander, "een tweewieler") == set()


def test_a_longer_match_hides_the_shorter_ones_inside_it() -> None:
    expander = make(
        ("rode fiets", "brandweerfiets", "synonym"),
        ("fiets", "tweewieler", "synonym"),
        ("rode", "kleurig", "synonym"),
    )
    assert found(expander, "de rode fiets") == {("synonym", analyse("brandweerfiets"))}


def test_a_longer_match_leaves_the_same_word_elsewhere_and_other_relations_alone() -> None:
    expander = make(
        ("rode fiets", "brandweerfiets", "synonym"),
        ("fiets", "tweewieler", "synonym"),
        ("fiets", "vervoermiddel", "related"),
    )
    assert found(expander, "een fiets naast de rode fiets") == {
        ("synonym", analyse("brandweerfiets")),
        ("synonym", analyse("tweewieler")),
        ("related", analyse("vervoermiddel")),
    }


def test_words_of_an_entry_must_stand_next_to_each_other() -> None:
    expander = make(("rode fiets", "brandweerfiets", "synonym"))
    assert found(expander, "de rode en groene fiets") == set()


def test_the_source_is_the_run_of_the_question_that_matched() -> None:
    expander = make(("red bicycle", "fiets", "english"), ("fiets", "tweewieler", "synonym"))
    expansions = ask(expander, "Where are the red bicycles?", "en")
    assert [e.source for e in expansions] == [analyse("red bicycle", "en")] * 2


def test_an_english_question_goes_one_step_further_and_no_more() -> None:
    expander = make(
        ("bicycle", "fiets", "english"),
        ("fiets", "tweewieler", "synonym"),
        ("fts", "fiets", "abbreviation"),
        ("tweewieler", "voertuig", "synonym"),
        ("fiets", "fietspad", "related"),
        ("fiets", "vervoermiddel", "everyday"),
    )
    assert found(expander, "the bicycle", "en") == {
        ("english", analyse("fiets")),
        ("synonym", analyse("tweewieler")),
        ("abbreviation", analyse("fts")),
    }


def test_a_dutch_question_takes_one_step_only() -> None:
    expander = make(("fiets", "tweewieler", "synonym"), ("tweewieler", "voertuig", "synonym"))
    assert found(expander, "een fiets") == {("synonym", analyse("tweewieler"))}


def test_english_entries_leave_dutch_questions_alone() -> None:
    assert found(make(("wet", "nat", "english")), "de wet") == set()


def test_the_same_terms_are_added_once_with_the_strongest_relation() -> None:
    expander = make(("fiets", "tweewieler", "related"), ("fiets", "tweewieler", "synonym"))
    assert [e.relation for e in ask(expander, "mijn fiets en jouw fiets")] == ["synonym"]


def test_an_entry_of_stopwords_is_left_out_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    assert found(make(("van de", "fiets", "synonym")), "van de") == set()
    assert "van de" in caplog.text


@given(st.lists(st.sampled_from("wmo wet steun hulp x".split()), max_size=8), st.sampled_from(["nl", "en"]))
def test_every_source_is_a_run_of_the_question_and_nothing_comes_twice(terms: list[str], language: str) -> None:
    rows = [
        ("wmo", "wet steun", "abbreviation"),
        ("steun", "hulp", "synonym"),
        ("wet", "regel", "everyday"),
        ("steun hulp", "zorg", "english"),
        ("hulp", "steun", "english"),
    ]
    entries = tuple(Entry(*row) for row in rows)
    expander = Glossary(entries).expander(lambda text, language: tuple(text.split()))
    expansions = expander.expand(terms, terms, language)
    runs = {tuple(terms[i:j]) for i in range(len(terms)) for j in range(i + 1, len(terms) + 1)}
    assert {e.source for e in expansions} <= runs
    assert len({(e.source, e.terms) for e in expansions}) == len(expansions)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_files_of_every_spreadsheet_can_be_read(tmp_path: Path, encoding: str, separator: str) -> None:
    lines = ["Term,Expansion,Relation,Note", "Wmo, Wet ondersteuning ,Abbreviation,sinds 2007", ",,,", ""]
    path = write(tmp_path, "\r\n".join(lines).replace(",", separator), encoding)
    assert read_glossary(path).entries == (Entry("Wmo", "Wet ondersteuning", "abbreviation"),)


def test_the_note_may_be_absent(tmp_path: Path) -> None:
    path = write(tmp_path, 'relation,term,expansion\nsynonym,"a, b",c\n')
    assert read_glossary(path).entries == (Entry("a, b", "c", "synonym"),)


@pytest.mark.parametrize(
    ("rows", "line", "word_en", "word_nl"),
    [
        (["a,b,alias,"], 2, "'alias'", "relatie"),
        (["a,,synonym,"], 2, "'expansion' is empty", "leeg"),
        ([",b,synonym,"], 2, "'term' is empty", "leeg"),
        (["a,b,,"], 2, "'relation' is empty", "leeg"),
        (["a,b"], 2, "'relation' is empty", "leeg"),
        (["a,b,synonym,", "c,d,related,", "a,b,synonym,other note"], 4, "also on line 2", "ook op regel 2"),
        (["Wmo,Wet,synonym,", "wmo,WET,synonym,"], 3, "also on line 2", "ook op regel 2"),
        (["a,b,synonym,", "c,C,synonym,"], 3, "points to itself", "naar zichzelf"),
        (["a,b,everyday,", "B,a,everyday,"], 3, "reversed on line 2", "omgekeerd op regel 2"),
        (["a,b,synonym,x,y"], 2, "5 cells instead of 4", "5 cellen"),
        (["a,b,synonym,", 'c,d,synonym,"open', "e,f,synonym,"], 3, "mark not closed", "aanhalingsteken"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, rows: list[str], line: int, word_en: str, word_nl: str) -> None:
    path = write(tmp_path, "\n".join(["term,expansion,relation,note", *rows]))
    with pytest.raises(CorpusError) as caught:
        read_glossary(path)
    assert [text for text in caught.value.en.splitlines() if f"line {line}: " in text and word_en in text]
    assert [text for text in caught.value.nl.splitlines() if f"regel {line}: " in text and word_nl in text]


def test_all_faults_are_reported_at_once_in_order_of_line(tmp_path: Path) -> None:
    path = write(tmp_path, "term,expansion,relation,colour\na,a,synonym,\nb,,related,\nc,d,alias,\ne,f,g,h,i\n")
    with pytest.raises(CorpusError) as caught:
        read_glossary(path)
    lines = [text.split(":")[0].strip() for text in caught.value.en.splitlines()[1:]]
    assert lines == ["line 1", "line 2", "line 3", "line 4", "line 5"]


def test_a_missing_column_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="line 1: the column 'relation' is missing"):
        read_glossary(write(tmp_path, "term,expansion\na,b\n"))


def test_an_empty_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="the column 'term' is missing"):
        read_glossary(write(tmp_path, ""))


def test_the_same_word_in_english_and_dutch_is_no_loop(tmp_path: Path) -> None:
    path = write(tmp_path, "term,expansion,relation\ncontract,contract,english\n")
    assert found(read_glossary(path).expander(analyse), "the contract", "en") == {("english", ("contract",))}


def test_a_file_that_is_not_utf8_says_how_to_save_it(tmp_path: Path) -> None:
    path = write(tmp_path, "term,expansion,relation\ncliënt,klant,synonym\n", "cp1252")
    with pytest.raises(CorpusError, match="CSV UTF-8"):
        read_glossary(path)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="does not exist"):
        read_glossary(tmp_path / "none.csv")


def test_a_folder_and_a_column_that_is_there_twice_are_told(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot be read"):
        read_glossary(tmp_path)
    path = tmp_path / "glossary.csv"
    path.write_text("term,expansion,relation,term\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="'term' is there twice"):
        read_glossary(path)
    path.write_text("term,expansion,relation\n" + "a" * 200_000 + ",b,synonym\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="is not CSV"):
        read_glossary(path)
