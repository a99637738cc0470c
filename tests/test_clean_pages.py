"""What belongs to the page goes, what belongs to the text stays, and every offset and page stays right."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.clean import Cleaned, clean_with_report
from corpus.document import Document
from corpus.pages import join_broken_words, strip_contents, strip_running_lines

BODY = "Gemeenten vinden het belangrijk om inwoners te betrekken bij innovaties en beleid."
NUMBERS = ["een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien"]
SENTENCES = [f"De tekst van bladzijde {number} staat hier." for number in NUMBERS]


def cleaned(*pages: str) -> Cleaned:
    return clean_with_report("r", Document(pages, "pdf"))


def bodies(head: str, foot: str, count: int = 6) -> list[str]:
    """Pages of one sentence between a head and a foot; ``#`` in these is the number of the page."""
    return [f"{head}\n\n{{}}\n\n{foot}".replace("#", str(n)).format(SENTENCES[n - 1]) for n in range(1, count + 1)]


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        ("Jaarverslag Wmo 2021", "#"),
        ("Jaarverslag Wmo 2021 | #", "Kenniscentrum"),
        ("# | Jaarverslag Wmo 2021", "- # -"),
        ("Kenniscentrum\nJaarverslag\nWmo 2021", "Definitief\nPagina # van 6"),
        ("Jaarverslag #", "Pagina #"),
    ],
)
def test_running_heads_and_feet_go(head: str, foot: str) -> None:
    result = cleaned(*bodies(head, foot))
    expected = SENTENCES[:6]
    if head == "Jaarverslag #":  # one word and a number may as well be a heading
        expected = [line for n, sentence in enumerate(expected, 1) for line in (f"Jaarverslag {n}", sentence)]
    assert result.text.content.split("\n\n") == expected


def test_the_running_head_of_two_pages_goes_where_both_have_it() -> None:
    assert cleaned(*bodies("Gemeente Almere | Raadsbrief", "#", 2)).text.content.split("\n\n") == SENTENCES[:2]
    other = cleaned(f"Aan de raad\n\n{SENTENCES[0]}", f"Vervolg\n\n{SENTENCES[1]}", f"Vervolg\n\n{SENTENCES[2]}")
    assert other.removed == ()


def test_heads_of_left_and_right_pages_go() -> None:
    pages = [
        f"{'Jaarverslag Wmo' if n % 2 else 'Gemeente Almere'}\n\nDe tekst van bladzijde {NUMBERS[n - 1]} staat hier."
        for n in range(1, 9)
    ]
    assert cleaned(*pages).text.content.split("\n\n") == SENTENCES[:8]


@pytest.mark.parametrize("head", ["Wmo-monitor 2019 | {}", "{} Evaluatie Wmo 2015", "Monitor Wmo {} van 30"])
def test_a_running_head_whose_number_counts_the_pages_goes(head: str) -> None:
    pages = [f"{head.format(number)}\n\n{line}" for number, line in enumerate(SENTENCES[:6], 7)]
    assert cleaned(*pages).text.content.split("\n\n") == SENTENCES[:6]


def test_a_running_head_with_the_number_of_a_chapter_goes() -> None:
    pages = [f"Monitor Wmo 2019 | Hoofdstuk {n // 2}\n\n{line}" for n, line in enumerate(SENTENCES[:8])]
    assert cleaned(*pages).text.content.split("\n\n") == SENTENCES[:8]


def test_a_table_at_the_foot_of_every_page_stays() -> None:
    totals = ["100", "137", "174", "90", "1.204", "66"]
    pages = [f"{line}\n\nGemeente | Aantal\nTotaal | {total}" for line, total in zip(SENTENCES, totals, strict=False)]
    assert strip_running_lines(pages) == (pages, [])


def test_headings_with_numbers_that_count_no_pages_stay() -> None:
    pages = [f"Gesprek met deelnemer {3 * n + 1}\n\n{line}" for n, line in enumerate(SENTENCES[:6])]
    assert strip_running_lines(pages) == (pages, [])


