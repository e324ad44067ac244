"""Draw charts of figures over time, of groups and of distributions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from incidentcore.errors import InvalidValueError
from incidentcore.kpi import KpiTable
from incidentcore.kpi.table import ALL, COLUMNS
from incidentcore.plots.canvas import (
    FEW,
    Palette,
    Theme,
    dress,
    finish,
    in_zone,
    time_axis,
    whole_numbers,
)

Rows: TypeAlias = Sequence[Mapping[str, Any]]

_TICKS = 12


def _labels(rows: Rows) -> dict[int, str]:
    """Return the names of the periods by place, as many as are readable below an axis."""
    step = -(-len(rows) // _TICKS) or 1
    return {place: rows[place]["period"] for place in range(0, len(rows), step)}


def _periods(ax: Any, rows: Rows) -> range:
    """Label the periods below the axis."""
    labels = _labels(rows)
    ax.set_xticks(list(labels), list(labels.values()), rotation=30, ha="right")
    return range(len(rows))


def plot_flow(
    rows: Rows, /, *, ax: Any = None, theme: Theme = "light", zone: ZoneInfo | str | None = None
) -> Any:
    """Draw how many records came in and went out in each period, from rows of ``flow_data``.

    If the rows have ``open``, the backlog at the end of each period is drawn as a line.
    """
    ax, colors = dress(rows, "flow_data", ax, theme, x=in_zone("period", zone), y="records")
    places = _periods(ax, rows)
    width = 0.4
    for shift, name, color in ((-0.5, "came_in", colors.first), (0.5, "went_out", colors.second)):
        at = [place + shift * width for place in places]
        hatch = "" if name == "came_in" else "///"
        heights = [row[name] for row in rows]
        words = name.replace("_", " ")
        ax.bar(at, heights, width, color=color, label=words, hatch=hatch, edgecolor=colors.ground)
    if rows and "open" in rows[0]:
        opened = [row["open"] for row in rows]
        ax.plot(
            places, opened, color=colors.text, marker="o", markersize=4, label="open at its end"
        )
    whole_numbers(ax.yaxis)
    return finish(ax, colors)


def plot_backlog(
    rows: Rows, /, *, ax: Any = None, theme: Theme = "light", zone: ZoneInfo | str = "UTC"
) -> Any:
    """Draw how many records were open at each instant, from rows of ``backlog_data``."""
    ax, colors = dress(rows, "backlog_data", ax, theme, x=in_zone("time", zone), y="open records")
    time_axis(ax, zone)
    instants = [row["at"] for row in rows]
    ax.step(instants, [row["open"] for row in rows], where="post", color=colors.first)
    ax.set_ylim(bottom=0)
    whole_numbers(ax.yaxis)
    return finish(ax, colors)


def plot_forecast(
    rows: Rows, /, *, ax: Any = None, theme: Theme = "light", zone: ZoneInfo | str = "UTC"
) -> Any:
    """Draw a forecast with its interval, actual figures, and the accuracy of earlier forecasts.

    Without rows of ``forecast_data``, the chart says that there is no forecast.
    """
    ax, colors = dress(rows, "forecast_data", ax, theme, x=in_zone("time", zone), y="records")
    tested = [fill(line, 80) for line in rows[0]["tested"].splitlines()] if rows else []
    ax.set_xlabel("\n".join([ax.get_xlabel(), *tested]))
    time_axis(ax, zone)
    at = [row["at"] for row in rows]
    if rows:
        low, high = ([row[name] for row in rows] for name in ("low", "high"))
        words = f"{rows[0]['level']:.0%} band"
        ax.fill_between(at, low, high, color=colors.first, alpha=0.25, linewidth=0, label=words)
        ax.plot(at, [row["expected"] for row in rows], color=colors.first, label="expected")
    came = [(row["at"], row["came"]) for row in rows if row["came"] is not None]
    if came:
        marks = {"linestyle": "", "marker": "o", "markersize": 4, "color": colors.second}
        ax.plot(*zip(*came, strict=True), label="came", **marks)
    ax.set_ylim(bottom=0)
    whole_numbers(ax.yaxis)
    return finish(ax, colors, few=not rows, words="no forecast")


def plot_aging(rows: Rows, /, *, ax: Any = None, theme: Theme = "light") -> Any:
    """Draw how many records are open in each age group, from rows of ``aging_data``."""
    ax, colors = dress(rows, "aging_data", ax, theme, x="age (days)", y="open records")
    heights = [row["open"] for row in rows]
    bars = ax.bar([row["age"] for row in rows], heights, 0.7, color=colors.first)
    ax.bar_label(bars, color=colors.text, padding=2)
    whole_numbers(ax.yaxis)
    return finish(ax, colors, few=sum(heights) < FEW)


def plot_distribution(rows: Rows, /, *, ax: Any = None, theme: Theme = "light") -> Any:
    """Draw a histogram of durations, from rows of ``distribution_data``.

    An empty bin below the first edge is left out.
    """
    ax, colors = dress(rows, "distribution_data", ax, theme, x="hours", y="records")
    shown = [row for row in rows if row["from"] is not None or row["count"]]
    names = [
        f"< {row['to']:g}"
        if row["from"] is None
        else f">= {row['from']:g}"
        if row["to"] is None
        else f"{row['from']:g}-{row['to']:g}"
        for row in shown
    ]
    heights = [row["count"] for row in shown]
    ax.bar_label(ax.bar(names, heights, 0.9, color=colors.first), color=colors.text, padding=2)
    whole_numbers(ax.yaxis)
    return finish(ax, colors, few=sum(heights) < FEW)


def plot_survival(
    rows: Rows, /, *, ax: Any = None, theme: Theme = "light", name: str = "share not done"
) -> Any:
    """Draw the share of records that were not done yet, from rows of ``survival_data``.

    The curve, over the hours since the start, is drawn with its confidence interval. To compare
    several curves, draw them on the same axes; each has its own color and dashes, and ``name`` in
    the legend.
    """
    ax, colors = dress(rows, "survival_data", ax, theme, x="hours", y="share not done (%)")
    place = len(ax.lines) % 3
    color = (colors.first, colors.second, colors.third)[place]
    at = [row["hours"] for row in rows]
    low, high = ([100 * row[name] for row in rows] for name in ("low", "high"))
    ax.fill_between(at, low, high, step="post", color=color, alpha=0.25, linewidth=0)
    shares = [100 * row["share"] for row in rows]
    dashes = ("-", "--", ":")[place]
    ax.step(at, shares, dashes, where="post", color=color, label=f"{name}, with 95 %")
    ax.set_ylim(0, 105)
    return finish(ax, colors, few=bool(rows) and rows[0]["at_risk"] < FEW)


def plot_trend(
    rows: Rows,
    /,
    *,
    ax: Any = None,
    theme: Theme = "light",
    unit: str = "hours",
    zone: ZoneInfo | str | None = None,
    name: str = "",
) -> Any:
    """Draw a KPI's value for each period, from rows of ``trend_data``.

    The point of a period with fewer records than ``Kpi.min_n`` is hollow. ``unit`` labels the
    values; ``fraction`` means values from 0 to 1. To compare groups, draw them on the same axes,
    each with a ``name`` for the legend; all must have the same periods, as the groups of a table
    with ``Periods(..., within=...)`` have.

    Raises:
        InvalidValueError: The axes have a trend with other periods.
    """
    ax, colors = dress(rows, "trend_data", ax, theme, x=in_zone("period", zone), y=unit)
    if ax.lines:
        shown = [*_labels(rows).values()]
        labels = [tick.get_text() for tick in ax.get_xticklabels()]
        if (len(rows), shown) != (len(ax.lines[0].get_xdata()), labels):
            raise InvalidValueError("rows", shown, f"the periods of the axes: {', '.join(labels)}")
    _points(ax, rows, colors, place=len(ax.lines) // 2, name=name)
    return finish(ax, colors, few=_some_few(rows), words="hollow: few records")


def _some_few(rows: Rows) -> bool:
    return any(not row["enough"] and row["value"] is not None for row in rows)


def _points(ax: Any, rows: Rows, colors: Palette, *, place: int = 0, name: str = "") -> None:
    color = (colors.first, colors.second, colors.third)[place % 3]
    dashes = ("-", "--", ":")[(place + place // 3) % 3]
    places = _periods(ax, rows)
    values = [float("nan") if row["value"] is None else row["value"] for row in rows]
    ax.plot(places, values, dashes, color=color, marker="o", label=name or None)
    few = [place for place in places if not rows[place]["enough"]]
    ax.plot(
        few,
        [values[place] for place in few],
        linestyle="",
        marker="o",
        color=color,
        markerfacecolor=colors.ground,
    )


def plot_control_chart(
    rows: Rows,
    /,
    *,
    ax: Any = None,
    theme: Theme = "light",
    unit: str = "hours",
    zone: ZoneInfo | str | None = None,
) -> Any:
    """Draw a trend with its control limits, and squares for values beyond them.

    The rows are those of ``control_chart_data``; ``unit`` labels the values.
    """
    ax, colors = dress(rows, "control_chart_data", ax, theme, x=in_zone("period", zone), y=unit)
    _points(ax, rows, colors)
    if rows and rows[0]["center"] is not None:
        for name, dashes in (("center", "-"), ("lower", "--"), ("upper", "--")):
            words = "mean" if name == "center" else "natural limits" if name == "upper" else None
            ax.axhline(rows[0][name], color=colors.muted, linestyle=dashes, label=words)
    signals = [place for place, row in enumerate(rows) if row["signal"]]
    if signals:
        ax.plot(
            signals,
            [rows[place]["value"] for place in signals],
            linestyle="",
            marker="s",
            markersize=9,
            color=colors.second,
            label="signal",
        )
    return finish(ax, colors, few=_some_few(rows), words="hollow: few records")


def plot_week(
    rows: Rows, /, *, ax: Any = None, theme: Theme = "light", zone: ZoneInfo | str | None = None
) -> Any:
    """Draw how many records were opened in each hour of the week, from rows of ``week_data``."""
    ax, colors = dress(
        rows, "week_data", ax, theme, x=in_zone("hour of the day", zone), y="day of the week"
    )
    days = list(dict.fromkeys(row["day"] for row in rows))
    cells = [[row["opened"] for row in rows if row["day"] == day] for day in days]
    mesh = ax.pcolormesh(cells, cmap="cividis", edgecolors=colors.ground, linewidth=0.5)
    ax.set_yticks([place + 0.5 for place in range(len(days))], days)
    ax.set_xticks(range(0, 25, 3))
    ax.invert_yaxis()
    bar = ax.figure.colorbar(mesh, ax=ax)
    bar.set_label("records opened", color=colors.text)
    bar.ax.tick_params(colors=colors.text)
    bar.outline.set_visible(False)
    whole_numbers(bar.ax.yaxis)
    return finish(ax, colors, few=sum(map(sum, cells)) < FEW)


def plot_burndown(
    rows: Rows, /, *, ax: Any = None, theme: Theme = "light", zone: ZoneInfo | str | None = None
) -> Any:
    """Draw how much of an error budget is left after each period, from rows of ``burndown_data``.

    Below zero, the budget is overspent.
    """
    ax, colors = dress(
        rows, "burndown_data", ax, theme, x=in_zone("period", zone), y="misses left in the budget"
    )
    places = _periods(ax, rows)
    ax.plot(places, [row["left"] for row in rows], color=colors.first, marker="o", label="left")
    if rows:
        even = [rows[0]["budget"] * (1 - (place + 1) / len(rows)) for place in places]
        ax.plot(places, even, color=colors.muted, linestyle="--", label="spent evenly")
    ax.axhline(0, color=colors.second, linewidth=1)
    return finish(ax, colors, few=0 < sum(row["n"] for row in rows) < FEW)


def plot_compliance(rows: Rows | KpiTable, /, *, ax: Any = None, theme: Theme = "light") -> Any:
    """Draw each group's share and its interval, with a hollow marker for too few records.

    The rows are those of a ``KpiTable`` of one KPI that is a share, or of ``to_plain()``; the total
    is left out. There is no interval if the KPI has no ``confidence``, which ``Kpi.replace`` can
    set. Its ``min_n`` decides which groups have too few records.

    Raises:
        InvalidValueError: The KPI is not a share: its unit is not ``fraction``.
    """
    shown = list(rows) if isinstance(rows, KpiTable) else rows
    ax, colors = dress(shown, "to_plain", ax, theme, x="share (%)", y="group (n)")
    units = sorted({row["unit"] for row in shown} - {"fraction"})
    if units:
        raise InvalidValueError("rows", f"a KPI in {units[0]}", "a share, whose unit is fraction")
    shown = [row for row in shown if row["value"] is not None and ALL not in row.values()]
    for place, row in enumerate(shown):
        value = 100 * row["value"]
        xerr = None  # the KPI has no confidence
        if row["low"] is not None:
            xerr = [[max(value - 100 * row["low"], 0)], [max(100 * row["high"] - value, 0)]]
        ax.errorbar(
            value,
            place,
            xerr=xerr,
            fmt="o",
            color=colors.first,
            markerfacecolor=colors.first if row["enough"] else colors.ground,
            capsize=3,
            clip_on=False,  # a mark at 100 % would be cut in half
        )
    ax.set_yticks(range(len(shown)), map(_group_name, shown))
    ax.invert_yaxis()
    ax.set_xlim(0, 100)
    ax.grid(axis="x", color=colors.grid)
    few = any(not row["enough"] for row in shown)
    return finish(ax, colors, few=few, words="hollow: few records")


def _group_name(row: Mapping[str, Any]) -> str:
    groups = (str(value) for name, value in row.items() if name not in COLUMNS)
    return f"{', '.join(groups)} ({row['n']:,})"
