"""A chat model judges answers: whether they follow from their quotes, and whether they say what was expected.

What it says is a judgement and not a measurement: it is kept in a file and a part of the summary of its own, and no
metric is made of it. A reply that is not exactly of the form asked for is no judgement, and is counted as such.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from assistant.models import Chat, read_reply
from assistant.prompt import fill_prompt
from corpus.errors import ModelUnavailable
from eval.summary import estimate_mean
from eval.types import Case, Outcome
from index.types import Progress, no_progress

logger = logging.getLogger(__name__)

Grade = Literal["yes", "partly", "no"]
GRADES: Mapping[str, float] = {"yes": 1.0, "partly": 0.5, "no": 0.0}
QUALITIES = ("faithful", "correct")
UNPARSABLE, UNAVAILABLE = "unparsable", "unavailable"
_GIVE_UP_AFTER = 3
_MOST_CHARS = 8_000


class Verdict(BaseModel):
    """What a judge replies, and nothing but that."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    faithful: Grade
    correct: Grade
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000)]


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        **{quality: {"type": "string", "enum": list(GRADES)} for quality in QUALITIES},
        "reason": {"type": "string"},
    },
    "required": [*QUALITIES, "reason"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Judgement:
    """What a judge said of one case; where it said nothing that counts, ``verdict`` is None and ``fault`` says why."""

    case: Case
    verdict: Verdict | None
    fault: str = ""


def judge_outcomes(
    chat: Chat, outcomes: Sequence[Outcome], seconds: float, progress: Progress = no_progress
) -> tuple[Judgement, ...]:
    """The judgement of each answerable case that was answered, in order; a reply may take ``seconds``.

    Once a model has failed three times in a row it is not asked again, and what is left is not judged.
    """
    answered = [o for o in outcomes if o.case.answerable and o.answer is not None and not o.declined]
    judgements: list[Judgement] = []
    for done, judgement in enumerate(_judge_each(chat, answered, seconds), start=1):
        judgements.append(judgement)
        progress("judge", done, len(answered))
    return tuple(judgements)


def _judge_each(chat: Chat, outcomes: Sequence[Outcome], seconds: float) -> Iterator[Judgement]:
    failures = 0
    for outcome in outcomes:
        if failures == _GIVE_UP_AFTER:
            yield Judgement(outcome.case, None, UNAVAILABLE)
            continue
        judgement = judge(chat, outcome, seconds)
        failures = failures + 1 if judgement.fault == UNAVAILABLE else 0
        yield judgement


def judge(chat: Chat, outcome: Outcome, seconds: float) -> Judgement:
    """The judgement of one answered case.

    Raises:
        UsageError: the template in ``prompts/`` is wrong.
    """
    case, answer = outcome.case, outcome.answer or {}
    prompt = fill_prompt(
        "judge",
        case.lang,
        question=answer["searched"],
        answer=answer["text"],
        quotes="\n".join(f"[{c['number']}] {c['quote']}" for c in answer["citations"]),
        expected="\n".join(f"- {evidence.quote}" for evidence in case.evidence),
    )
    reply = ""
    try:
        with closing(read_reply(chat, "", prompt, seconds)) as pieces:
            for piece in pieces:
                reply += piece
                if len(reply) > _MOST_CHARS:
                    break
        return Judgement(case, Verdict.model_validate_json(reply.strip()))
    except ModelUnavailable as error:
        logger.warning("%s is not judged: %s", case.id, error)
        return Judgement(case, None, UNAVAILABLE)
    except ValidationError:
        logger.info("%s is not judged: %.200r", case.id, reply)
        return Judgement(case, None, UNPARSABLE)


def judgement_to_json(judgement: Judgement) -> dict[str, Any]:
    """One line of judged.jsonl."""
    verdict = judgement.verdict.model_dump() if judgement.verdict else {}
    return {"id": judgement.case.id, **verdict, "fault": judgement.fault}


def summarise_judged(model: str, judgements: Sequence[Judgement]) -> dict[str, Any]:
    """The figures as JSON: who judged, how many were and were not judged, and the mean grades per language.

    A grade counts 1 for yes, a half for partly and 0 for no; what was not judged is left out of the means.
    """
    faults = Counter(judgement.fault for judgement in judgements if judgement.fault)
    groups = {"overall": judgements}
    for lang in sorted({judgement.case.lang for judgement in judgements}):
        groups[lang] = [judgement for judgement in judgements if judgement.case.lang == lang]
    return {
        "judge": model,
        "judged": sum(judgement.verdict is not None for judgement in judgements),
        "not_judged": dict(faults),
        "grades": {name: grades for name, group in groups.items() if (grades := _grades(group))},
    }


def _grades(judgements: Sequence[Judgement]) -> dict[str, Any]:
    verdicts = [judgement.verdict for judgement in judgements if judgement.verdict is not None]
    if not verdicts:
        return {}
    return {q: asdict(estimate_mean([GRADES[getattr(verdict, q)] for verdict in verdicts])) for q in QUALITIES}
