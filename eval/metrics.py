"""One case, its Answer and the reports' texts go in; its scores, each between 0 and 1, come out.

A case is scored only by the metrics that cover it, so every average says over how many cases it is taken.
Nothing here asks a model: the same answer always gets the same scores.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache

import ir_measures
from ir_measures import RR, nDCG

from assistant.types import Answer, Citation
from corpus.types import Text
from eval.metric_list import LEGS, RECALL_DEPTHS
from eval.types import Case, Evidence, Marks, Span
from index.types import Hit

BUDGET_WORDS = 1_000
_STRAIGHT_QUOTES = str.maketrans("‘’‚‛“”„‟«»", '\'\'\'\'""""""')
_PARAGRAPH_BREAK = "\n\n"


def squeeze(text: str) -> str:
    r"""``text`` with each run of whitespace as one space, none at the ends, and straight quotation marks.

    >>> squeeze(" de  ‘kanteling’\n van zorg ")
    "de 'kanteling' van zorg"
    """
    return " ".join(text.translate(_STRAIGHT_QUOTES).split())


@lru_cache(maxsize=256)
def _squeeze_with_offsets(text: str) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    """``squeeze(text)``, the offset of each word in it, and the offset of the same word in ``text``."""
    squeezed: list[int] = []
    original: list[int] = []
    at = 0
    for word in re.finditer(r"\S+", text):
        squeezed.append(at)
        original.append(word.start())
        at += word.end() - word.start() + 1
    return squeeze(text), tuple(squeezed), tuple(original)


def locate(quote: str, content: str) -> tuple[Span, ...]:
    r"""Every place where ``quote`` stands in ``content``, in order.

    Whitespace and the shape of quotation marks do not count. The offsets are those of ``content`` itself.
    An empty quote stands nowhere.

    >>> locate("vier weken", "Binnen vier\n weken, of na vier weken.")
    (Span(start=7, end=18), Span(start=26, end=36))
    """
    needle = squeeze(quote)
    if not needle:
        return ()
    squeezed, starts, originals = _squeeze_with_offsets(content)

    def offset(position: int) -> int:
        word = bisect_right(starts, position) - 1
        return originals[word] + position - starts[word]

    spans: list[Span] = []
    at = squeezed.find(needle)
    while at >= 0:
        spans.append(Span(offset(at), offset(at + len(needle) - 1) + 1))
        at = squeezed.find(needle, at + 1)
    return tuple(spans)


def holds(hit: Hit, evidence: Evidence) -> bool:
    """Whether the passage is from the evidence's report and contains the whole quote, whitespace aside."""
    passage = hit.passage
    return passage.report_id == evidence.report_id and squeeze(evidence.quote) in squeeze(passage.text)


def evidence_rank(evidence: Evidence, hits: Sequence[Hit]) -> int | None:
    """The rank from 1 of the first hit that holds the evidence, or None where none does."""
    return next((rank for rank, hit in enumerate(hits, start=1) if holds(hit, evidence)), None)


def recall_at(ranks: Sequence[int | None], depth: int) -> float:
    """The share of a case's evidence found within the first ``depth`` hits.

    recall@k = |{e in E : rank(e) <= k}| / |E|, where E is the evidence of the case and rank(e) the rank
    of the first hit that holds e. The set's figure is the mean over its cases. With ``depth`` 0 it is 0.

    Raises:
        ValueError: there is no evidence, so the share is undefined.

    Source: the usual definition with pieces of evidence as the relevant items; see Manning, Raghavan and
    Schütze, Introduction to Information Retrieval, section 8.3.

    >>> recall_at([2, None, 7], 5)
    0.3333333333333333
    """
    if not ranks:
        raise ValueError("recall needs at least one piece of evidence")
    return sum(rank is not None and rank <= depth for rank in ranks) / len(ranks)


def budget_depth(hits: Sequence[Hit], words: int = BUDGET_WORDS) -> int:
    """How many hits, in rank order, fit together in ``words`` words; the first that does not fit ends it.

    Words are what whitespace separates. It makes systems with short and with long passages comparable:
    both may show a reader the same amount of text.
    """
    left = words
    for depth, hit in enumerate(hits):
        left -= len(hit.passage.text.split())
        if left < 0:
            return depth
    return len(hits)


