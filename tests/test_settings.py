from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant.settings import Settings, load_settings, message_language
from corpus.errors import UsageError


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_environment_sets_and_an_option_goes_before_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WMO_PORT", "8001")
    monkeypatch.setenv("WMO_CORPUS", str(tmp_path))
    assert load_settings().port == 8001
    assert load_settings(port=9000, corpus=None).port == 9000
    assert load_settings(corpus=None).corpus == tmp_path


def test_a_path_from_home_and_an_empty_value_mean_what_they_mean_in_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WMO_INDEX", "~/index")
    monkeypatch.setenv("WMO_CORPUS", "")
    assert load_settings().index == Path.home() / "index"
    assert load_settings().corpus == Settings.model_fields["corpus"].default


def test_the_page_is_for_this_machine_only_by_default() -> None:
    assert load_settings().host == "127.0.0.1"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WMO_PORT", "tachtig"),
        ("WMO_PORT", "70000"),
        ("WMO_LANGUAGE", "de"),
        ("WMO_DECLINE_BELOW", "1.5"),
        ("WMO_MAX_QUOTES", "0"),
        ("WMO_MAX_WORDS", "-3"),
        ("WMO_MAX_MEGABYTES", "inf"),
    ],
)
def test_a_wrong_value_is_named_with_its_variable(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(UsageError) as refused:
        load_settings()
    for message in (refused.value.nl, refused.value.en):
        assert variable in message and value in message and "\n" not in message


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        load_settings().port = 1  # type: ignore[misc]


@pytest.mark.parametrize(("value", "language"), [("en", "en"), ("nl", "nl"), ("de", "nl"), ("", "nl")])
def test_messages_have_a_language_even_where_the_setting_is_wrong(
    monkeypatch: pytest.MonkeyPatch, value: str, language: str
) -> None:
    monkeypatch.setenv("WMO_LANGUAGE", value)
    assert message_language() == language


@pytest.mark.parametrize(
    ("variable", "value", "dutch"),
    [
        ("WMO_PORT", "tachtig", "geheel getal"),
        ("WMO_PORT", "70000", "hoogstens 65535"),
        ("WMO_LANGUAGE", "de", "'nl' of 'en'"),
        ("WMO_MAX_MEGABYTES", "inf", "eindig getal"),
        ("WMO_ALLOW_CHANGES", "misschien", "true of false"),
        ("WMO_CHAT_MODEL", "x", "vorm"),
    ],
)
def test_what_is_wrong_with_a_value_is_said_in_the_language_of_the_message(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, dutch: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(UsageError) as refused:
        load_settings()
    assert dutch in refused.value.nl and "should" not in refused.value.nl and "should" in refused.value.en
