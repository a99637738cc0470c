"""The tab with the reports on the page: what its parts are, and what happens when a visitor adds or removes one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.chat import IN_TURN, QUIET, Changes, ChatEvents, ChatParts
from assistant.guard import is_from_page, is_this_machine
from assistant.library import Library
from assistant.library_html import fault_html, intake_html, reports_html, told_html
from assistant.library_wording import LIBRARY_WORDING
from assistant.settings import Settings
from assistant.turns import Opened
from corpus.errors import UsageError, UserError

if TYPE_CHECKING:
    from assistant.wire import Desk

_POLL_SECONDS = 0.3
_FINDABLE = 10
"""Up to this many reports are seen at a glance, and need no field to find one."""


@dataclass(frozen=True)
class LibraryParts:
    """The components of the tab."""

    tab: gr.Tab
    intake: gr.HTML
    fault: gr.HTML
    bench: gr.HTML
    find: gr.Textbox
    table: gr.HTML

    @property
    def all(self) -> list[gr.blocks.Block]:
        """Everything that an event may change."""
        return [self.tab, self.intake, self.fault, self.bench, self.find, self.table]


def may_change(settings: Settings) -> bool:
    """Whether the page offers to add and remove reports: when only this machine reaches it, or a setting allows it."""
    return settings.allow_changes or is_this_machine(settings.host)


def most_bytes(settings: Settings) -> int:
    """The largest file that the page takes over, in bytes; 0 where no reports may be added."""
    return settings.limits.max_bytes if may_change(settings) else 0


def require_own(headers: Mapping[str, str], settings: Settings) -> None:
    """Raises UsageError where an order to change the reports did not come from the page itself."""
    if not is_from_page(headers, only_here=not settings.allow_changes):
        raise UsageError(nl=LIBRARY_WORDING["nl"].not_here, en=LIBRARY_WORDING["en"].not_here)


def top_html(settings: Settings, language: str) -> str:
    """Where reports are added, or why that cannot be done here."""
    if may_change(settings):
        return intake_html(most_bytes(settings), language)
    return told_html(LIBRARY_WORDING[language].read_only)


def lay_out_library(desk: Desk, tab: gr.Tab, language: str, script: str) -> LibraryParts:
    """The parts of the tab, from top to bottom; what only serves to change the reports is left out where none may."""
    words, writable = LIBRARY_WORDING[language], may_change(desk.settings)
    part: dict[str, Any] = {"apply_default_css": False}
    with gr.Column(elem_id="wmo-library", min_width=0):
        moving = f"{script}\nreadIntake(element, trigger, upload);" if writable else ""
        intake = gr.HTML(top_html(desk.settings, language), elem_id="wmo-intake", js_on_load=moving, **part)
        fault = gr.HTML("", elem_id="wmo-fault", js_on_load=f"{script}\nreadFault(element, watch);", **part)
        bench = gr.HTML("", elem_id="wmo-bench", js_on_load=f"{script}\nreadBench(element, trigger, watch);", **part)
        find = gr.Textbox(
            "", label=words.find, placeholder=words.find_hint, elem_id="wmo-find", min_width=0, visible=False
        )
        table = gr.HTML("", elem_id="wmo-reports", js_on_load=f"{script}\nreadTable(element, trigger);", **part)
    return LibraryParts(tab, intake, fault, bench, find, table)


def connect_library(parts: LibraryParts, chat: ChatParts, events: LibraryEvents, page: gr.Blocks) -> None:
    """Lets every part do its work, where the page may change the reports at all."""
    following: dict[str, Any] = {
        "inputs": [chat.language, parts.find],
        "outputs": parts.all,
        "concurrency_limit": None,
        **QUIET,
    }
    # "multiple": Gradio would never again send an event that is sent "once" and was cancelled.
    shown: list[Any] = [
        page.load(events.follow, **following),
        parts.tab.select(events.follow, trigger_mode="multiple", **following),
    ]
    parts.find.change(events.find, [chat.language, parts.find], [parts.table], **QUIET)
    if may_change(events.desk.settings):
        library = events.library
        for change, begin in (
            (parts.intake.upload, lambda event: library.read_uploads(event.files)),
            (parts.intake.submit, lambda event: library.read_address(event.address)),
            (parts.bench.submit, lambda event: library.add(event.batch, event.rows)),
            (parts.table.delete, lambda event: library.remove(event.report)),
        ):
            shown.append(change(events.doing(begin), trigger_mode="multiple", **following))
        parts.bench.stop(events.stop, [chat.language], [parts.bench, parts.fault], **QUIET)
        parts.bench.clear(events.put_away, [chat.language], [parts.bench, parts.fault], **QUIET)
    # What follows a piece of work writes in one language; it begins again in the other.
    again = chat.language.change(events.translate, [chat.language, parts.find], parts.all, cancels=shown, **QUIET)
    shown.append(again.then(events.follow, **following))
    for one in shown:
        one.then(events.renew_panel, [chat.opened, chat.language], [chat.opened, chat.panel], **IN_TURN, **QUIET)
        one.then(events.chat.fields, [chat.language, *chat.scope], [chat.within, *chat.scope], **QUIET)


@dataclass(frozen=True)
class LibraryEvents:
    """What happens in the tab; each method returns the new value of every component it changes."""

    desk: Desk
    library: Library
    chat: ChatEvents
    parts: LibraryParts

    def doing(self, begin: Callable[[gr.EventData], None]) -> Callable[..., Iterator[Changes]]:
        """An event that begins a piece of work and then follows it, or says why it cannot begin."""

        def do(language: str, wanted: str, request: gr.Request, event: gr.EventData) -> Iterator[Changes]:
            yield {self.parts.fault: ""}  # the same fault twice is told twice
            try:
                require_own(request.headers, self.desk.settings)
                begin(event)
            except UserError as error:
                yield {self.parts.fault: fault_html(error.message(language))}
                return
            yield from self.follow(language, wanted)

        return do

    def follow(self, language: str, wanted: str) -> Iterator[Changes]:
        """Shows how far the work is until it ends, and then what became of it and the reports that there are."""
        work, shown = self.library.work, ""
        yield self._table(language, wanted)
        while work is not None and work.is_running:
            if (now := self.library.html(language)) != shown:
                yield {self.parts.bench: now, self.parts.fault: ""}
            shown = now
            work.wait(_POLL_SECONDS)
        yield {self.parts.bench: self.library.html(language), self.parts.fault: "", **self._table(language, wanted)}

    def renew_panel(self, opened: Opened | None, language: str) -> Any:
        """The list of reports as it is now, or the report that is open where it is gone; else nothing is touched."""
        if opened is not None and opened.report_id in self.desk.reports:
            return gr.skip()
        return self.chat.show(opened, language)

    def stop(self, language: str) -> Changes:
        """Tells the work to stop."""
        self.library.stop()
        return self._bench(language)

    def put_away(self, language: str) -> Changes:
        """Leaves nothing of what was done or looked over."""
        self.library.put_away()
        return self._bench(language)

    def find(self, language: str, wanted: str) -> str:
        """The table with the reports that a visitor looks for."""
        return str(self._table(language, wanted)[self.parts.table])

    def translate(self, language: str, wanted: str) -> Changes:
        """Puts every text into the chosen language."""
        words, parts = LIBRARY_WORDING[language], self.parts
        return {
            parts.tab: gr.update(label=words.tab),
            parts.intake: top_html(self.desk.settings, language),
            parts.find: gr.update(label=words.find, placeholder=words.find_hint),
            **self._bench(language),
            **self._table(language, wanted),
        }

    def _bench(self, language: str) -> Changes:
        return {self.parts.bench: self.library.html(language), self.parts.fault: ""}

    def _table(self, language: str, wanted: str) -> Changes:
        reports = tuple(self.desk.reports.values())
        removable = may_change(self.desk.settings)
        return {
            self.parts.table: reports_html(reports, self.library.words_in, wanted, removable, language),
            self.parts.find: gr.update(visible=len(reports) > _FINDABLE),
        }
