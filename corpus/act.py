"""The title of a Dutch act goes in; what people call the act, and when it was made, come out."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TITLE = re.compile(
    r"(?:(?:rijks)?wet|(?:koninklijk )?besluit|(?:ministeriële )?regeling|verordening)\b.*?"
    r"\bvan (?P<date>\d{1,2} [a-z]+ \d{4})\b.*\((?P<name>[A-Z][^()]*)\)\W*",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Act:
    """An act by its citation title, and its date in words ("9 juli 2014")."""

    name: str
    date: str


def read_act(title: str) -> Act | None:
    """The act that a full title is of, where it ends in a citation title; else None.

    >>> read_act("Wet van 9 juli 2014, houdende regels over ondersteuning (Wet maatschappelijke ondersteuning 2015)")
    Act(name='Wet maatschappelijke ondersteuning 2015', date='9 juli 2014')
    >>> read_act("Wet van de straat (Deel 2)")
    """
    match = _TITLE.fullmatch(title)
    return Act(match["name"], match["date"]) if match else None
