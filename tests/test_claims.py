"""What of a statement its quotes do not support: pairs in Dutch and English, told apart by value and by denial."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.claims import unsupported
from assistant.figures import find_figures
from assistant.number_words import number_of

SUPPORTED = [
    # numbers, however they are spelt
    ("nl", "Het kost 540.000 euro.", "Dat kost 540 duizend euro."),
    ("nl", "Het kost 0,54 miljoen euro.", "The cost was 540,000 euros."),
    ("nl", "Het kost 540 duizend euro.", "It costs € 540 thousand."),
    ("en", "It costs 540,000 euros.", "De kosten zijn 540.000 euro."),
    ("en", "It costs half a million euros.", "De kosten zijn € 500.000."),
    ("nl", "Het kost anderhalf miljoen euro.", "It costs 1.5 million euros."),
    ("nl", "Er is 2,5 miljard euro.", "There is €2.5 billion."),
    ("nl", "De zorg kost € 5 mln.", "De zorg kost 5 miljoen euro."),
    ("nl", "Er waren 1.046 meldingen.", "In total 1,046 reports came in."),
    ("nl", "Er waren 1046 meldingen.", "Er waren 1.046 meldingen."),
    ("en", "There were 3,100 residents.", "Er waren 3.100 inwoners."),
    ("nl", "Er zijn twaalf teams.", "There are 12 teams."),
    ("en", "There are twelve teams.", "Er zijn twaalf teams."),
    ("en", "It has twenty-five members.", "Het heeft vijfentwintig leden."),
    ("en", "There are two hundred and fifty volunteers.", "Er zijn tweehonderdvijftig vrijwilligers."),
    ("nl", "Er zijn honderdtwintig vrijwilligers.", "There are a hundred and twenty volunteers."),
    ("nl", "Er zijn drieduizend cliënten.", "There are 3,000 clients."),
    ("nl", "Acht gemeenten doen mee.", "Eight municipalities take part."),
    ("nl", "Het duurt tweeënhalf jaar.", "It takes two and a half years."),
    ("en", "It takes one and a half years.", "Het duurt anderhalf jaar."),
    ("nl", "Een drietal raden deed mee.", "Drie raden deden mee."),
    ("en", "The two councils agree.", "Beide raden zijn het eens."),
    ("nl", "Het was twee keer zo duur.", "It was twice as expensive."),
    (
        "nl",
        "Van de 52 raden hebben er vier een jong lid.",
        "Slechts vier van de 52 raden hebben een lid jonger dan 30.",
    ),
    ("en", "Ten teams were visited.", "Tien teams zijn bezocht."),
    ("en", "At most 28 households per worker.", "maximaal 28 huishoudens per medewerker"),
    ("nl", "Tussen 5 en 10 miljoen euro.", "between 5 and 10 million euros"),
    ("nl", "De 65-plussers kregen hulp.", "People over 65 were helped."),
    # percentages and shares
    ("nl", "De overhead is 3,1%.", "Overhead was 3.1 percent."),
    ("en", "Overhead was 3.1%.", "De overhead is 3,1 procent."),
    ("nl", "Het steeg met drie procent.", "It rose by 3 per cent."),
    ("nl", "Tussen 30 en 40 procent doet dit.", "slechts 30 tot 40 procent van hen"),
    ("en", "It rose from 41 to 58 percent.", "van 41 naar 58 procent"),
    ("nl", "De helft doet mee.", "Half of them take part."),
    ("nl", "De helft doet mee.", "50 procent doet mee."),
    ("en", "Half of them take part.", "De helft van de gemeenten doet mee."),
    ("nl", "Een derde van de raden doet mee.", "A third of the councils take part."),
    ("nl", "Een derde van de raden doet mee.", "33 procent van de raden doet mee."),
    ("en", "One in three councils takes part.", "Een derde van de raden doet mee."),
    ("nl", "Twee derde van de raden.", "Two thirds of the councils."),
    ("nl", "Driekwart van de raden.", "75% of the councils"),
    ("en", "Three quarters of them left.", "Driekwart is weggegaan."),
    ("nl", "Vier op de tien ouderen.", "40 procent van de ouderen"),
    ("nl", "Dat is 40 procent.", "Het percentage is 40."),
    # years and dates
    ("nl", "Op 3 maart 2015 begon het.", "It began on March 3, 2015."),
    ("en", "It began on 3 March 2015.", "Het begon op 3-3-2015."),
    ("en", "It began on March 3rd, 2015.", "Het begon op 2015-03-03."),
    ("nl", "In mei 2022 is het onderzocht.", "tussen september 2021 en mei 2022"),
    ("en", "In the 1990s it began.", "In de jaren 90 begon het."),
    ("en", "In the first quarter of 2023.", "in het eerste kwartaal van 2023"),
    # what says nothing by a number
    ("nl", "Een van de rapporten noemt dit.", "Dit wordt genoemd."),
    ("en", "One of the reports mentions this.", "Dit wordt genoemd."),
    ("en", "One should not forget this.", "Vergeet dit niet."),
    ("nl", "Gemeenten werken samen [1][12].", "Gemeenten werken samen."),
    ("nl", "Gemeenten werken samen [1, 3].", "Gemeenten werken samen."),
    ("nl", "2. Gemeenten werken samen.", "Gemeenten werken samen."),
    ("nl", "De Wmo 2015 regelt dit.", "De wet regelt dit."),
    ("en", "The Social Support Act 2015 covers this.", "De Wmo regelt dit."),
    ("nl", "Ten eerste is er overleg, ten tweede vertrouwen.", "Er is overleg en vertrouwen."),
    ("nl", "Ten opzichte van vroeger is er meer overleg.", "Er is meer overleg dan vroeger."),
    ("nl", "De raad acht het wenselijk.", "De raad vindt het wenselijk."),
    ("nl", "Een derde knelpunt is geld.", "Ook geld is een knelpunt."),
    ("nl", "De G4 doen mee en covid-19 ook.", "De grote steden doen mee, corona ook."),
    ("en", "Municipalities may help, and people march on.", "Gemeenten mogen helpen."),
    ("nl", "Het eerstelijnsteam helpt.", "Het team helpt."),
    # denials
    ("nl", "Het beleid is niet duidelijk.", "Het beleid is onduidelijk."),
    ("en", "The teams do not share information.", "De teams delen geen gegevens."),
    ("en", "Municipalities can't pay for it.", "Gemeenten hebben er te weinig geld voor, er is een tekort."),
    ("en", "The pilot didn't save money.", "De proef heeft geen geld bespaard."),
    ("nl", "Samenwerking is niet alleen goedkoper, maar ook beter.", "Collaboration is cheaper and better."),
    ("en", "Not only the costs but also the quality matters.", "Kosten en kwaliteit tellen."),
    ("nl", "Dit kan de gemeente niet betalen.", "De gemeente kan dit niet betalen."),
    ("nl", "De gemeente betaalt de hulp.", "De gemeente betaalt de hulp, maar niet het vervoer."),
    ("nl", "De raad is tevreden.", "De raad is tevreden. Het college is dat niet."),
    ("nl", "De teams wisselen geen gegevens uit.", "Het team werkte met vier systemen die geen gegevens uitwisselen."),
]

UNSUPPORTED = [
    ("nl", "Er zijn 45 teams.", "Er zijn 46 teams.", ["number:45"]),
    ("nl", "Er zijn twaalf teams.", "There are eleven teams.", ["number:12"]),
    ("nl", "Er zijn twaalf teams.", "Er zijn teams.", ["number:12"]),
    ("en", "There are 3,100 residents.", "Er waren 3,1 inwoners per huis.", ["number:3100"]),
    ("nl", "Er zijn 3.100 inwoners.", "Er zijn 3,1 inwoners per huis.", ["number:3100"]),
    ("nl", "Het kost 5 miljoen euro.", "Het kost 5 miljard euro.", ["amount:5000000"]),
    ("nl", "Het kost 540 duizend euro.", "It costs 54,000 euros.", ["amount:540000"]),
    ("nl", "Het kost 45 euro.", "Er waren 45 cliënten.", ["amount:45"]),
    ("nl", "Het begon in 2019.", "Het begon in 2018.", ["year:2019"]),
    ("en", "It ran from 2015 to 2019.", "Het liep van 2015 tot 2018.", ["year:2019"]),
    ("nl", "Sinds 2015 is er de wet.", "De wet is er.", ["year:2015"]),
    ("nl", "De overhead is 3,1 procent.", "The overhead was 31 percent.", ["percentage:3.1"]),
    ("nl", "Dat doet 45% van hen.", "Er waren 45 cliënten.", ["percentage:45"]),
    ("nl", "Er waren 45 cliënten.", "Dat is 45 procent.", ["number:45"]),
    ("nl", "De helft doet mee.", "Een derde van hen doet mee.", ["fraction:0.5"]),
    ("nl", "Twee derde van hen doet mee.", "Een derde doet mee.", ["fraction:0.67"]),
    ("en", "A third of the councils take part.", "De raden doen mee.", ["fraction:0.33"]),
    ("nl", "Op 3 maart 2015 begon het.", "It began on May 3, 2015.", ["month:3"]),
    ("nl", "Op 3 maart 2015 begon het.", "It began on March 4, 2015.", ["number:3"]),
    ("en", "The fourth study shows it.", "Het derde onderzoek laat dit zien.", ["number:4"]),
    ("nl", "Twaalf teams en 45% in 2019.", "Er is weinig bekend.", ["number:12", "percentage:45", "year:2019"]),
    ("nl", "Er zijn 45 en nog eens 45 teams.", "Er zijn teams.", ["number:45"]),
    # denials, in other words
    ("en", "Municipalities do not help residents.", "Gemeenten helpen inwoners.", ["negation"]),
    ("nl", "Gemeenten helpen nooit.", "Municipalities always help their residents.", ["negation"]),
    # denials, in the same words
    ("nl", "Gemeenten kunnen dit betalen.", "Gemeenten kunnen dit niet betalen.", ["negation"]),
    ("nl", "Gemeenten kunnen dit niet betalen.", "Gemeenten kunnen dit betalen.", ["negation"]),
    ("nl", "Alle gemeenten doen hieraan mee.", "Niet alle gemeenten doen hieraan mee.", ["negation"]),
    ("nl", "De gemeente betaalt de hulp van het team.", "De gemeente betaalt de hulp van het team niet.", ["negation"]),
    ("en", "The teams share information.", "The teams never share information.", ["negation"]),
    ("en", "The pilot saved much money.", "The pilot hasn't saved much money.", ["negation"]),
    ("nl", "Hulp is mogelijk met een indicatie.", "Hulp is mogelijk zonder een indicatie.", ["negation"]),
    ("nl", "Het beleid is voor de raad duidelijk.", "Het beleid is voor de raad onduidelijk.", ["negation"]),
    ("nl", "Er is geen geld, maar wel tijd.", "Er is geld, maar geen tijd.", []),
    ("nl", "Wie niet meedoet krijgt geen geld.", "Wie niet meedoet krijgt een beetje geld.", ["negation"]),
]


@pytest.mark.parametrize(("language", "statement", "quote"), SUPPORTED)
def test_a_quote_supports_what_says_the_same(language: str, statement: str, quote: str) -> None:
    assert unsupported(statement, [quote], language) == ()
    assert unsupported(statement, ["Geen woord over.", quote], language) == ()
    assert unsupported(statement, [quote]) == ()


@pytest.mark.parametrize(("language", "statement", "quote", "codes"), UNSUPPORTED)
def test_a_quote_does_not_support_what_says_otherwise(
    language: str, statement: str, quote: str, codes: list[str]
) -> None:
    assert list(unsupported(statement, [quote], language)) == codes


def test_figures_of_the_report_itself_may_be_named() -> None:
    statement = "Van Kuijk (2022) noemt 45 netwerken."
    assert unsupported(statement, ["Er zijn 45 netwerken."], "nl") == ("year:2022",)
    assert unsupported(statement, ["Er zijn 45 netwerken."], "nl", ["Netwerken in de Wmo, Van Kuijk 2022"]) == ()


def test_every_figure_needs_some_quote_and_a_denial_needs_none_that_agrees() -> None:
    assert unsupported("Er zijn 45 teams in 2019.", ["Er zijn 45 teams.", "Dat was in 2019."], "nl") == ()
    assert unsupported("De teams delen veel.", ["De teams delen niet veel.", "De teams delen veel."], "nl") == ()


@pytest.mark.parametrize("statement", ["", "...", "[1]", "niet", "45"])
def test_a_statement_without_quotes_has_only_its_figures_against_it(statement: str) -> None:
    assert unsupported(statement, []) == (("number:45",) if statement == "45" else ())


@given(st.integers(1, 10**9 - 1))
def test_a_number_has_one_value_in_both_languages_spellings(number: int) -> None:
    values = {frozenset({Fraction(number)})}
    dutch = f"Er zijn {number:,} teams van de raad.".replace(",", ".")
    assert {figure.values for figure in find_figures(dutch, "nl")} == values
    assert {figure.values for figure in find_figures(f"There are {number:,} of them.", "en")} == values


@given(st.text(), st.lists(st.text(), max_size=3))
def test_whatever_is_said_can_be_checked(statement: str, quotes: list[str]) -> None:
    assert all(code == "negation" or ":" in code for code in unsupported(statement, quotes))


@given(st.text(st.sampled_from("niet geen 12345 procent €.,% tot en half derde mei ½ op de"), max_size=60))
def test_every_text_supports_its_own_figures(text: str) -> None:
    assert [code for code in unsupported(text, [text]) if code != "negation"] == []


def test_words_are_numbers_only_where_they_are_whole() -> None:
    words = ("eenentwintig", "negenennegentig", "duizend", "vijftienhonderd", "zestigduizend", "nul")
    assert [number_of(word) for word in words] == [21, 99, 1000, 1500, 60000, 0]
    no_numbers = ("honderden", "duizenden", "eerst", "drieluik", "achterstand", "honderdste", "eenzaam")
    assert [word for word in no_numbers if number_of(word) is not None] == []
