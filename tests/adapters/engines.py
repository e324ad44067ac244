"""Tickets that the engines are tried with, and what of them must come out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, get_args

from incidentcore.instants import Interval
from incidentcore.kpi import Periods, catalogue
from incidentcore.kpi.measures.base import PartialMode
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition

START = datetime(2026, 3, 20, tzinfo=UTC)
AS_OF = START + timedelta(days=40)
OFFICE = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "08:00-18:00"})
KPIS = (
    *(catalogue.VOLUME, catalogue.MEAN_TIME_TO_RESOLVE, catalogue.MEDIAN_TIME_TO_RESOLVE),
    *(catalogue.P90_TIME_TO_RESOLVE, catalogue.BACKLOG_GROWTH),
    catalogue.sla_compliance(SlaDefinition.resolution(hours=9, calendar=OFFICE)),
)
MAPPING = {"id": "id", "opened": "in", "resolved": "out", "priority": "priority"}
MODES = get_args(PartialMode)


def how(mode: str) -> dict[str, Any]:
    window = Periods("week", "Europe/Berlin", within=Interval(START, AS_OF))
    return {"as_of": AS_OF, "group_by": "priority", "window": window, "mode": mode}


def tickets(count: int) -> list[dict[str, Any]]:
    random = Random(7)  # noqa: S311  made data
    rows: list[dict[str, Any]] = []
    for number in range(count):
        opened = START + timedelta(minutes=random.randrange(40_000))
        resolved = opened + timedelta(seconds=random.randrange(200_000))
        rows.append(
            {
                "id": str(number),
                "in": opened,
                "out": resolved if random.random() < 0.9 else None,
                "priority": random.choice(["P1", "P2", None]),
            }
        )
    return rows
