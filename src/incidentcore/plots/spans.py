"""Draw charts of time spans: a clock, the life of a record, an on-call rota."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from incidentcore.plots.canvas import Palette, Theme, dress, finish, in_zone, time_axis

Rows: TypeAlias = Sequence[Mapping[str, Any]]


def _lanes(
    rows: Rows, lane_of: Sequence[str], ax: Any, colors: Palette, zone: ZoneInfo | str
) -> None:
    """Draw each row as a bar in the lane with its name, the first lane at the top."""
    time_axis(ax, zone)
    lanes = list(dict.fromkeys(lane_of))
    shades = (colors.first, colors.second, colors.third, colors.muted)
    for row, lane in zip(rows, lane_of, strict=True):
        place = lanes.index(lane)
        start, end = row["start"], row["end"]
        if start == end:
            ax.plot([start], [place], marker="D", linestyle="", color=colors.text)
        else:
            ax.barh(place, end - start, 0.7, left=start, color=shades[place % 4], linewidth=0)
    ax.set_yticks(range(len(lanes)), lanes)
    ax.invert_yaxis()
    ax.grid(axis="x", color=colors.grid)


def plot_clock(
    rows: Rows, /, *, ax: Any = None, theme: Theme = "light", zone: ZoneInfo | str = "UTC"
) -> Any:
    """Draw counted, paused and closed time of a clock, and its due time, from ``clock_data``."""
    ax, colors = dress(rows, "clock_data", ax, theme, x=in_zone("time", zone), y="what it did")
    order = ("counted", "paused", "closed", "ended")
    known = sorted(rows, key=lambda row: order.index(row["kind"]))
    _lanes(known, [row["kind"] for row in known], ax, colors, zone)
    due: datetime | None = rows[0]["due"] if rows else None
    if due is not None:
        ax.axvline(due, color=colors.text, linestyle="--", label="due")
    return finish(ax, colors)


def plot_life(
    rows: Rows, /, *, ax: Any = None, theme: Theme = "light", zone: ZoneInfo | str = "UTC"
) -> Any:
    """Draw the states, groups and assignees of a record as bars, events as diamonds.

    The rows are those of ``life_data``.
    """
    y = "what it was, and whose"
    ax, colors = dress(rows, "life_data", ax, theme, x=in_zone("time", zone), y=y)
    lane_of = [
        "event" if row["lane"] == "event" else f"{row['lane']}: {row['value']}" for row in rows
    ]
    _lanes(rows, lane_of, ax, colors, zone)
    return finish(ax, colors)


def plot_rota(
    rows: Rows, /, *, ax: Any = None, theme: Theme = "light", zone: ZoneInfo | str = "UTC"
) -> Any:
    """Draw who is on call at what times, from rows of ``rota_data``; ``nobody`` shows the gaps."""
    ax, colors = dress(rows, "rota_data", ax, theme, x=in_zone("time", zone), y="on call")
    lane_of = ["nobody" if row["person"] is None else row["person"] for row in rows]
    _lanes(rows, lane_of, ax, colors, zone)
    return finish(ax, colors)
