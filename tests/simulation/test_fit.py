"""Workloads from a history."""

from __future__ import annotations

import pytest
from tests.simulation.test_desk_run import DAY, OFFICE, START, run

from incidentcore.errors import InvalidValueError
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
