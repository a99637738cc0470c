"""Damage, mark-up and site furniture go; every word of substance stays, in place, with its headings."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.boilerplate import strip_boilerplate
from corpus.catalogue import REPORTS, read_catalogue
from corpus.clean import clean
from corpus.errors import LoadError
from corpus.load import Document
from corpus.read import read_text
from corpus.types import Report, Text

CORPUS = Path(__file__).parent.parent / "corpus"
BODY = "Gemeenten vinden het belangrijk om inwoners te betrekken bij innovaties en beleid."


def text(*pages: str) -> Text:
    return clean("r", Document(pages, "text"))


def markdown(page: str) -> Text:
    return clean("r", Document((page,), "markdown"))


def outline(cleaned: Text) -> list[tuple[int, str]]:
    for heading in cleaned.headings:
        assert cleaned.content[heading.start : heading.end] == heading.title
    return [(heading.level, heading.title) for heading in cleaned.headings]


@pytest.mark.parametrize(
    ("damaged", "mended"),
    [
        ("CliÃ«nten zijn er.", "Cliënten zijn er."),
        ("De on\u00adder\u00ad\nsteuning is er.", "De ondersteuning is er."),
        ("Een\u00a0vaste\u202fspatie\u200b hier.", "Een vaste spatie hier."),
        ("Een eﬃciënte aanpak is er.", "Een efficiënte aanpak is er."),
        ("Eén cafe\u0301 is open.", "Eén café is open."),
        ("Een\x07 bel\ufeff is weg.", "Een bel is weg."),
        ("De on\u00ad\r\nder\u00ad \r\n steuning is er.", "De ondersteuning is er."),
        ("Een\x0bloket\x1cin\x1dde\x1ewijk.", "Een loket in de wijk."),
        ('‘Hun’ "eigen" “huis” en ‘m.', '‘Hun’ "eigen" “huis” en ‘m.'),
    ],
)
def test_damaged_characters_are_mended_and_quotation_marks_left(damaged: str, mended: str) -> None:
    assert text(damaged).content == mended


@pytest.mark.parametrize("word", ["cafe", "café"])
def test_a_form_feed_ends_a_paragraph_whatever_the_letters_around_it(word: str) -> None:
    assert text(f"Een {word}\fin de wijk.").content == f"Een {word}\n\nin de wijk."


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("Dit is **vet**, *schuin* en _ook_ snake_case.", "Dit is vet, schuin en ook snake_case."),
        ("Zie [het rapport](https://voorbeeld.nl/x) nu.", "Zie het rapport nu."),
        ("Tekst ![een plaatje](a.png) verder.", "Tekst verder."),
        ("<meta charset='utf-8' />\n\nDe wet.", "De wet."),
        ("a (a × Y<sup>2</sup>) is het.", "a (a × Y2) is het."),
        ("Minder dan <5% van <jaar> blijft.", "Minder dan <5% van <jaar> blijft."),
        ("```\ncode blijft.\n```", "code blijft."),
        ("> Een citaat\n> loopt door.", "Een citaat loopt door."),
        ("---\ntitle: x\n---\n\nDe tekst.", "De tekst."),
        ("Voor.\n\n***\n\n<!-- weg\nermee -->Na.", "Voor.\n\nNa."),
        ("<style>p {}</style>Voor.<!-- weg --> Een pijl <!-- die openblijft.", "Voor. Een pijl <!-- die openblijft."),
        ("| Jaar | Aantal |\n|---|---:|\n| 2015 | 70% |", "- Jaar | Aantal\n- 2015 | 70%"),
        ("Zie artikel 3[^1] en [2].", "Zie artikel 3[^1] en [2]."),
        ("## Zorg   in # C ##", "Zorg in # C"),
        ('Voor.\n\n[1]: https://voorbeeld.nl/x\n[2]: <../a.pdf> "Een titel"\n[3]: img/a.png\n\nNa.', "Voor.\n\nNa."),
    ],
)
def test_markdown_marks_go_and_the_words_stay(marked: str, plain: str) -> None:
    assert markdown(marked).content == plain


@pytest.mark.parametrize(
    "line",
    [
        "[Interviewer]: Hoe gaat het met u?",
        "[Respondent]: Ja/nee",
        "[Respondent]: ...",
        "[Respondent]: <lacht>",
        "[1]: Jansen, P. (2015). Zorg in de wijk.",
        "[1]: https://voorbeeld.nl/x is de site van de gemeente.",
    ],
)
def test_a_line_that_begins_with_a_name_in_brackets_stays_unless_an_address_is_all_it_gives(line: str) -> None:
    assert markdown(f"{BODY}\n\n{line}").content == f"{BODY}\n\n{line}"


def test_a_plus_before_a_line_stays_as_it_may_mean_something() -> None:
    points = "+ 3 procentpunt in 2019\n- 2 procentpunt in 2020\n+ Meer tijd voor de cliënt"
    assert markdown(points).content == text(points).content == points


def test_a_line_of_the_site_goes_whatever_its_bullet() -> None:
    assert text(f"{BODY}\n\n+ Deel deze pagina via:\n- Artikel delen\n\n{BODY}").content == f"{BODY}\n\n{BODY}"


@pytest.mark.parametrize(
    "page",
    [
        "| -- |" + "  |" * 40 + " 5 |",
        "|--|" + ":|" * 40 + " 5 |",
        "## a" + " " * 3000 + "b",
        "## a" + "#" * 20000 + "b",
        " " * 20000 + "b",
        "home" + " / a" * 40 + " >> b",
        "home" + " > a" * 40 + " >> b",
        "U bent hier" + " : a" * 40 + " >> b",
        "Perscontact\n\n" * 300,
        "Perscontact\n\nContact\n\n" * 200,
        "Nieuws en agenda\n\n" * 1000,
        "[a]: a/" + ".x" * 20000 + " y",
        f"{'a' * 3000}-\nb\n" * 100,
        "sa-\nmen" * 16_000,
        "een sa-\nmen " * 8_000,
        "<a " * 33_000,
    ],
    ids=lambda page: page[:12].strip(),
)
def test_a_page_made_to_hold_the_cleaner_up_is_cleaned_at_once(page: str) -> None:
    started = time.process_time()
    markdown(page)
    assert time.process_time() - started < 3


def test_headings_of_markdown_are_recorded_with_their_levels() -> None:
    cleaned = markdown(f"Titel\n=====\n\n### Artikel  1  \n\n####Begrips*bepalingen* \n{BODY}\n\n## Slot ##\n{BODY}")
    assert outline(cleaned) == [(1, "Titel"), (3, "Artikel 1"), (4, "Begripsbepalingen"), (2, "Slot")]
    assert cleaned.headings_at(cleaned.content.index(BODY)) == ("Titel", "Artikel 1", "Begripsbepalingen")


def test_list_items_keep_a_line_and_their_own_number() -> None:
    cleaned = markdown(
        "Nodig:\n\n* een loket\n  in de wijk\n+ geld\n\n1.  Eerst.   \n2°. Dan.\na. Zo;\nk.woning: huis."
    )
    assert cleaned.content == "Nodig:\n\n- een loket in de wijk\n+ geld\n1. Eerst.\n2°. Dan.\na. Zo;\nk.woning: huis."


def test_short_lines_above_running_text_are_the_headings_of_plain_text() -> None:
    cleaned = text(f"Wijkteams in beweging\n\n{BODY}\n\n4-3-3\n\n{BODY}\n\nLoslaten of sturen?\n{BODY}\n\nLos eind")
    assert outline(cleaned) == [(1, "Wijkteams in beweging"), (2, "4-3-3"), (2, "Loslaten of sturen?")]
    assert cleaned.content.endswith("\n\nLos eind")


@pytest.mark.parametrize(
    "line", ["Gepubliceerd op: 30-08-2021", "Nivel 31 oktober 2017", "Wie wil dat? Niemand", "2017"]
)
def test_a_date_line_or_a_sentence_is_no_heading(line: str) -> None:
    assert outline(text(f"Titel\n\n{BODY}\n\n{line}\n\n{BODY}")) == [(1, "Titel")]


def test_the_levels_of_numbered_and_statute_headings_follow_their_names() -> None:
    cleaned = text(f"De wet\n\nHoofdstuk 2\n\nToegang\n\nArtikel 5\n\nPlan\n\n{BODY}\n\n2.1 Methode\n\n{BODY}")
    levels = [(1, "De wet"), (2, "Hoofdstuk 2"), (3, "Toegang"), (4, "Artikel 5"), (5, "Plan"), (3, "2.1 Methode")]
    assert outline(cleaned) == levels


def test_hard_wrapped_lines_become_one_paragraph_and_broken_words_whole() -> None:
    wrapped = (
        "Gemeenten en organisaties vinden het belangrijk om de inwoners te\n"
        "betrekken bij innovaties, bij win-win-situaties en bij de ondersteu-\n"
        "ning in de wijk, waar de jeugd- en\nouderenzorg samenkomen.\n"
    )
    assert text(wrapped).content == (
        "Gemeenten en organisaties vinden het belangrijk om de inwoners te betrekken bij innovaties, bij "
        "win-win-situaties en bij de ondersteuning in de wijk, waar de jeugd- en ouderenzorg samenkomen."
    )


def test_pages_start_where_their_text_starts_and_lose_number_and_running_head() -> None:
    pages = [
        f"Jaarverslag 2020\n\nDe tekst van pagina {word} staat hier.\n\n{n}"
        for n, word in enumerate(("een", "twee", "drie"), 7)
    ]
    cleaned = text(*pages)
    assert [cleaned.content[start : start + 29] for start in cleaned.page_starts] == [
        "De tekst van pagina een staat",
        "De tekst van pagina twee staa",
        "De tekst van pagina drie staa",
    ]
    assert "Jaarverslag" not in cleaned.content and "\n7" not in cleaned.content


def test_a_sentence_that_runs_over_a_page_stays_one_paragraph() -> None:
    cleaned = text("De gemeente biedt hulp aan", "inwoners die dat nodig hebben.", "")
    assert cleaned.content == "De gemeente biedt hulp aan inwoners die dat nodig hebben."
    assert cleaned.page_starts == (0, 27, 57)


FURNITURE = [
    "Naar hoofdinhoud Naar footer",
    "Skip to main content",
    "Home > Nieuws > Wijkteams in beweging",
    "Home / Jeugd/zorg / Wijkteams in beweging",
    "U bent hier: Home › Nieuws",
    "Deel deze pagina via:",
    "Delen via Facebook, LinkedIn of WhatsApp",
    "Artikel delen",
    "Laat een reactie achter",
    "U moet ingelogd zijn om een reactie te plaatsen.",
    "Je e-mailadres wordt niet gepubliceerd. Vereiste velden zijn gemarkeerd met *",
    "Reageren is niet mogelijk.",
    "Leave a reply",
    "You must be logged in to post a comment.",
    "Het laatste nieuws van de gemeente in je mailbox?",
    "Meld je aan voor de algemene nieuwsbrief of een van de themanieuwsbrieven.",
    "Schrijf u in voor onze nieuwsbrief",
    "Subscribe to our newsletter",
    "Deze website maakt gebruik van cookies. Lees meer in ons beleid.",
    "Alle cookies accepteren",
    "Volg ons op LinkedIn en X",
    "Terug naar boven",
    "Stel je vraag aan",
    "© 2021 Kennisinstituut",
    "Journalisten kunnen bellen met de persvoorlichter: 088 123 45 67.",
    "Persvoorlichting: (020) 123 45 67.",
    "Woordvoerder: +31 (0)20 123 45 67.",
    "For the press: 00 31 20 123 45 67.",
]


@pytest.mark.parametrize("line", FURNITURE)
def test_a_line_of_the_site_goes_wherever_it_stands(line: str) -> None:
    assert strip_boilerplate(["Titel", BODY, line, BODY, line]) == ["Titel", BODY, "", BODY, ""]


SUBSTANCE = [
    "Wil de gemeente inwoners bereiken, dan werkt een nieuwsbrief beter dan een folder.",
    "U moet aangemeld zijn bij de gemeente om hulp te krijgen.",
    "Het loket is bereikbaar op 088 123 45 67 voor alle inwoners.",
    "Stel je vraag aan de wijkcoach, dan denkt die mee.",
    "Uit de reacties blijkt dat inwoners tevreden zijn.",
    "De onderzoekers delen de gemeenten in drie groepen in.",
    "De nieuwe website voor inwoners is in 2015 gebouwd.",
    "Goffman, E. (1961), Asylums, London: Penguin Press, ISBN 0-14-013739-4.",
    "Goffman, E. (1961), Asylums, London: Penguin Press, ISBN 0140137394.",
    "Jones, K. (2000). Public Health. Oxford University Press. https://doi.org/10.1093/0198296460.001",
    "1 pers. huishouden 0 12 15 20 30 4",
    "Deel 2",
    "Contact met de wijk",
    "Thuis",
    "12",
]


@pytest.mark.parametrize("line", SUBSTANCE)
def test_a_line_of_substance_stays(line: str) -> None:
    assert strip_boilerplate(["Titel", BODY, line, BODY, line]) == ["Titel", BODY, line, BODY, line]


@pytest.mark.parametrize("heading", ["Contact", "Reacties", "Downloads", "Nieuws"])
def test_a_word_of_a_menu_above_running_text_is_a_heading(heading: str) -> None:
    assert strip_boilerplate(["Titel", BODY, heading, BODY])[2] == heading


def test_a_list_of_menu_words_that_the_text_announces_stays() -> None:
    lines = ["De site heeft vier delen:", "Nieuws", "Agenda", "Contact", "Downloads", BODY]
    assert strip_boilerplate(lines) == lines


def test_a_note_to_editors_goes_and_what_it_says_of_the_report_stays() -> None:
    lines = ["Noot voor redacties", "Bel voor meer informatie:", "Jan Jansen, woordvoerder", "tel. 06 12 34 56 78"]
    assert strip_boilerplate([BODY, *lines]) == [BODY, "", "", "", ""]
    mixed = "Het onderzoek is betaald door het Rijk. Mail pers@voorbeeld.nl."
    assert strip_boilerplate([lines[0], mixed]) == [lines[0], "Het onderzoek is betaald door het Rijk."]


def test_notes_to_editors_under_each_other_go_at_once() -> None:
    assert strip_boilerplate([BODY, "Noot voor redacties", "Perscontact", ""]) == [BODY, "", "", ""]


def test_a_note_to_editors_does_not_reach_a_contact_far_below_it() -> None:
    lines = ["Perscontact", *[f"Tabel {number}" for number in range(100)], "Het loket: 088 123 45 67", BODY]
    assert strip_boilerplate([BODY, *lines]) == [BODY, *lines]


def copied(report: Report) -> str:
    """The report as someone copies it from its site: no marks, the site's lines around it."""
    bare = re.sub(r"(?m)^#+ (.*)\n\n(?=[^#])", r"\1\n", (CORPUS / REPORTS / report.file).read_text("utf-8"))
    bare = re.sub(r"(?m)^#+ ", "", bare)
    head = "Naar hoofdinhoud Naar footer\n\nMenu\n\nZoek op\nrubriek\nZorg&Sociaalweb\n0\n"
    foot = "\n\nDownloads\n\nArtikel delen\n\nOver Auteur\n\nReacties\n\nLaat een reactie achter\n\nAanmelden\n"
    press = "\n\nNoot voor redacties\n\nHij is bereikbaar op tel. 088 123 45 67 / e-mail h.ij@voorbeeld.nl."
    return head + bare + press + foot


