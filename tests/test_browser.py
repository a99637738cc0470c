"""The page in a real chromium: ask, click, read the highlighted sentence, as a visitor would."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Route, expect
from visit import Visit, served, visiting

from assistant.library_wording import LIBRARY_WORDING
from assistant.page import build_page, serve
from assistant.settings import Settings
from assistant.types import Answer, Citation
from assistant.wording import WORDING
from corpus.errors import ModelUnavailable, UsageError
from corpus.types import Heading, Passage, Report, Text
from index.scope import EVERYTHING, Scope
from index.types import Hit

pytestmark = [
    pytest.mark.browser,
    # Gradio's queue keeps its statistics with pandas calls that pandas is about to drop.
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),
]

QUESTION = "why does Wmo collaboration stall?"
HOSTILE = """<script>document.title="taken"</script> <img src=x onerror="document.title=1"> ${1+1} {{7*7}} $x^2$"""


RELEASED = threading.Event()
WORDED: Mapping[str, Any] = {
    "text": "Er zijn weinig prikkels [1].\n\nNiet door een citaat gedekt:\n✗ Alles kost 900 euro.",
    "note": "1 van de 2 uitspraken werd niet door een citaat gedekt.",
    "engine": "test:model",
}


@dataclass(frozen=True)
class SmallDesk:
    """Two reports in memory."""

    reports: Mapping[str, Report]
    texts: Mapping[str, Text]
    settings: Settings = field(default_factory=lambda: Settings(language="nl"))

    def text(self, report_id: str) -> Text:
        return self.texts[report_id]


def _text(report_id: str, blocks: list[tuple[int, str]]) -> Text:
    content, headings = "", []
    for level, words in blocks:
        if level:
            headings.append(Heading(len(content), len(content) + len(words), level, words))
        content += words + "\n\n"
    return Text(report_id, content.rstrip("\n"), (0, len(content) // 2), tuple(headings))


FILLER = "De gemeente voert de wet uit samen met aanbieders, en bespreekt elk jaar hoe dat gaat. " * 6


@pytest.fixture(scope="session")
def small_desk() -> SmallDesk:
    networks = [(1, "Samenwerking in netwerken komt onvoldoende van de grond"), (0, FILLER)]
    for part in range(1, 9):
        networks += [(2, f"Onderdeel {part}"), (0, FILLER), (0, FILLER)]
        if part == 4:
            networks.append((0, "Door het streven naar maatwerk zijn er weinig prikkels tot integratie. " + FILLER))
        if part == 7:
            networks.append((0, FILLER + "Vertrouwen tussen de organisaties groeit langzaam [1]."))
    hostile = [
        (1, "Rapport met code"),
        (0, FILLER),
        (0, f"Dit staat er: {HOSTILE} en dan [klik](http://evil.example/)."),
        (0, FILLER),
    ]
    texts = {"netwerken": _text("netwerken", networks), "code": _text("code", hostile)}
    kuijk = ("Samenwerking in netwerken", "Tilburg University", "2022-05-09", ("René van Kuijk",), "nl")
    coded = ("Rapport <b>met</b> code", "Uitgever & Co", "2021", (), "nl")
    reports = {
        "netwerken": Report("netwerken", *kuijk, "https://example.org/netwerken", "netwerken.md", ""),
        "code": Report("code", *coded, "javascript:alert(1)", "code.md", ""),
    }
    return SmallDesk(reports, texts)


def _cite(desk: SmallDesk, number: int, report_id: str, quote: str) -> Citation:
    text = desk.text(report_id)
    start = text.content.index(quote)
    return Citation(number, report_id, start, start + len(quote), quote, text.page_at(start))


def small_stream(
    desk: SmallDesk, question: str, turns: tuple[str, ...] = (), scope: Scope = EVERYTHING
) -> Iterator[Answer]:
    """Growing answers over the small desk; the words of the question choose what happens."""
    if "defect" in question:
        raise ValueError("a defect of the program")
    if "stuck" in question:
        RELEASED.wait(30)
    if "model" in question:
        raise ModelUnavailable(nl="Het taalmodel antwoordt niet. Start Ollama.", en="The model does not answer.")
    passages = [desk.text("netwerken").content[100:700], desk.text("code").content[20:400]]
    hits = tuple(
        Hit(Passage(r, 100, 700, p), rank, 1 / rank)
        for rank, (r, p) in enumerate(zip(desk.reports, passages, strict=True), 1)
    )
    if "pizza" in question:
        reason = "Geen van de rapporten gaat hierover."
        yield Answer(question, question, "nl", reason, (), hits, True, reason, 0.1, (), "extractive", 0.2)
        return
    citations = (
        _cite(desk, 1, "netwerken", "Door het streven naar maatwerk zijn er weinig prikkels tot integratie."),
        _cite(desk, 2, "netwerken", "Vertrouwen tussen de organisaties groeit langzaam [1]."),
        _cite(desk, 3, "code", f"Dit staat er: {HOSTILE} en dan [klik](http://evil.example/)."),
    )
    lines = [
        "Verklaringen in 2 rapporten:",
        "",
        "Samenwerking in netwerken (Tilburg University, 2022)",
        f"• “{citations[0].quote}” [1]",
        f"• “{citations[1].quote}” [2]",
        "",
        "Rapport <b>met</b> code (Uitgever & Co, 2021)",
        f"• “{citations[2].quote}” [3]",
    ]
    searched = f"{turns[-1]} {question}" if turns else question
    whole = Answer(question, searched, "nl", "\n".join(lines), citations, hits, False, "", 0.9, (), "extractive", 0.8)
    for count in range(1, len(lines)):
        time.sleep(1 if "slow" in question else 0.02)
        yield replace(whole, text="\n".join(lines[:count]))
    yield replace(whole, **WORDED) if "written" in question else whole


@pytest.fixture(scope="session")
def site(small_desk: SmallDesk) -> Iterator[str]:
    with served(small_desk, small_stream) as address:
        yield address


@pytest.fixture(scope="module")
def tab(browser: Browser, site: str) -> Iterator[Visit]:
    with visiting(browser, site) as visit:
        yield visit


@pytest.fixture
def visit(tab: Visit, capfd: pytest.CaptureFixture[str]) -> Iterator[Visit]:
    """One tab for all tests, which each begins with nothing in it."""
    tab.start_anew()
    yield tab
    tab.expect_no_faults()
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.end_to_end
def test_the_real_desk_answers_and_each_citation_opens_its_sentence(browser: Browser, desk: Any) -> None:
    from assistant.ask import ask, stream

    answer = ask(desk, QUESTION)
    assert answer.citations
    with served(desk, stream) as address, visiting(browser, address) as visit:
        visit.ask(QUESTION)
        for citation in answer.citations:
            visit.cite(citation.number)
            visit.expect_mark_in_view(citation.quote)


def test_a_clicked_citation_shows_its_exact_sentence_inside_the_panel(visit: Visit, small_desk: SmallDesk) -> None:
    visit.ask(QUESTION)
    *_, answer = small_stream(small_desk, QUESTION)
    for citation in answer.citations:
        visit.cite(citation.number)
        visit.expect_mark_in_view(citation.quote)
        expect(visit.page.locator("#wmo-sources h2")).to_have_text(small_desk.reports[citation.report_id].title)
    assert visit.page.evaluate("window.scrollY") == 0


def test_other_cited_sentences_of_the_report_are_marked_more_lightly(visit: Visit) -> None:
    visit.ask(QUESTION)
    visit.cite(1)
    expect(visit.page.locator("mark.other")).to_have_text("Vertrouwen tussen de organisaties groeit langzaam [1].")


def test_the_panel_names_origin_date_and_link(visit: Visit) -> None:
    visit.ask(QUESTION)
    visit.cite(1)
    head = visit.page.locator(".panel-head")
    expect(head).to_contain_text("René van Kuijk · Tilburg University · 9 mei 2022")
    expect(head.get_by_role("link")).to_have_attribute("href", "https://example.org/netwerken")
    expect(head.get_by_role("link")).to_have_attribute("rel", "noopener noreferrer")
    visit.cite(3)
    expect(head).to_contain_text("Uitgever & Co")
    expect(head.get_by_role("link")).to_have_count(0)


def test_code_in_a_report_shows_as_text(visit: Visit) -> None:
    title = visit.page.title()
    visit.ask(QUESTION)
    visit.cite(3)
    for place in ("#wmo-conversation", "#wmo-sources"):
        expect(visit.page.locator(place)).to_contain_text(HOSTILE)
        expect(visit.page.locator(f"{place} script, {place} img, {place} b")).to_have_count(0)
    assert visit.page.title() == title


def test_code_in_a_question_shows_as_text(visit: Visit) -> None:
    visit.ask(HOSTILE)
    expect(visit.page.locator(".question")).to_have_text(HOSTILE)
    expect(visit.page.locator(".question *")).to_have_count(0)


def test_a_citation_of_an_earlier_answer_still_opens_its_own_report(visit: Visit) -> None:
    visit.ask(QUESTION)
    visit.ask("pizza?")
    visit.ask("En waarom nog meer?")
    visit.cite(3, turn=2)
    expect(visit.page.locator("#wmo-sources h2")).to_have_text("Rapport <b>met</b> code")
    visit.cite(1, turn=0)
    visit.expect_mark_in_view("Door het streven naar maatwerk zijn er weinig prikkels tot integratie.")


def test_the_same_citation_scrolls_back_into_view_when_clicked_again(visit: Visit) -> None:
    visit.ask(QUESTION)
    quote = "Vertrouwen tussen de organisaties groeit langzaam [1]."
    visit.cite(2)
    visit.expect_mark_in_view(quote)
    visit.page.evaluate("document.querySelector('.panel-text').scrollTop = 0")
    visit.cite(2)
    visit.expect_mark_in_view(quote)


def test_everything_works_from_the_keyboard(browser: Browser, site: str) -> None:
    with visiting(browser, site) as visit:
        expect(visit.box).to_be_focused()
        visit.page.keyboard.type(QUESTION)
        visit.page.keyboard.press("Enter")
        visit.settle()
        source = visit.page.get_by_role("button", name="Bron 1: Samenwerking in netwerken, 2022")
        for _ in range(20):
            visit.page.keyboard.press("Shift+Tab")
            if source.first.evaluate("button => button === document.activeElement"):
                break
        expect(source.first).to_be_focused()
        visit.page.keyboard.press("Enter")
        visit.expect_mark_in_view("Door het streven naar maatwerk zijn er weinig prikkels tot integratie.")
        expect(source.first).to_be_focused()
        visit.page.keyboard.press("Shift+Tab")
        expect(visit.page.get_by_role("tab", name="Rapporten")).to_be_focused()
        visit.page.keyboard.press("Enter")
        expect(visit.page.locator(".reports")).to_be_visible()


def test_the_language_switch_changes_every_text_at_once(visit: Visit) -> None:
    visit.ask("pizza?")
    visit.page.get_by_label("English").check()
    expect(visit.page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    expect(visit.page.locator(".declined-title")).to_have_text(WORDING["en"].declined)
    visit.page.get_by_role("button", name="New conversation").click()
    expect(visit.page.locator(".example")).to_have_text(list(WORDING["en"].examples))
    expect(visit.box).to_have_attribute("placeholder", WORDING["en"].question_placeholder)
    assert visit.page.evaluate("document.documentElement.lang") == "en"
    assert visit.page.title() == "Wmo assistant"
    seen = visit.page.locator("body").inner_text()
    visit.page.get_by_role("tab", name="Reports").click()
    expect(visit.page.locator(".reports")).to_be_visible()
    seen += visit.page.locator("body").inner_text()
    for wording in (WORDING, LIBRARY_WORDING):
        dutch = [value for value in vars(wording["nl"]).values() if isinstance(value, str)]
        dutch = [text for text in dutch if text in (seen if len(text) > 12 else seen.splitlines())]
        english = [*vars(wording["en"]).values()]
        assert [text for text in dutch if text not in english] == []


def test_a_chosen_example_is_asked(visit: Visit) -> None:
    visit.page.locator(".example").nth(2).click()
    visit.page.locator(".turn footer").wait_for()
    expect(visit.page.locator(".question")).to_have_text(WORDING["nl"].examples[2])


def test_a_refusal_cites_nothing_and_offers_what_came_nearest(visit: Visit, small_desk: SmallDesk) -> None:
    visit.ask("pizza?")
    refusal = visit.page.locator(".declined")
    expect(refusal).to_contain_text("Geen antwoord gevonden")
    expect(refusal).to_contain_text("niet als antwoord bedoeld")
    expect(refusal.locator(".cite")).to_have_count(0)
    expect(refusal.locator(".words li")).to_have_count(0)
    refusal.locator(".near").first.click()
    expect(visit.page.locator(".panel-head")).to_contain_text(WORDING["nl"].nearest_here)
    expect(visit.page.locator("mark.near").first).to_be_in_viewport()
    expect(visit.page.locator("mark.near").first).to_have_css("display", "inline")


def test_a_fault_that_a_user_can_mend_is_said_in_the_pages_language_and_keeps_the_question(visit: Visit) -> None:
    visit.ask("welk model?")
    expect(visit.page.locator(".fault")).to_have_text("Het taalmodel antwoordt niet. Start Ollama.")
    expect(visit.box).to_have_value("welk model?")
    visit.page.get_by_label("English").check()
    expect(visit.page.locator(".fault")).to_have_text("The model does not answer.")


def test_a_defect_is_never_shown_as_a_refusal(visit: Visit, capfd: pytest.CaptureFixture[str]) -> None:
    visit.ask("een defect?")
    assert "a defect of the program" in capfd.readouterr().err
    expect(visit.page.locator(".fault")).to_have_text(WORDING["nl"].failed)
    expect(visit.page.locator(".declined")).to_have_count(0)
    expect(visit.box).to_have_value("een defect?")


@pytest.mark.parametrize(
    ("question", "message"), [("   ", "Typ eerst een vraag"), ("a" * 2001, "telt 2001 tekens; er passen er 2000")]
)
def test_a_question_that_cannot_be_asked_is_met_with_a_hint(visit: Visit, question: str, message: str) -> None:
    visit.box.fill(question)
    visit.page.get_by_role("button", name="Vraag", exact=True).click()
    expect(visit.page.locator("#wmo-notice")).to_contain_text(message)
    expect(visit.page.locator(".turn")).to_have_count(0)
    expect(visit.box).to_have_value(question)


def test_the_answer_appears_as_it_is_made_and_stop_ends_it(visit: Visit) -> None:
    visit.box.fill("slow?")
    visit.box.press("Enter")
    expect(visit.page.locator(".searching")).to_contain_text("Zoeken in 2 rapporten")
    expect(visit.page.locator(".words li")).to_have_count(1, timeout=20_000)
    visit.page.get_by_role("button", name="Stop", exact=True).click()
    expect(visit.page.locator(".stopped")).to_be_visible()
    expect(visit.page.locator(".words li")).to_have_count(1)
    expect(visit.box).to_have_value("slow?")
    visit.ask(QUESTION)
    expect(visit.page.locator(".turn footer")).to_have_count(1)
    expect(visit.page.locator(".stopped")).to_have_count(1)


def test_a_second_click_while_the_first_is_on_its_way_is_the_one_that_counts(visit: Visit) -> None:
    visit.ask(QUESTION)
    visit.ask("En nog eens?")
    for _ in range(3):
        first, last = (f'#wmo-conversation .cite[data-turn="{turn}"][data-number="1"]' for turn in (0, 1))
        visit.page.evaluate("([a, b]) => [a, b].forEach(s => document.querySelector(s).click())", [first, last])
        expect(visit.page.locator("#wmo-conversation [aria-current]")).to_have_attribute("data-turn", "1")
        expect(visit.page.locator(".chips [aria-current]")).to_have_attribute("data-turn", "1")
        visit.expect_mark_in_view("Door het streven naar maatwerk zijn er weinig prikkels tot integratie.")
        visit.cite(2, turn=0)
        expect(visit.page.locator("#wmo-conversation [aria-current]")).to_have_attribute("data-turn", "0")


def _answer_another_event(route: Route) -> None:
    route.fulfill(response=route.fetch(), json={"event_id": "another"})


def test_a_source_whose_click_came_to_nothing_is_asked_for_again(visit: Visit) -> None:
    visit.ask(QUESTION)
    # The click is worked on, and nobody is told of its result: what happens when Gradio's stream closes at that moment.
    visit.page.route("**/queue/join*", _answer_another_event, times=1)
    visit.cite(2)
    visit.expect_mark_in_view("Vertrouwen tussen de organisaties groeit langzaam [1].")


def test_a_note_stands_under_the_answer_and_what_no_quote_supports_is_set_apart(visit: Visit) -> None:
    visit.ask("a written answer?")
    expect(visit.page.locator(".note")).to_have_text(WORDED["note"])
    expect(visit.page.locator(".unsupported li")).to_have_text("Alles kost 900 euro.")
    expect(visit.page.locator(".doubt")).to_have_text("Niet door een citaat gedekt:")
    expect(visit.page.locator(".reply footer")).to_contain_text("verwoord door test:model")


def test_a_question_can_be_asked_within_some_of_the_reports_and_the_answer_says_so(visit: Visit) -> None:
    folded = visit.page.locator("#wmo-within > .label-wrap")
    expect(folded).to_contain_text("Zoek binnen: alle rapporten")
    folded.click()
    for label, choice in (("Rapporten", "Samenwerking in netwerken (2022)"), ("Vanaf", "2022")):
        visit.page.locator("#wmo-fields").get_by_label(label).click()
        visit.page.get_by_role("option", name=choice, exact=True).click()
    expect(folded).to_contain_text("Zoek binnen: “Samenwerking in netwerken”, vanaf 2022")
    visit.ask("Waarin is er gezocht?")
    expect(visit.page.locator(".within")).to_have_text("Gezocht binnen: “Samenwerking in netwerken”, vanaf 2022")
    expect(visit.page.locator(".turn footer")).to_contain_text("1 rapport doorzocht")
    folded.click()


def test_stop_works_at_once_also_where_the_answer_hangs(visit: Visit) -> None:
    RELEASED.clear()
    visit.box.fill("stuck?")
    visit.box.press("Enter")
    expect(visit.page.locator(".searching")).to_be_visible()
    visit.page.get_by_role("button", name="Stop", exact=True).click()
    expect(visit.page.locator(".stopped")).to_be_visible()
    visit.ask(QUESTION)
    expect(visit.page.locator(".turn footer")).to_have_count(1)
    RELEASED.set()


def test_a_follow_up_says_what_was_searched_for(visit: Visit) -> None:
    visit.ask(QUESTION)
    expect(visit.page.locator(".searched")).to_have_count(0)
    visit.ask("en daarna?")
    expect(visit.page.locator(".searched span")).to_have_text(f"Gezocht naar: {QUESTION} en daarna?")
    visit.page.get_by_role("button", name="Pas aan").click()
    expect(visit.box).to_have_value(f"{QUESTION} en daarna?")
    expect(visit.box).to_be_focused()


def test_a_new_conversation_starts_empty(visit: Visit) -> None:
    visit.ask(QUESTION)
    visit.cite(1)
    visit.page.get_by_role("button", name="Nieuw gesprek").click()
    expect(visit.page.locator(".turn")).to_have_count(0)
    expect(visit.page.locator(".shelf-report")).to_have_count(2)
    visit.ask("en daarna?")
    expect(visit.page.locator(".searched")).to_have_count(0)


def test_the_chips_name_the_question_whose_answer_is_open(visit: Visit) -> None:
    visit.ask(QUESTION)
    visit.cite(1)
    visit.ask("en daarna?")
    expect(visit.page.locator(".chips")).to_contain_text(f"Aangehaald bij “{QUESTION}”")
    visit.cite(1, turn=1)
    expect(visit.page.locator(".chips")).to_contain_text("Aangehaald bij “en daarna?”")


def test_what_is_typed_to_narrow_the_search_can_be_read(visit: Visit) -> None:
    visit.page.locator("#wmo-within > .label-wrap").click()
    field = visit.page.locator("#wmo-fields").get_by_label("Rapporten")
    field.click()
    field.press_sequentially("Sam")
    expect(field).to_have_css("color", "rgb(29, 43, 47)")
    field.fill("")
    visit.page.locator("#wmo-within > .label-wrap").click()


def test_the_focus_stays_where_a_visitor_works(visit: Visit) -> None:
    head = visit.page.locator("#wmo-sources h2")
    visit.page.locator(".shelf-report").first.press("Enter")
    expect(head).to_have_text("Samenwerking in netwerken")
    expect(head).to_be_focused()
    visit.page.get_by_role("button", name="Alle rapporten", exact=True).press("Enter")
    expect(head).to_have_text("Bronnen")
    expect(head).to_be_focused()
    visit.page.locator(".example").first.press("Enter")
    expect(visit.box).to_be_focused()
    visit.settle()
    source = visit.page.locator('#wmo-conversation .cite[data-number="3"]')
    source.press("Enter")
    expect(visit.page.locator("body > [role=status]")).to_have_text("Bron 3 geopend: Rapport <b>met</b> code")
    expect(source).to_be_focused()
    visit.box.fill("slow?")
    visit.box.press("Enter")
    visit.page.get_by_role("button", name="Stop", exact=True).press("Enter")
    expect(visit.page.locator(".stopped")).to_be_visible()
    expect(visit.box).to_be_focused()


def test_two_visitors_do_not_see_each_others_conversation(browser: Browser, site: str, visit: Visit) -> None:
    visit.ask(QUESTION)
    with visiting(browser, site) as other:
        expect(other.page.locator(".turn")).to_have_count(0)


def test_a_report_opens_from_the_list_of_reports(visit: Visit) -> None:
    visit.page.locator(".shelf-report").first.click()
    expect(visit.page.locator(".panel-text h3")).to_have_text("Samenwerking in netwerken komt onvoldoende van de grond")
    visit.page.get_by_role("button", name="Alle rapporten", exact=True).click()
    expect(visit.page.locator(".shelf-report")).to_have_count(2)


def test_an_answer_is_copied_with_its_sources(visit: Visit) -> None:
    visit.ask(QUESTION)
    visit.page.locator("[data-copy]").click()
    expect(visit.page.locator("[data-copy]")).to_have_text("Gekopieerd")
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert "• “Door het streven naar maatwerk zijn er weinig prikkels tot integratie.” [1]" in copied
    assert (
        "[1] René van Kuijk. Samenwerking in netwerken (2022). Tilburg University. p. 1. https://example.org" in copied
    )


def test_the_page_listens_on_this_machine_and_says_so_when_its_port_is_taken(small_desk: SmallDesk, site: str) -> None:
    assert urlsplit(site).hostname == "127.0.0.1"
    taken = urlsplit(site).port
    assert taken is not None
    with pytest.raises(UsageError, match=f"cannot listen on 127.0.0.1:{taken}"):
        serve(build_page(small_desk, small_stream), "127.0.0.1", taken, False, 0, block=False)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost"}, 200),
        ({"Host": "voorbeeld.nl"}, 403),
        ({"Origin": "https://voorbeeld.nl"}, 403),
    ],
)
@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/info"])
def test_another_site_in_the_same_browser_gets_nothing(
    site: str, path: str, headers: dict[str, str], status: int
) -> None:
    assert httpx.get(site.rstrip("/") + path, headers=headers).status_code == status


def test_on_a_narrow_window_the_sources_stand_below_and_lead_back(browser: Browser, site: str) -> None:
    with visiting(browser, site, width=420) as visit:
        visit.ask(QUESTION)
        chat, panel = (visit.page.locator(f"#wmo-{name}").bounding_box() for name in ("chat", "panel"))
        assert chat is not None and panel is not None
        assert panel["y"] >= chat["y"] + chat["height"]
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 420
        visit.cite(1)
        expect(visit.page.locator("mark.current")).to_be_in_viewport()
        visit.page.get_by_role("button", name="Terug", exact=True).click()
        expect(visit.page.locator('#wmo-conversation .cite[data-number="1"]')).to_be_focused()
