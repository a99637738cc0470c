"""Which reports are alike: what is compared of each report is worked out once and kept in the index folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus.clean import CLEANER_VERSION
from corpus.likeness import Signature, exact_digest, find_alike, signature
from corpus.types import Report, Text

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


def most_alike(one: Likeness, others: Mapping[str, Likeness]) -> tuple[str, float]:
    """The id of the report most like ``one``, and the share they have in common; an empty id where none is alike."""
    found = find_alike(one.signature, {name: other.signature for name, other in others.items()}, ALIKE_SHARE)
    return found[0] if found else ("", 0.0)


def read_likenesses(index: Path, reports: Iterable[Report]) -> dict[str, Likeness]:
    """The likenesses that are kept in the index folder, by id; that of a report which is not there is left out."""
    kept = _read(index / _FILE)
    return {report.id: kept[_key(report)] for report in reports if _key(report) in kept}


def write_likenesses(index: Path, reports: Iterable[Report], found: Mapping[str, Likeness]) -> None:
    """Keeps the likenesses of these reports, and no others."""
    known = ((report, found[report.id]) for report in reports if report.id in found)
    rows = {_key(report): [one.digest, one.signature.minima.hex(), one.source] for report, one in known}
    path = index / f"{_FILE}.new"
    path.write_text(json.dumps(rows, indent=0), "utf-8")
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
