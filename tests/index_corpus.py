"""A small corpus of three reports on disk that a test can change, and a retriever over its index."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import tantivy

from corpus.catalogue import COLUMNS
from index.dutch import analyse
from index.fake_embed import HashingEmbedder
from index.generation import require_visible
from index.gloss import make_glosser
from index.glossary import Entry, Glossary
from index.linear import read_model
from index.retrieve import PASSAGE_MODEL, HybridRetriever
from index.snapshot import Snapshot, open_snapshot
from index.sync import SyncReceipt, sync

_WRITES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "shutil.copyfile", "shutil.rmtree")
EMBEDDER = HashingEmbedder()
GLOSSARY = Glossary(
    (
        Entry("WMO", "Wet maatschappelijke ondersteuning", "abbreviation"),
        Entry("keukentafelgesprek", "onderzoek", "everyday"),
        Entry("refuse", "weigeren", "english"),
        Entry("home help", "huishoudelijke hulp", "english"),
        Entry("municipality", "gemeente", "english"),
    )
)
REPORTS: Mapping[str, str] = {
    "jeugd": "# Jeugdhulp in de wijk\n\nDe aanbieder van jeugdhulp sluit een contract met de gemeente. "
    "Dat kost 540.000 euro per jaar.\n\n## Wachttijden\n\nKinderen wachten gemiddeld twaalf weken op een behandeling.",
    "hulp": "# Huishoudelijke hulp\n\nEen gemeente mag huishoudelijke hulp niet zomaar weigeren. "
    "Eerst volgt een onderzoek aan huis, en daarna een besluit.",
    "netwerk": "# Netwerken\n\nOrganisaties in een netwerk vertrouwen elkaar niet vanzelf. "
    "Zonder regie stokt de samenwerking, zeggen de professionals.",
}


def write_corpus(corpus: Path, reports: Mapping[str, str], titles: Mapping[str, str] | None = None) -> Path:
    """Writes the reports, by id, and a catalogue that names just these; files of other reports stay."""
    (corpus / "reports").mkdir(parents=True, exist_ok=True)
    rows = [",".join(COLUMNS)]
    for report_id, text in reports.items():
        (corpus / "reports" / f"{report_id}.md").write_text(text, "utf-8")
        title = (titles or {}).get(report_id, f"Rapport {report_id}")
        rows.append(f'{report_id},"{title}",Gemeente,2021,,nl,,{report_id}.md')
    (corpus / "catalogue.csv").write_text("\n".join(rows) + "\n", "utf-8")
    return corpus


def run_sync(corpus: Path, index: Path, rebuild: bool = False) -> SyncReceipt:
    return sync(corpus, index, EMBEDDER, rebuild)


def sync_until(corpus: Path, index: Path, writes: int) -> None:
    """Syncs, and kills its own process when Python is about to write in the index folder for the nth time."""
    left = iter(range(writes))

    def count(event: str, args: tuple[object, ...]) -> None:
        is_write = event in _WRITES or (event == "open" and args[1] == "w")
        if is_write and any(str(index) in str(arg) for arg in args) and next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    run_sync(corpus, index)


def open_index(index: Path) -> Snapshot:
    return open_snapshot(require_visible(index))


def make_retriever(snapshot: Snapshot) -> HybridRetriever:
    return HybridRetriever(
        snapshot=snapshot,
        embedder=EMBEDDER,
        expander=GLOSSARY.expander(analyse),
        glosser=make_glosser(GLOSSARY),
        model=read_model(PASSAGE_MODEL),
    )


def stored_keys(snapshot: Snapshot) -> tuple[Sequence[str], Sequence[str]]:
    """The keys that the dense and the lexical leg hold, sorted."""
    searcher = snapshot.lexical._index.searcher()
    found = searcher.search(tantivy.Query.all_query(), limit=len(snapshot.passages) + 100).hits
    lexical = [searcher.doc(address)["key"][0] for _, address in found]
    return sorted(snapshot.dense._passages.get(include=[])["ids"]), sorted(lexical)
