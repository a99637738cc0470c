"""The dense leg: one vector a passage in Chroma, compared by cosine."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

import numpy as np
from chromadb.api.client import Client
from chromadb.api.collection_configuration import CreateHNSWConfiguration
from chromadb.api.types import Where
from chromadb.config import Settings
from chromadb.errors import ChromaError, InternalError

from index.generation import damaged
from index.types import Vectors

_COLLECTION = "passages"
_BATCH = 2000
_BUSY_SECONDS = 30.0
_READ_BYTES = 1 << 20
_HNSW_HEADER = struct.Struct("<iQQQQ")  # version, offset, places for vectors, places taken, bytes of a place
_HNSW: CreateHNSWConfiguration = {"space": "cosine", "ef_construction": 200, "ef_search": 200}


class DenseIndex:
    """Vectors of passages under their keys in one Chroma folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        settings = Settings(persist_directory=str(folder), is_persistent=True, anonymized_telemetry=False)
        try:
            self._client = Client(settings=settings)
        except ChromaError:
            Client.clear_system_cache()  # or it hands out the store that did not open to whoever asks next
            raise
        self._passages = self._client.get_or_create_collection(
            _COLLECTION, configuration={"hnsw": _HNSW}, embedding_function=None
        )

    def replace(self, removed: Iterable[str], added: Sequence[tuple[str, str]], vectors: Vectors) -> None:
        """Removes every passage of the reports ``removed``, then adds (key, report id) pairs with their vectors."""
        for report_id in removed:
            self._passages.delete(where={"report_id": report_id})
        for start in range(0, len(added), _BATCH):
            batch = added[start : start + _BATCH]
            self._passages.add(
                ids=[key for key, _ in batch],
                metadatas=[{"report_id": report_id} for _, report_id in batch],
                embeddings=vectors[start : start + _BATCH],
            )

    def count(self) -> int:
        """How many passages are held."""
        return self._passages.count()

    def search(self, vector: Vectors, limit: int, reports: Collection[str] | None = None) -> list[tuple[str, float]]:
        """The keys and cosines of the ``limit`` passages nearest to a vector of shape ``[dimension]``, best first.

        With ``reports``, only the passages of these reports are compared.

        Raises:
            IndexDamaged: the store cannot be searched, or was removed since it was opened.
        """
        within: Where | None = None
        if reports is not None:
            inside: dict[Literal["$in", "$nin"], list[str | int | float | bool]] = {"$in": [*sorted(reports)]}
            within = {"report_id": inside}
        with self._searching():
            found = self._passages.query(
                query_embeddings=vector[None, :], n_results=limit, where=within, include=["distances"]
            )
        distances = found["distances"] or [[]]
        return [(key, 1.0 - distance) for key, distance in zip(found["ids"][0], distances[0], strict=True)]

    def vectors(self, keys: Sequence[str]) -> Vectors:
        """The vectors of passages, shape ``[keys, dimension]``; raises KeyError for a key that is not held."""
        with self._searching():
            found = self._passages.get(ids=list(keys), include=["embeddings"])
        place = {key: row for row, key in enumerate(found["ids"])}
        return np.asarray(found["embeddings"], np.float32)[[place[key] for key in keys]]

    def probe(self) -> None:
        """Reads one passage back and searches with its vector, so that a store that cannot be searched raises here.

        The first search makes Chroma write the files of a small store anew; what comes along with that is blanked.
        """
        vectors = self._passages.get(limit=1, include=["embeddings"])["embeddings"]
        if vectors is not None and len(vectors):
            self.search(np.asarray(vectors[0], np.float32), 1)
        blank_unused(self._folder)

    @contextmanager
    def _searching(self) -> Iterator[None]:
        """Tells what Chroma cannot do as what a user can mend."""
        try:
            yield
        except InternalError as error:
            raise damaged(self._folder, f"chroma: {error}") from error

    def close(self) -> None:
        """Lets go of the folder, so that it can be copied or removed."""
        self._client.close()


def blank_unused(folder: Path) -> None:
    """Puts zeros in the part of a Chroma folder's HNSW files that holds no vector yet.

    hnswlib writes that part as the memory happened to be, with words of whatever was read before. A file of another
    layout than hnswlib's stays as it is.
    """
    for header in folder.glob("*/header.bin"):
        path, start = header.with_name("data_level0.bin"), header.read_bytes()[: _HNSW_HEADER.size]
        if len(start) < _HNSW_HEADER.size or not path.is_file():
            continue
        _, _, places, taken, place_bytes = _HNSW_HEADER.unpack(start)
        if path.stat().st_size == places * place_bytes and _is_used(path, taken * place_bytes):
            with path.open("r+b") as file:
                file.seek(taken * place_bytes)
                file.write(bytes((places - taken) * place_bytes))


def _is_used(path: Path, start: int) -> bool:
    """Whether a file holds anything but zeros from an offset on."""
    with path.open("rb") as file:
        file.seek(start)
        return any(part.count(0) != len(part) for part in iter(lambda: file.read(_READ_BYTES), b""))


def find_damage(folder: Path) -> str:
    """What SQLite finds wrong with a Chroma folder, in English; empty where it finds nothing."""
    path = (folder / "chroma.sqlite3").resolve().as_uri()
    try:
        with closing(sqlite3.connect(f"{path}?mode=ro", uri=True, timeout=_BUSY_SECONDS)) as connection:
            (found,) = connection.execute("pragma quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else str(found)
