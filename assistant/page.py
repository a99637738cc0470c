"""The page: a conversation and the reports on the left, the sources on the right, in Dutch or in English."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr
from gradio.utils import get_upload_folder
from starlette.middleware import Middleware

from assistant.chat import (
    QUIET,
    Changes,
    ChatEvents,
    ChatParts,
    Stream,
    connect_chat,
    lay_out_conversation,
    lay_out_panel,
)
from assistant.conversation import header_html
from assistant.guard import OwnSite
from assistant.library import Library
from assistant.library_tab import LibraryEvents, connect_library, lay_out_library
from assistant.library_wording import LIBRARY_WORDING
from assistant.wording import WORDING
from corpus.errors import UsageError

if TYPE_CHECKING:
    from assistant.wire import Desk

logger = logging.getLogger(__name__)

_HERE = Path(__file__).parent
_FONTS = ("system-ui", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
_MONO_FONTS = ("ui-monospace", "Consolas", "monospace")
_LANGUAGES = [("Nederlands", "nl"), ("English", "en")]


def build_page(desk: Desk, stream: Stream) -> gr.Blocks:
    """The page over one desk; every visitor has a conversation of their own, kept until the tab closes."""
    language, script = desk.settings.language, _read("page.js")
    words, tabs = WORDING[language], LIBRARY_WORDING[language]
    page = gr.Blocks(title=words.name, analytics_enabled=False, fill_width=True)
    with page:
        turns, opened = gr.State(()), gr.State(None)
        with gr.Row(elem_id="wmo-header"):
            header = gr.HTML(header_html(words), elem_id="wmo-brand", apply_default_css=False)
            fresh = gr.Button(words.new_conversation, elem_id="wmo-new", size="sm", min_width=0)
            switch = gr.Radio(
                _LANGUAGES, value=language, label=words.language_label, elem_id="wmo-language", min_width=0
            )
        with gr.Row(elem_id="wmo-desk"):
            with gr.Column(elem_id="wmo-chat", min_width=0), gr.Tabs(elem_id="wmo-tabs"):
                with gr.Tab(tabs.chat_tab, id="chat") as conversation:
                    parts = lay_out_conversation(desk, language, script)
                with gr.Tab(tabs.tab, id="reports") as tab:
                    shelves = lay_out_library(desk, tab, language, script)
            with gr.Column(elem_id="wmo-panel", min_width=0):
                panel = lay_out_panel(desk, language, script)
        talk = ChatParts(turns=turns, opened=opened, fresh=fresh, language=switch, panel=panel, **parts)
        chat = ChatEvents(desk, stream, talk)
        library = LibraryEvents(desk, Library(desk, Path(get_upload_folder())), chat, shelves)
        connect_chat(talk, chat, [shelves.bench, shelves.table])
        connect_library(shelves, talk, library, page)

        def translate(language: str) -> Changes:
            return {
                header: header_html(WORDING[language]),
                conversation: gr.update(label=LIBRARY_WORDING[language].chat_tab),
            }

        switch.change(translate, [switch], [header, conversation], **QUIET)
    return page


def serve(
    page: gr.Blocks,
    host: str,
    port: int,
    open_browser: bool,
    max_file_bytes: int,
    only_here: bool = True,
    announce: Callable[[str], None] = logger.info,
    block: bool = True,
) -> str:
    """The address of the page, which is announced too; with ``block`` it runs until the user ends the program.

    Nothing leaves the machine: no share link, no statistics, no fonts or scripts from elsewhere, no history
    in the browser, no API. The page listens on ``host`` alone; port 0 picks a free one. A larger file than
    ``max_file_bytes`` is broken off while it is sent, and nothing of it is kept. With ``only_here`` the page answers to
    names of this machine alone.

    Raises:
        UsageError: the port is taken, or this machine does not have the address.
    """
    try:
        _, address, _ = page.launch(
            server_name=host,
            server_port=_free_port(host, port),
            inbrowser=open_browser,
            prevent_thread_lock=True,
            theme=gr.themes.Base(font=_FONTS, font_mono=_MONO_FONTS),
            css=_read("page.css") + _read("library.css"),
            max_file_size=max_file_bytes,
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            share=False,
            pwa=False,
            ssr_mode=False,
            mcp_server=False,
            app_kwargs={"middleware": [Middleware(OwnSite, only_here=only_here)]},
            quiet=True,
        )
    except OSError as error:
        raise UsageError(
            nl=f"De pagina kan niet luisteren op {host}:{port} ({error}). Kies een andere poort of adres.",
            en=f"The page cannot listen on {host}:{port} ({error}). Choose another port or address.",
        ) from error
    announce(str(address))
    if block:
        page.block_thread()
    return str(address)


def _free_port(host: str, port: int) -> int:
    """The port when nothing listens on it, or any free one for 0; Gradio leaks a socket when it finds out itself."""
    with socket.create_server((host, port)) as probe:
        return int(probe.getsockname()[1])


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
