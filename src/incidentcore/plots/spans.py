"""Draw charts of time spans: a clock, the life of a record, an on-call rota."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from incidentcore.plots.canvas import Theme, dress, finish, in_zone, need_rows, time_axis

Rows: TypeAlias = Sequence[Mapping[str, Any]]


def _lanes(  # noqa: PLR0917  what every chart here is drawn from
    rows: Rows, lane_of: Sequence[str], ax: Any, theme: str, zone: ZoneInfo | str, y: str
) -> tuple[Any, Any, list[str]]:
    """Draw each row as a bar in the lane with its name, the first lane at the top."""
    ax, colors = dress(ax, theme, x=in_zone("time", zone), y=y)
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
    return ax, colors, lanes


def plot_clock(
    rows: Rows, /, *, ax: Any = None, theme: Theme = "light", zone: ZoneInfo | str = "UTC"
) -> Any:
    """Draw when a clock counted or was paused, when its calendar was closed, and the due time.

    Args:
        rows: The rows of ``clock_data``.
        ax: The axes to draw on; created if omitted.
        theme: ``"light"`` or ``"dark"``.
        zone: The time zone of the time axis.
    """
    need_rows(rows, "clock_data")
    kinds = [row["kind"] for row in rows]
    order = ("counted", "paused", "closed", "ended")
    known = sorted(zip(rows, kinds, strict=True), key=lambda pair: order.index(pair[1]))
    ax, colors, lanes = _lanes(
        [row for row, _ in known], [kind for _, kind in known], ax, theme, zone, "what it did"
    )
    due: datetime | None = rows[0]["due"] if rows else None
    if due is not None and lanes:
        ax.axvline(due, color=colors.text, linestyle="--", label="due")
    return finish(ax, colors)


def plot_life(
    rows: Rows, /, *, ax: Any = None, theme: Theme = "light", zone: ZoneInfo | str = "UTC"
) -> Any:
    """Draw the life of a record: its states, groups and assignees as bars, events as diamonds.

    Args:
        rows: The rows of ``life_data``.
        ax: The axes to draw on; created if omitted.
        theme: ``"light"`` or ``"dark"``.
        zone: The time zone of the time axis.
    """
    need_rows(rows, "life_data")
    lane_of = [
        "event" if row["lane"] == "event" else f"{row['lane']}: {row['value']}" for row in rows
    ]
    ax, colors, _ = _lanes(rows, lane_of, ax, theme, zone, "what it was, and whose")
    return finish(ax, colors)


def plot_rota(
    rows: Rows, /, *, ax: Any = None, theme: Theme = "light", zone: ZoneInfo | str = "UTC"
) -> Any:
    """Draw who is on call at what times; the lane ``nobody`` shows the gaps.

    Args:
        rows: The rows of ``rota_data``.
        ax: The axes to draw on; created if omitted.
        theme: ``"light"`` or ``"dark"``.
        zone: The time zone of the time axis.
    """
    need_rows(rows, "rota_data")
    lane_of = ["nobody" if row["person"] is None else row["person"] for row in rows]
    ax, colors, _ = _lanes(rows, lane_of, ax, theme, zone, "on call")
    return finish(ax, colors)
