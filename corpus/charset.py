"""Bytes of text that are not UTF-8 go in, their text and the name of the charset come out.

Western charsets share nearly all of their bytes, so statistics over a short text cannot tell them apart; what a word
looks like can: "cliënt" has one reading that is a word, and "cliÙnt", "cli‰nt" and "cli‘nt" are the others.
"""

from __future__ import annotations

import re

_WESTERN = ("cp1252", "iso8859_15", "mac_roman", "cp850")
_RARE = "êôûáàâäóòçåøñæœß"
_LETTERS = f"ëéèïöü{_RARE}"
_USUAL = re.compile(
    # a small letter in or at the end of a word, or one that begins it before another; capitals at its beginning
    rf"(?<=[a-z{_LETTERS}A-Z])[{_LETTERS}](?![A-Z])|(?<![^\W\d_])[{_LETTERS}](?=[a-z{_LETTERS}])"
    r"|(?<![^\W\d_])[ËÉÈÏÖÜÄÅÇ](?=[a-z])|(?<=[A-Z])[ËÉÈÏÖÜÄÅÇ]"
    # marks that stand outside a word, and the apostrophe within one
    r"|(?<![^\W\d_])[‘“„«–—…•€§·°±½²³\xa0]|[’”»–—…€§°²³\xa0](?![^\W\d_])|(?<=[a-z])’(?=[a-z])"
)
_OTHER = re.compile(r"[^\x00-\x7f]")


def guess_western(data: bytes) -> tuple[str, str] | None:
    """The text of ``data`` in the western charset in which it reads best, and its name; None where it reads in none.

    >>> guess_western("De cliënt zei: ‘één coördinator’.".encode("cp1252"))
    ('De cliënt zei: ‘één coördinator’.', 'cp1252')
    >>> guess_western("De cliënt en één coördinator".encode("mac_roman"))[1]
    'mac_roman'
    """
    readings = [(text, name) for name in _WESTERN if (text := _decode(data, name)) is not None]
    best = max(readings, key=lambda reading: _usual_share(reading[0]), default=None)
    return best if best and _usual_share(best[0]) > 0.4 else None


def _decode(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _usual_share(text: str) -> float:
    """Which part of the characters outside ASCII are where Dutch and English have them, rare ones counted half.

    It is 0 where there are none.
    """
    others = len(_OTHER.findall(text))
    usual = sum(0.5 if char in _RARE else 1.0 for char in _USUAL.findall(text))
    return usual / others if others else 0.0
