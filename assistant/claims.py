"""A statement and the quotes that it rests on go in; the numbers and negations that the quotes do not support come out.

What is compared is the value, not the spelling: 540.000 is 540 duizend, 0,54 miljoen and 540 thousand; 3,1% is 3.1
percent; a half is 50%. A statement is checked for what it surely says, a quote counts for all that it may mean.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.figures import Figure, find_figures, supports
from assistant.negation import contradicts


def unsupported(
    statement: str, quotes: Sequence[str], language: str = "", context: Sequence[str] = ()
) -> tuple[str, ...]:
    """Stable codes of what ``statement`` says and no quote does, in order; empty where the quotes support it.

    The codes are ``number:45``, ``year:2019``, ``percentage:3.1``, ``amount:540000``, ``fraction:0.33``, ``month:3``
    and ``negation``. ``language`` is that of the statement, ``"nl"`` or ``"en"``; where it is empty the words tell.
    ``context`` are further words that a statement may take figures from, such as title and year of the report.

    >>> unsupported("Het kost 0,54 miljoen euro in 2019.", ["In 2018 kostte het € 540.000."], "nl")
    ('year:2019',)
    >>> unsupported("Gemeenten kunnen dit betalen.", ["Gemeenten kunnen dit niet betalen."], "nl")
    ('negation',)
    """
    known = [figure for quote in (*quotes, *context) for figure in find_figures(quote)]
    missing = [
        figure.code for figure in find_figures(statement, language) if figure.claims and not _is_known(figure, known)
    ]
    negation = ["negation"] if contradicts(statement, quotes) else []
    return tuple(dict.fromkeys(missing + negation))


def _is_known(figure: Figure, known: Sequence[Figure]) -> bool:
    return any(supports(other, figure) for other in known)
