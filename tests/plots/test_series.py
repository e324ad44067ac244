"""What is drawn of figures is what stands in their rows."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from incidentcore.demo import demo_month
from incidentcore.errors import InvalidValueError
from incidentcore.kpi import catalogue, compute_kpis
from incidentcore.plots import plot_compliance

from .drawn import END, pictures

mpl = pytest.importorskip("matplotlib")
mpl.use("Agg")
pytest.importorskip("matplotlib.pyplot")


def drawn(name: str) -> tuple[Any, list[dict[str, Any]]]:
    plot, rows, options = pictures()[name]
    ax = mpl.figure.Figure().subplots()
    return plot(rows, ax=ax, **options), rows


def titles(ax: Any) -> str:
    return str(ax.get_title(loc="right"))


def test_flow() -> None:
    """Two bars for each period."""
    ax, rows = drawn("flow")
    heights = [[bar.get_height() for bar in bars] for bars in ax.containers]
    assert heights == [[r["came_in"] for r in rows], [r["went_out"] for r in rows]]


def test_the_bars_of_a_period_stand_side_by_side() -> None:
    """What came in on the left of the tick, what went out on its right, hatched; both touch it."""
    plot, _, _ = pictures()["flow"]
    rows = [{"period": "2026-01", "came_in": 3, "went_out": 1, "growth": 2}]
    ax = plot(rows, ax=mpl.figure.Figure().subplots())
    spans = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]
    assert spans == [pytest.approx((-0.4, 0)), pytest.approx((0, 0.4))]
    assert [bar.get_hatch() or "" for bar in ax.patches] == ["", "///"]
    assert ax.get_xlabel() == "period"


def test_an_axis_names_only_a_zone_that_was_given() -> None:
    """Rows of periods do not tell their zone: months of Berlin were labeled as UTC."""
    for name in ("flow", "trend", "control_chart", "week", "burndown"):
        plot, rows, _ = pictures()[name]
        assert "(" not in plot(rows).get_xlabel(), name
        assert plot(rows, zone=ZoneInfo("Asia/Tokyo")).get_xlabel().endswith(" (Asia/Tokyo)"), name
        with pytest.raises(InvalidValueError, match="Asia/Tokio"):
            plot(rows, zone="Asia/Tokio")


@pytest.mark.parametrize(("count", "named"), [(12, 12), (13, 7), (25, 9)])
def test_as_many_periods_are_named_as_can_be_read(count: int, named: int) -> None:
    """At most twelve: every one, every second, every third."""
    plot, _, _ = pictures()["flow"]
    rows = [{"period": f"P{n}", "came_in": 1, "went_out": 1} for n in range(count)]
    labels = plot(rows, ax=mpl.figure.Figure().subplots()).get_xticklabels()
    assert len(labels) == named
    assert [labels[0].get_text(), labels[1].get_text()] == ["P0", f"P{-(-count // 12)}"]


@pytest.mark.parametrize("name", ["aging", "distribution"])
@pytest.mark.parametrize(("records", "words"), [(19, "few records"), (20, "")])
def test_a_picture_of_fewer_than_twenty_says_so(name: str, records: int, words: str) -> None:
    """Nineteen are few, twenty are not."""
    plot, _, _ = pictures()[name]
    row = {"age": "x", "open": records, "count": records, "from": 0, "to": 4}
    assert titles(plot([row], ax=mpl.figure.Figure().subplots())) == words


@pytest.mark.parametrize(
    ("name", "records", "words"),
    [
        ("burndown", 0, ""),
        ("burndown", 1, "few records"),
        ("burndown", 19, "few records"),
        ("burndown", 20, ""),
        ("survival", 1, "few records"),
        ("survival", 19, "few records"),
        ("survival", 20, ""),
    ],
)
def test_one_record_is_few_and_twenty_are_not(name: str, records: int, words: str) -> None:
    """A budget of which nothing was used yet has no note."""
    plot, rows, _ = pictures()[name]
    first = {**rows[0], "n": records, "at_risk": records}
    assert titles(plot([first], ax=mpl.figure.Figure().subplots())) == words


def test_the_bins_of_a_distribution_are_named() -> None:
    """Below the first edge, between two, and from the last on; an empty lowest bin is left out."""
    plot, _, _ = pictures()["distribution"]
    edges = [(None, 1.0), (1.0, 2.5), (2.5, None)]
    for lowest, first in ((0, []), (4, ["< 1"])):
        rows = [
            {"from": low, "to": high, "count": lowest if low is None else 0} for low, high in edges
        ]
        labels = plot(rows, ax=mpl.figure.Figure().subplots()).get_xticklabels()
        assert [label.get_text() for label in labels] == [*first, "1-2.5", ">= 2.5"]


def test_the_line_of_the_backlog_in_a_flow() -> None:
    """Rows with the open records have a line of them."""
    plot, _, _ = pictures()["flow"]
    rows = [
        {"period": f"2026-0{n}", "came_in": n, "went_out": 1, "growth": n - 1, "open": 2 * n}
        for n in range(1, 4)
    ]
    ax = plot(rows, ax=mpl.figure.Figure().subplots())
    assert list(ax.lines[0].get_ydata()) == [2, 4, 6]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "open at its end",
        "came in",
        "went out",
    ]


def test_backlog() -> None:
    """A step for each instant."""
    ax, rows = drawn("backlog")
    (line,) = ax.lines
    assert list(line.get_ydata()) == [row["open"] for row in rows]
    assert list(mpl.dates.date2num(line.get_xdata())) == list(
        mpl.dates.date2num([row["at"] for row in rows])
    )


@pytest.mark.parametrize("name", ["backlog", "flow"])
def test_records_are_counted_in_whole_numbers(name: str) -> None:
    """There is no tick at half a record, where there are few."""
    ax = drawn(name)[0]
    ax.set_ylim(0, 1.5)
    assert [tick for tick in ax.get_yticks() if tick % 1] == []


@pytest.mark.parametrize(("name", "column"), [("aging", "open"), ("distribution", "count")])
def test_bars(name: str, column: str) -> None:
    """A bar for each row, with its number written on it."""
    ax, rows = drawn(name)
    shown = [row for row in rows if row.get("from", 0) is not None or row[column]]
    assert [bar.get_height() for bar in ax.patches] == [row[column] for row in shown]
    assert [text.get_text() for text in ax.texts] == [str(row[column]) for row in shown]


def test_survival() -> None:
    """Steps of the estimate, and its interval around them, in per cent."""
    ax, rows = drawn("survival")
    (line,) = ax.lines
    assert list(line.get_ydata()) == [100 * row["share"] for row in rows]
    assert list(line.get_xdata()) == [row["hours"] for row in rows]
    corners = ax.collections[0].get_paths()[0].vertices
    assert corners[:, 1].min() == pytest.approx(100 * min(row["low"] for row in rows))
    assert all(row["low"] <= row["share"] <= row["high"] for row in rows)


def test_two_curves_are_told_apart() -> None:
    """By their dashes and colors, and by their names."""
    plot, rows, _ = pictures()["survival"]
    ax = plot(rows, ax=mpl.figure.Figure().subplots(), name="April")
    ax = plot(rows[:5], ax=ax, name="June")
    first, second = ax.lines
    assert (first.get_linestyle(), second.get_linestyle()) == ("-", "--")
    assert first.get_color() != second.get_color()
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["April, with 95 %", "June, with 95 %"]


@pytest.mark.parametrize("name", ["trend", "control_chart"])
def test_trend(name: str) -> None:
    """A point for each period; those of few records are hollow, and the picture says so."""
    ax, rows = drawn(name)
    values = [float("nan") if row["value"] is None else row["value"] for row in rows]
    assert list(ax.lines[0].get_ydata()) == pytest.approx(values, nan_ok=True)
    few = [place for place, row in enumerate(rows) if not row["enough"]]
    assert list(ax.lines[1].get_xdata()) == few
    assert few
    assert titles(ax) == "hollow: few records"


def test_trends_of_several_groups_share_their_periods() -> None:
    """Four lines have names and looks of their own; other periods would stand at wrong places."""
    plot, _, _ = pictures()["trend"]

    def rows(*months: str) -> list[dict[str, object]]:
        return [{"period": one, "value": 1.0, "n": 9, "enough": True} for one in months]

    ax = mpl.figure.Figure().subplots()
    for name in ("north", "south", "east", "west"):
        plot(rows("2026-01", "2026-02"), ax=ax, name=name)
    lines = [line for line in ax.lines if not line.get_label().startswith("_")]
    assert [line.get_label() for line in lines] == ["north", "south", "east", "west"]
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == 4
    assert len(ax.get_legend().get_texts()) == 4
    for other in (("2026-02", "2026-03"), ("2026-01",)):
        with pytest.raises(InvalidValueError, match="the periods of the axes: 2026-01, 2026-02"):
            plot(rows(*other), ax=ax)


def test_signals_of_a_control_chart() -> None:
    """Limits are lines; what lies outside has a square."""
    plot, _, _ = pictures()["control_chart"]
    limits = {"center": 2.0, "lower": 1.0, "upper": 3.0, "enough": True, "n": 30}
    rows = [
        {"period": f"P{n}", "value": value, "signal": value > 3, **limits}
        for n, value in enumerate((2.0, 9.0, 2.5))
    ]
    ax = plot(rows, ax=mpl.figure.Figure().subplots())
    assert [line.get_ydata()[0] for line in ax.lines[2:5]] == [2.0, 1.0, 3.0]
    assert (list(ax.lines[5].get_xdata()), list(ax.lines[5].get_ydata())) == ([1], [9.0])
    assert titles(ax) == ""


def test_week() -> None:
    """A cell for each hour of the week, Monday on top."""
    ax, rows = drawn("week")
    cells = ax.collections[0].get_array()
    assert cells.shape == (7, 24)
    assert list(cells.ravel()) == [row["opened"] for row in rows]
    assert ax.get_yticklabels()[0].get_text() == "Mon"
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_burndown() -> None:
    """What is left after each period, beside what an even use would leave."""
    ax, rows = drawn("burndown")
    assert list(ax.lines[0].get_ydata()) == [row["left"] for row in rows]
    assert ax.lines[1].get_ydata()[-1] == pytest.approx(0)
    assert rows[-1]["left"] == pytest.approx(rows[0]["budget"] - sum(r["spent"] for r in rows))


def test_compliance() -> None:
    """A point, whole at 100 %, with its interval for each group; one of few records is hollow."""
    ax, rows = drawn("compliance")
    shown = [row for row in rows if row["value"] is not None]
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        f"{row['priority']} ({row['n']})" for row in shown
    ]
    for row, bar in zip(shown, ax.containers, strict=True):
        (point, _, (stretch,)) = bar
        assert point.get_xdata()[0] == pytest.approx(100 * row["value"])
        assert not point.get_clip_on()
        ends = stretch.get_segments()[0][:, 0]
        assert list(ends) == pytest.approx([100 * row["low"], 100 * row["high"]])
        is_hollow = bool(mpl.colors.same_color(point.get_markerfacecolor(), "#ffffff"))
        assert is_hollow is (not row["enough"])
    assert titles(ax) == "hollow: few records"


def test_compliance_of_a_table_whose_kpi_has_no_confidence() -> None:
    """Points alone, and the same for the table as for its rows."""
    kpi = catalogue.FIRST_CONTACT_RESOLUTION_RATE.replace(confidence=None)
    table = compute_kpis([kpi], demo_month(7, count=20), as_of=END, group_by="priority")
    assert {row.low for row in table.results} == {None}
    shown = [row for row in table if row["value"] is not None]
    assert shown
    for rows in (table, table.to_plain()["rows"]):
        ax = plot_compliance(rows, ax=mpl.figure.Figure().subplots())
        points = [bar.lines[0].get_xdata()[0] for bar in ax.containers]
        assert points == pytest.approx([100 * row["value"] for row in shown])
        assert not any(bar.has_xerr for bar in ax.containers)


def test_compliance_of_a_kpi_that_is_not_a_share_is_refused() -> None:
    """A mean in hours has no place on an axis of percent."""
    table = compute_kpis([catalogue.MEAN_TIME_TO_RESOLVE], demo_month(7, count=20), as_of=END)
    with pytest.raises(InvalidValueError, match=r"rows: got 'a KPI in hours'.*a share"):
        plot_compliance(table, ax=mpl.figure.Figure().subplots())


@pytest.mark.parametrize("name", [name for name in pictures() if name != "compliance"])
def test_other_rows_are_refused_with_the_function_that_gives_them(name: str) -> None:
    """A table, rows without the columns, and an iterator."""
    plot, rows, _ = pictures()[name]
    table = compute_kpis([catalogue.VOLUME], [], as_of=END)
    texts = [" ".join(rows[0])] if rows else [""]  # each has every key, as a part of it
    for wrong, given in (
        (table, "a KpiTable"),
        ([{}], "rows without "),
        (iter(rows), "a list_it"),
        (texts, "a list'"),
    ):
        with pytest.raises(InvalidValueError, match=rf"rows: got '?{given}.*{name}_data\(\.\.\.\)"):
            plot(wrong, ax=mpl.figure.Figure().subplots())


def test_a_forecast() -> None:
    """A band, a line through the means, and a marker where something came."""
    ax, rows = drawn("forecast")
    (band,) = ax.collections
    corners = band.get_paths()[0].get_extents()
    assert (corners.ymin, corners.ymax) == (
        min(row["low"] for row in rows),
        max(row["high"] for row in rows),
    )
    line, came = ax.lines
    assert list(line.get_ydata()) == [row["expected"] for row in rows]
    assert list(came.get_ydata()) == [row["came"] for row in rows[:-1]]  # the last is not over
    assert (came.get_linestyle(), came.get_marker()) == ("None", "o")


@pytest.mark.parametrize(
    ("name", "x", "y", "legend", "limits"),
    [
        ("flow", "period (Europe/Berlin)", "records", ["came in", "went out"], {2: 0}),
        ("backlog", "time (Europe/Berlin)", "open records", [], {2: 0}),
        ("aging", "age (days)", "open records", [], {2: 0}),
        ("distribution", "hours", "records", [], {2: 0}),
        ("survival", "hours", "share not done (%)", ["share not done, with 95 %"], {2: 0, 3: 105}),
        ("trend", "period (Europe/Berlin)", "hours", [], {}),
        ("control_chart", "period (Europe/Berlin)", "hours", ["mean", "natural limits"], {}),
        (
            *("week", "hour of the day (Europe/Berlin)", "day of the week", []),
            {0: 0, 1: 24, 2: 7, 3: 0},
        ),
        ("clock", "time (Europe/Berlin)", "what it did", ["due"], {}),
        ("life", "time (Europe/Berlin)", "what it was, and whose", [], {}),
        (
            *("burndown", "period (Europe/Berlin)", "misses left in the budget"),
            *(["left", "spent evenly"], {}),
        ),
        ("rota", "time (Europe/Berlin)", "on call", [], {}),
        ("compliance", "share (%)", "group (n)", [], {0: 0, 1: 100}),
    ],
)
def test_the_axes_of_each_picture(
    name: str, x: str, y: str, legend: list[str], limits: dict[int, float]
) -> None:
    """What they are labeled; counts begin at 0, shares are of 100; lists go from the top down."""
    ax, _ = drawn(name)
    key = ax.get_legend()
    assert (ax.get_xlabel(), ax.get_ylabel()) == (x, y)
    assert ([text.get_text() for text in key.get_texts()] if key else []) == legend
    ends = (*ax.get_xlim(), *ax.get_ylim())
    assert {place: ends[place] for place in limits} == limits
    listed = ("week", "clock", "life", "rota", "compliance")
    assert bool(ax.yaxis_inverted()) is (name in listed)


def test_the_ticks_and_texts_around_a_picture() -> None:
    """Names of periods lean, hours stand every third; the ground is the theme's."""
    flow, _ = drawn("flow")
    assert {label.get_rotation() for label in flow.get_xticklabels()} == {30.0}
    week, _ = drawn("week")
    assert list(week.get_xticks()) == [0, 3, 6, 9, 12, 15, 18, 21, 24]
    (bar,) = [ax for ax in week.figure.axes if ax is not week]
    assert bar.get_ylabel() == "records opened"
    for name in ("backlog", "clock", "life", "rota"):
        axis = drawn(name)[0].xaxis
        assert isinstance(axis.get_major_formatter(), mpl.dates.ConciseDateFormatter), name
    for theme in ("light", "dark"):
        plot, rows, options = pictures()["flow"]
        ax = plot(rows, theme=theme, **options)
        same = mpl.colors.same_color(ax.figure.get_facecolor(), ax.get_facecolor())
        assert same, theme
