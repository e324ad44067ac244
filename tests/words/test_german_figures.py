"""What a report says of its figures and of a file, in German."""

from __future__ import annotations

from string import Formatter

import pytest

from incidentcore.words.german_figures import FIGURES, FOUND


@pytest.mark.parametrize("table", [FIGURES, FOUND])
def test_a_template_and_its_translation_name_the_same_data(table: dict[str, str]) -> None:
    """What is in braces is data, which no language drops or adds."""
    for english, german in table.items():
        names = [
            sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)
            for text in (english, german)
        ]
        assert names[0] == names[1], english


def test_terms_that_desks_use() -> None:
    """Checked against how German desks write them."""
    assert FIGURES["Backlog"] == "Rückstand"
    assert FIGURES["Records resolved"] == "Gelöste Vorgänge"
