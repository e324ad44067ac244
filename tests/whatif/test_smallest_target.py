"""The smallest target that a share of past records would have kept (rule X2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import comb

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sla.test_coverage import RESOLUTION, RESPONSE, table

from incidentcore import Incident, advance, evaluate_sla
from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError
from incidentcore.records import set_fields
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition, SlaPolicy
from incidentcore.values import Actor
from incidentcore.whatif import smallest_target

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
NOW = NINE + timedelta(days=90)
MICRO = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "08:00-18:00"})
CLOCK = SlaDefinition.resolution(hours=4, calendar=OFFICE)


def incident(number: int, hours: float | None) -> Incident:
    record = Incident.open(id=f"I{number:03}", title="T", by="kim", at=NINE)
    if hours is None:
        return record
    fields = {"resolution_code": "fixed", "resolution_notes": "restarted"}
    at = NINE + hours * HOUR
    return advance(record, "resolve", at=at, by=Actor("ada", "agent"), **fields)


HOURS = st.lists(st.floats(0, 300), min_size=1, max_size=20)


@given(HOURS, st.sampled_from(["0.5", "0.8", "0.95", "1"]), st.randoms())
def test_it_is_kept_and_a_microsecond_less_is_not(
    hours: list[float], share: str, order: object
) -> None:
    """By ``evaluate_sla``, not by its own code; and the order of records is no matter."""
    records = [incident(number, length) for number, length in enumerate(hours)]
    found = smallest_target(CLOCK, records, share=share, now=NOW)
    assert found is not None

    def kept(target: timedelta) -> int:
        clock = attrs.evolve(CLOCK, target=target)
        return sum(not evaluate_sla(clock, one, now=NOW).breached for one in records)

    assert kept(found.target) >= float(share) * len(hours)
    if found.target:
        assert kept(found.target - MICRO) < float(share) * len(hours)
    shuffled = records[::-1]
    assert smallest_target(CLOCK, shuffled, share=share, now=NOW) == found


@given(HOURS)
def test_a_larger_share_needs_no_smaller_target(hours: list[float]) -> None:
    """Targets rise with the share."""
    records = [incident(number, length) for number, length in enumerate(hours)]
    found = [smallest_target(CLOCK, records, share=s, now=NOW) for s in ("0.1", "0.5", "0.9")]

    targets = [one.target for one in found if one is not None]
    assert targets == sorted(targets)


def test_the_interval_is_that_of_order_statistics() -> None:
    """The median of 10 lies between ranks 2 and 9 at 95 %, as tables say (97.9 % exactly)."""
    records = [incident(number, 0.5 * (number + 1)) for number in range(10)]
    found = smallest_target(CLOCK, records, share="0.5", now=NOW)

    assert found is not None
    assert (found.target, found.record_id) == (2.5 * HOUR, "I004")
    assert (found.low, found.high) == (1 * HOUR, 4.5 * HOUR)
    assert sum(comb(10, k) for k in range(2, 9)) / 2**10 == pytest.approx(0.979, abs=0.001)


def test_few_records_have_no_bound() -> None:
    """The 95th percentile of 10 has no upper one; running clocks are counted beside."""
    records = [incident(number, 1 + number / 10) for number in range(10)]
    found = smallest_target(CLOCK, [*records, incident(99, None)], share="0.95", now=NOW)

    assert found is not None
    assert (found.high, found.n, found.running) == (None, 10, 1)


def test_nothing_finished_says_nothing() -> None:
    """None, not zero; a share of zero is refused."""
    assert smallest_target(CLOCK, [incident(1, None)], share="0.9", now=NOW) is None
    with pytest.raises(InvalidValueError, match="above 0"):
        smallest_target(CLOCK, [], share=0, now=NOW)
    with pytest.raises(InvalidValueError, match="between 0 and 1"):
        smallest_target(CLOCK, [], share="0.9", now=NOW, confidence=1.0)


def test_exercises_and_canceled_clocks_are_not_counted() -> None:
    """One that still runs is told; one that was canceled is neither finished nor running."""
    drill = Incident.open(id="D", title="T", by="kim", at=NINE, exercise="drill")
    gone = advance(incident(3, None), "cancel", at=NINE + HOUR, by="ada")
    found = smallest_target(
        CLOCK, [incident(1, 2), incident(2, None), drill, gone], share=1, now=NOW
    )
    assert found is not None
    assert (found.n, found.running, found.record_id) == (1, 1, "I001")
    assert (found.low, found.high) == (found.target, None)


def test_what_the_source_does_not_cover_is_left_out_and_counted() -> None:
    """A took three hours, B still runs; C ended nobody knows when, and nobody tells of replies."""
    records = table("A,2026-06-01 12:00,Resolved", "B,,New", "C,,Resolved")
    found = smallest_target(RESOLUTION, records, share=1, now=NOW)
    assert found is not None
    assert (found.target, found.n, found.running, found.not_covered) == (3 * HOUR, 1, 1, 1)
    assert smallest_target(RESPONSE, records, share=1, now=NOW) is None


def test_what_is_opened_later_is_not_counted_as_uncovered() -> None:
    """A record of May took an hour; as of 31 May nothing is said of one that is opened in June."""
    month = timedelta(days=31)
    early = Incident.open(id="M", title="T", by="kim", at=NINE - month)
    fields = {"resolution_code": "fixed", "resolution_notes": "restarted"}
    early = advance(early, "resolve", at=NINE - month + HOUR, by="ada", **fields)
    records = [early, *table("D,,Resolved")]
    found = smallest_target(RESOLUTION, records, share=1, now=NINE - timedelta(days=1))
    assert found is not None
    assert (found.target, found.n, found.not_covered) == (HOUR, 1, 0)


def test_a_cycle_that_another_definition_replaced_was_not_finished() -> None:
    """Three hours of iron, then gold begins anew and is kept with two."""
    always = BusinessCalendar.always()
    gold, iron = (SlaDefinition.resolution(hours=4, calendar=always) for _ in range(2))
    gold = attrs.evolve(gold, name="gold", swap="restart")
    policy = SlaPolicy([(field("custom.tier").equals("gold"), gold)], default=iron)
    record = set_fields(incident(1, None), custom={"tier": "gold"}, at=NINE + 3 * HOUR, by="kim")
    fields = {"resolution_code": "fixed", "resolution_notes": "restarted"}
    record = advance(record, "resolve", at=NINE + 5 * HOUR, by="ada", **fields)
    assert [one.result for one in evaluate_sla(policy, record, now=NOW).cycles] == [
        "replaced", "met",
    ]  # fmt: skip
    found = smallest_target(policy, [record], share="1", now=NOW)
    assert found is not None
    assert (found.n, found.target, found.running) == (1, 2 * HOUR, 0)
