"""What a user is told about how a chat model's answer came about, in the language of the answer."""

from __future__ import annotations

from assistant.compose import Draft
from corpus.errors import UserError


def fallback_note(name: str, draft: Draft | None, failure: UserError | None, language: str) -> str:
    """Why there are quotes in the place of a chat model's words."""
    dutch = language == "nl"
    if failure is not None:
        why = failure.message(language)
    elif draft is None or draft.says_none and not draft.checked:
        why = (
            f"Het taalmodel {name} vond in de passages geen antwoord."
            if dutch
            else f"The chat model {name} found no answer in the passages."
        )
    elif draft.checked:
        count = len(draft.checked)
        why = (
            f"Van {'de ene uitspraak' if count == 1 else f'de {count} uitspraken'} van het taalmodel {name} "
            "werd er geen door een citaat gedekt."
            if dutch
            else f"None of the {count} statement{'s' if count > 1 else ''} of the chat model {name} "
            "was supported by a quote."
        )
    elif draft.endless:
        why = _endless(name, dutch)
    else:
        why = (
            f"Het taalmodel {name} antwoordde niet in de gevraagde vorm."
            if dutch
            else f"The chat model {name} did not answer in the form asked for."
        )
    instead = "Daarom staan hier citaten uit de rapporten." if dutch else "So here are quotes from the reports."
    return f"{why} {instead}"


def draft_note(name: str, draft: Draft, failure: UserError | None, shows_unsupported: bool, language: str) -> str:
    """What is missing from an answer that a chat model wrote; empty where nothing is."""
    dutch = language == "nl"
    parts = []
    if failure is not None:
        unfinished = "Het antwoord is daardoor niet af." if dutch else "So the answer is not complete."
        parts.append(f"{failure.message(language)} {unfinished}")
    elif draft.endless:
        parts.append(_endless(name, dutch))
    rejected, read, missed = len(draft.rejected), len(draft.checked), len(draft.material.left_out)
    if rejected and not shows_unsupported:
        parts.append(
            f"{rejected} van de {read} uitspraken weggelaten: niet door een citaat gedekt."
            if dutch
            else f"{rejected} of {read} statements left out: not supported by a quote."
        )
    if missed:
        parts.append(
            f"Niet gelezen wegens WMO_CHAT_TOKENS: {missed} van de {missed + len(draft.material.shown)} passages."
            if dutch
            else f"Not read because of WMO_CHAT_TOKENS: {missed} of the {missed + len(draft.material.shown)} passages."
        )
    return " ".join(parts)


def _endless(name: str, dutch: bool) -> str:
    return (
        f"Het taalmodel {name} hield niet op en is afgebroken."
        if dutch
        else f"The chat model {name} did not stop and was broken off."
    )
