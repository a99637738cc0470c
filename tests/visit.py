"""A visitor's tab in a real chromium, over a page that is really served; the browser may never complain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from assistant.chat import Stream
from assistant.library_tab import most_bytes
from assistant.page import build_page, serve
from assistant.wording import WORDING


@dataclass
class Visit:
    """One visitor's tab, with what the browser complained about and every request to another host."""

    page: Page
    faults: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    @property
    def box(self) -> Locator:
        """The question box, in either language."""
        return self.page.locator("#wmo-question textarea")

    def start_anew(self) -> None:
        """Leaves nothing of what was done in this tab before, which is quicker than loading the page again."""
        self.page.locator("#wmo-language input").first.check()
        self.page.get_by_role("tab", name="Gesprek").click()
        self.box.fill("iets")
        self.page.get_by_role("button", name="Nieuw gesprek").click()
        expect(self.box).to_have_value("")
        expect(self.page.locator(".example")).to_have_text(list(WORDING["nl"].examples))

    def open_reports(self) -> None:
        self.page.get_by_role("tab", name="Rapporten").click()
        expect(self.page.locator(".reports")).to_be_visible()

    def expect_no_faults(self) -> None:
        assert self.faults == []
        assert self.strangers == []

    def ask(self, question: str) -> None:
        """Types a question, sends it with Enter, and waits for what becomes of it."""
        turns = self.page.locator(".turn").count()
        self.box.fill(question)
        self.box.press("Enter")
        expect(self.page.locator(".turn")).to_have_count(turns + 1)
        self.settle()

    def settle(self) -> None:
        expect(self.page.locator(".turns")).to_have_attribute("aria-busy", "false", timeout=60_000)

    def cite(self, number: int, turn: int = 0) -> None:
        self.page.locator(f'#wmo-conversation .cite[data-turn="{turn}"][data-number="{number}"]').click()

    def expect_mark_in_view(self, quote: str, kind: str = "current") -> None:
        """The mark holds exactly the quote, and lies inside the pane that scrolls."""
        mark = self.page.locator(f"mark.{kind}")
        expect(mark).to_have_text(quote, use_inner_text=False)
        self.page.wait_for_function(
            """kind => {
                const mark = document.querySelector("mark." + kind).getBoundingClientRect();
                const pane = document.querySelector(".panel-text").getBoundingClientRect();
                return mark.top >= pane.top && mark.bottom <= pane.bottom;
            }""",
            arg=kind,
        )


@contextmanager
def served(desk: Any, stream: Stream) -> Iterator[str]:
    page = build_page(desk, stream)
    try:
        yield serve(page, "127.0.0.1", 0, False, most_bytes(desk.settings), block=False)
    finally:
        page.close(verbose=False)


@contextmanager
def visiting(browser: Browser, address: str, width: int = 1360) -> Iterator[Visit]:
    clipboard = ["clipboard-read", "clipboard-write"]
    context = browser.new_context(viewport={"width": width, "height": 860}, permissions=clipboard)
    visit = Visit(context.new_page())
    visit.page.on("console", lambda m: visit.faults.append(m.text) if m.type == "error" else None)
    visit.page.on("pageerror", lambda error: visit.faults.append(str(error)))
    visit.page.on(
        "request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else visit.strangers.append(r.url)
    )
    visit.page.goto(address)
    expect(visit.page.locator(".example").first).to_be_visible(timeout=60_000)
    yield visit
    visit.expect_no_faults()
    context.close()