@pytest.mark.parametrize("source", ["Bron: CBS Statline", "BRONNEN: CBS en SCP", "Source: Statistics Netherlands"])
def test_the_source_of_a_table_on_every_page_stays(source: str) -> None:
    pages = [f"{line}\n\n{source}" for line in SENTENCES[:6]]
    assert strip_running_lines(pages) == (pages, [])


def test_what_went_is_reported() -> None:
    result = cleaned(*bodies("Jaarverslag Wmo 2021", "#", 3))
    assert sorted(result.removed) == ["1", "2", "3", *["Jaarverslag Wmo 2021"] * 3]


@pytest.mark.parametrize(
    "head",
    [
        "Hoofdstuk #",
        "Tabel #",
        "# Casus",
        "#. Casus",
        "3.# Casus",
        "- Casus #",
        "Gemeente | 201# | 70%",
        f"In jaar # {BODY}",
    ]
    + ["Dit is geval #:", "Vraag #"],
)
def test_the_first_line_of_a_text_on_every_page_stays(head: str) -> None:
    kept = head != "# Casus"
    content = cleaned(*bodies(head, "", 4)).text.content
    assert [n for n in range(1, 5) if (head.replace("#", str(n)) in content) != kept] == []


def test_a_number_at_the_edge_that_counts_no_pages_stays() -> None:
    pages = [f"De tekst van bladzijde {NUMBERS[n]} telt mee.\n\n{number}" for n, number in enumerate((70, 12, 55, 3))]
    content = cleaned(*pages).text.content
    assert [number for number in ("70", "12", "55", "3") if f"\n\n{number}" not in content] == []


def test_a_line_on_two_pages_alone_stays() -> None:
    pages = bodies("", "", 6)
    pages[2], pages[4] = f"Samenvatting\n\n{pages[2]}", f"Samenvatting\n\n{pages[4]}"
    assert cleaned(*pages).text.content.count("Samenvatting") == 2


CONTENTS = [
    "Inhoud\nSamenvatting 3\n1 Inleiding 5\n2 De toegang tot de Wmo 12\nLiteratuur 40",
    "Inhoudsopgave\nSamenvatting ........ 3\n1. Inleiding . . . . . . 5\n2. De toegang … … … 12\nLiteratuur ____ 40",
    "Samenvatting .......... 3\n1.1 Een lange titel die niet op een\nregel past ....... 5\nSlot .... 9",
    "Table of contents\nSummary | 3\nMethod | 5\nAnnex | 40",
]


@pytest.mark.parametrize("table", CONTENTS)
def test_a_table_of_contents_goes_and_is_reported(table: str) -> None:
    result = cleaned("Wijkteams in beweging", table, f"Samenvatting\n\n{BODY}", BODY)
    assert result.text.content == f"Wijkteams in beweging\n\nSamenvatting\n\n{BODY}\n\n{BODY}"
    assert list(result.removed) == table.split("\n")
    assert result.text.page_at(result.text.content.index("Samenvatting")) == 3


def test_a_year_at_the_end_of_a_line_is_no_page_of_the_table_of_contents() -> None:
    contents = "Inhoud\nInleiding 3\nMethode 5\nSlot 9"
    text = "Samenvatting\n\nGemeenten zijn verantwoordelijk voor hulp sinds 2015\nen zij krijgen daar geld voor."
    assert strip_contents([contents, text]) == (["\n\n\n", text], contents.split("\n"))


@pytest.mark.parametrize(
    "lines",
    [
        "Almere 70\nTilburg 65\nZwolle 80",
        "Inhoud\nDe inhoud van de wet is breed.\nZij kent 8",
        "Naam .......... 1",
        "Almere ........ 80\nTilburg ....... 12\nZwolle ........ 40",
        "De wet kent artikel 1\nen daarna artikel 2\nen ook nog artikel 3",
    ],
)
def test_lines_that_end_in_numbers_but_list_no_pages_stay(lines: str) -> None:
    assert strip_contents([f"{BODY}\n\n{lines}\n\n{BODY}"]) == ([f"{BODY}\n\n{lines}\n\n{BODY}"], [])


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("de samen-\nwerking in", "de samenwerking in"),
        ("de Wmo-\nraad in", "de Wmo-raad in"),
        ("de GGZ-\ninstelling in", "de GGZ-instelling in"),
        ("de win-\nwin is een win-win die", "de win-win is een win-win die"),
        ("de jeugd-\nen ouderenzorg in", "de jeugd- en ouderenzorg in"),
        ("in Noord-\nHolland is", "in Noord-Holland is"),
        ("de periode 2015-\n2019 is", "de periode 2015-2019 is"),
        ("de on\u00adder\u00ad\nsteuning in", "de ondersteuning in"),
        ("een streepje -\nen verder", "een streepje - en verder"),
        ("de e-\nmail van", "de e-mail van"),
        ("de (onder-\nsteuning), en", "de (ondersteuning), en"),
    ],
)
def test_words_broken_at_the_end_of_a_line_are_whole(broken: str, whole: str) -> None:
    assert cleaned(f"Dit gaat over {broken} de gemeente.", BODY).text.content.split("\n\n")[0] == (
        f"Dit gaat over {whole} de gemeente."
    )


