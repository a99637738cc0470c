"""A run, or two runs compared, becomes one HTML page that needs nothing but itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from eval.compare import LATENCY, Difference, Pair
from eval.judge import Judgement
from eval.metric_list import BY_NAME, METRICS, Metric
from eval.types import Outcome, Span

HEADLINES = (
    "evidence_recall",
    "citation_precision",
    "recall@5",
    "ndcg@10",
    "fact_recall",
    "false_answer",
    "false_refusal",
    "refusal_auroc",
    "quote_validity",
)
SHOWN_HITS = 5
LATENCY_BINS = 24
FAILED = "failed"
_MARKER = re.compile(r"\[(\d+)\]")
_GOOD, _HALF, _BAD = "good", "half", "bad"


def _environment() -> Environment:
    templates = FileSystemLoader(Path(__file__).parent / "templates")
    environment = Environment(
        loader=templates, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["figure"] = format_figure
    environment.filters["seconds"] = format_seconds
    return environment


def format_figure(value: float | None) -> str:
    """A figure with three decimals, a dash where there is none.

    >>> format_figure(0.61749), format_figure(None)
    ('0.617', '–')
    """
    return "–" if value is None else f"{value:.3f}"


def format_seconds(value: float) -> str:
    """A duration with the unit that suits it.

    >>> format_seconds(0.0421), format_seconds(3.14159)
    ('42 ms', '3.14 s')
    """
    return f"{1000 * value:.0f} ms" if value < 1 else f"{value:.2f} s"


def render_report(outcomes: Sequence[Outcome], summary: Mapping[str, Any], judgements: Sequence[Judgement] = ()) -> str:
    """The page of one run; what a chat model wrote or judged stands in parts of its own."""
    opinions = {judgement.case.id: judgement for judgement in judgements}
    views = [case_view(outcome) | {"opinion": opinions.get(outcome.case.id)} for outcome in outcomes]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            summary=summary,
            provenance=summary["provenance"],
            timing=summary["timing"]["seconds"],
            written=summary.get("written"),
            first_statement=summary["timing"].get("first_statement", {}),
            judged=summary.get("judged"),
            cards=_cards(summary["metrics"]["overall"]),
            plots=_plots(summary["metrics"]),
            curve=summary["curve"],
            refusals=_refusals(outcomes),
            ticks=[(o.confidence, o.case.answerable) for o in outcomes if o.confidence is not None],
            histogram=histogram([o.seconds for o in outcomes if o.answer is not None]),
            cases=views,
            filters=_filters(views),
        )
    )


def render_comparison(
    pairs: Sequence[Pair], differences: Sequence[Difference], a: Mapping[str, Any], b: Mapping[str, Any]
) -> str:
    """The page of two runs; ``a`` and ``b`` are their summaries."""
    changed = [_pair_view(pair) for pair in pairs if pair.changed]
    widest = max(abs(edge) for d in differences if d.name != LATENCY for edge in (d.change, d.low or 0, d.high or 0))
    return (
        _environment()
        .get_template("compare.html.j2")
        .render(
            a=a["provenance"],
            b=b["provenance"],
            settings=_changed_settings(a["provenance"], b["provenance"]),
            differences=differences,
            alarms=[d for d in differences if d.alarm],
            latency=LATENCY,
            scale=max(widest, 0.05),
            meanings={name: metric.meaning for name, metric in BY_NAME.items()},
            pairs=len(pairs),
            changed=changed,
            filters=_filters(changed),
        )
    )


def case_view(outcome: Outcome) -> dict[str, Any]:
    """What the page shows of one case: verdict, answer in pieces, citations, evidence, facts and scores."""
    case, marks = outcome.case, outcome.marks
    label, tone = verdict(outcome)
    answer = outcome.answer or {}
    citations = [_citation_view(outcome, i) for i in range(len(answer.get("citations", ())))]
    evidence = [
        {
            "report": item.report_id,
            "quote": item.quote,
            "cited": bool(marks.evidence_cited) and marks.evidence_cited[i],
            "rank": marks.evidence_ranks[i] if marks.evidence_ranks else None,
        }
        for i, item in enumerate(case.evidence)
    ]
    return {
        "id": case.id,
        "lang": case.lang,
        "kind": case.kind,
        "question": case.question,
        "turns": case.turns,
        "searched": answer.get("searched", case.question),
        "verdict": label,
        "tone": tone,
        "answer": list(_answer_pieces(answer.get("text", ""), citations)),
        "declined": outcome.declined,
        "error": outcome.error,
        "confidence": outcome.confidence,
        "seconds": outcome.seconds,
        "citations": citations,
        "evidence": evidence,
        "facts": list(zip(case.facts, marks.facts_found or (False,) * len(case.facts), strict=True)),
        "hits": answer.get("hits", [])[:SHOWN_HITS],
        "holders": set(marks.evidence_ranks),
        "scores": [(metric, outcome.scores[metric.name]) for metric in METRICS if metric.name in outcome.scores],
    }


def verdict(outcome: Outcome) -> tuple[str, str]:
    """What became of a case in a few words, and whether that is ``"good"``, ``"half"`` or ``"bad"``."""
    if outcome.error:
        return "failed", _BAD
    if not outcome.case.answerable:
        return ("rightly declined", _GOOD) if outcome.declined else ("wrongly answered", _BAD)
    if outcome.declined:
        return "wrongly declined", _BAD
    cited = outcome.scores["evidence_recall"]
    if cited == 1:
        return "all evidence cited", _GOOD
    return ("some evidence cited", _HALF) if cited else ("no evidence cited", _BAD)


def _citation_view(outcome: Outcome, i: int) -> dict[str, Any]:
    citation = (outcome.answer or {})["citations"][i]
    spans = [
        span
        for item, places in zip(outcome.case.evidence, outcome.marks.evidence_spans, strict=True)
        if item.report_id == citation["report"]
        for span in places
    ]
    pieces = list(overlap_pieces(citation["quote"], citation["start"], spans))
    needed = outcome.marks.citations_needed[i]
    role = "not needed"
    if needed:
        role = "holds evidence" if any(evidence for _, evidence in pieces) else "in the paragraph of the evidence"
    return {**citation, "needed": needed, "role": role, "pieces": pieces}


def overlap_pieces(quote: str, start: int, spans: Sequence[Span]) -> Iterator[tuple[str, bool]]:
    """The quote that begins at ``start`` in pieces, each with whether it is evidence.

    >>> list(overlap_pieces("een twee drie", 100, [Span(104, 108)]))
    [('een ', False), ('twee', True), (' drie', False)]
    """
    inside = [any(span.start <= start + i < span.end for span in spans) for i in range(len(quote))]
    cuts = [i for i in range(1, len(quote)) if inside[i] != inside[i - 1]]
    for begin, end in zip([0, *cuts], [*cuts, len(quote)], strict=True):
        if begin < end:
            yield quote[begin:end], inside[begin]


def _answer_pieces(text: str, citations: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """The answer's text in pieces, each with its tone: empty for words, else that of the marker."""
    needed = {citation["number"]: citation["needed"] for citation in citations}
    for i, piece in enumerate(_MARKER.split(text)):
        if i % 2 == 0:
            yield piece, ""
        elif int(piece) in needed:
            yield f"[{piece}]", _GOOD if needed[int(piece)] else _HALF
        else:
            yield f"[{piece}]", _BAD


