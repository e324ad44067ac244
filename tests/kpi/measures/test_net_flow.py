"""What came in less what went out."""

from __future__ import annotations

from tests.kpi.test_field_cases import CANCELED, FIXED, at, inc, one

from incidentcore.conditions import field, reached
from incidentcore.instants import Interval
from incidentcore.kpi import (
    HasLink,
    Kpi,
    NetFlow,
    Rate,
    catalogue,
)


def test_ops_x21_the_canceled_leave_the_growth() -> None:
    """The backlog is 1, and it grew by 1 (own)."""
    records = [CANCELED, inc(at(9), "D")]

    assert one(catalogue.BACKLOG, records, at(20)).value == 1
    assert one(catalogue.BACKLOG_GROWTH, records, at(20)).value == 1


def test_net_flow_by_moments_is_as_before() -> None:
    """Two moments count each record once on either side."""
    flow = Kpi(id="f", measure=NetFlow("opened_at", "resolved_at"), canceled="include")
    assert one(flow, [CANCELED, FIXED], at(20)).value == 1
    rate = Kpi(id="r", measure=Rate(numerator=HasLink("x"), of="all"))
    assert one(rate, [FIXED], at(20)).value == 0


def test_a_record_for_which_a_condition_never_holds_neither_comes_nor_goes() -> None:
    """It was never on hold; it is counted all the same, as a change of nothing."""
    held = Kpi(id="f", measure=NetFlow(inside=field("state.pauses").is_true()))
    row = one(held, [FIXED, inc(at(9), "D")], at(20))
    assert (row.value, row.n) == (0, 2)
    opened = Kpi(id="f", measure=NetFlow(inside=field("state.open").is_true()))
    assert one(opened, [FIXED, inc(at(9), "D")], at(20)).value == 1


def test_an_instant_that_is_reached_without_an_event_lets_a_record_in() -> None:
    """Opened at 9 and planned from 11 on: it came in at 11, not before."""
    planned = inc(at(9), custom={"starts": at(11)})
    begun = Kpi(id="f", measure=NetFlow(inside=reached("custom.starts")))
    assert [one(begun, [planned], at(hour)).value for hour in (10, 11, 20)] == [0, 1, 1]
    morning = Interval(at(9), at(11))
    assert one(begun, [planned], at(20), window=morning).value == 0
