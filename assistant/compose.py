"""A chat model writes an answer: it reads the passages, and each of its statements is checked as soon as it comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace

from assistant.budget import count_tokens
from assistant.gate import Checked, check_statement
from assistant.models import Chat, read_reply, reply_tokens
from assistant.passages import Material, gather, without_orders
from assistant.prompt import fill_prompt
from assistant.settings import Settings
from assistant.statements import Malformed, Statement, StatementReader
from assistant.types import Checks, Citation
from assistant.write import shown
from corpus.errors import ModelUnavailable
from index.retrieve import Findings
from index.snapshot import Snapshot

READ_HITS = 15
"""How many of the best passages a model may read, if they fit."""

_TURN_TOKENS = 40  # what a model counts for the roles around what it is told
_REPLY_CHARS_PER_TOKEN = 8  # more characters than any reply of so many tokens has
_TRIES = 3  # a model may write so many statements for each that an answer can hold
_UNSUPPORTED = {
    "nl": "Niet door een citaat gedekt, en dus niet betrouwbaar:",
    "en": "Not supported by a quote, and so not reliable:",
}


@dataclass(frozen=True)
class Draft:
    """What a model has written so far, every statement checked.

    ``says_none`` is whether it says that the passages hold no answer, ``endless`` whether it had to be stopped.
    """

    material: Material
    prompt_tokens: int
    checked: tuple[Checked, ...] = ()
    reply_tokens: int = 0
    says_none: bool = False
    endless: bool = False

    @property
    def supported(self) -> tuple[Checked, ...]:
        """The statements that hold, in order."""
        return tuple(checked for checked in self.checked if not checked.faults)

    @property
    def rejected(self) -> tuple[Checked, ...]:
        """The statements that do not hold, in order."""
        return tuple(checked for checked in self.checked if checked.faults)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The spans of the statements that hold, each once, numbered in order of mention."""
        spans = dict.fromkeys(span for checked in self.supported for span in checked.spans)
        return tuple(replace(span, number=number) for number, span in enumerate(spans, start=1))

    def checks(self, first_seconds: float | None) -> Checks:
        """The counts of this draft."""
        return Checks(
            statements=len(self.checked),
            supported=len(self.supported),
            rejected=dict(Counter(checked.faults[0].partition(":")[0] for checked in self.rejected)),
            shown=tuple(self.material.shown),
            left_out=self.material.left_out,
            prompt_tokens=self.prompt_tokens,
            answer_tokens=self.reply_tokens,
            first_seconds=first_seconds,
        )


def write_drafts(chat: Chat, findings: Findings, settings: Settings, seconds: float) -> Generator[Draft, None, None]:
    """The answer as a model writes it: a draft at each statement and whenever the model is silent for a moment.

    Closing the generator breaks the request off.

    Raises:
        ModelUnavailable: no passage fits in the tokens that there are, or the model fails; see ``read_reply``.
        UsageError: a template in ``prompts/`` is wrong.
    """
    question, language, snapshot = findings.question, findings.language, findings.snapshot
    rules = fill_prompt("rules", language, statements=settings.max_quotes)
    bare = fill_prompt("answer", language, passages="", question=question)
    overhead = count_tokens(rules) + count_tokens(bare) + _TURN_TOKENS
    reply = reply_tokens(settings)
    hits = [without_orders(hit, snapshot.readings[hit.passage.report_id]) for hit in findings.hits(READ_HITS)]
    material = gather(hits, snapshot.reports, settings.chat_tokens - reply - overhead)
    if not material.shown:
        raise _too_small(settings, chat)
    prompt = fill_prompt("answer", language, passages=material.text, question=question)
    draft = Draft(material, overhead + count_tokens(material.text))
    reader, left, text = StatementReader(), _REPLY_CHARS_PER_TOKEN * reply, ""
    with closing(read_reply(chat, rules, prompt, seconds)) as pieces:
        for piece in pieces:
            text += piece[:left]
            draft = _grow(draft, reader.feed(piece[:left]), snapshot, language, settings.max_quotes)
            left -= len(piece)
            if len(draft.supported) >= settings.max_quotes:
                break
            if left <= 0 or len(draft.checked) >= _TRIES * settings.max_quotes:
                draft = replace(draft, endless=True)
                break
            yield draft
        else:
            draft = _grow(draft, reader.finish(), snapshot, language, settings.max_quotes)
    yield replace(draft, reply_tokens=count_tokens(text), says_none=reader.says_none)


def write_statements(draft: Draft, language: str, show_unsupported: bool) -> str:
    """The text of an answer: the statements that hold, each with its [n]; and, if asked for, the others, marked."""
    numbers: Mapping[tuple[str, int, int], int] = {
        (citation.report_id, citation.start, citation.end): citation.number for citation in draft.citations
    }
    lines = []
    for checked in draft.supported:
        cited = sorted({numbers[span.report_id, span.start, span.end] for span in checked.spans})
        lines.append(f"{shown(checked.statement)} {''.join(f'[{number}]' for number in cited)}")
    text = " ".join(lines)
    unsupported = [
        f"✗ {shown(checked.statement)}"
        for checked in draft.rejected
        if checked.statement and not {"repeated", "order"} & set(checked.faults)
    ]
    if not (show_unsupported and unsupported):
        return text
    return "\n\n".join(part for part in (text, "\n".join((_UNSUPPORTED[language], *unsupported))) if part)


def _grow(draft: Draft, found: Iterable[Statement | Malformed], snapshot: Snapshot, language: str, limit: int) -> Draft:
    """The draft with what was found, checked, until ``limit`` statements hold; one that was made before is no news."""
    for read in found:
        if len(draft.supported) >= limit:
            break
        checked = check_statement(read, draft.material.shown, snapshot, language)
        if checked.statement in {made.statement for made in draft.supported}:
            checked = Checked(checked.statement, faults=("repeated",))
        draft = replace(draft, checked=(*draft.checked, checked))
    return draft


def _too_small(settings: Settings, chat: Chat) -> ModelUnavailable:
    return ModelUnavailable(
        nl=f"Bij de vraag past geen passage in de {settings.chat_tokens} tokens van het taalmodel {chat.name}. "
        "Zet WMO_CHAT_TOKENS hoger.",
        en=f"With the question no passage fits in the {settings.chat_tokens} tokens of the chat model {chat.name}. "
        "Set WMO_CHAT_TOKENS higher.",
    )
