"""Answers and reports become safe HTML: values go in, escaped markup comes out.

Whatever comes from a report or from a user passes through ``html.escape`` before it meets a tag. Buttons
carry ``data-`` attributes that ``page.js`` reads: ``data-turn`` with ``data-number`` (a citation) or
``data-rank`` (a passage near a refused question), ``data-report`` (a report), ``data-shelf`` (the list of
reports), ``data-back`` (to the answer) and ``data-copy`` (text for the clipboard).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby, pairwise
from urllib.parse import urlsplit

from assistant.present import reference
from assistant.types import Answer, Citation
from assistant.wording import WORDING, Wording, count_reports, write_date
from assistant.write import in_marks, shown
from corpus.types import Report, Text

_NEAREST_SHOWN = 4
_SNIPPET_CHARS = 220
_QUESTION_CHARS = 60
_REPORTS_LISTED = 200
_QUOTED, _UNSUPPORTED = "•", "✗"
_PARAGRAPH = re.compile(r"\S(?:[^\n]+|\n(?![ \t]*\n))*")


@dataclass(frozen=True)
class Mark:
    """A stretch of a report to highlight.

    ``kind`` is ``"current"``, ``"other"`` or ``"near"``; ``label`` is the number shown before it, or empty.
    """

    start: int
    end: int
    kind: str
    label: str = ""


@dataclass(frozen=True)
class _Line:
    raw: str
    html: str

    @property
    def bullet(self) -> str:
        """The sign that the line begins with: that of a quote, that of a statement without one, or none."""
        return next((sign for sign in (_QUOTED, _UNSUPPORTED) if self.raw.startswith(sign)), "")


def answer_html(answer: Answer, turn: int, reports: Mapping[str, Report], words: Wording) -> str:
    """The words of an answer: its lead, its reports, its quotes, each [n] a button that opens source n."""
    lines = list(_lines(answer, turn, reports, words))
    parts: list[str] = []
    for bullet, group in groupby(enumerate(lines), key=lambda pair: pair[1].bullet):
        members = list(group)
        if bullet:
            rows = "".join(f"<li>{line.html.removeprefix(bullet).lstrip()}</li>" for _, line in members)
            parts.append(f'<ul class="unsupported">{rows}</ul>' if bullet == _UNSUPPORTED else f"<ul>{rows}</ul>")
            continue
        for position, line in members:
            below = lines[position + 1].bullet if position + 1 < len(lines) else ""
            kind = "doubt" if below == _UNSUPPORTED else "lead" if position == 0 else "origin" if below else ""
            parts.append(f'<p class="{kind}">{line.html}</p>' if kind else f"<p>{line.html}</p>")
    return f'<div class="words" lang="{escape(answer.language)}">{"".join(parts)}</div>'


def _lines(answer: Answer, turn: int, reports: Mapping[str, Report], words: Wording) -> Iterator[_Line]:
    """The lines of an answer that hold anything; a bracketed number inside a quote is no citation."""
    cited = {citation.number: citation for citation in answer.citations}
    quoted = {form: c for c in answer.citations for form in (f"“{c.quote}”", in_marks(c.quote))}
    pattern = "|".join([*(re.escape(q) for q in sorted(quoted, key=len, reverse=True)), r"\[\d{1,3}\]", "\n"])
    raw, html, at = "", "", 0
    for match in re.finditer(pattern, answer.text):
        token, before = match.group(), answer.text[at : match.start()]
        raw, html, at = raw + before, html + escape(before), match.end()
        if token == "\n":
            if raw.strip():
                yield _Line(raw.strip(), html.strip())
            raw, html = "", ""
            continue
        raw += token
        if token in quoted:
            report = reports.get(quoted[token].report_id)
            html += f'<q lang="{escape(report.language) if report else ""}">{escape(token)}</q>'
        else:
            html += _marker_html(int(token[1:-1]), turn, cited, reports, words)
    raw, html = raw + answer.text[at:], html + escape(answer.text[at:])
    if raw.strip():
        yield _Line(raw.strip(), html.strip())


def _marker_html(
    number: int, turn: int, cited: Mapping[int, Citation], reports: Mapping[str, Report], words: Wording
) -> str:
    if number not in cited:
        return f'<span class="unresolved" title="{escape(words.unresolved)}">[{number}]</span>'
    return _cite_button(cited[number], turn, reports, words)


def _cite_button(
    citation: Citation, turn: int, reports: Mapping[str, Report], words: Wording, current: bool = False
) -> str:
    label = escape(_source_label(citation, reports, words))
    state = ' aria-current="true"' if current else ""
    return (
        f'<button type="button" class="cite" data-turn="{turn}" data-number="{citation.number}"{state} '
        f'aria-label="{label}" title="{label}">{citation.number}</button>'
    )


def _source_label(citation: Citation, reports: Mapping[str, Report], words: Wording) -> str:
    report = reports.get(citation.report_id)
    if report is None:
        return words.unknown_report
    label = words.source.format(number=citation.number, title=report.title, year=report.year or words.no_date)
    return f"{label}, {words.page.format(page=citation.page)}" if citation.page else label


def sources_html(answer: Answer, turn: int, reports: Mapping[str, Report], words: Wording) -> str:
    """The list of sources under an answer whose words do not name its reports; otherwise nothing."""
    cited = [reports.get(citation.report_id) for citation in answer.citations]
    if all(report is not None and shown(reference(report)) in answer.text for report in cited):
        return ""
    rows = "".join(
        f"<li>{_cite_button(c, turn, reports, words)} {escape(_source_line(c, reports, words))}</li>"
        for c in answer.citations
    )
    return f'<div class="sources"><p class="origin">{escape(words.sources)}</p><ul>{rows}</ul></div>'


def nearest_html(answer: Answer, turn: int, reports: Mapping[str, Report], words: Wording) -> str:
    """The passages that came nearest to a refused question, each a button that opens its report there."""
    rows = []
    for hit in answer.hits[:_NEAREST_SHOWN]:
        report = reports.get(hit.passage.report_id)
        if report is None:
            continue
        snippet = escape(shorten(hit.passage.text, _SNIPPET_CHARS))
        rows.append(
            f'<li><button type="button" class="near" data-turn="{turn}" data-rank="{hit.rank}">'
            f'<span class="near-title">{escape(reference(report))}</span>'
            f'<span lang="{escape(report.language)}">{snippet}</span></button></li>'
        )
    if not rows:
        return ""
    return f'<p class="near-note">{escape(words.nearest)}</p><ul class="nearest">{"".join(rows)}</ul>'


def shorten(text: str, chars: int) -> str:
    """The text on one line, cut at a word to at most ``chars`` characters and an ellipsis.

    >>> shorten("De Wmo  2015 is een wet", 12), shorten("De Wmo", 12)
    ('De Wmo 2015…', 'De Wmo')
    """
    line = " ".join(text.split())
    if len(line) <= chars:
        return line
    return line[: chars + 1].rpartition(" ")[0].rstrip(",;:") + "…"


def footer_html(answer: Answer, reports: int, language: str) -> str:
    """How the answer came about: seconds, how many reports were searched, and who worded it."""
    words = WORDING[language]
    seconds = f"{answer.seconds:.1f}".replace(".", words.decimal_mark)
    took = words.took.format(seconds=seconds, reports=count_reports(reports, language))
    if answer.declined:
        return escape(took)
    written = words.written_by.format(engine=answer.engine)
    return escape(f"{took} · {words.extractive if answer.engine == 'extractive' else written}")


def plain_answer(answer: Answer, reports: Mapping[str, Report], words: Wording) -> str:
    """The answer and its list of sources as plain text, to paste elsewhere."""
    rows = [f"[{c.number}] {_source_line(c, reports, words, full=True)}" for c in answer.citations]
    parts = [answer.question, answer.text.strip()]
    return "\n\n".join([*parts, "\n".join([words.sources, *rows])] if rows else parts) + "\n"


def _source_line(citation: Citation, reports: Mapping[str, Report], words: Wording, full: bool = False) -> str:
    report = reports.get(citation.report_id)
    if report is None:
        return words.unknown_report
    page = words.page.format(page=citation.page) if citation.page else ""
    if not full:
        return ", ".join(filter(None, [reference(report), page]))
    title = f"{report.title} ({report.year or words.no_date})"
    parts = [", ".join(report.authors), title, report.publisher, page, safe_url(report.url)]
    return ". ".join(filter(None, parts))


def safe_url(url: str) -> str:
    """The address when it is one of the web, otherwise an empty string.

    >>> safe_url("https://example.org/a"), safe_url("javascript:alert(1)"), safe_url("https://[")
    ('https://example.org/a', '', '')
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme in ("http", "https") and parts.netloc else ""


