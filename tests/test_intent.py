import pytest

from assistant.intent import read_intent


@pytest.mark.parametrize(
    ("intent", "dutch", "english"),
    [
        ("why", "Waarom stokt de samenwerking?", "Why does collaboration stall?"),
        ("why", "Welke knelpunten zijn er?", "What are the obstacles?"),
        ("how", "Hoe werken de wijkteams?", "How do the local teams work?"),
        ("who", "Wie deed het onderzoek?", "Who did the research?"),
        ("number", "Hoeveel gemeenten deden mee?", "How many municipalities took part?"),
        ("number", "Hoe lang duurde het onderzoek?", "How long did the study take?"),
        ("why", "Waarom verschilt de wachttijd?", "Why does the waiting time differ?"),
        ("recommendation", "Wat beveelt Van Kuijk aan?", "What does Van Kuijk recommend?"),
        ("recommendation", "Wat wordt aanbevolen?", "What is recommended?"),
        ("recommendation", "Wat zou een gemeente moeten doen?", "What should a municipality do?"),
        ("comparison", "Wat is het verschil met Breda?", "How does it differ from Breda?"),
        ("when", "Wanneer begon de proef?", "When did the trial begin?"),
        ("where", "Waar vond de proef plaats?", "Where was the trial?"),
        ("definition", "Wat is een proeftuin?", "What is a living lab?"),
        ("what", "experimenten Enschede", "experiments Enschede"),
    ],
)
def test_both_languages_ask_for_the_same_kind_of_answer(intent: str, dutch: str, english: str) -> None:
    assert (read_intent(dutch), read_intent(english)) == (intent, intent)


@pytest.mark.parametrize("question", ["het showelement", "de whyteboard", "een vsw", "de wieg"])
def test_a_cue_inside_another_word_does_not_count(question: str) -> None:
    assert read_intent(question) == "what"


def test_capitals_do_not_matter() -> None:
    assert read_intent("WAAROM STOKT HET?") == "why"
