"""Make the gallery when the documentation is built: code, and what it draws in both themes."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent
from typing import Any

from incidentcore import plots

FOLDER = Path(__file__).with_name("gallery")

SETUP = """
from datetime import UTC, datetime, timedelta

from incidentcore import kpi, plots
from incidentcore.demo import demo_desk, demo_month
from incidentcore.kpi import Kpi, Objective, Periods, SlaClocks, catalogue

records = demo_month(2026)
desk = demo_desk()
as_of = datetime(2026, 6, 1, tzinfo=UTC)
weeks = Periods("week", "Europe/Berlin")
kept = Kpi(
    id="resolution_kept",
    measure=SlaClocks(desk.service_level.clocks[-1]),
    objective=Objective(at_least=0.7),
    confidence=0.95,
    min_n=20,
)
resolve = catalogue.MEAN_TIME_TO_RESOLVE
table = kpi.compute_kpis(
    [resolve, kept, catalogue.BACKLOG_GROWTH], records, as_of=as_of, window=weeks
)
major = records[0]
"""

EXAMPLES = """
## Flow: what came in and what went out
rows = kpi.flow_data(table)
ax = plots.plot_flow(rows, zone=weeks.zone)

## Backlog
days = [as_of - timedelta(days=n) for n in range(31, -1, -1)]
rows = kpi.backlog_data(records, at=days)
ax = plots.plot_backlog(rows, zone="Europe/Berlin")

## A forecast with its back-test, and what came of it
from incidentcore import Interval
from incidentcore.forecast import backtest_volume, forecast_volume

day, since = timedelta(days=1), as_of - timedelta(days=10)
zone = {"zone": "Europe/Berlin", "unit": "day"}
past = [Interval(since - n * day, since - (n - 1) * day) for n in range(5, 0, -1)]
score = backtest_volume(records, windows=past, **zone)
ahead = Interval(since, as_of)
forecast = forecast_volume(records, as_of=since, window=ahead, score=score, **zone)
rows = plots.forecast_data(forecast, records=records, as_of=as_of)
ax = plots.plot_forecast(rows, zone="Europe/Berlin")

## Aging
rows = kpi.aging_data(records, as_of=as_of)
ax = plots.plot_aging(rows)

## Distribution
edges = [timedelta(hours=n) for n in (0, 4, 8, 24, 72, 168)]
rows = kpi.distribution_data(resolve, records, as_of=as_of, edges=edges)
ax = plots.plot_distribution(rows)

## Survival, with its interval
rows = kpi.survival_data(records, as_of=as_of)
ax = plots.plot_survival(rows)

## Trend
rows = kpi.trend_data(table, "mean_time_to_resolve")
ax = plots.plot_trend(rows, zone=weeks.zone)

## Control chart
rows = kpi.control_chart_data(table, "mean_time_to_resolve")
ax = plots.plot_control_chart(rows, zone=weeks.zone)

## Heat map of the week
rows = plots.week_data(records, as_of=as_of, zone="Europe/Berlin")
ax = plots.plot_week(rows, zone="Europe/Berlin")

## The SLA clock of one record
status = desk.evaluate(major, now=major.opened_at + timedelta(days=2))[-1]
rows = plots.clock_data(status)
ax = plots.plot_clock(rows, zone="Europe/Berlin")

## The life of one record
rows = plots.life_data(major, now=major.opened_at + timedelta(days=2))
ax = plots.plot_life(rows, zone="Europe/Berlin")

## An error budget burns down
rows = plots.burndown_data(table, "resolution_kept")
ax = plots.plot_burndown(rows, zone=weeks.zone)

## On-call rota
from incidentcore import OnCallSchedule
from incidentcore.escalation import OnCallLayer
from incidentcore.schedule import Rotation

weekly = Rotation(anchor=datetime(2026, 5, 4, 7, tzinfo=UTC), zone="UTC", unit="weeks")
rota = OnCallSchedule("network", [OnCallLayer(weekly, ["ada", "ben", "chen"])])
start = datetime(2026, 5, 1, tzinfo=UTC)
rows = plots.rota_data(rota, start=start, end=as_of)
ax = plots.plot_rota(rows)

## Compliance by group, with intervals
groups = kpi.compute_kpis([kept], records, as_of=as_of, group_by="priority")
rows = groups.to_plain()["rows"]
ax = plots.plot_compliance(rows)
"""

PAGE = """Gallery
=======

Each picture is drawn from rows: of a ``*_data`` function, or of a table's ``to_plain``. Other
libraries draw from the same rows. Every function takes ``ax=`` and ``theme="dark"``; they need the
extra ``plots``:

.. code-block:: console

   $ python -m pip install 'incidentcore[plots]'

The examples share this beginning:

.. code-block:: python

{setup}

{parts}

The same rows in altair and plotly
----------------------------------

.. literalinclude:: recipes/altair_flow.py
   :language: python

.. literalinclude:: recipes/plotly_flow.py
   :language: python
"""


def example(title: str, code: str, names: dict[str, Any]) -> str:
    """Run one example, write its picture in each theme, and return its part of the page."""
    name = "_".join(title.lower().replace(",", "").replace(":", "").split())
    steps, call = code.rsplit("\nax = ", 1)
    known = dict(names)
    exec(steps, known)  # noqa: S102  our own text
    known["drawn"] = lambda plot: (
        lambda rows, **options: plots.picture(plot, rows, text=title, **options)
    )
    function, arguments = call.split("(", 1)
    drawn = eval(f"drawn({function})({arguments}", known)  # noqa: S307  the same
    parts = [title, "-" * len(title), "", ".. code-block:: python", "", indent(code, "   "), ""]
    for theme, svg in (("light", drawn.svg), ("dark", drawn.dark)):
        (FOLDER / f"{name}_{theme}.svg").write_text(svg, "utf-8")
        image = f".. image:: gallery/{name}_{theme}.svg"
        parts += [image, f"   :alt: {title}", f"   :class: only-{theme}", ""]
    return "\n".join(parts)


def write_gallery(*_: object) -> None:
    """Write the page and its pictures beside the sources."""
    FOLDER.mkdir(exist_ok=True)
    names: dict[str, Any] = {}
    exec(SETUP, names)  # noqa: S102  our own text
    examples = (part.strip().split("\n", 1) for part in EXAMPLES.split("## ")[1:])
    parts = "\n".join(example(title, code, names) for title, code in examples)
    text = PAGE.format(setup=indent(SETUP.strip(), "   "), parts=parts)
    page = FOLDER.with_suffix(".rst")
    if not page.exists() or page.read_text("utf-8") != text:
        page.write_text(text, "utf-8")


def setup(app: Any) -> dict[str, bool]:
    """Write it before the sources are read."""
    app.connect("config-inited", write_gallery)
    return {"parallel_read_safe": True}