def shelf_html(reports: Mapping[str, Report], language: str, told: str = "") -> str:
    """The sources panel before anything is chosen: what it is for, and the reports there are.

    ``told`` is a line above them, such as why the report that was chosen cannot be shown.
    """
    words = WORDING[language]
    listed = newest_first(reports.values())[:_REPORTS_LISTED]
    rows = "".join(
        f'<li><button type="button" class="shelf-report" data-report="{escape(r.id)}">'
        f'<span class="near-title" lang="{escape(r.language)}">{escape(r.title)}</span>'
        f"<span>{escape(', '.join(filter(None, [r.publisher, r.year])))}</span></button></li>"
        for r in listed
    )
    more = words.more_reports.format(count=len(reports) - len(listed)) if len(reports) > len(listed) else ""
    line = f'<p class="told" role="status">{escape(told)}</p>' if told else ""
    return (
        f'<div class="panel-head"><h2 tabindex="-1">{escape(words.panel)}</h2>'
        f'<p class="hint">{escape(words.panel_hint)}</p>{line}</div>'
        f'<div class="panel-text"><p class="origin">{escape(words.all_reports)} ({len(reports)})</p>'
        f'<ul class="shelf">{rows}</ul><p class="hint">{escape(more)}</p></div>'
    )


def newest_first(reports: Iterable[Report]) -> list[Report]:
    """The reports by date, the newest first, and those of one date or without any by title."""
    by_title = sorted(reports, key=lambda report: report.title.casefold())
    return sorted(by_title, key=lambda report: report.published, reverse=True)


