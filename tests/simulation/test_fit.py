"""Workloads from a history."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.simulation.test_desk_run import DAY, HOUR, OFFICE, START, run

from incidentcore.errors import InvalidValueError
from incidentcore.lifecycle import advance
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar
from incidentcore.simulation import (
    fit_workloads,
)


def test_history_gives_workloads_that_give_such_a_history() -> None:
    """Fitted to a run, the rate, the share of holds and of reopenings come back."""
    result = run(4, days=28)
    records = [record for record in result.records if record.id.startswith("mail")]
    (mail,) = fit_workloads(records, as_of=START + 28 * DAY, arrives=OFFICE)
    assert mail.rate[0] == pytest.approx(1.5, rel=0.2)
    assert mail.hold is not None
    assert mail.hold.chance == pytest.approx(0.3, abs=0.1)
    assert mail.reopen == pytest.approx(0.1, abs=0.07)
    with pytest.raises(InvalidValueError):
        fit_workloads([], as_of=START, arrives=OFFICE)
    with pytest.raises(InvalidValueError, match="arrives: got 'office'"):
        fit_workloads(records, as_of=START, arrives="office")  # type: ignore[arg-type]


NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
DAYTIME = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})


def worked(number: int, group: str | None, *steps: tuple[str, float], at: float = 0) -> Incident:
    """Return an incident of a group with steps, hours after nine."""
    record = Incident.open(
        id=f"I{number}", title="x", by="kim", at=NINE + at * HOUR, assignment_group=group
    )
    given = {
        "hold": {"reason": "awaiting_vendor"},
        "resolve": {"resolution_code": "x", "resolution_notes": "y"},
    }
    for action, hours in steps:
        when = NINE + hours * HOUR
        record = advance(record, action, at=when, by="ada", **given.get(action, {}))
    return record


def test_a_history_is_fitted_figure_by_figure() -> None:
    """Ten open hours by 11:00 on Tuesday: three records of mail, of which two were worked on.

    The first took from its start at 10 to 15 without the hour on hold, the second two hours up to
    its first resolution. What was not worked on gives no workload, nor what came later.
    """
    records = [
        worked(1, "mail", ("start", 1), ("hold", 3), ("resume", 4), ("resolve", 6)),
        worked(2, "mail", ("start", 2), ("resolve", 4), ("reopen", 5), ("resolve", 6), at=1),
        worked(3, "mail", ("hold", 2), at=1.5),
        worked(4, None, ("start", 0), ("resolve", 1)),
        worked(5, "idle"),
        worked(6, "mail", at=40),
    ]
    by_name = {
        one.name: one for one in fit_workloads(records, as_of=NINE + 26 * HOUR, arrives=DAYTIME)
    }
    assert list(by_name) == ["no group", "mail"]
    mail = by_name["mail"]
    assert mail.rate[0] == pytest.approx(3 / 10)
    assert (mail.work(0), mail.work(0.999)) == (2 * HOUR, 4 * HOUR)
    assert mail.hold is not None
    assert (mail.hold.chance, mail.hold.lasts(0.5)) == (pytest.approx(1 / 3), HOUR)
    assert (mail.reopen, mail.skill) == (pytest.approx(1 / 3), "mail")
    assert len(mail.opening) == 3
    plain = by_name["no group"]
    assert (plain.rate[0], plain.hold, plain.reopen, plain.skill) == (1 / 10, None, 0, "")


def test_what_was_opened_at_the_instant_itself_has_arrived() -> None:
    """Ten open hours by 11:00 on Tuesday, and two records, one of them opened at 11:00."""
    records = [worked(1, "mail", ("start", 1), ("resolve", 2)), worked(2, "mail", at=26)]
    (mail,) = fit_workloads(records, as_of=NINE + 26 * HOUR, arrives=DAYTIME)
    assert mail.rate[0] == pytest.approx(2 / 10)
