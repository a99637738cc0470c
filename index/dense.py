"""The dense leg: one vector a passage in Chroma, compared by cosine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import chromadb
from chromadb.config import Settings

from index.types import Vectors

_COLLECTION = "passages"
_BATCH = 2000
_HNSW = {"space": "cosine", "ef_construction": 200, "ef_search": 200}


class DenseIndex:
    """Vectors of passages under their keys in one Chroma folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
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

    def search(self, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """The keys and cosines of the ``limit`` passages nearest to a vector of shape ``[dimension]``, best first."""
        limit = min(limit, self.count())
        if limit == 0:
            return []
        found = self._passages.query(query_embeddings=vector[None, :], n_results=limit, include=["distances"])
        distances = found["distances"] or [[]]
        return [(key, 1.0 - distance) for key, distance in zip(found["ids"][0], distances[0], strict=True)]

    def close(self) -> None:
        """Lets go of the folder, so that it can be copied or removed."""
        self._client.close()
