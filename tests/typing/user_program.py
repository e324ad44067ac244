"""A small program as a user writes it; type checkers read it against the installed package."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from incidentcore import (
    Actor,
    BusinessCalendar,
    Holiday,
    Impact,
    Incident,
    SlaDefinition,
    Urgency,
    advance,
    decide,
    evaluate_sla,
)

OFFICE = BusinessCalendar(
    zone="Europe/Berlin",
    hours={"mon-fri": "08:00-18:00"},
    holidays=[Holiday("2026-12-25", name="Christmas Day")],
)
FOUR_HOURS = SlaDefinition.resolution(hours=4, calendar=OFFICE)


def open_incident(title: str, at: datetime) -> Incident:
    """Open an incident that a monitor found, and start work on it."""
    incident = Incident.open(
        id="INC-1",
        title=title,
        impact=Impact.HIGH,
        urgency=Urgency.HIGH,
        at=at,
        by=Actor("monitoring", "system"),
    )
    return advance(incident, "start", at=at + timedelta(minutes=5), by="ada")


def close_or_explain(incident: Incident, at: datetime) -> str:
    """Close the incident, or say why that is refused."""
    answer = decide(incident, "close", at=at, by="ada")
    if answer:
        return advance(incident, "close", at=at, by="ada").state.name
    return str(answer)


def time_left(incident: Incident, now: datetime) -> timedelta | None:
    """Return the open time that is left of four hours, None where no clock runs."""
    return evaluate_sla(FOUR_HOURS, incident, now=now).remaining


def main() -> None:
    """Show one incident and its clock."""
    at = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    incident = open_incident("Mail is down", at)
    print(close_or_explain(incident, at + timedelta(hours=1)))  # noqa: T201  a program prints
    print(time_left(incident, at + timedelta(hours=1)))  # noqa: T201


if __name__ == "__main__":
    main()