def ranking_scores(relevant: Sequence[bool], unfound: int) -> tuple[float, float]:
    """nDCG@10 and the reciprocal rank of one ranked list.

    ``relevant`` tells of each hit, in rank order, whether it holds evidence; ``unfound`` counts the
    evidence that no hit holds, each an unseen relevant passage in the ideal ranking. DCG@10 = sum over
    the first ten ranks i of rel(i) / log2(i + 1); nDCG divides it by the DCG of the ideal ranking. RR = 1
    / rank of the first relevant hit, over all hits. Both are 0 where no hit is relevant.

    Source: Järvelin and Kekäläinen (2002), https://doi.org/10.1145/582415.582418; computed by ir_measures.

    >>> ranking_scores([False, True], 0)
    (0.6309297535714575, 0.5)
    """
    if not any(relevant):
        return 0.0, 0.0
    judged = {f"hit-{i}": 1 for i, yes in enumerate(relevant) if yes}
    judged |= {f"unfound-{i}": 1 for i in range(unfound)}
    ranked = {f"hit-{i}": float(-i) for i in range(len(relevant))}
    scores = ir_measures.calc_aggregate([nDCG @ 10, RR], {"case": judged}, {"case": ranked})
    return float(scores[nDCG @ 10]), float(scores[RR])


def covers_half(citation: Citation, evidence: Evidence, spans: Sequence[Span]) -> bool:
    """Whether the citation's span covers at least half of the characters of the evidence."""
    return citation.report_id == evidence.report_id and any(
        2 * (min(citation.end, span.end) - max(citation.start, span.start)) >= span.end - span.start for span in spans
    )


def paragraph_around(span: Span, content: str) -> Span:
    r"""``span`` widened to whole paragraphs; an empty line ends a paragraph.

    >>> paragraph_around(Span(6, 9), "Een.\n\nTwee drie.\n\nVier.")
    Span(start=6, end=16)
    """
    before = content.rfind(_PARAGRAPH_BREAK, 0, span.start)
    after = content.find(_PARAGRAPH_BREAK, span.end)
    start = 0 if before < 0 else before + len(_PARAGRAPH_BREAK)
    return Span(start, len(content) if after < 0 else after)


def supports(citation: Citation, evidence: Evidence, spans: Sequence[Span], content: str) -> bool:
    """Whether the citation overlaps the evidence or stands in the same paragraph of the same report."""
    if citation.report_id != evidence.report_id:
        return False
    paragraphs = (paragraph_around(span, content) for span in spans)
    return any(citation.start < around.end and around.start < citation.end for around in paragraphs)


def says(answer_text: str, fact: str) -> bool:
    """Whether the text contains the fact, case-folded, whitespace and shape of quotation marks aside.

    >>> says("Binnen Vier  weken [1].", "vier weken")
    True
    """
    return squeeze(fact).casefold() in squeeze(answer_text).casefold()


def is_literal(citation: Citation, content: str) -> bool:
    """Whether the quote is exactly the characters of its span: ``quote == content[start:end]``."""
    return citation.quote == content[citation.start : citation.end]


def _share(marks: Sequence[bool]) -> float:
    return sum(marks) / len(marks)


def mark(case: Case, answer: Answer, text_of: Callable[[str], Text]) -> Marks:
    """What of the case the hits and the citations hold; ``text_of`` gives the text of a report by its id."""
    contents = [text_of(evidence.report_id).content for evidence in case.evidence]
    spans = tuple(locate(e.quote, content) for e, content in zip(case.evidence, contents, strict=True))
    placed = list(zip(case.evidence, spans, contents, strict=True))
    return Marks(
        evidence_spans=spans,
        evidence_ranks=tuple(evidence_rank(evidence, answer.hits) for evidence in case.evidence),
        evidence_cited=tuple(any(covers_half(c, e, at) for c in answer.citations) for e, at, _ in placed),
        citations_needed=tuple(any(supports(c, *place) for place in placed) for c in answer.citations),
        facts_found=tuple(not answer.declined and says(answer.text, fact) for fact in case.facts),
    )


