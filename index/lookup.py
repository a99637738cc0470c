"""Reports and a value of each go in; out come the reports that have a value, however many others there are."""

from __future__ import annotations

from collections.abc import Mapping


class Lookup:
    """The ids of reports by a value that each of them has.

    >>> files = Lookup({"een": "a.md", "twee": "b.md"})
    >>> files.put("twee", "a.md")
    >>> files.find("a.md"), files.find("b.md")
    (('een', 'twee'), ())
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values: dict[str, str] = {}
        self._ids: dict[str, dict[str, None]] = {}
        for report_id, value in values.items():
            self.put(report_id, value)

    def put(self, report_id: str, value: str) -> None:
        """Gives a report this value, in the place of the one that it had."""
        if report_id in self._values:
            del self._ids[self._values[report_id]][report_id]
        self._values[report_id] = value
        self._ids.setdefault(value, {})[report_id] = None

    def find(self, value: str) -> tuple[str, ...]:
        """The ids of the reports that have this value, in the order in which they got it."""
        return tuple(self._ids.get(value, ()))
