"""What became of files that are to be added, as safe HTML: a form to look them over, and a table of receipts.

Whatever comes from a document or from a user passes through ``html.escape`` before it meets a tag. Each ``fieldset`` of
the form has the ``data-index`` of its source, which ``page.js`` sends back with its fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape

from assistant.library_html import NUMBER, count, language_html, line_html, share, source_name, title_html
from assistant.library_wording import LIBRARY_WORDING, LibraryWording
from assistant.notes import notes_on, warning_on
from assistant.wording import WORDING
from corpus.quality import GOOD_RECOGNISED_SHARE
from corpus.types import Report
from index.add import AddReceipt
from index.receipt import Receipt


@dataclass(frozen=True)
class _Field:
    """A field of a proposal: its name, label and hint, and what stands in it."""

    name: str
    label: str
    value: str
    hint: str = ""


def review_html(receipts: Sequence[Receipt], titles: Callable[[str], str], batch: int, language: str) -> str:
    """A form with what was read of each source, to be corrected and then added; ``titles`` gives that of an id."""
    words = LIBRARY_WORDING[language]
    parts = "".join(_proposal_html(i, receipt, titles, language) for i, receipt in enumerate(receipts))
    cancel = f'<button type="button" class="quiet" data-clear>{escape(words.cancel)}</button>'
    if not any(can_be_added(receipt) for receipt in receipts):
        close = f'<p class="actions"><button type="button" class="quiet" data-clear>{escape(words.close)}</button></p>'
        title = f'<h2 class="part" tabindex="-1">{escape(words.none_added)}</h2>'
        return f'<section class="review">{title}{parts}{close}</section>'
    return (
        f'<form class="review" data-batch="{batch}" novalidate>'
        f'<h2 class="part" tabindex="-1">{escape(words.review_title)}</h2>'
        f'<p class="hint">{escape(words.review_hint)}</p>{parts}'
        f'<p class="actions"><button type="submit" class="strong">{escape(words.add)}</button>{cancel}</p></form>'
    )


def can_be_added(receipt: Receipt) -> bool:
    """Whether this is a new report or another version of one."""
    return receipt.outcome in ("added", "replaced")


def _proposal_html(index: int, receipt: Receipt, titles: Callable[[str], str], language: str) -> str:
    words, report = LIBRARY_WORDING[language], receipt.report
    legend = f"<legend>{escape(source_name(receipt.source))} {badge_html(receipt, words, proposed=True)}</legend>"
    remarks = _remarks_html(receipt, titles, language, guessed=False)
    if report is None or not can_be_added(receipt):
        return f'<fieldset class="proposal">{legend}{remarks}</fieldset>'
    inputs = "".join(_field_html(index, field, receipt, words) for field in _fields(report, words))
    choice = _version_html(index, receipt, titles, words) if receipt.outcome == "replaced" else _include_html(words)
    return (
        f'<fieldset class="proposal" data-index="{index}">{legend}'
        f'<p class="hint">{escape(_figures(receipt, language))}</p>'
        f'{remarks}<div class="fields">{_language_html(index, receipt, words)}{inputs}</div>{choice}</fieldset>'
    )


def _fields(report: Report, words: LibraryWording) -> Iterable[_Field]:
    return (
        _Field("title", words.title, report.title),
        _Field("authors", words.authors, "; ".join(report.authors), words.authors_hint),
        _Field("publisher", words.publisher, report.publisher),
        _Field("published", words.published, report.published, words.published_hint),
        _Field("url", words.url, report.url),
    )


def _field_html(index: int, field: _Field, receipt: Receipt, words: LibraryWording) -> str:
    required = " required" if field.name == "title" else ""
    hint = f' placeholder="{escape(field.hint)}"' if field.hint else ""
    return (
        f'<p class="field {field.name}">{_label_html(index, field.name, field.label, receipt, words)}'
        f'<input id="wmo-{field.name}-{index}" name="{field.name}" value="{escape(field.value)}"{hint}{required}></p>'
    )


def _language_html(index: int, receipt: Receipt, words: LibraryWording) -> str:
    chosen = receipt.report.language if receipt.report else ""
    rows = "".join(
        f'<option value="{value}"{" selected" if value == chosen else ""}>{escape(name)}</option>'
        for value, name in (("", words.unknown_language), *words.languages.items())
    )
    label = _label_html(index, "language", words.language, receipt, words)
    return f'<p class="field language">{label}<select id="wmo-language-{index}" name="language">{rows}</select></p>'


def _label_html(index: int, name: str, label: str, receipt: Receipt, words: LibraryWording) -> str:
    guessed = f' <span class="guessed">{escape(words.guessed)}</span>' if name in receipt.guessed else ""
    return f'<label for="wmo-{name}-{index}">{escape(label)}{guessed}</label>'


def _include_html(words: LibraryWording) -> str:
    box = '<input type="checkbox" name="as" value="new" checked>'
    return f'<label class="choice">{box} {escape(words.include)}</label>'


def _version_html(index: int, receipt: Receipt, titles: Callable[[str], str], words: LibraryWording) -> str:
    old = titles(receipt.report.id) if receipt.report else ""
    choices = (("replace", words.replace), ("separate", words.separate), ("", words.leave_out))
    rows = "".join(
        f'<label class="choice"><input type="radio" name="as-{index}" value="{value}"'
        f"{' checked' if value == 'replace' else ''}> {escape(label)}</label>"
        for value, label in choices
    )
    said = escape(words.is_version.format(title=old))
    return f'<fieldset class="version"><legend>{said}</legend>{rows}</fieldset>'


def receipts_html(receipt: AddReceipt, titles: Callable[[str], str], language: str) -> str:
    """What became of each source that was to be added, as a table, and in one line how many of each there were."""
    words = LIBRARY_WORDING[language]
    outcomes = [one.outcome for one in receipt.receipts]
    names = _outcome_names(words).items()
    summary = ", ".join(f"{outcomes.count(outcome)} {name}" for outcome, name in names if outcome in outcomes)
    seconds = f"{receipt.seconds:.1f} s".replace(".", WORDING[language].decimal_mark)
    known = {one.report.id for one in receipt.receipts if one.report}
    sync = receipt.sync
    also = [one for one in (*sync.added, *sync.changed, *sync.removed) if one not in known] if sync else []
    heads = (words.report, words.pages, words.words, words.language, words.recognised)
    numbers = {words.pages, words.words, words.recognised}
    head = "".join(f'<th scope="col"{NUMBER if name in numbers else ""}>{escape(name)}</th>' for name in heads)
    rows = "".join(_receipt_row(one, titles, language) for one in receipt.receipts)
    changed = bool({"added", "replaced"} & set(outcomes))
    close = f'<p class="actions"><button type="button" class="quiet" data-clear>{escape(words.close)}</button></p>'
    title, hint = (words.receipt_title, words.receipt_hint) if changed else (words.none_added, "")
    return (
        f'<section class="receipt"><h2 class="part" tabindex="-1">{escape(title)}</h2>'
        f'<p role="status">{escape(f"{summary} ({seconds})")}</p>{line_html(hint) if hint else ""}'
        f'<table><caption class="unseen">{escape(words.receipt_title)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
        f"{line_html(words.also.format(ids=', '.join(also))) if also else ''}"
        f"{close}</section>"
    )


def _receipt_row(receipt: Receipt, titles: Callable[[str], str], language: str) -> str:
    words, report, quality = LIBRARY_WORDING[language], receipt.report, receipt.quality
    badge = badge_html(receipt, words)
    remarks = _remarks_html(receipt, titles, language, guessed=True)
    if report is None or quality is None:
        name = escape(source_name(receipt.source))
        return f'<tr><td colspan="5"><span class="source">{name}</span> {badge}{remarks}</td></tr>'
    low = "" if quality.recognised_share >= GOOD_RECOGNISED_SHARE else " warn"
    cells = (
        ("number", count(quality.pages, language) if quality.pages else "–"),
        ("number", count(quality.words, language)),
        ("", language_html(quality.language, words)),
        (f"number{low}", share(quality.recognised_share, language)),
    )
    figures = "".join(f'<td class="{kind}">{value}</td>' for kind, value in cells)
    return f"<tr><td>{title_html(report)} {badge}{remarks}</td>{figures}</tr>"


def badge_html(receipt: Receipt, words: LibraryWording, proposed: bool = False) -> str:
    """What became of a source, or with ``proposed`` will become of it, in a word or two."""
    name = words.proposed if proposed and can_be_added(receipt) else _outcome_names(words)[receipt.outcome]
    return f'<span class="badge {receipt.outcome}">{escape(name)}</span>'


def _outcome_names(words: LibraryWording) -> dict[str, str]:
    return {"added": words.added, "replaced": words.replaced, "duplicate": words.duplicate, "failed": words.refused}


def _remarks_html(receipt: Receipt, titles: Callable[[str], str], language: str, guessed: bool) -> str:
    """What a user should know of a source, each a line; what was guessed only where no field shows it."""
    words = LIBRARY_WORDING[language]
    if receipt.error:
        message = receipt.error.message(language).replace(receipt.source, source_name(receipt.source))
        return f'<p class="fault">{escape(message)}</p>'
    if receipt.outcome == "duplicate" and receipt.report:
        return line_html(words.same_as.format(title=titles(receipt.report.id) or receipt.report.title))
    near = f"“{titles(receipt.near) or receipt.near}”" if receipt.near else ""
    told = replace(receipt, near=near, guessed=receipt.guessed if guessed else ())
    warning = warning_on(receipt, language)
    notes = ((note, note == warning) for note in notes_on(told, language))
    return "".join(line_html(note[:1].upper() + note[1:], grave=grave) for note, grave in notes)


def _figures(receipt: Receipt, language: str) -> str:
    words, quality = LIBRARY_WORDING[language], receipt.quality
    if quality is None:
        return ""
    parts = [
        f"{count(quality.pages, language)} {words.pages.lower()}" if quality.pages else "",
        f"{count(quality.words, language)} {words.words.lower()}",
        f"{share(quality.recognised_share, language)} {words.recognised.lower()}",
        f"{count(receipt.passages, language)} {words.passages.lower()}",
    ]
    return " · ".join(filter(None, parts))
