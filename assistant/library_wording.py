"""Every text of the tab with the reports, in Dutch and in English: one table, in which no language can miss a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class LibraryWording:
    """The texts of the tab with the reports in one language; ``{…}`` are holes that ``str.format`` fills."""

    chat_tab: str
    tab: str

    add_title: str
    drop: str
    formats: str
    choose: str
    uploading: str
    upload_failed: str
    too_large: str
    address_label: str
    fetch: str
    read_only: str
    not_here: str
    busy: str
    outdated: str

    review_title: str
    review_hint: str
    guessed: str
    title: str
    authors: str
    authors_hint: str
    publisher: str
    published: str
    published_hint: str
    language: str
    unknown_language: str
    url: str
    include: str
    is_version: str
    replace: str
    separate: str
    leave_out: str
    add: str
    cancel: str
    close: str
    nothing_left: str

    working: str
    amount: str
    rate: str
    seconds_left: str
    minutes_left: str
    stop: str
    stopping: str
    stopped: str
    failed: str

    receipt_title: str
    receipt_hint: str
    none_added: str
    added: str
    replaced: str
    duplicate: str
    refused: str
    proposed: str
    same_as: str
    also: str

    reports_title: str
    find: str
    find_hint: str
    none_found: str
    more: str
    report: str
    date: str
    words: str
    pages: str
    recognised: str
    passages: str
    no_date: str
    remove: str
    remove_label: str
    confirm_title: str
    confirm_text: str
    confirm: str
    keep: str
    removed: str

    thousands_mark: str
    languages: Mapping[str, str]


LIBRARY_WORDING: Mapping[str, LibraryWording] = {
    "nl": LibraryWording(
        chat_tab="Gesprek",
        tab="Rapporten",
        add_title="Rapporten toevoegen",
        drop="Sleep een of meer rapporten hierheen",
        formats="PDF, Word, OpenDocument, EPUB, webpagina, Markdown of platte tekst",
        choose="Kies bestanden",
        uploading="Bestand {done} van {total} wordt overgenomen…",
        upload_failed="{name} kon niet worden overgenomen. Probeer het opnieuw.",
        too_large="{name} is {size} MB; de grens is {most} MB. Verklein of splits het, of verhoog WMO_MAX_MEGABYTES.",
        address_label="Of geef een webadres",
        fetch="Haal op",
        read_only=(
            "Op deze pagina kunt u de rapporten alleen lezen, omdat ze niet alleen op deze computer te bereiken is. "
            "Rapporten toevoegen kan met: wmo add"
        ),
        not_here="Deze opdracht kwam niet van deze pagina zelf en is niet uitgevoerd. Laad de pagina opnieuw.",
        busy="Er wordt al aan de rapporten gewerkt. Wacht tot dat klaar is, of stop het.",
        outdated="Dit overzicht is niet meer het laatste. Laad de pagina opnieuw.",
        review_title="Klopt dit?",
        review_hint="Er is nog niets toegevoegd. Verbeter wat niet klopt; wat geraden is, is uit de tekst opgemaakt.",
        guessed="geraden",
        title="Titel",
        authors="Auteurs",
        authors_hint="gescheiden door ;",
        publisher="Uitgever",
        published="Datum",
        published_hint="JJJJ-MM-DD of alleen het jaar",
        language="Taal",
        unknown_language="onbekend",
        url="Adres van de publicatie",
        include="Dit rapport toevoegen",
        is_version="Dit is een andere versie van “{title}”.",
        replace="Vervang die versie",
        separate="Voeg toe als eigen rapport",
        leave_out="Niet toevoegen",
        add="Voeg toe",
        cancel="Annuleer",
        close="Sluit",
        nothing_left="Kies ten minste één rapport om toe te voegen, of kies Annuleer.",
        working="Bezig…",
        amount="{done} van {total}",
        rate="{rate} per seconde",
        seconds_left="nog ongeveer {count} s",
        minutes_left="nog ongeveer {count} min",
        stop="Stop",
        stopping="Wordt gestopt…",
        stopped="Gestopt; er is niets gewijzigd.",
        failed="Er ging iets mis in het programma. De oorzaak staat in het logboek; er is niets gewijzigd.",
        receipt_title="Klaar",
        receipt_hint="Uw volgende vraag wordt ook hierin gezocht.",
        none_added="Er is niets toegevoegd.",
        added="toegevoegd",
        replaced="vervangen",
        duplicate="al aanwezig",
        refused="geweigerd",
        proposed="nieuw",
        same_as="Zelfde inhoud als “{title}”.",
        also="Ook bijgewerkt: {ids}",
        reports_title="Alle rapporten",
        find="Zoek een rapport",
        find_hint="titel, auteur, uitgever of jaar",
        none_found="Geen rapport past bij “{wanted}”.",
        more="en nog {count} andere; zoek om ze te zien",
        report="Rapport",
        date="Datum",
        words="Woorden",
        pages="Blz.",
        recognised="Herkend",
        passages="Passages",
        no_date="onbekend",
        remove="Verwijder",
        remove_label="Verwijder {title}",
        confirm_title="Rapport verwijderen?",
        confirm_text=(
            "“{title}” verdwijnt uit de rapporten, met het bestand dat de assistent ervan bewaart. "
            "Eerdere antwoorden die eruit citeren, kunnen de bron dan niet meer tonen."
        ),
        confirm="Verwijder",
        keep="Behoud",
        removed="“{title}” is verwijderd.",
        thousands_mark=".",
        languages={"nl": "Nederlands", "en": "Engels"},
    ),
    "en": LibraryWording(
        chat_tab="Conversation",
        tab="Reports",
        add_title="Add reports",
        drop="Drag one or more reports here",
        formats="PDF, Word, OpenDocument, EPUB, web page, Markdown or plain text",
        choose="Choose files",
        uploading="Taking over file {done} of {total}…",
        upload_failed="{name} could not be taken over. Try again.",
        too_large="{name} is {size} MB; the limit is {most} MB. Shrink or split it, or raise WMO_MAX_MEGABYTES.",
        address_label="Or give a web address",
        fetch="Fetch",
        read_only=(
            "The reports on this page can only be read, because it can be reached from other computers too. "
            "Reports can be added with: wmo add"
        ),
        not_here="This order did not come from this page itself and was not carried out. Load the page again.",
        busy="The reports are being worked on already. Wait until that is done, or stop it.",
        outdated="This overview is no longer the latest. Load the page again.",
        review_title="Is this right?",
        review_hint="Nothing was added yet. Correct what is wrong; what was guessed was read off the text.",
        guessed="guessed",
        title="Title",
        authors="Authors",
        authors_hint="separated by ;",
        publisher="Publisher",
        published="Date",
        published_hint="YYYY-MM-DD or only the year",
        language="Language",
        unknown_language="unknown",
        url="Address of the publication",
        include="Add this report",
        is_version="This is another version of “{title}”.",
        replace="Replace that version",
        separate="Add as a report of its own",
        leave_out="Do not add",
        add="Add",
        cancel="Cancel",
        close="Close",
        nothing_left="Choose at least one report to add, or choose Cancel.",
        working="Busy…",
        amount="{done} of {total}",
        rate="{rate} a second",
        seconds_left="about {count} s left",
        minutes_left="about {count} min left",
        stop="Stop",
        stopping="Stopping…",
        stopped="Stopped; nothing was changed.",
        failed="Something went wrong inside the program. The cause is in the log; nothing was changed.",
        receipt_title="Done",
        receipt_hint="Your next question is searched in these too.",
        none_added="Nothing was added.",
        added="added",
        replaced="replaced",
        duplicate="already there",
        refused="refused",
        proposed="new",
        same_as="Same content as “{title}”.",
        also="Also updated: {ids}",
        reports_title="All reports",
        find="Find a report",
        find_hint="title, author, publisher or year",
        none_found="No report fits “{wanted}”.",
        more="and {count} more; search to see them",
        report="Report",
        date="Date",
        words="Words",
        pages="Pages",
        recognised="Recognised",
        passages="Passages",
        no_date="unknown",
        remove="Remove",
        remove_label="Remove {title}",
        confirm_title="Remove this report?",
        confirm_text=(
            "“{title}” disappears from the reports, with the file that the assistant keeps of it. "
            "Earlier answers that quote it can then no longer show their source."
        ),
        confirm="Remove",
        keep="Keep",
        removed="“{title}” was removed.",
        thousands_mark=",",
        languages={"nl": "Dutch", "en": "English"},
    ),
}
