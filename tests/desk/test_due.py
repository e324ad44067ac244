"""What is due on a desk, with its reason."""

from __future__ import annotations

from datetime import timedelta

from tests.desk.test_agenda import DESK, FRIDAY, HOUR, opened

from incidentcore.desk import due_items, next_wakeup
from incidentcore.records import Incident


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
    kinds = [item.kind for item in due_items(DESK, record, now=then)]
    assert "auto_close" in kinds
    assert not [kind for kind in kinds if kind.startswith("sla")]
