"""Every text of the page, in Dutch and in English: one table, in which no language can miss a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Wording:
    """The texts of the page in one language; ``{…}`` are holes that ``str.format`` fills."""

    name: str
    tagline: str
    language_label: str

    welcome: str
    welcome_more: str
    examples_label: str
    examples: tuple[str, str, str, str]

    question_label: str
    question_placeholder: str
    ask: str
    stop: str
    new_conversation: str

    within: str
    everything: str
    within_reports: str
    within_publishers: str
    within_since: str
    within_until: str
    any_year: str

    searching: str
    writing: str
    searched: str
    searched_within: str
    edit: str
    stopped: str
    declined: str
    nearest: str
    failed: str
    empty_question: str
    long_question: str
    still_busy: str

    took: str
    extractive: str
    written_by: str
    decimal_mark: str
    copy: str
    copied: str
    sources: str
    source: str
    unresolved: str
    page: str
    no_date: str

    panel: str
    panel_hint: str
    all_reports: str
    more_reports: str
    report_link: str
    opened_source: str
    opened_report: str
    cited_here: str
    chosen_gone: str
    nearest_here: str
    unknown_report: str
    moved: str
    back: str


WORDING: Mapping[str, Wording] = {
    "nl": Wording(
        name="Wmo-assistent",
        tagline="Korte antwoorden uit onderzoek naar de Wmo 2015, met bij elke uitspraak de zin uit de bron.",
        language_label="Taal van de pagina",
        welcome="Waar bent u naar op zoek?",
        welcome_more=(
            "Stel uw vraag in het Nederlands of Engels. Staat het antwoord niet in de rapporten, dan leest u dat ook."
        ),
        examples_label="Bijvoorbeeld",
        examples=(
            "Waarom komt samenwerking in Wmo-netwerken moeizaam van de grond?",
            "Hoeveel managers zetten mensen met een uitkering in voor welzijnswerk?",
            "Waarom lijkt het Wmo-beleid van gemeenten zo op elkaar?",
            "Wat is nodig om experimenten met integraal werken te laten slagen?",
        ),
        question_label="Uw vraag",
        question_placeholder="Stel een vraag over de Wmo en integraal werken",
        ask="Vraag",
        stop="Stop",
        new_conversation="Nieuw gesprek",
        within="Zoek binnen: {scope}",
        everything="alle rapporten",
        within_reports="Rapporten",
        within_publishers="Uitgevers",
        within_since="Vanaf",
        within_until="Tot en met",
        any_year="alle",
        searching="Zoeken in {reports}…",
        writing="Het antwoord komt binnen…",
        searched="Gezocht naar: {question}",
        searched_within="Gezocht binnen: {scope}",
        edit="Pas aan",
        stopped="Gestopt.",
        declined="Geen antwoord gevonden",
        nearest="Dit kwam het dichtst in de buurt; het is niet als antwoord bedoeld:",
        failed=(
            "Er ging iets mis in het programma. De oorzaak staat in het logboek. Uw vraag staat weer in het invoerveld."
        ),
        empty_question="Typ eerst een vraag, of kies een van de voorbeelden.",
        long_question="Uw vraag telt {count} tekens; er passen er {limit}. Kort de vraag in.",
        still_busy="De vorige vraag wordt nog beantwoord. Wacht even, of kies Stop.",
        took="{seconds} s, {reports} doorzocht",
        extractive="zonder taalmodel",
        written_by="verwoord door {engine}",
        decimal_mark=",",
        copy="Kopieer met bronnen",
        copied="Gekopieerd",
        sources="Bronnen",
        source="Bron {number}: {title}, {year}",
        unresolved="Bij dit nummer hoort geen bron",
        page="p. {page}",
        no_date="zonder jaar",
        panel="Bronnen",
        panel_hint=("Kies een nummer in een antwoord: hier verschijnt het rapport, met de aangehaalde zin gemarkeerd."),
        all_reports="Alle rapporten",
        more_reports="en nog {count} andere",
        report_link="Naar de publicatie",
        opened_source="Bron {number} geopend: {title}",
        opened_report="Geopend: {title}",
        cited_here="Aangehaald bij “{question}”",
        chosen_gone=(
            "Een rapport dat u koos om in te zoeken is er niet meer; het is uit die keuze gehaald. "
            "Stel uw vraag opnieuw om te zoeken binnen wat er nu gekozen is."
        ),
        nearest_here="Niet als antwoord bedoeld: de passage die het dichtst in de buurt kwam.",
        unknown_report="Dit rapport staat niet meer tussen de rapporten.",
        moved="Dit rapport is sindsdien vervangen; de aangehaalde woorden staan er niet meer zo in.",
        back="Terug",
    ),
    "en": Wording(
        name="Wmo assistant",
        tagline="Short answers from research on the Dutch Social Support Act, with the sentence behind each.",
        language_label="Language of the page",
        welcome="What are you looking for?",
        welcome_more="Ask in Dutch or English. When the reports do not hold the answer, the page says so.",
        examples_label="For example",
        examples=(
            "Why does collaboration in Wmo networks stall?",
            "How many managers put people on benefits to work in local welfare?",
            "Why do the Wmo policies of municipalities look so much alike?",
            "What does it take for experiments with integrated working to succeed?",
        ),
        question_label="Your question",
        question_placeholder="Ask about the Wmo and integrated working",
        ask="Ask",
        stop="Stop",
        new_conversation="New conversation",
        within="Search within: {scope}",
        everything="all reports",
        within_reports="Reports",
        within_publishers="Publishers",
        within_since="From",
        within_until="Up to",
        any_year="any",
        searching="Searching {reports}…",
        writing="The answer is coming in…",
        searched="Searched for: {question}",
        searched_within="Searched within: {scope}",
        edit="Edit",
        stopped="Stopped.",
        declined="No answer found",
        nearest="This came nearest; it is not an answer:",
        failed=("Something went wrong inside the program. The cause is in the log. Your question is back in the box."),
        empty_question="Type a question first, or choose one of the examples.",
        long_question="Your question has {count} characters; {limit} fit. Shorten it.",
        still_busy="The previous question is still being answered. Wait a moment, or choose Stop.",
        took="{seconds} s, searched {reports}",
        extractive="no language model",
        written_by="worded by {engine}",
        decimal_mark=".",
        copy="Copy with sources",
        copied="Copied",
        sources="Sources",
        source="Source {number}: {title}, {year}",
        unresolved="No source belongs to this number",
        page="p. {page}",
        no_date="no year",
        panel="Sources",
        panel_hint=("Choose a number in an answer: the report appears here, with the quoted sentence highlighted."),
        all_reports="All reports",
        more_reports="and {count} more",
        report_link="To the publication",
        opened_source="Source {number} opened: {title}",
        opened_report="Opened: {title}",
        cited_here="Quoted for “{question}”",
        chosen_gone=(
            "A report that you chose to search within is no longer there; it was taken out of that choice. "
            "Ask again to search within what is chosen now."
        ),
        nearest_here="Not an answer: the passage that came nearest.",
        unknown_report="This report is no longer among the reports.",
        moved="This report was replaced since; the quoted words no longer stand in it like this.",
        back="Back",
    ),
}

_MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december".split(),
    "en": "January February March April May June July August September October November December".split(),
}


def count_reports(count: int, language: str) -> str:
    """How many reports, in words.

    >>> count_reports(1, "nl"), count_reports(4, "en")
    ('1 rapport', '4 reports')
    """
    noun = {"nl": ("rapport", "rapporten"), "en": ("report", "reports")}[language][count != 1]
    return f"{count} {noun}"


def write_date(published: str, language: str) -> str:
    """A date as people write it; a bare year, or anything that is no date, stays as it is.

    >>> write_date("2022-05-09", "nl"), write_date("2022-05-09", "en"), write_date("2011", "nl")
    ('9 mei 2022', '9 May 2022', '2011')
    """
    try:
        day = date.fromisoformat(published)
    except ValueError:
        return published
    return f"{day.day} {_MONTHS[language][day.month - 1]} {day.year}"
