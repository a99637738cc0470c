"""What kind of answer a question asks for, by the words it is put in."""

from __future__ import annotations

import re
from collections.abc import Mapping

_CUES: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "recommendation": r"\b(aanbev\w*|beveelt|bevelen|raadt|advies|adviseer\w*|advise\w*|geadviseerd|"
        r"zou(den)? (\w+ ){0,4}moeten|recommend\w*|advice|should)\b",
        "why": r"\b(waarom|waardoor|hoezo|oorza\w*|reden\w*|verklar\w*|knelpunt\w*|belemmer\w*|"
        r"why|cause\w*|reason\w*|explain\w*|obstacle\w*|barrier\w*|hinder\w*|bottleneck\w*|hamper\w*)\b",
        "comparison": r"\b(vergelijk\w*|verschil\w*|overeenkomst\w*|compar\w*|differ\w*|versus|vs|agree|disagree)\b",
        "number": r"\b(hoeveel|hoe (veel|vaak|hoog|groot|lang|oud|ver)|aantal|percentage|procent|"
        r"welk (deel|aandeel|bedrag)|"
        r"how (many|much|often|high|large|long|old|far)|number of|what (share|percentage|proportion|fraction))\b",
        "when": r"\b(wanneer|sinds wanneer|in welk jaar|datum|when|what (year|date)|which year|since when)\b",
        "who": r"\b(wie|welke (onderzoeker\w*|organisatie\w*|partij\w*|persoon)|door wie|"
        r"who|whom|whose|which (researcher|organi[sz]ation)\w*)\b",
        "where": r"\b(waar|in welke gemeente\w*|where|which (municipalit|cit|place)\w*)\b",
        "definition": r"\b(wat (is|zijn|betekent|houdt)|definitie|what (is|are|does) \w+|definition|mean(s|ing)?)\b",
        "how": r"\b(hoe|op welke (manier|wijze)|how)\b",
    }.items()
}


def read_intent(question: str) -> str:
    """The kind of answer asked for, or ``"what"`` where no cue tells.

    One of recommendation, why, comparison, number, when, who, where, definition, how, what; the first that fits.

    >>> read_intent("Hoeveel gemeenten deden mee?"), read_intent("experimenten Enschede")
    ('number', 'what')
    """
    return next((name for name, cue in _CUES.items() if cue.search(question)), "what")


def is_section_of(intent: str, heading: str) -> bool:
    """Whether a heading says that below it stands what is asked for: recommendations, which reports set apart.

    >>> is_section_of("recommendation", "5 Conclusies en aanbevelingen"), is_section_of("how", "Hoe verder?")
    (True, False)
    """
    return intent == "recommendation" and bool(_CUES[intent].search(heading))
