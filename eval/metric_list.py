"""What every figure is called, which cases it covers and how to read it."""

from __future__ import annotations

from dataclasses import dataclass

RECALL_DEPTHS = (1, 3, 5, 10, 20)
LEGS = ("dense", "lexical")
CONFIDENCE_SLACK = 0.01
"""A change of the mean confidence below this moves no decision worth an alarm; another build of a model makes such."""


@dataclass(frozen=True)
class Metric:
    """What a figure is called and how to read it.

    Where ``per_case`` is false, only a whole set has it. A ``defect`` is wrong in a single case already: no chance is
    needed to explain it. ``slack`` is how much worse it may get without an alarm.
    """

    name: str
    title: str
    meaning: str
    covers: str
    higher_is_better: bool = True
    per_case: bool = True
    defect: bool = False
    slack: float = 0.0

    @property
    def perfect(self) -> float:
        """The best value of a case: 1 where higher is better, otherwise 0."""
        return float(self.higher_is_better)


def _recall_metric(depth: int) -> Metric:
    return Metric(
        f"recall@{depth}",
        f"Recall@{depth}",
        "share of the evidence that lies inside "
        + ("the first passage found" if depth == 1 else f"one of the first {depth} passages found"),
        "answerable cases",
    )


def _leg_metrics(leg: str) -> tuple[Metric, Metric]:
    return (
        Metric(
            f"recall@10_{leg}",
            f"Recall@10, {leg} leg",
            f"share of the evidence inside the ten passages that the {leg} leg ranks first",
            "answerable cases",
        ),
        Metric(
            f"ndcg@10_{leg}",
            f"nDCG@10, {leg} leg",
            f"how high the {leg} leg by itself ranks the passages with evidence",
            "answerable cases",
        ),
    )


METRICS: tuple[Metric, ...] = (
    *(_recall_metric(depth) for depth in RECALL_DEPTHS),
    Metric(
        "budget_recall",
        "Budget recall",
        "share of the evidence inside the first passages that together hold at most 1,000 words",
        "answerable cases",
    ),
    Metric("ndcg@10", "nDCG@10", "how high the passages with evidence are ranked", "answerable cases"),
    Metric("mrr", "MRR", "one divided by the rank of the first passage with evidence", "answerable cases"),
    *(metric for leg in LEGS for metric in _leg_metrics(leg)),
    Metric(
        "evidence_recall",
        "Evidence recall",
        "share of the evidence that the answer cites (a declined case counts as 0)",
        "answerable cases",
    ),
    Metric(
        "citation_precision",
        "Citation precision",
        "share of the citations that overlap evidence or stand in its paragraph",
        "answerable cases that were answered with a citation",
    ),
    Metric(
        "fact_recall",
        "Fact recall",
        "share of the expected facts that the answer's text contains (a declined case counts as 0)",
        "answerable cases with facts",
    ),
    Metric(
        "quote_validity",
        "Quote validity",
        "share of the quotes that are the literal span of their report; anything below 1 is a defect",
        "cases answered with a citation",
        defect=True,
    ),
    Metric(
        "false_answer",
        "False answers",
        "share of the unanswerable questions that were answered all the same",
        "unanswerable cases",
        higher_is_better=False,
    ),
    Metric(
        "false_refusal",
        "False refusals",
        "share of the answerable questions that were declined",
        "answerable cases",
        higher_is_better=False,
    ),
    Metric(
        "confidence",
        "Confidence",
        "mean probability given to answerable questions that the reports answer them",
        "answerable cases that did not fail",
        slack=CONFIDENCE_SLACK,
    ),
    Metric(
        "false_confidence",
        "False confidence",
        "mean probability given to unanswerable questions that the reports answer them",
        "unanswerable cases that did not fail",
        higher_is_better=False,
        slack=CONFIDENCE_SLACK,
    ),
    Metric(
        "refusal_auroc",
        "Refusal AUROC",
        "how well the confidence tells answerable from unanswerable questions (0.5 is chance)",
        "all cases with an answer or a refusal",
        per_case=False,
    ),
    Metric(
        "failed",
        "Failed",
        "share of the cases that ended in an error",
        "all cases",
        higher_is_better=False,
        defect=True,
    ),
)
BY_NAME = {metric.name: metric for metric in METRICS}
