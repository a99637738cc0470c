"""What the tests of adding and removing share: short reports made on the spot, and a corpus with an index for them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.catalogue import read_catalogue
from index.add import AddReceipt, Given, add, want
from index.fake_embed import HashingEmbedder
from index.generation import require_visible
from index.snapshot import Snapshot, open_snapshot
from index.sync import SyncReceipt, sync
from index.types import Progress, Vectors, no_progress
from index.vectors import CachedEmbedder

WORDS = (
    "gemeente inwoner ondersteuning wijkteam aanbieder jeugdhulp mantelzorg budget beleid regio toegang indicatie huis "
    "vervoer dagbesteding schuld zorgverzekeraar netwerk vrijwilliger professional samenwerking uitvoering toezicht "
    "kwaliteit contract tarief verordening melding onderzoek keukentafel gesprek cliënt hulpmiddel woning aanpassing"
).split()


def report_text(seed: int, sentences: int = 12, title: str = "") -> str:
    """A Markdown report of its own for every seed, with two headings."""
    rng = random.Random(seed)

    def sentence() -> str:
        return f"De {' '.join(rng.choices(WORDS, k=9))} kost {rng.randrange(10**6)} euro."

    half = sentences // 2
    first, second = (" ".join(sentence() for _ in range(count)) for count in (half, sentences - half))
    return f"# {title or f'Rapport nummer {seed}'}\n\n{first}\n\n## Uitkomsten\n\n{second}\n"


def write_report(folder: Path, name: str, seed: int, **options: Any) -> Path:
    """A file with such a report."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(report_text(seed, **options), "utf-8")
    return path


class CountingEmbedder(HashingEmbedder):
    """The fake embedder, with the texts that it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def embed_passages(self, texts: Any, progress: Progress = no_progress, parts: Any = ()) -> Vectors:
        self.asked += texts
        return super().embed_passages(texts, progress, parts)


@dataclass(frozen=True)
class Desk:
    """A corpus, its index and the embedder for it."""

    corpus: Path
    index: Path
    counting: CountingEmbedder
    embedder: CachedEmbedder

    def add(self, *names: Path | str, given: Given | None = None, may_replace: bool = False) -> AddReceipt:
        wanted = want([str(name) for name in names], given or Given(), may_replace)
        return add(self.corpus, self.index, self.embedder, wanted)

    def sync(self, rebuild: bool = False) -> SyncReceipt:
        return sync(self.corpus, self.index, self.embedder, rebuild)

    def snapshot(self) -> Snapshot:
        """The visible generation, after both legs and the catalogue were found to agree."""
        snapshot = open_snapshot(require_visible(self.index))
        snapshot.close()
        assert [report.id for report in read_catalogue(self.corpus)] == list(snapshot.reports)
        assert {passage.report_id for passage in snapshot.passages} == set(snapshot.reports)
        return snapshot

    def contents(self) -> dict[str, str]:
        """The text of every report that can be found, by id."""
        return {name: reading.text.content for name, reading in self.snapshot().readings.items()}

    def state(self) -> tuple[dict[str, bytes], dict[str, bytes]]:
        """All that a command may change: the seal of each generation, and every file of the corpus."""
        folders = (self.index / "generations").iterdir()
        return {folder.name: (folder / "seal.json").read_bytes() for folder in folders}, tree(self.corpus)

    def files(self) -> set[str]:
        """The names of the files of reports, hidden ones left out."""
        return {path.name for path in (self.corpus / "reports").iterdir() if not path.name.startswith(".")}


def make_desk(folder: Path) -> Desk:
    """A desk over folders that are not there yet."""
    counting = CountingEmbedder()
    index = folder / "index"
    return Desk(folder / "corpus", index, counting, CachedEmbedder(counting, index / "vectors.sqlite"))


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with what it holds."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
