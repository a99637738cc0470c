"""What went wrong at a chat model's server goes in; what a user can do about it comes out, in Dutch and English."""

from __future__ import annotations

from assistant.question import make_safe
from corpus.errors import ModelUnavailable

_SAID_CHARS = 200


def describe_failure(error: BaseException, name: str, seconds: float) -> ModelUnavailable:
    """The message for an error that a model's provider raised, by its HTTP status where it has one."""
    nl, en = _because(error, seconds)
    return ModelUnavailable(nl=f"Het taalmodel {name} {nl}", en=f"The chat model {name} {en}")


def status_of(error: BaseException) -> int | None:
    """The HTTP status that an error carries, or None.

    >>> status_of(ValueError()) is None
    True
    """
    status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) and status > 0 else None


def _because(error: BaseException, seconds: float) -> tuple[str, str]:
    status = status_of(error)
    if status is not None:
        return _refused(status, _said(error))
    kinds = " ".join(kind.__name__ for kind in type(error).__mro__)
    if "Timeout" in kinds:
        seconds = max(round(seconds), 1)
        return (
            f"was na {seconds} seconden niet klaar. Kies een sneller model, of zet WMO_CHAT_SECONDS hoger.",
            f"was not done after {seconds} seconds. Choose a faster model, or set WMO_CHAT_SECONDS higher.",
        )
    if isinstance(error, OSError) or "Connection" in kinds or "TransportError" in kinds:
        return (
            "is niet te bereiken, of de verbinding brak af. Start de server, en controleer WMO_CHAT_URL.",
            "cannot be reached, or the connection broke. Start the server, and check WMO_CHAT_URL.",
        )
    return (
        f"gaf een antwoord dat niet te lezen is ({_said(error)}).",
        f"gave a reply that cannot be read ({_said(error)}).",
    )


def _refused(status: int, said: str) -> tuple[str, str]:
    match status:
        case 401 | 403:
            return (
                f"weigert de sleutel (HTTP {status}). Zet de goede sleutel in de omgeving, zoals OPENAI_API_KEY.",
                f"refuses the key (HTTP {status}). Put the right key in the environment, such as OPENAI_API_KEY.",
            )
        case 404:
            return (
                f"is op de server niet bekend (HTTP 404): {said}. Controleer de naam en WMO_CHAT_URL.",
                f"is not known to the server (HTTP 404): {said}. Check its name and WMO_CHAT_URL.",
            )
        case 429:
            return (
                "neemt nu geen vragen aan: te veel vragen, of het tegoed is op (HTTP 429). Probeer het later opnieuw.",
                "takes no questions now: too many, or the credit is used up (HTTP 429). Try again later.",
            )
        case _ if status >= 500:
            return (
                f"heeft een storing (HTTP {status}). Probeer het later opnieuw, of kijk in het log van de server.",
                f"has a fault (HTTP {status}). Try again later, or look in the server's log.",
            )
        case _:
            return (
                f"wijst de vraag af (HTTP {status}): {said}. Past die niet, zet dan WMO_CHAT_TOKENS lager.",
                f"rejects the question (HTTP {status}): {said}. If it does not fit, set WMO_CHAT_TOKENS lower.",
            )


def _said(error: BaseException) -> str:
    """What the server itself said, on one line and not too long."""
    line = " ".join(make_safe(str(error)).split()) or type(error).__name__
    return line if len(line) <= _SAID_CHARS else line[:_SAID_CHARS].rstrip() + "…"
