"""Which reports are alike: what is compared of each report is worked out once and kept in the index folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus.clean import CLEANER_VERSION
from corpus.likeness import Signature, Signatures, exact_digest, signature
from corpus.types import Report, Text
from index.lookup import Lookup

ALIKE_SHARE = 0.5
"""From this share of common text on, two reports are called alike."""

_FILE = "likeness.json"


@dataclass(frozen=True)
class Likeness:
    """What is compared of a report: the digest of its words, and the signature that tells how much two texts share.

    ``source`` is the path or the address that the report came from, or the name of its file where that is not known.
    """

    digest: str
    signature: Signature
    source: str

    @property
    def file_name(self) -> str:
        """The name of the source without its folders, in lower case."""
        return self.source.replace("\\", "/").rpartition("/")[2].casefold()


def likeness(text: Text, source: str) -> Likeness:
    """What is compared of a text that came from ``source``."""
    return Likeness(exact_digest(text.content), signature(text.content), source)


class Likenesses:
    """The likenesses of reports by id, looked up in as much time when there are thousands as when there are a few."""

    def __init__(self, known: Mapping[str, Likeness]) -> None:
        self.by_id = dict(known)
        self._signatures = Signatures({report_id: one.signature for report_id, one in known.items()})
        self._digests = Lookup({report_id: one.digest for report_id, one in known.items()})
        self._sources = Lookup({report_id: one.source for report_id, one in known.items()})

    def put(self, report_id: str, one: Likeness) -> None:
        """Adds the likeness of a report, or puts it in the place of the one that it had."""
        self.by_id[report_id] = one
        self._signatures.put(report_id, one.signature)
        self._digests.put(report_id, one.digest)
        self._sources.put(report_id, one.source)

    def same_words(self, one: Likeness) -> tuple[str, ...]:
        """The ids of the reports with just the same words."""
        return self._digests.find(one.digest)

    def same_source(self, one: Likeness) -> tuple[str, ...]:
        """The ids of the reports from the same path or address."""
        return self._sources.find(one.source)

    def find_alike(self, one: Likeness) -> list[tuple[str, float]]:
        """The ids of the reports that are alike, each with the share that both have in common, most alike first."""
        return self._signatures.find_alike(one.signature, ALIKE_SHARE)


def read_likenesses(index: Path, reports: Iterable[Report]) -> dict[str, Likeness]:
    """The likenesses that are kept in the index folder, by id; that of a report which is not there is left out."""
    kept = _read(index / _FILE)
    return {report.id: kept[_key(report)] for report in reports if _key(report) in kept}


def write_likenesses(index: Path, reports: Iterable[Report], found: Mapping[str, Likeness]) -> None:
    """Keeps the likenesses of these reports, and no others."""
    known = ((report, found[report.id]) for report in reports if report.id in found)
    rows = {_key(report): [one.digest, one.signature.minima.hex(), one.source] for report, one in known}
    path = index / f"{_FILE}.new"
    path.write_text(json.dumps(rows), "utf-8")
    os.replace(path, index / _FILE)


def _key(report: Report) -> str:
    """What a likeness depends on: the bytes of the file and the way they are cleaned."""
    return f"{report.sha256} {CLEANER_VERSION}"


def _read(path: Path) -> dict[str, Likeness]:
    """What was kept; nothing where it cannot be read, as it is worked out again then."""
    try:
        rows = json.loads(path.read_text("utf-8"))
        return {key: Likeness(row[0], Signature(bytes.fromhex(row[1])), row[2]) for key, row in rows.items()}
    except (OSError, ValueError, TypeError, AttributeError, LookupError):
        return {}
