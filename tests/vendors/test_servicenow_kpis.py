"""The figures that a ServiceNow audit log itself reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from incidentcore.kpi import compute_kpis
from incidentcore.records import Incident
from incidentcore.vendors.servicenow_kpis import AUDIT_KPIS

OPENED = datetime(2026, 6, 1, 9, tzinfo=UTC)


def incident(number: int, resolved_after: int | None, **custom: object) -> Incident:
    if resolved_after is not None:
        custom["tool_resolved_at"] = OPENED + timedelta(hours=resolved_after)
    own = {"reassignment_count": 0, "reopen_count": 0, "made_sla": True} | custom
    return Incident.open(id=f"I{number}", title="x", at=OPENED, by="kim", custom=own)


def test_figures_of_three_incidents_each_with_its_denominator() -> None:
    """Resolved after 2 and 6 hours, the second after a reassignment; one is not resolved."""
    records = [
        incident(1, 2),
        incident(2, 6, reassignment_count=1, made_sla=False),
        incident(3, None, reopen_count=2),
    ]

    table = compute_kpis(AUDIT_KPIS, records, as_of=OPENED + timedelta(days=2))

    assert table["mean_opened_to_tool_resolved"].value == timedelta(hours=4)
    assert table["mean_opened_to_tool_resolved"].n == 2
    shares = {
        name: (row.numerator, row.denominator)
        for name in ("reopened", "never_reassigned", "first_contact_of_resolved", "made_sla")
        for row in [table[f"tool_{name}"]]
    }
    assert shares == {
        "reopened": (1, 3),
        "never_reassigned": (2, 3),
        "first_contact_of_resolved": (1, 2),
        "made_sla": (2, 3),
    }
    first = [table[f"tool_first_contact_{of}"].numerator for of in ("of_all", "unfiltered")]
    assert first == [1, 1]


def test_each_figure_of_the_tool_has_an_id() -> None:
    """A mean, a median and a 90th percentile of four times, and six rates."""
    times = ("tool_resolved", "tool_closed", "not_new", "not_new_first_seen_new")
    rates = ("reopened", "never_reassigned", "first_contact_of_resolved", "first_contact_of_all")
    assert [kpi.id for kpi in AUDIT_KPIS] == [
        *(f"{of}_opened_to_{name}" for name in times for of in ("mean", "median", "p90")),
        *(f"tool_{name}" for name in (*rates, "first_contact_unfiltered", "made_sla")),
    ]
