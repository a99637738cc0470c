"""The tab with the reports as safe HTML: values go in, escaped markup comes out.

Whatever comes from a document or from a user passes through ``html.escape`` before it meets a tag. ``page.js`` reads
the ``data-`` attributes: ``data-report`` opens a report, ``data-remove`` asks whether to remove one, and ``data-stop``
and ``data-clear`` are buttons.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from html import escape
from pathlib import Path

from assistant.library_wording import LIBRARY_WORDING, LibraryWording
from assistant.progress import step_label
from assistant.reader import newest_first
from assistant.wording import WORDING
from assistant.work import Pace
from corpus.types import Report
from index.dutch import fold
from index.sources import is_url

_LISTED = 200
NUMBER = ' class="number"'
"""The attribute of a cell that holds a number."""


def intake_html(most_bytes: int, language: str) -> str:
    """Where files of up to so many bytes are dropped, or chosen, or a web address is given."""
    words = LIBRARY_WORDING[language]
    too_large = words.too_large.replace("{most}", f"{most_bytes / 1e6:g}".replace(".", WORDING[language].decimal_mark))
    messages = (
        f'data-uploading="{escape(words.uploading)}" data-failed="{escape(words.upload_failed)}" '
        f'data-most="{most_bytes}" data-too-large="{escape(too_large)}"'
    )
    return (
        f'<h2 class="part">{escape(words.add_title)}</h2><div class="drop" {messages}>'
        f'<p class="drop-title">{escape(words.drop)}</p>'
        f'<label class="choose">{escape(words.choose)}<input type="file" multiple class="unseen"></label>'
        f'<p class="hint">{escape(words.formats)}</p><p class="hint" role="status" data-uploads></p></div>'
        f'<form class="address"><label for="wmo-address">{escape(words.address_label)}</label>'
        '<input id="wmo-address" name="address" type="text" inputmode="url" autocomplete="off" required '
        f'placeholder="https://…"><button type="submit" class="quiet">{escape(words.fetch)}</button></form>'
    )


def pace_html(pace: Pace, stopping: bool, language: str) -> str:
    """How far the present step is, with its rate and the time left, and a button that stops it."""
    words = LIBRARY_WORDING[language]
    label = step_label(pace.step, language) if pace.step else words.working
    known = f' value="{pace.done}" max="{pace.total}"' if pace.total > 1 else ""
    button = f'<button type="button" class="quiet" data-stop>{escape(words.stop)}</button>'
    return (
        f'<div class="working" aria-busy="true"><p class="step" role="status">{escape(label)}</p>'
        f'<progress aria-label="{escape(label)}"{known}></progress>'
        f'<p class="hint">{escape(pace_line(pace, language))}</p>'
        f'<p class="actions">{escape(words.stopping) if stopping else button}</p></div>'
    )


def pace_line(pace: Pace, language: str) -> str:
    """How many are done, how many a second, and about how long the rest takes; empty where there is only one.

    >>> pace_line(Pace("embed", 1500, 6000, 10.0), "nl")
    '1.500 van 6.000 · 150 per seconde · nog ongeveer 30 s'
    """
    words = LIBRARY_WORDING[language]
    if pace.total <= 1:
        return ""
    parts = [words.amount.format(done=count(pace.done, language), total=count(pace.total, language))]
    if pace.rate:
        digits = f"{pace.rate:.0f}" if pace.rate >= 10 else f"{pace.rate:.1f}"
        parts.append(words.rate.format(rate=digits.replace(".", WORDING[language].decimal_mark)))
    left = pace.seconds_left
    if left:
        long = left >= 100
        wording = words.minutes_left if long else words.seconds_left
        parts.append(wording.format(count=round(left / 60 if long else left)))
    return " · ".join(parts)


def count(number: int, language: str) -> str:
    """A whole number as people write it.

    >>> count(12034, "nl"), count(12034, "en")
    ('12.034', '12,034')
    """
    return f"{number:,}".replace(",", LIBRARY_WORDING[language].thousands_mark)


def share(part: float, language: str) -> str:
    """A share from 0 to 1 in per cent.

    >>> share(0.9871, "nl")
    '98,7%'
    """
    return f"{part:.1%}".replace(".", WORDING[language].decimal_mark)


def source_name(source: str) -> str:
    """What to call a source: an address in full, a file without its folders.

    >>> source_name("https://voorbeeld.nl/a.pdf"), source_name("/ergens/rapport.pdf")
    ('https://voorbeeld.nl/a.pdf', 'rapport.pdf')
    """
    return source if is_url(source) else Path(source).name


def line_html(text: str, grave: bool = False) -> str:
    """One line about something above it, more quietly."""
    return f'<p class="{"remark grave" if grave else "remark"}">{escape(text)}</p>'


def title_html(report: Report) -> str:
    """The title of a report as a button that opens it in the sources panel."""
    return (
        f'<button type="button" class="link" data-report="{escape(report.id)}" lang="{escape(report.language)}">'
        f"{escape(report.title)}</button>"
    )


def reports_html(
    reports: Sequence[Report], words_in: Callable[[Report], int], wanted: str, removable: bool, language: str
) -> str:
    """The reports as a table, newest first; with ``wanted`` those that have its words in title, author or the like."""
    words = LIBRARY_WORDING[language]
    found = newest_first(report for report in reports if _matches(report, wanted))
    heads = (words.report, words.date, words.language, words.words)
    head = "".join(f'<th scope="col"{NUMBER if i == 3 else ""}>{escape(name)}</th>' for i, name in enumerate(heads))
    rows = "".join(_report_row(r, words_in(r), removable, language) for r in found[:_LISTED])
    left = len(found) - _LISTED
    below = words.none_found.format(wanted=wanted) if not found and wanted else words.more.format(count=left)
    amount = f'<span class="count">{_how_many(found, reports, language)}</span>'
    return (
        f'<h2 class="part">{escape(words.reports_title)} {amount}</h2>'
        f'<table class="reports"><caption class="unseen">{escape(words.reports_title)}</caption>'
        f"<thead><tr>{head}{'<td></td>' if removable else ''}</tr></thead><tbody>{rows}</tbody></table>"
        f"{line_html(below) if left > 0 or (wanted and not found) else ''}{_confirm_html(words) if removable else ''}"
    )


def _how_many(found: Sequence[Report], reports: Sequence[Report], language: str) -> str:
    """The number of reports found, and of how many where not all were."""
    some, total = count(len(found), language), count(len(reports), language)
    return total if some == total else LIBRARY_WORDING[language].amount.format(done=some, total=total)


def _report_row(report: Report, word_count: int, removable: bool, language: str) -> str:
    words = LIBRARY_WORDING[language]
    by = " · ".join(filter(None, [report.publisher, ", ".join(report.authors)]))
    figures = (
        f'<td class="date">{escape(short_date(report.published, language) or words.no_date)}</td>'
        f'<td>{language_html(report.language, words)}</td><td class="number">{count(word_count, language)}</td>'
    )
    label = escape(words.remove_label.format(title=report.title))
    button = (
        f'<td><button type="button" class="quiet remove" data-remove="{escape(report.id)}" '
        f'data-title="{escape(report.title)}" aria-label="{label}" title="{label}">✕</button></td>'
    )
    title = f'{title_html(report)}<span class="by">{escape(by)}</span>'
    return f"<tr><td>{title}</td>{figures}{button if removable else ''}</tr>"


def short_date(published: str, language: str) -> str:
    """A date in figures; a bare year, or anything that is no date, stays as it is.

    >>> short_date("2022-05-09", "nl"), short_date("2022-05-09", "en"), short_date("2011", "nl")
    ('9-5-2022', '2022-05-09', '2011')
    """
    try:
        day = date.fromisoformat(published)
    except ValueError:
        return published
    return f"{day.day}-{day.month}-{day.year}" if language == "nl" else published


def language_html(language: str, words: LibraryWording) -> str:
    """The code of a language, which says its name to who hovers or listens.

    >>> language_html("nl", LIBRARY_WORDING["en"])
    '<abbr title="Dutch">NL</abbr>'
    """
    name = words.languages.get(language, words.unknown_language)
    return f'<abbr title="{escape(name)}">{escape(language.upper()) or "?"}</abbr>'


def _matches(report: Report, wanted: str) -> bool:
    text = fold(" ".join((report.title, report.publisher, *report.authors, report.published, report.id)))
    return all(fold(word) in text for word in wanted.split())


def _confirm_html(words: LibraryWording) -> str:
    return (
        f'<dialog class="confirm" aria-labelledby="wmo-confirm" data-text="{escape(words.confirm_text)}">'
        f'<h2 id="wmo-confirm">{escape(words.confirm_title)}</h2><p></p><p class="actions">'
        f'<button type="button" class="strong fatal" data-confirm>{escape(words.confirm)}</button>'
        f'<button type="button" class="quiet" data-keep autofocus>{escape(words.keep)}</button></p></dialog>'
    )


def told_html(message: str) -> str:
    """One line, read aloud by screen readers when it comes."""
    return f'<p class="told" role="status">{escape(message)}</p>'


def fault_html(message: str) -> str:
    """One line about what went wrong, read aloud by screen readers at once."""
    return f'<p class="fault" role="alert">{escape(message)}</p>'


def closable_html(inner: str, language: str) -> str:
    """What became of the work, and a button that puts it away."""
    close = f'<button type="button" class="quiet" data-clear>{escape(LIBRARY_WORDING[language].close)}</button>'
    return f'{inner}<p class="actions">{close}</p>'
