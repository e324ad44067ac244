"""The bar of a clock's stretches: to scale, and safe for any text."""

from __future__ import annotations

import re
from datetime import timedelta

from incidentcore.sla.bar import svg_bar

HOUR = timedelta(hours=1)


def test_stretches_are_drawn_to_scale() -> None:
    """Three hours and one hour of 720 points: 540 and 180; one of no length is left out."""
    bar = svg_bar(
        [(3 * HOUR, "counting", "a"), (timedelta(0), "stopped", "b"), (HOUR, "paused", "c")],
        title="t",
    )
    assert re.findall(r'<rect x="([\d.]+)" y="0" width="([\d.]+)"', bar) == [
        ("0.00", "540.00"),
        ("540.00", "180.00"),
    ]


def test_texts_are_escaped() -> None:
    """A text from a file draws nothing of its own."""
    bar = svg_bar([(HOUR, "counting", "<b>&")], title="<i>")
    assert "<title>&lt;b&gt;&amp;</title>" in bar
    assert "<title>&lt;i&gt;</title>" in bar
