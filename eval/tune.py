"""Tunes the default model's biases and norms to questions, on corpora with question sets.

Passages and sentences keep their vectors, so that only questions pass through the model: a question is drawn towards
the sentences that answer it and their passages, and away from all others (InfoNCE, van den Oord et al. 2018, over every
sentence of every corpus). One that has no answer is drawn away from them all, towards a threshold that is learnt too.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sklearn.metrics import roc_auc_score
from torch.nn.functional import normalize

from assistant.wire import Desk
from corpus.types import Sentence
from eval.labels import mark_evidence
from eval.metrics import evidence_rank, recall_at
from eval.types import Case
from eval.worlds import World, as_searched
from index.checkpoint import Floats
from index.default import DefaultEmbedder
from index.e5 import bert_names
from index.reading import passage_key
from index.types import Progress, Vectors, no_progress

TEMPERATURE = 0.03
PASSAGE_SHARE = 0.5
"""What the passages count for in the loss, beside 1 for the sentences."""

UNANSWERABLE_SHARE = 3.0
"""What a question without an answer counts for, beside 1 for one that has one.

With the learning rate chosen by short runs over a quarter of an epoch, judged on the shipped sets and six acts.
"""

LEARNING_RATE = 5e-3
_THRESHOLD_RATE = 2e-3
_FIRST_THRESHOLD = 0.86
_BATCH = 64
_WARM_UP_STEPS = 30

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Lesson:
    """A question in its forms, with the rows of the sentences and passages that answer it: none has no answer."""

    forms: tuple[str, ...]
    sentences: Rows
    passages: Rows


@dataclass(frozen=True)
class Course:
    """Lessons with the vectors their rows are of, shapes ``[sentences, dimension]`` and ``[passages, dimension]``."""

    lessons: Sequence[Lesson]
    sentences: Vectors
    passages: Vectors


def read_course(worlds: Sequence[World], progress: Progress = no_progress) -> Course:
    """The lessons of several worlds: every case that has no answer, or whose evidence is among the sentences."""
    lessons: list[Lesson] = []
    sentences = passages = done = 0
    total = sum(len(world.cases) for world in worlds)
    for world in worlds:
        snapshot = world.desk.retriever.snapshot
        places = _places(snapshot.sentences)
        for case in world.cases:
            rows = _evidence_rows(case, places, world.desk)
            if len(rows) or not case.answerable:
                forms = world.desk.retriever.forms(*as_searched(case))
                within = np.unique(snapshot.sentence_passage[rows])
                lessons.append(Lesson(forms, rows + sentences, within + passages))
            done += 1
            progress("course", done, total)
        sentences += len(snapshot.sentences)
        passages += len(snapshot.passages)
    snapshots = [world.desk.retriever.snapshot for world in worlds]
    return Course(
        lessons,
        np.concatenate([s.sentence_vectors for s in snapshots]),
        np.concatenate([s.dense.vectors([passage_key(p) for p in s.passages]) for s in snapshots]),
    )


def _places(sentences: Sequence[Sentence]) -> dict[str, list[int]]:
    """The rows of the sentences of each report, by its id."""
    places: dict[str, list[int]] = {}
    for row, sentence in enumerate(sentences):
        places.setdefault(sentence.report_id, []).append(row)
    return places


def _evidence_rows(case: Case, places: Mapping[str, Sequence[int]], desk: Desk) -> Rows:
    """The rows of the sentences that are evidence of a case, looked for in its own reports alone."""
    reports = {evidence.report_id for evidence in case.evidence}
    rows = np.array(sorted(row for report in reports for row in places.get(report, ())), np.intp)
    sentences = desk.retriever.snapshot.sentences
    return rows[mark_evidence(case, [sentences[row] for row in rows], desk)]


@dataclass(frozen=True)
class CarryOver:
    """How questions fare in one world and language.

    ``recall`` is the mean share of the evidence in the first five passages; ``auroc`` tells how well the cosine of the
    closest sentence sets answerable cases apart from the others.
    """

    recall: float
    auroc: float


def carry_over(world: World, embedder: DefaultEmbedder, language: str) -> CarryOver:
    """How the questions of a world in one language fare with another embedder for questions."""
    retriever = world.desk.retriever.model_copy(update={"embedder": embedder, "judge": embedder})
    cases = [case for case in world.cases if case.lang == language]
    found = [retriever.find(*as_searched(case)) for case in cases]
    answerable = [case.answerable for case in cases]
    recalls = [
        recall_at([evidence_rank(evidence, findings.hits(5)) for evidence in case.evidence], 5)
        for case, findings in zip(cases, found, strict=True)
        if case.answerable
    ]
    closest = [findings.closeness.max() for findings in found]
    return CarryOver(float(np.mean(recalls)), float(roc_auc_score(answerable, closest)))


def tune(folder: Path, course: Course, epochs: int, progress: Progress = no_progress) -> dict[str, Floats]:
    """What is learnt over the default model in ``folder``: values for the tensors of its weights file.

    The order of the lessons is drawn the same way every time. An epoch over 10,000 questions takes some 5 minutes.
    """
    torch.manual_seed(0)
    draw = random.Random(0)
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    learnt = _free(model)
    threshold = torch.nn.Parameter(torch.tensor(_FIRST_THRESHOLD))
    groups = [{"params": [*learnt.values()], "lr": LEARNING_RATE}, {"params": [threshold], "lr": _THRESHOLD_RATE}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0)
    steps = epochs * -(-len(course.lessons) // _BATCH)
    rate = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps))
    sentences, passages = torch.from_numpy(course.sentences), torch.from_numpy(course.passages)
    for step, batch in enumerate(_batches(course.lessons, epochs, draw)):
        progress("tune", step, steps)
        vectors = _embed(model, [draw.choice(lesson.forms) for lesson in batch])
        loss = _loss(vectors @ sentences.T, vectors @ passages.T, threshold, batch)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        rate.step()
    progress("tune", steps, steps)
    return {name: values.detach().numpy() for name, values in learnt.items()}


def _free(model: SentenceTransformer) -> dict[str, torch.nn.Parameter]:
    """The biases and the norms of the encoder, by their name in the weights file: they alone may change."""
    encoder: Any = model[0].model
    names = {long: name for name, long in bert_names(encoder.config.num_hidden_layers).items()}
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    learnt = {
        names[long]: parameter
        for long, parameter in encoder.named_parameters()
        if long.endswith(".bias") or "LayerNorm" in long
    }
    for parameter in learnt.values():
        parameter.requires_grad_(True)
    return learnt


def _embed(model: SentenceTransformer, texts: Sequence[str]) -> torch.Tensor:
    features = model.preprocess(list(texts), prompt=model.prompts["query"], task="query")
    return normalize(model(features, task="query")["sentence_embedding"], dim=1)


def _loss(
    sentences: torch.Tensor, passages: torch.Tensor, threshold: torch.Tensor, batch: Sequence[Lesson]
) -> torch.Tensor:
    """The mean loss of a batch, from its cosines with every sentence and passage (a row for each question)."""
    none = threshold.expand(len(batch), 1)
    among_sentences = torch.log_softmax(torch.cat([none, sentences], dim=1) / TEMPERATURE, dim=1)
    among_passages = torch.log_softmax(passages / TEMPERATURE, dim=1)
    total = torch.zeros(())
    for row, lesson in enumerate(batch):
        if len(lesson.sentences):
            total = total - torch.logsumexp(among_sentences[row, lesson.sentences + 1], 0)
            total = total - PASSAGE_SHARE * torch.logsumexp(among_passages[row, lesson.passages], 0)
        else:
            total = total - UNANSWERABLE_SHARE * among_sentences[row, 0]
    return total / len(batch)


def _rate(step: int, steps: int) -> float:
    """The share of the learning rate at a step: rising over the first steps, then falling to nothing."""
    return min(1.0, (step + 1) / _WARM_UP_STEPS) * (1 - step / steps)


def _batches(lessons: Sequence[Lesson], epochs: int, draw: random.Random) -> Iterator[list[Lesson]]:
    """Every lesson once in each epoch, in batches of questions of about the same length, which take the least time."""
    for _ in range(epochs):
        order = sorted(lessons, key=lambda lesson: len(lesson.forms[0]) * draw.uniform(0.8, 1.25))
        batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
        draw.shuffle(batches)
        yield from batches