@pytest.mark.parametrize("report", read_catalogue(CORPUS), ids=lambda report: report.id)
def test_a_report_copied_from_its_site_says_the_same_as_the_shipped_one(report: Report) -> None:
    shipped, raw = read_text(CORPUS, report), text(copied(report))
    assert raw.content == shipped.content
    assert outline(raw) == outline(shipped)


def test_a_file_of_furniture_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / REPORTS).mkdir()
    (tmp_path / REPORTS / "menu.txt").write_text("Naar hoofdinhoud\n\nDeel deze pagina", encoding="utf-8")
    with pytest.raises(LoadError, match="no running text"):
        read_text(tmp_path, Report("m", "t", "p", "", (), "nl", "", "menu.txt", ""))


lines = st.sampled_from(
    [
        BODY,
        "Een kop",
        "- een punt",
        "1. eerste",
        "a. zo;",
        "k.woning: een huis;",
        "kleine letter",
        "Almere",
        "ondersteu-",
        "12",
        "0",
        "Menu",
        "Contact",
        "Deel deze pagina via:",
        "Noot voor redacties",
        "Bel pers@voorbeeld.nl.",
        "Dat geldt\u00a0voor ﬁetsen\u00ad.",
        "",
        "",
    ]
)


# bytes in the wrong encoding are left out: what they stand for depends on the bytes next to them
strays = st.text(st.characters(codec="ascii") | st.sampled_from("éëïöü“”‘’…–•°\u00a0\u200b\u00adﬁ😀"), max_size=20)
pages = st.lists(lines | strays, max_size=12).map("\n".join)


@given(pages)
@example("Menu\n\nContact\n\nDeel deze pagina via:")
def test_cleaning_its_own_output_changes_nothing(page: str) -> None:
    once = text(page).content
    assert text(once).content == once


@given(pages)
def test_paragraphs_stand_one_blank_line_apart_without_loose_spaces(page: str) -> None:
    content = text(page).content
    assert content == content.strip() and "\n\n\n" not in content and "  " not in content
    assert all(line == line.strip() for line in content.split("\n"))
