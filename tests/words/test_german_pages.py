"""The German words of pages."""

from __future__ import annotations

from string import Formatter

from incidentcore.words.german_pages import PAGES


def test_a_page_s_german_has_the_places_of_its_english() -> None:
    """What English fills in, German fills in too."""
    for english, german in PAGES.items():
        holes = [{name for _, name, _, _ in Formatter().parse(text)} for text in (english, german)]
        assert holes[0] - {None} == holes[1] - {None}, english
        assert german.strip()
