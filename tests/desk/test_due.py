"""What is due on a desk, with its reason."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from tests.desk.test_agenda import DESK, FRIDAY, HOUR, opened
from tests.sla.test_coverage import table

from incidentcore.conditions import field
from incidentcore.desk import Agreement, Desk, Service, ServiceTarget, due_items, next_wakeup
from incidentcore.priority import prioritize
from incidentcore.records import Incident, correct_event, log_update_sent
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaThreshold
from incidentcore.values import Impact, Urgency
from incidentcore.words import GERMAN


def test_every_kind_of_item_with_its_due_and_reason() -> None:
    """A ticket of Friday 09:00, worked out by hand: office 09-17, eight hours, no event."""
    call = FRIDAY + timedelta(hours=3)
    record = DESK.open(
        Incident, id="INC-1", title="No mail", by="kim", at=FRIDAY, custom={"call_at": call}
    )
    items = due_items(DESK, record, now=FRIDAY + timedelta(days=3))
    seen = [(item.kind, f"{item.due_at:%a %H:%M}") for item in items]
    assert seen == [
        ("escalation", "Fri 09:30"),
        ("update", "Fri 10:00"),
        ("field.call_at", "Fri 12:00"),
        ("sla.50%", "Fri 13:00"),
        ("escalation", "Fri 17:00"),
        ("sla.due", "Fri 17:00"),
    ]
    late = due_items(DESK, record, now=FRIDAY + timedelta(days=3, hours=1))
    assert [item.kind for item in late if item not in items][-1] == "sla.breach"


def test_the_due_itself_wakes() -> None:
    """Due Friday 17:00: the wake-up is then, not at Monday's opening when it breaches."""
    record = opened()
    at = next_wakeup(DESK, [record], now=FRIDAY + timedelta(hours=7, minutes=59))
    assert at == FRIDAY + timedelta(hours=8)


def test_a_resolved_record_is_due_for_its_closing() -> None:
    """Resolved at 10:00, closed two days later; its clock's warnings have lapsed."""
    record = DESK.advance(
        opened(),
        "resolve",
        at=FRIDAY + HOUR,
        by="ada",
        resolution_code="fixed",
        resolution_notes="restarted",
    )
    then = next_wakeup(DESK, [record], now=FRIDAY + 2 * HOUR)
    assert then == FRIDAY + HOUR + timedelta(days=2)
    items = {item.kind: item for item in due_items(DESK, record, now=then)}
    assert not [kind for kind in items if kind.startswith("sla")]
    assert items["auto_close"].why == "resolved since Fri  5 Jun 10:00"
    berlin = attrs.evolve(DESK, zone="Europe/Berlin")
    (there,) = (i for i in due_items(berlin, record, now=then) if i.kind == "auto_close")
    assert there.why == "resolved since Fri  5 Jun 12:00"
    assert there.in_words(GERMAN) == "gelöst seit Fr  5. Juni 12:00"


@pytest.mark.parametrize("milder_first", [False, True])
def test_a_point_of_two_services_is_due_once_and_first(milder_first: bool) -> None:  # noqa: FBT001
    """Mild: seven of eight hours before due is 1 h; then hot, 1 h before its four are 3 h."""
    services = [
        Service(
            name=name,
            calendar=BusinessCalendar.always("UTC"),
            resolution=[ServiceTarget(target=target * HOUR)],
            warn=[SlaThreshold(name="soon", before_due=before * HOUR)],
        )
        for name, target, before in (("mild", 8, 7), ("hot", 4, 1))
    ]
    hot = field("priority").present()
    agreements = [Agreement(service="mild", when=~hot), Agreement(service="hot", when=hot)]
    agreements = agreements if milder_first else agreements[::-1]
    desk = Desk(name="x", services=services, agreements=agreements)
    record = desk.open(Incident, id="INC-1", title="No mail", by="kim", at=FRIDAY)
    high = {"impact": Impact.HIGH, "urgency": Urgency.HIGH}
    record = prioritize(record, at=FRIDAY + 2 * HOUR, by="ada", **high)
    items = due_items(desk, record, now=FRIDAY + 3.5 * HOUR)
    assert [(one.kind, one.due_at) for one in items] == [("sla.soon", FRIDAY + HOUR)]


def test_a_clock_that_the_source_does_not_cover_is_not_due() -> None:
    """Nothing tells of replies: no breach of the response, and only B's resolution is late."""
    office = Service(
        name="office",
        calendar=BusinessCalendar.always("UTC"),
        response=[ServiceTarget(target=HOUR)],
        resolution=[ServiceTarget(target=4 * HOUR)],
    )
    desk = Desk(name="x", services=[office], agreements=[Agreement(service="office")])
    for record, late in zip(table("B,,New", "C,,Resolved"), (["resolution"], []), strict=True):
        now = record.opened_at + 24 * HOUR
        items = due_items(desk, record, now=now)
        breaches = [one.body.definition.kind for one in items if one.kind == "sla.breach"]
        assert breaches == late
        missing = [one.not_covered for one in desk.evaluate(record, now=now)]
        assert missing[0][0] == "first_response_at"
        assert missing[1] == (() if late else ("resolved_at",))


def test_a_record_whose_opening_was_corrected_is_due_as_it_was_known() -> None:
    """Opened Friday 9:00, and from 15:00 on known as opened at 14:00: due at 11:00 all the same."""
    corrected = correct_event(
        opened(), "INC-1:1", at=FRIDAY + 5 * HOUR, recorded_at=FRIDAY + 6 * HOUR, by="ada"
    )
    then = FRIDAY + 2 * HOUR
    as_known = due_items(DESK, corrected, now=then, known_at=then)
    assert [item.key for item in as_known] == [
        item.key for item in due_items(DESK, opened(), now=then)
    ]
    assert as_known
    assert due_items(DESK, corrected, now=then) == ()


def test_what_lapsed_says_since_when_and_why() -> None:
    """Resolved at 11:00, with what was due at 09:30 and 10:00; an update at 10:30 was sent."""
    quiet = opened()
    spoken = log_update_sent(quiet, "users", at=FRIDAY + 1.5 * HOUR, by="ada", text="x")
    for record, update in ((quiet, (2 * HOUR, "ended")), (spoken, (1.5 * HOUR, "sent"))):
        over = DESK.advance(
            record,
            "resolve",
            at=FRIDAY + 2 * HOUR,
            by="ada",
            resolution_code="fixed",
            resolution_notes="restarted",
        )
        found = due_items(DESK, over, now=FRIDAY + 3 * HOUR, include_lapsed=True)
        lapsed = {one.kind: (one.lapsed_at, one.lapsed_because) for one in found}
        assert lapsed["escalation"] == (FRIDAY + 2 * HOUR, "resolved")
        assert lapsed["update"] == (FRIDAY + update[0], update[1])
        assert due_items(DESK, over, now=FRIDAY + 3 * HOUR) == ()
