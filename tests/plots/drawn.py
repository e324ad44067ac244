"""Every picture with rows made from a month of records, and how to read what was drawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from incidentcore import Interval, OnCallSchedule
from incidentcore.demo import demo_desk, demo_month
from incidentcore.escalation import OnCallLayer
from incidentcore.forecast import forecast_volume
from incidentcore.kpi import (
    Kpi,
    Objective,
    Periods,
    SlaClocks,
    aging_data,
    backlog_data,
    catalogue,
    compute_kpis,
    control_chart_data,
    distribution_data,
    flow_data,
    survival_data,
    trend_data,
)
from incidentcore.plots import (
    burndown_data,
    clock_data,
    forecast_data,
    life_data,
    plot_aging,
    plot_backlog,
    plot_burndown,
    plot_clock,
    plot_compliance,
    plot_control_chart,
    plot_distribution,
    plot_flow,
    plot_forecast,
    plot_life,
    plot_rota,
    plot_survival,
    plot_trend,
    plot_week,
    rota_data,
    week_data,
)
from incidentcore.schedule import Rotation

START, END = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
WEEKLY = Rotation(anchor=datetime(2026, 5, 4, tzinfo=UTC), zone="UTC", unit="weeks")
ROTA = OnCallSchedule("mail", [OnCallLayer(WEEKLY, ["ada", "ben"])])


@cache
def pictures() -> dict[str, tuple[Callable[..., Any], list[dict[str, Any]], dict[str, Any]]]:
    """Return function, rows and options of each picture by name."""
    records = demo_month(7, count=60)
    desk = demo_desk()
    level = desk.service_level
    assert level is not None
    weeks = Periods("week", "Europe/Berlin")
    kept = Kpi(
        id="resolution_kept",
        measure=SlaClocks(level.clocks[-1]),  # type: ignore[arg-type]  # a policy
        confidence=0.95,
        min_n=20,
        objective=Objective(at_least=0.9),
    )
    trend = compute_kpis(
        [catalogue.MEAN_TIME_TO_RESOLVE.replace(min_n=12), kept], records, as_of=END, window=weeks
    )
    flow = compute_kpis([catalogue.BACKLOG_GROWTH], records, as_of=END, window=weeks)
    groups = compute_kpis([kept], records, as_of=END, group_by="priority")
    major = records[0]
    zone = {"zone": "Europe/Berlin"}
    mean = "mean_time_to_resolve"
    status = desk.evaluate(major, now=major.opened_at + 2 * DAY)[-1]
    edges = [timedelta(hours=h) for h in (0, 4, 8, 24, 72)]
    resolve = catalogue.MEAN_TIME_TO_RESOLVE
    days = [START + n * DAY for n in range(31)]
    since = END - 5 * DAY
    ahead = forecast_volume(
        records, as_of=since, window=Interval(since, END), zone="Europe/Berlin", unit="day"
    )
    return {
        "forecast": (plot_forecast, forecast_data(ahead, records=records, as_of=END), zone),
        "flow": (plot_flow, flow_data(flow), zone),
        "backlog": (plot_backlog, backlog_data(records, at=days), zone),
        "aging": (plot_aging, aging_data(records, as_of=END), {}),
        "distribution": (
            plot_distribution,
            distribution_data(resolve, records, as_of=END, edges=edges),
            {},
        ),
        "survival": (plot_survival, survival_data(records, as_of=END), {}),
        "trend": (plot_trend, trend_data(trend, mean), zone),
        "control_chart": (plot_control_chart, control_chart_data(trend, mean), zone),
        "week": (plot_week, week_data(records, as_of=END, zone="Europe/Berlin"), zone),
        "clock": (plot_clock, clock_data(status), zone),
        "life": (plot_life, life_data(major, now=major.opened_at + 2 * DAY), zone),
        "burndown": (plot_burndown, burndown_data(trend, "resolution_kept"), zone),
        "rota": (plot_rota, rota_data(ROTA, start=START, end=END), zone),
        "compliance": (plot_compliance, groups.to_plain()["rows"], {}),
    }