def test_a_word_and_a_sentence_that_run_over_a_page_are_whole() -> None:
    pages = [
        f"Jaarverslag Wmo\n\nDe gemeente biedt hulp en onder-\n\n{7}",
        f"Jaarverslag Wmo\n\nsteuning aan inwoners uit de wijk, in het bijzonder aan de\n\n{8}",
        f"Jaarverslag Wmo\n\nAlmeerders met een zorgvraag.\n\n{9}",
    ]
    text = cleaned(*pages).text
    assert text.content == (
        "De gemeente biedt hulp en ondersteuning aan inwoners uit de wijk, in het bijzonder aan de Almeerders met een "
        "zorgvraag."
    )
    assert [text.content[start:].split()[0] for start in text.page_starts] == ["De", "aan", "Almeerders"]


def test_ligatures_are_letters_and_footnote_marks_stay() -> None:
    text = cleaned("De eﬃciëntie is groot.¹ De ﬁnanciën ook [2].", "1 Zie de bijlage.").text
    assert text.content.startswith("De efficiëntie is groot.¹ De financiën ook [2].")


def test_a_heading_of_the_layout_is_a_heading_and_so_is_a_short_line_above_text() -> None:
    text = cleaned(f"# Wijkteams\n\n## De toegang\n\n{BODY}\n\nHet gesprek\n\n{BODY}").text
    assert [(h.level, h.title) for h in text.headings] == [(1, "Wijkteams"), (2, "De toegang"), (2, "Het gesprek")]
    assert text.headings_at(text.content.rindex(BODY)) == ("Wijkteams", "Het gesprek")


words = st.sampled_from(
    "De gemeente Wmo samen- werking onder- steuning - 3 12 hulp. geld; inwoners | Inhoud ....... 5".split()
)
lines = st.lists(words, max_size=8).map(" ".join) | st.sampled_from(["Jaarverslag Wmo", "7", "Pagina 3", BODY])
pages = st.lists(st.lists(lines, max_size=8).map("\n".join), min_size=1, max_size=7)


def letters(text: str) -> str:
    return re.sub(r"[\s|-]+", "", text)


@given(pages)
def test_all_that_was_there_is_in_the_text_or_among_what_went(given_pages: list[str]) -> None:
    kept, running = strip_running_lines(given_pages)
    kept, contents = strip_contents(kept)
    before = sorted(line.strip() for page in given_pages for line in page.split("\n") if line.strip())
    after = [line.strip() for page in kept for line in page.split("\n") if line.strip()]
    assert sorted([*after, *running, *contents]) == before


@given(pages)
def test_joining_words_moves_no_letter_out_of_order(given_pages: list[str]) -> None:
    joined = join_broken_words(given_pages)
    assert letters("".join(joined)) == letters("".join(given_pages)) and len(joined) == len(given_pages)


@given(pages)
def test_pages_start_in_order_inside_the_text_and_headings_are_its_words(given_pages: list[str]) -> None:
    text = cleaned(*given_pages).text
    assert list(text.page_starts) == sorted(text.page_starts)
    assert all(0 <= start <= len(text.content) for start in text.page_starts)
    assert len(text.page_starts) == (len(given_pages) if len(given_pages) > 1 else 0)
    assert all(text.content[h.start : h.end] == h.title for h in text.headings)