def retrieval_scores(case: Case, hits: Sequence[Hit], ranks: Sequence[int | None]) -> dict[str, float]:
    """The scores of what was found, whatever was answered with it: recall at each depth, nDCG and MRR."""
    scores = {f"recall@{depth}": recall_at(ranks, depth) for depth in RECALL_DEPTHS}
    scores["budget_recall"] = recall_at(ranks, budget_depth(hits))
    held = [[holds(hit, evidence) for hit in hits] for evidence in case.evidence]
    relevant = [any(pieces) for pieces in zip(*held, strict=True)]
    scores["ndcg@10"], scores["mrr"] = ranking_scores(relevant, unfound=sum(rank is None for rank in ranks))
    for leg in LEGS:
        scores |= leg_scores(leg, hits, held)
    return scores


def leg_scores(leg: str, hits: Sequence[Hit], held: Sequence[Sequence[bool]]) -> dict[str, float]:
    """Recall@10 and nDCG@10 of what one leg ranked, so that a leg that falls silent shows whatever the other finds.

    ``held`` tells of each piece of evidence which hits hold it. The scores are taken over the hits that the answer
    keeps, each at the rank that the leg gave it; what the leg did not rank, it did not find.
    """
    places = [[hit.legs[leg] for hit, yes in zip(hits, row, strict=True) if yes and leg in hit.legs] for row in held]
    found = [min(ranks, default=None) for ranks in places]
    holding = {rank for ranks in places for rank in ranks}
    relevant = [rank in holding for rank in range(1, max(holding, default=0) + 1)]
    ndcg, _ = ranking_scores(relevant, unfound=found.count(None))
    return {f"recall@10_{leg}": recall_at(found, 10), f"ndcg@10_{leg}": ndcg}


def score(case: Case, answer: Answer, marks: Marks, text_of: Callable[[str], Text]) -> dict[str, float]:
    """Every metric that covers the case, by name.

    Evidence recall = cited evidence / evidence, 0 for a declined case. Citation precision = citations
    that support the case / citations; it leaves out declined cases and answers without a citation, of
    which evidence recall tells. Fact recall = facts said / facts. Quote validity = literal quotes /
    citations. ``false_answer`` and ``false_refusal`` are 1 for the mistake and 0 otherwise; their means
    are the error rates.

    Source: citation recall and precision as in Gao et al. (2023), arXiv:2305.14627, with known evidence
    in the place of an entailment model.
    """
    scores = {"failed": 0.0}
    if answer.citations:
        literal = [is_literal(citation, text_of(citation.report_id).content) for citation in answer.citations]
        scores["quote_validity"] = _share(literal)
    if not case.answerable:
        return scores | {"false_answer": float(not answer.declined), "false_confidence": answer.confidence}
    scores |= retrieval_scores(case, answer.hits, marks.evidence_ranks)
    scores |= {"false_refusal": float(answer.declined), "confidence": answer.confidence}
    scores["evidence_recall"] = 0.0 if answer.declined else _share(marks.evidence_cited)
    if answer.citations and not answer.declined:
        scores["citation_precision"] = _share(marks.citations_needed)
    if case.facts:
        scores["fact_recall"] = _share(marks.facts_found)
    return scores


def score_failure(case: Case) -> dict[str, float]:
    """The scores of a case that ended in an error: nothing found, nothing cited, no answer, no refusal."""
    if not case.answerable:
        return {"failed": 1.0}
    names = [f"recall@{depth}" for depth in RECALL_DEPTHS]
    names += ["budget_recall", "ndcg@10", "mrr", *(f"{name}@10_{leg}" for leg in LEGS for name in ("recall", "ndcg"))]
    names += ["evidence_recall"] + ["fact_recall"] * bool(case.facts)
    return {"failed": 1.0} | dict.fromkeys(names, 0.0)