def report_html(report: Report, text: Text, marks: Sequence[Mark], language: str, chips: str = "") -> str:
    """The sources panel with one report: title, origin and link above, the marked text below.

    ``chips`` is markup that goes between the two, such as the buttons from ``chips_html``.
    """
    words = WORDING[language]
    origin = [*report.authors, report.publisher, write_date(report.published, language)]
    url = escape(safe_url(report.url))
    label = escape(words.report_link)
    link = f'<a href="{url}" target="_blank" rel="noopener noreferrer">{label}</a>' if url else ""
    return (
        '<div class="panel-head"><div class="panel-tools">'
        f'<button type="button" class="quiet" data-shelf="">{escape(words.all_reports)}</button>'
        f'<button type="button" class="quiet narrow-only" data-back="">{escape(words.back)}</button></div>'
        f'<h2 tabindex="-1" lang="{escape(report.language)}" title="{escape(report.title)}">{escape(report.title)}</h2>'
        f'<p class="hint">{escape(" · ".join(filter(None, origin)))} {link}</p>{chips}</div>'
        f'<div class="panel-text" tabindex="0" role="document" aria-label="{escape(report.title)}" '
        f'lang="{escape(report.language)}">{text_html(text, marks)}</div>'
    )


def chips_html(answer: Answer, turn: int, number: int, reports: Mapping[str, Report], words: Wording) -> str:
    """The sources of an answer as a row of buttons, the one in view marked as current.

    The question is named: it need not be the last one, whose answer has numbers of its own.
    """
    buttons = "".join(_cite_button(c, turn, reports, words, current=c.number == number) for c in answer.citations)
    label = words.cited_here.format(question=shorten(answer.question, _QUESTION_CHARS))
    return f'<p class="chips"><span>{escape(label)}</span> {buttons}</p>'


def text_html(text: Text, marks: Sequence[Mark]) -> str:
    """A report's text: headings and paragraphs, with the marks highlighted to the character.

    A mark that runs over the end of a paragraph continues in the next. Where marks overlap, the first wins.

    >>> text_html(Text("r", "Een <b>zin</b>. Nog een."), [Mark(4, 14, "current", "1")])
    '<p>Een <mark class="current" data-label="1">&lt;b&gt;zin&lt;/b&gt;</mark>. Nog een.</p>'
    """
    return "".join(f"<{tag}>{_marked(text, start, end, marks)}</{tag}>" for start, end, tag in _blocks(text))


def _blocks(text: Text) -> Iterator[tuple[int, int, str]]:
    """Start, end and tag of every heading and paragraph, in order; what lies between is white space."""
    at = 0
    for heading in text.headings:
        yield from _paragraphs(text.content, at, heading.start)
        yield heading.start, heading.end, f"h{min(heading.level + 2, 6)}"
        at = heading.end
    yield from _paragraphs(text.content, at, len(text.content))


def _paragraphs(content: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    for match in _PARAGRAPH.finditer(content, start, end):
        yield match.start(), match.end(), "p"


def _marked(text: Text, start: int, end: int, marks: Sequence[Mark]) -> str:
    """The stretch as HTML, cut where a mark begins or ends."""
    cuts = sorted({start, end, *(o for m in marks for o in (m.start, m.end) if start < o < end)})
    parts = []
    for mark, group in groupby(pairwise(cuts), key=lambda cut: _mark_over(marks, *cut)):
        pieces = list(group)
        inner = _paged(text, pieces[0][0], pieces[-1][1])
        if mark is None:
            parts.append(inner)
        else:
            label = f' data-label="{escape(mark.label)}"' if mark.label and mark.start >= start else ""
            parts.append(f'<mark class="{mark.kind}"{label}>{inner}</mark>')
    return "".join(parts)


def _mark_over(marks: Sequence[Mark], start: int, end: int) -> Mark | None:
    return next((mark for mark in marks if mark.start <= start and end <= mark.end), None)


def _paged(text: Text, start: int, end: int) -> str:
    """The stretch, escaped, with an empty element wherever a page begins."""
    parts, at = [], start
    for page, offset in enumerate(text.page_starts, 1):
        if start <= offset < end:
            parts += [escape(text.content[at:offset]), f'<span class="page" data-page="{page}"></span>']
            at = offset
    return "".join([*parts, escape(text.content[at:end])])
