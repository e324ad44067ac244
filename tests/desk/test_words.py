"""Spans in words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidentcore.desk.words import span_word


@pytest.mark.parametrize(
    ("span", "word"),
    [
        (timedelta(0), "0m"),
        (timedelta(seconds=90), "90s"),
        (timedelta(minutes=1), "1m"),
        (timedelta(minutes=60), "1h"),
        (timedelta(hours=24), "1d"),
        (timedelta(hours=25), "25h"),
        (timedelta(days=7), "7d"),
        (timedelta(milliseconds=1500), "1.5s"),
    ],
)
def test_a_span_in_its_largest_unit(span: timedelta, word: str) -> None:
    assert span_word(span) == word
