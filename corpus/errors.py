"""The errors that a user can mend, each with its message in Dutch and English.

UserError
 ├─ UsageError        the command or the question itself is wrong (exit code 2)
 ├─ CorpusError       the catalogue, or a report named in it, is missing or wrong
 │   └─ LoadError     one file cannot be read as a report
 ├─ IndexMissing      there is no index yet
 ├─ IndexMismatch     the index was made by another model, splitter or cleaner
 ├─ IndexDamaged      the index folder cannot be read
 ├─ IndexBusy         another process is writing the index
 └─ ModelUnavailable  an embedding or chat model cannot be loaded or reached
"""

from __future__ import annotations

from typing import ClassVar


class UserError(Exception):
    """Something a user can mend: what happened, with the value; what was expected; the next step."""

    exit_code: ClassVar[int] = 1

    def __init__(self, nl: str, en: str) -> None:
        super().__init__(en)
        self.nl = nl
        self.en = en

    def message(self, language: str) -> str:
        """The message in ``"nl"`` or, for every other value, in English."""
        return self.nl if language == "nl" else self.en


class UsageError(UserError):
    """The command or the question itself is wrong: empty, too long, an unknown report."""

    exit_code = 2


class CorpusError(UserError):
    """The catalogue, or a report named in it, is missing or wrong."""


class LoadError(CorpusError):
    """One file cannot be read as a report: unknown format, no text, encrypted."""


class IndexMissing(UserError):
    """There is no index yet at the given place."""


class IndexMismatch(UserError):
    """The index was made by another embedding model, splitter or cleaner than the one in use."""


class IndexDamaged(UserError):
    """The index folder is there, but what it holds cannot be read or does not add up."""


class IndexBusy(UserError):
    """Another process holds the writer's lock."""


class ModelUnavailable(UserError):
    """An embedding or chat model cannot be loaded or reached."""
