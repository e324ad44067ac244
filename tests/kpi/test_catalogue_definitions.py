"""Every definition of the catalogue in full, against a table of what each one says."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from incidentcore.communication import CommunicationPlan, UpdateRule
from incidentcore.conditions import ALWAYS
from incidentcore.instants import Interval
from incidentcore.kpi import Count, Kpi, catalogue
from incidentcore.kpi.catalogue import (
    availability,
    change_failure_rate,
    cost_per_record,
    mean_failed_deployment_recovery_time,
    mean_time_between_failures,
    mean_time_over_target,
    mean_update_lateness,
    recurrence_rate,
    resolution_code_rate,
    same_day_resolution_rate,
    sla_compliance,
    sla_cycle_compliance,
    sla_running_breached_rate,
    stale_rate,
    updates_on_time_rate,
)
from incidentcore.serialization import Codec
from incidentcore.sla import SlaDefinition

TABLE = Path(__file__).with_name("catalogue_definitions.txt")
TEXTS = ("id", "title", "formula", "edge_cases", "source")
PLAIN = Codec().to_plain(Kpi(id="x", measure=Count()))["value"]
DONE = datetime(2026, 3, 2, 9, tzinfo=UTC)
TARGET = SlaDefinition(name="resolve", target=timedelta(hours=4), stop=ALWAYS)
RULE = UpdateRule(name="users", audiences=["users"], first=timedelta(hours=1))
PLAN = CommunicationPlan("plan", [RULE])
OTHERS = [
    stale_rate(7),
    same_day_resolution_rate("Europe/Berlin"),
    recurrence_rate("caller", days=7),
    recurrence_rate("service", "category"),
    resolution_code_rate("duplicates", "Duplicate", "Known"),
    resolution_code_rate("solved", "Solved"),
    sla_compliance(TARGET),
    sla_compliance(TARGET, overdue_missed=True),
    sla_cycle_compliance(TARGET),
    sla_running_breached_rate(TARGET),
    mean_time_over_target(TARGET),
    availability([Interval(DONE, DONE + timedelta(hours=1))]),
    mean_time_between_failures([Interval(DONE, DONE + timedelta(hours=1))]),
    mean_failed_deployment_recovery_time({"D1": DONE}),
    change_failure_rate(["D2", "D1"]),
    cost_per_record(Decimal("99.5"), unit="EUR"),
    cost_per_record(100),
    updates_on_time_rate(PLAN),
    mean_update_lateness(PLAN),
]


def line(kpi: Kpi) -> str:
    """Return what a definition says beyond the texts that people read and the defaults."""
    plain: dict[str, Any] = Codec().to_plain(kpi)["value"]
    own = {k: v for k, v in plain.items() if k not in TEXTS and (k == "measure" or v != PLAIN[k])}
    return f"{kpi.id} ({kpi.unit}): {json.dumps(own)}"


def test_each_definition_is_the_one_of_its_table() -> None:
    made = [line(kpi) for kpi in (*catalogue.ALL.values(), *OTHERS)]
    assert made == TABLE.read_text(encoding="utf-8").splitlines()
