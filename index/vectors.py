"""Enters: texts and an embedder. Leaves: the same vectors, computed once and then read from one SQLite file."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from hashlib import blake2b
from pathlib import Path

import numpy as np

from corpus.errors import IndexBusy, IndexDamaged
from index.default import DefaultEmbedder
from index.parts import part_rows
from index.types import Embedder, Judge, Parts, Progress, Vectors, no_progress

logger = logging.getLogger(__name__)

CHUNK_TEXTS = 128
"""Texts embedded between two commits: at most this much work is lost when a run is killed."""

LOOKUP_KEYS = 500
QUERIES_KEPT = 256
BUSY_SECONDS = 30.0

_SCHEMA = """
create table if not exists vectors (
    fingerprint text not null, text blob not null, vector blob not null, primary key (fingerprint, text)
) without rowid
"""


def text_key(text: str, parts: Parts = ()) -> bytes:
    """The 16 bytes under which the vectors of a text and its parts are kept.

    >>> len(text_key("Wmo 2015")), text_key("a") == text_key("A"), text_key("a") == text_key("a", [(0, 1)])
    (16, False, False)
    """
    about = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16)
    if parts:
        about.update(str([tuple(part) for part in parts]).encode())
    return about.digest()


class CachedEmbedder:
    """An embedder that keeps passages' vectors in the file ``path``, and the last questions' vectors in memory.

    Vectors are kept as float32, so that a vector read equals the vector computed (float16 would halve 1.5 kB a text
    at a cosine of 0.9999999). Several processes and threads may use one file. A file that is damaged is set aside
    under another name and begun anew: nothing in it is irreplaceable. ``judge`` is there where the embedder is one.

    Raises:
        IndexDamaged: on embedding passages or pruning, when the file can be neither opened nor made.
        IndexBusy: when another process holds the file for longer than half a minute.
    """

    def __init__(self, embedder: Embedder, path: Path) -> None:
        self.judge: Judge | None = embedder if isinstance(embedder, DefaultEmbedder) else None
        self._embedder = embedder
        self._path = path
        self._queries: dict[str, Vectors] = {}
        self._queries_lock = threading.Lock()
        self.fingerprint = embedder.fingerprint
        self.dimension = embedder.dimension
        self._is_prepared = False
        self._preparing = threading.Lock()

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """One vector for each question, in order."""
        with self._queries_lock:
            missing = [text for text in dict.fromkeys(texts) if text not in self._queries]
            for text, row in zip(missing, self._embedder.embed_queries(missing) if missing else [], strict=True):
                self._queries[text] = row
            rows = []
            for text in texts:
                self._queries[text] = row = self._queries.pop(text)
                rows.append(row)
            for text in list(self._queries)[:-QUERIES_KEPT]:
                del self._queries[text]
        return np.stack(rows) if rows else np.zeros((0, self.dimension), np.float32)

    def embed_passages(
        self, texts: Sequence[str], progress: Progress = no_progress, parts: Sequence[Parts] = ()
    ) -> Vectors:
        """One vector for each passage or sentence, in order, then one for each part.

        ``progress`` counts the texts that are not in the file.
        """
        divided = list(zip(texts, parts or [()] * len(texts), strict=True))
        inside = part_rows(len(texts), [some for _, some in divided])
        vectors = np.empty((inside[-1].stop if inside else 0, self.dimension), np.float32)
        places: dict[bytes, list[int]] = {}
        for place, (text, some) in enumerate(divided):
            places.setdefault(text_key(text, some), []).append(place)

        def put(key: bytes, block: Vectors) -> None:
            for place in places.pop(key):
                vectors[place], vectors[inside[place]] = block[0], block[1:]

        with self._connect() as connection:
            for key, block in self._read(connection, list(places)):
                if len(block) == 1 + len(divided[places[key][0]][1]):
                    put(key, block)
            missing = sorted(places, key=lambda key: (-len(divided[places[key][0]][0]), key))
            for start in range(0, len(missing), CHUNK_TEXTS):
                progress("embed", start, len(missing))
                chunk = missing[start : start + CHUNK_TEXTS]
                blocks = self._compute([divided[places[key][0]] for key in chunk])
                kept = [(self.fingerprint, key, block.tobytes()) for key, block in zip(chunk, blocks, strict=True)]
                with connection:
                    connection.executemany("insert or replace into vectors values (?, ?, ?)", kept)
                for key, block in zip(chunk, blocks, strict=True):
                    put(key, block)
            if missing:
                progress("embed", len(missing), len(missing))
        return vectors

    def prune(self, keep: Iterable[tuple[str, Parts]]) -> int:
        """Drops the vectors, of whatever model, of every text that is not in ``keep``; gives how many."""
        with self._connect() as connection, connection:
            connection.execute("create temp table kept (text blob primary key)")
            connection.executemany("insert or ignore into kept values (?)", ((text_key(*text),) for text in keep))
            return connection.execute("delete from vectors where text not in (select text from kept)").rowcount

    def _compute(self, divided: Sequence[tuple[str, Parts]]) -> list[Vectors]:
        """For each text with its parts the vector of the text, and below it those of the parts."""
        texts, parts = zip(*divided, strict=True)
        vectors = self._embedder.embed_passages(texts, no_progress, parts)
        rows = part_rows(len(texts), parts)
        return [np.vstack((vectors[i : i + 1], vectors[inside])) for i, inside in enumerate(rows)]

    def _read(self, connection: sqlite3.Connection, keys: Sequence[bytes]) -> Iterator[tuple[bytes, Vectors]]:
        for start in range(0, len(keys), LOOKUP_KEYS):
            some = keys[start : start + LOOKUP_KEYS]
            query = (
                "select text, vector from vectors where fingerprint = ? and length(vector) % ? = 0 "
                f"and text in ({','.join('?' * len(some))})"
            )
            for key, blob in connection.execute(query, (self.fingerprint, 4 * self.dimension, *some)):
                yield key, np.frombuffer(blob, np.float32).reshape(-1, self.dimension)

    def _prepare(self) -> None:
        """Makes the file ready, before its first use: who only asks may have no right to write it."""
        with self._preparing:
            if not self._is_prepared:
                try:
                    self._make_ready()
                except OSError as error:
                    raise _unusable(self._path, error) from error
                self._is_prepared = True

    def _make_ready(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if not self._is_sound():
            aside = self._path.with_name(self._path.name + ".damaged")
            logger.warning("the vector cache %s is damaged; it is set aside as %s and begun anew", self._path, aside)
            self._path.replace(aside)
            for ending in ("-wal", "-shm"):
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        with self._open() as connection, connection:
            connection.execute("pragma journal_mode = wal")
            connection.execute(_SCHEMA)

    def _is_sound(self) -> bool:
        """Whether SQLite finds no damage; a file that is busy or closed to us is not called damaged."""
        try:
            with closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS)) as connection:
                return bool(connection.execute("pragma quick_check(1)").fetchone() == ("ok",))
        except sqlite3.DatabaseError as error:
            return isinstance(error, sqlite3.OperationalError)

    def _connect(self) -> AbstractContextManager[sqlite3.Connection]:
        self._prepare()
        return self._open()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection for one call, closed after it; what SQLite cannot do is told as what a user can mend."""
        try:
            with closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS)) as connection:
                yield connection
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise IndexBusy(
                    nl=f"Een ander proces houdt {self._path} al {BUSY_SECONDS:.0f} seconden bezet. "
                    "Wacht tot het klaar is en probeer het opnieuw.",
                    en=f"Another process has held {self._path} for {BUSY_SECONDS:.0f} seconds. "
                    "Wait until it is done and try again.",
                ) from error
            raise _unusable(self._path, error) from error


def _unusable(path: Path, error: Exception) -> IndexDamaged:
    return IndexDamaged(
        nl=f"De vectoren in {path} zijn niet te lezen of te schrijven: {error}. "
        "Controleer de rechten en de schijfruimte, of verwijder het bestand: het wordt opnieuw gemaakt.",
        en=f"The vectors in {path} cannot be read or written: {error}. "
        "Check the rights and the disk space, or remove the file: it is made again.",
    )
