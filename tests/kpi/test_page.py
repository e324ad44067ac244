"""The catalogue's page in the docs is the catalogue.

After a change of a definition write the page anew and read the difference before committing it:

    python -m tests.kpi.test_page
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from incidentcore.communication import CommunicationPlan, UpdateRule
from incidentcore.kpi import Kpi, KpiResult, catalogue, compute_kpis
from incidentcore.kpi.catalogue import flow, rates, service, times
from incidentcore.kpi.catalogue.lookup import kpis_of
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition

from .tickets import ROWS, minute, tickets

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "kpi_catalogue.rst"
AS_OF = 300

PROMISE = SlaDefinition.resolution(hours=1, calendar=BusinessCalendar.always())
HOUR = timedelta(hours=1)
PLAN = CommunicationPlan("status", UpdateRule(name="all", audiences="customers", first=HOUR))
GIVEN: dict[str, Kpi] = {
    "sla_compliance(rules)": catalogue.sla_compliance(PROMISE),
    "sla_cycle_compliance(rules)": catalogue.sla_cycle_compliance(PROMISE),
    "sla_running_breached_rate(rules)": catalogue.sla_running_breached_rate(PROMISE),
    "mean_time_over_target(rules)": catalogue.mean_time_over_target(PROMISE),
    "same_day_resolution_rate(zone)": catalogue.same_day_resolution_rate("Europe/Berlin"),
    "stale_rate(days)": catalogue.stale_rate(7),
    "recurrence_rate(*key, days=30)": catalogue.recurrence_rate("caller", days=30),
    "resolution_code_rate(kpi_id, *codes)": catalogue.resolution_code_rate(
        "self_service_rate", "closed_by_caller"
    ).replace(title="Resolved with certain codes"),
    "availability(planned)": catalogue.availability([]),
    "mean_time_between_failures(planned)": catalogue.mean_time_between_failures([]),
    "mean_failed_deployment_recovery_time(finished)": (
        catalogue.mean_failed_deployment_recovery_time({"c1": minute(0), "c2": minute(60)})
    ),
    "change_failure_rate(deployments)": catalogue.change_failure_rate(["c1", "c2"]),
    "cost_per_record(total)": catalogue.cost_per_record(90),
    "updates_on_time_rate(plan)": catalogue.updates_on_time_rate(PLAN),
    "mean_update_lateness(plan)": catalogue.mean_update_lateness(PLAN),
}

HEAD = """\
KPI catalogue
=============

.. This page is generated from the catalogue: python -m tests.kpi.test_page

Every shipped definition, with its formula, what to know before reading it, and where it comes from.
A definition is a value: change a policy or the clock by ``replace``, and its content id changes
with it. The example is always the figure of these six tickets, in minutes after the first, as of
minute 300:

"""


def table(rows: list[list[str]]) -> Iterator[str]:
    yield ".. list-table::"
    yield "   :header-rows: 1"
    yield ""
    for row in rows:
        for place, cell in enumerate(row):
            yield f"   {'* -' if place == 0 else '  -'} {cell}".rstrip()


def given() -> Iterator[str]:
    columns = ["id", "created", "ack", "resolved", "reopened", "agent_public", "customer_after"]
    heads = ["ticket", "opened", "acknowledged", "resolved", "reopened", "agent replies"]
    rows = [[*heads, "requester messages", "canceled"]]
    for ticket in ROWS["kpi-history"]["expect"]:
        cells = [ticket[column] for column in columns] + [ticket["cancelled"]]
        rows.append(
            [
                ", ".join(map(str, cell))
                if isinstance(cell, list)
                else ""
                if cell is None
                else str(cell)
                for cell in cells
            ]
        )
    return table(rows)


def example(result: KpiResult) -> str:
    reasons = ", ".join(f"{code} {count}" for code, count in result.excluded.items())
    value = "no value" if result.value is None else result.text()
    return f"{value}, n = {result.n}" + (f"; left out: {reasons}" if reasons else "")


def entry(name: str, kpi: Kpi) -> Iterator[str]:
    heading = f"``{name}``"
    yield heading
    yield "~" * len(heading)
    yield ""
    yield f"{kpi.title}."
    yield ""
    yield f":Formula: ``{kpi.formula}``"
    yield f":Unit: {kpi.unit}"
    if of := getattr(kpi.measure, "of", ""):
        yield f":Of: {of}"
    yield f":Window: by {kpi.window_basis}"
    yield f":Edge cases: {kpi.edge_cases}"
    yield f":Source: {kpi.source}"
    if kpi.id not in ("availability", "mean_time_between_failures"):
        (result,) = compute_kpis([kpi], tickets(), as_of=minute(AS_OF)).results
        yield f":Example: {example(result)}"
    yield ""


def page() -> str:
    lines = [HEAD, *given(), ""]
    sections = {
        "Times": kpis_of(times),
        "Rates": kpis_of(rates),
        "Volume and backlog": kpis_of(flow),
        "Service, problems, requests, changes and cost": kpis_of(service),
    }
    for title, kpis in sections.items():
        lines += [title, "-" * len(title), ""]
        for kpi in kpis:
            lines += entry(kpi.id, kpi)
    title = "With something of yours"
    lines += [
        title,
        "-" * len(title),
        "",
        "Functions that are given what only the caller knows.",
        "",
    ]
    for name, kpi in GIVEN.items():
        lines += entry(name, kpi)
    return "\n".join(lines).rstrip() + "\n"


def test_the_page_is_the_catalogue() -> None:
    """Every definition stands on the page with formula, edge cases, source and example."""
    assert PAGE.read_text(encoding="utf-8") == page()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
