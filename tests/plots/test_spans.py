"""Bars in lanes are the spans of their rows."""

from __future__ import annotations

from typing import Any

import pytest

from .drawn import pictures

mpl = pytest.importorskip("matplotlib")
mpl.use("Agg")
pytest.importorskip("matplotlib.pyplot")


def lanes(ax: Any) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def bars(ax: Any) -> set[tuple[str, float, float]]:
    names = lanes(ax)
    return {
        (
            names[round(bar.get_y() + bar.get_height() / 2)],
            round(bar.get_x(), 6),
            round(bar.get_x() + bar.get_width(), 6),
        )
        for bar in ax.patches
    }


def expected(rows: list[dict[str, Any]], name: Any) -> set[tuple[str, float, float]]:
    number = mpl.dates.date2num
    return {
        (name(row), round(number(row["start"]), 6), round(number(row["end"]), 6))
        for row in rows
        if row["start"] != row["end"]
    }


def test_clock() -> None:
    """What counted, paused, was closed or over is in a lane of its own; the due is a line."""
    plot, rows, options = pictures()["clock"]
    ax = plot(rows, ax=mpl.figure.Figure().subplots(), **options)
    assert bars(ax) == expected(rows, lambda row: row["kind"])
    assert lanes(ax) == ["counted", "paused", "ended"]
    assert mpl.dates.date2num(ax.lines[0].get_xdata()[0]) == mpl.dates.date2num(rows[0]["due"])


def test_life() -> None:
    """States, groups and assignees are bars, and each event is a diamond."""
    plot, rows, options = pictures()["life"]
    ax = plot(rows, ax=mpl.figure.Figure().subplots(), **options)
    spans = [row for row in rows if row["lane"] != "event"]
    assert bars(ax) == expected(spans, lambda row: f"{row['lane']}: {row['value']}")
    events = [row for row in rows if row["lane"] == "event"]
    assert [line.get_xdata()[0] for line in ax.lines] == [row["start"] for row in events]


def test_rota() -> None:
    """A lane for each person and one for gaps."""
    plot, rows, options = pictures()["rota"]
    ax = plot(rows, ax=mpl.figure.Figure().subplots(), **options)
    assert bars(ax) == expected(rows, lambda row: row["person"] or "nobody")
    assert set(lanes(ax)) == {row["person"] or "nobody" for row in rows}
