"""The page in a real chromium: ask, click, read the highlighted sentence, as a visitor would."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from assistant.chat import build_page, serve
from assistant.settings import Settings
from assistant.types import Answer, Citation
from corpus.errors import ModelUnavailable
from corpus.types import Heading, Passage, Report, Text
from index.types import Hit

pytestmark = pytest.mark.browser

HOSTILE = '<script>document.title="taken"</script> <img src=x onerror="document.title=\'taken\'"> ${1+1} {{7*7}} $x^2$'


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
    hostile = [(1, "Rapport met code"), (0, FILLER), (0, f"Dit staat er: {HOSTILE} en dan [klik](http://evil.example/)."), (0, FILLER)]
    texts = {"netwerken": _text("netwerken", networks), "code": _text("code", hostile)}
    reports = {
        "netwerken": Report(
            "netwerken", "Samenwerking in netwerken", "Tilburg University", "2022-05-09", ("René van Kuijk",),
            "nl", "https://example.org/netwerken", "netwerken.md", "",
        ),
        "code": Report("code", "Rapport <b>met</b> code", "Uitgever & Co", "2021", (), "nl", "javascript:alert(1)", "code.md", ""),
    }  # fmt: skip
    return SmallDesk(reports, texts)


def _cite(desk: SmallDesk, number: int, report_id: str, quote: str) -> Citation:
    text = desk.text(report_id)
    start = text.content.index(quote)
    return Citation(number, report_id, start, start + len(quote), quote, text.page_at(start))


def small_stream(desk: SmallDesk, question: str, turns: tuple[str, ...] = ()) -> Iterator[Answer]:
    """Growing answers over the small desk; the words of the question choose what happens."""
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
    yield whole
