"""A chat model makes a follow-up question stand alone; what it adds must come from the questions before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing

from assistant.models import Chat, read_reply
from assistant.prompt import fill_prompt
from index.dutch import analyse, words
from index.named import figures_in, names_in

_TURNS = 5
_MOST_CHARS = 400
_AROUND = " \t\"'“”‘’*`"


def rewrite(chat: Chat, question: str, turns: Sequence[str], language: str, seconds: float) -> Iterator[str]:
    """The question as a model makes it stand alone, last; before it an empty string whenever the model is silent.

    The last one is empty too where what the model wrote cannot be that question.

    Raises:
        ModelUnavailable: the model fails; see ``read_reply``.
    """
    earlier = [" ".join(turn.split()) for turn in turns[-_TURNS:]]
    prompt = fill_prompt("followup", language, turns="\n".join(earlier), question=" ".join(question.split()))
    reply = ""
    with closing(read_reply(chat, "", prompt, seconds, in_form=False)) as pieces:
        for piece in pieces:
            reply += piece
            if len(reply) > _MOST_CHARS or "\n" in reply.strip():
                break
            yield ""
    lines = (line.strip(_AROUND) for line in reply.splitlines())
    rewritten = next((line for line in lines if line), "")
    yield rewritten if is_faithful(rewritten, question, earlier, language) else ""


def is_faithful(rewritten: str, question: str, turns: Sequence[str], language: str) -> bool:
    """Whether it is a question that names nothing new, and keeps most of what the question it stands for says.

    >>> is_faithful("Wat doet Breda met wijkteams?", "En in Breda?", ["Wat doet Almere met wijkteams?"], "nl")
    True
    >>> is_faithful("Wat doet Tilburg met wijkteams?", "En in Breda?", ["Wat doet Almere met wijkteams?"], "nl")
    False
    """
    said = {word for text in (*turns, question) for word in words(text)}
    named = {*names_in(question), *figures_in(question)}
    asked, kept = set(analyse(question, language)), set(analyse(rewritten, language))
    return (
        rewritten.endswith("?")
        and len(rewritten) <= _MOST_CHARS
        and {*names_in(rewritten), *figures_in(rewritten)} <= said
        and named <= set(words(rewritten))
        and 2 * len(asked & kept) >= len(asked)
    )
