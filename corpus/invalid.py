"""Enters: what pydantic found wrong with one value. Leaves: the same in Dutch, as it stands behind the value's name."""

from __future__ import annotations

from pydantic_core import ErrorDetails

_DUTCH = {
    "bool_parsing": "moet true of false zijn",
    "bool_type": "moet true of false zijn",
    "finite_number": "moet een eindig getal zijn",
    "float_parsing": "moet een getal zijn",
    "greater_than": "moet groter zijn dan {gt:g}",
    "greater_than_equal": "moet minstens {ge:g} zijn",
    "int_parsing": "moet een geheel getal zijn",
    "int_parsing_size": "is te groot",
    "less_than_equal": "mag hoogstens {le:g} zijn",
    "list_type": "moet een lijst zijn",
    "literal_error": "moet {expected} zijn",
    "model_type": "moet een object zijn",
    "string_pattern_mismatch": "heeft niet de vorm {pattern}",
    "string_type": "moet tekst zijn",
}


def say_in_dutch(detail: ErrorDetails) -> str:
    """What is wrong with a value; in pydantic's own words where it finds what our models do not ask."""
    words = _DUTCH.get(detail["type"])
    if words is None:
        return detail["msg"]
    return words.format(**detail.get("ctx", {})).replace("' or '", "' of '")