def _cards(overall: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"metric": BY_NAME[name], **overall[name]} for name in HEADLINES if name in overall]


def _plots(metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For each metric its rows: all cases, each language, each kind; failures only where there are any."""
    plots = []
    for metric in METRICS:
        overall = metrics["overall"].get(metric.name)
        if overall is None or (metric.name == FAILED and not overall["value"]):
            continue
        rows = [{"label": "all cases", "group": "overall", **overall}]
        for group in ("lang", "kind"):
            rows += [
                {"label": label, "group": group, **figures[metric.name]}
                for label, figures in metrics[group].items()
                if metric.name in figures
            ]
        plots.append({"metric": metric, "rows": rows})
    return plots


def _refusals(outcomes: Sequence[Outcome]) -> dict[str, dict[str, int]]:
    table = {truth: {"answered": 0, "declined": 0, "failed": 0} for truth in ("answerable", "unanswerable")}
    for outcome in outcomes:
        truth = "answerable" if outcome.case.answerable else "unanswerable"
        done = "failed" if outcome.answer is None else "declined" if outcome.declined else "answered"
        table[truth][done] += 1
    return table


def histogram(seconds: Sequence[float]) -> dict[str, Any]:
    """How many questions took how long: ``counts`` of equal bins from ``low`` to ``high``, in seconds."""
    if not seconds:
        return {"counts": [], "low": 0.0, "high": 0.0}
    counts, edges = np.histogram(seconds, bins=LATENCY_BINS)
    return {"counts": counts.tolist(), "low": float(edges[0]), "high": float(edges[-1])}


def _filters(views: Sequence[Mapping[str, Any]]) -> dict[str, list[tuple[str, int]]]:
    """For each filter the values that occur, with how often."""
    found: dict[str, list[tuple[str, int]]] = {}
    for key in ("verdict", "kind", "lang"):
        values = [view[key] for view in views]
        found[key] = [(value, values.count(value)) for value in sorted(set(values))]
    return found


def _pair_view(pair: Pair) -> dict[str, Any]:
    a, b = case_view(pair.a), case_view(pair.b)
    moved = [
        (metric, before, after, _direction(metric, before, after))
        for metric in METRICS
        if (before := pair.a.scores.get(metric.name)) != (after := pair.b.scores.get(metric.name))
    ]
    label, tone = _pair_verdict({tone for *_, tone in moved})
    return {**a, "verdict": label, "tone": tone, "moved": moved, "a": a, "b": b}


def _pair_verdict(tones: set[str]) -> tuple[str, str]:
    if {_GOOD, _BAD} <= tones:
        return "mixed", _HALF
    if _GOOD in tones:
        return "better", _GOOD
    return ("worse", _BAD) if _BAD in tones else ("other words", _HALF)


def _direction(metric: Metric, before: float | None, after: float | None) -> str:
    if before is None or after is None:
        return _HALF
    return _GOOD if (after > before) == metric.higher_is_better else _BAD


def _changed_settings(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """What differs between the provenance of two runs: name, value in A, value in B."""
    first, second = _flat(a), _flat(b)
    names = sorted({*first, *second})
    return [(n, first.get(n), second.get(n)) for n in names if first.get(n) != second.get(n)]


def _flat(provenance: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in provenance.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return flat
