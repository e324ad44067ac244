"""An SLA clock drawn to scale as an SVG bar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from html import escape
from typing import Final

_WIDTH: Final = 720
_HEIGHT: Final = 24
# Distinct in gray and for color-blind readers: counting is dark, the rest is light.
_COLORS: Final = {
    "counting": "#1f5fa8",
    "paused": "#f2b134",
    "out_of_hours": "#d9dde2",
    "holiday": "#c5b8d9",
    "break": "#e6dfc8",
    "maintenance": "#b9c9b2",
    "closed_until_reopened": "#c8ccd0",
    "stopped": "#eef0f2",
    "not_started": "#ffffff",
    "canceled": "#f0d9d9",
    "replaced": "#e3d4e3",
    "swapped": "#000000",
}


def svg_bar(parts: Iterable[tuple[timedelta, str, str]], *, title: str) -> str:
    """Return one SVG bar of consecutive intervals (length, code, tooltip), drawn to scale."""
    drawable = [part for part in parts if part[0] > timedelta(0)]
    total = sum((length for length, _, _ in drawable), timedelta(0)) or timedelta(1)
    drawn: list[str] = []
    at = timedelta(0)
    for length, code, text in drawable:
        color = _COLORS.get(code, "#eef0f2")
        drawn.append(
            f'<rect x="{at / total * _WIDTH:.2f}" y="0" width="{length / total * _WIDTH:.2f}" '
            f'height="{_HEIGHT}" fill="{color}" stroke="#666" stroke-width="0.5">'
            f"<title>{escape(text)}</title></rect>"
        )
        at += length
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"><title>{escape(title)}</title>'
        f"{''.join(drawn)}</svg>"
    )
