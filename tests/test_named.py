import pytest

from index.named import figures_in, names_in


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Wat zegt Van Kuijk over de Wmo?", ("kuijk",)),
        ("What does Judith van der Veer say about Enschede?", ("judith", "veer", "enschede")),
        ("Samenwerking in netwerken", ()),
        ("wat doet het SCP?", ()),
        ("Is the Dutch Wmo older than January?", ()),
        ("Wat zegt Stouthard over Stouthard?", ("stouthard",)),
        ("", ()),
    ],
)
def test_names_are_found_by_their_capitals(question: str, names: tuple[str, ...]) -> None:
    assert names_in(question) == names


@pytest.mark.parametrize(
    ("question", "figures"),
    [
        ("Wat kostte het in 2019?", ("2019",)),
        ("Was het 3,1% van 540.000?", ("3,1", "540000")),
        ("Wat is de Wmo 2015, de Wmo 2015?", ("2015",)),
        ("Hoeveel?", ()),
    ],
)
def test_figures_are_found_once_each(question: str, figures: tuple[str, ...]) -> None:
    assert figures_in(question) == figures
