"""What people reopen takes the alerts of its group again (A5)."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from tests.intake.builders import HOUR, MINUTE, T0, alert, told

from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError
from incidentcore.intake import (
    Alert,
    IncidentEnded,
    IncidentReopened,
    Inhibit,
    IntakePolicy,
    IntakeState,
    apply_intents,
    fold_alerts,
)
from incidentcore.lifecycle import advance
from incidentcore.serialization import dumps, loads

DAY = 24 * HOUR
GROUP = "labels.service='shop'"
SHOP = IntakePolicy(group_by="labels.service")


def reopened(minutes: int, incident: str = "alerts-1") -> IncidentReopened:
    return IncidentReopened(incident, T0 + minutes * MINUTE, GROUP)


def test_an_alert_joins_what_people_reopened() -> None:
    """Resolved by ada at 09:10, reopened at 10:00, and the disk still burns at 10:05."""
    ended = IncidentEnded("alerts-1", T0 + 10 * MINUTE)
    items = [alert(), ended, reopened(60), alert(minutes=65), alert("cpu", 70)]

    assert told(SHOP, items, until=T0 + DAY) == [
        ("open", 0, "1", ""),
        ("add", 65, "1", ""),
        ("add", 70, "1", ""),
    ]


def test_without_the_notice_it_opens_a_second_one() -> None:
    """Nothing tells that the first is open again."""
    items = [alert(), IncidentEnded("alerts-1", T0 + 10 * MINUTE), alert(minutes=65)]
    assert told(SHOP, items, until=T0 + DAY)[-1] == ("open", 65, "2", "")


def test_its_alerts_resolve_it_again() -> None:
    """As soon as what joined it is over; with ``first``, as soon as the first to join is."""
    items = [
        alert(),
        alert(minutes=10, status="resolved"),
        reopened(60),
        alert("cpu", 65),
        alert("ram", 66),
        alert("cpu", 70, status="resolved"),
        alert("ram", 80, status="resolved"),
    ]
    first = IntakePolicy(group_by="labels.service", resolve_on="first")

    assert told(SHOP, items, until=T0 + DAY)[-1] == ("resolve", 80, "1", "all_resolved")
    assert ("resolve", 70, "1", "first_resolved") in told(first, items, until=T0 + DAY)


def test_another_open_incident_of_the_group_stays_its_incident() -> None:
    """The second was opened at 09:30, before ada reopened the first."""
    items = [
        alert(),
        IncidentEnded("alerts-1", T0 + 10 * MINUTE),
        alert(minutes=30),
        reopened(60),
        alert("cpu", 65),
    ]
    assert told(SHOP, items, until=T0 + DAY)[-1] == ("add", 65, "2", "")


def test_one_that_may_reopen_is_reopened_once() -> None:
    """Within ``reopen_within``: the alert joins it, and does not reopen it a second time."""
    policy = IntakePolicy(group_by="labels.service", reopen_within=2 * HOUR)
    items = [alert(), IncidentEnded("alerts-1", T0 + 10 * MINUTE), reopened(60), alert(minutes=65)]
    assert told(policy, items, until=T0 + DAY)[-1] == ("add", 65, "1", "")


def test_alerts_that_wait_in_its_group_join_at_once() -> None:
    """One of the two that would open an incident came at 10:55; one held back joins when free."""
    policy = IntakePolicy(group_by="labels.service", threshold=2)
    opened = [alert(), alert("cpu", 1), IncidentEnded("alerts-1", T0 + 10 * MINUTE)]
    items = [*opened, alert("ram", 55), reopened(60)]
    assert told(policy, items, until=T0 + 2 * HOUR)[-1] == ("add", 60, "1", "")

    router = Alert(key="router", at=T0 + 20 * MINUTE, labels={"service": "net"})
    held = IntakePolicy(
        group_by="labels.service",
        inhibit=Inhibit(field("key").equals("router"), field("key").equals("disk")),
    )
    back = Alert(key="router", at=T0 + 70 * MINUTE, status="resolved", labels={"service": "net"})
    ended = IncidentEnded("alerts-1", T0 + 10 * MINUTE)
    items = [alert(), ended, router, alert(minutes=30), reopened(60), back]
    assert told(held, items, until=T0 + 2 * HOUR)[-1] == ("add", 70, "1", "")


def test_it_is_forgotten_when_no_alert_joins_it_within_the_window() -> None:
    """A day after it was reopened an alert opens another incident; a minute before it joins."""
    for minutes, last in ((1_500, "1"), (1_501, "2")):
        items = [
            alert(),
            IncidentEnded("alerts-1", T0 + 10 * MINUTE),
            reopened(60),
            alert(minutes=minutes),
        ]
        assert told(SHOP, items, until=T0 + 3 * DAY)[-1][2] == last


def test_at_one_instant_it_is_ended_then_reopened_then_joined() -> None:
    """Whatever the order of arrival (A3)."""
    ended, again = IncidentEnded("alerts-1", T0 + HOUR), reopened(60)
    for items in ((ended, again, alert("cpu", 60)), (alert("cpu", 60), again, ended)):
        assert told(SHOP, [alert(), *items], until=T0 + DAY)[-1] == ("add", 60, "1", "")


def test_an_open_incident_that_is_reopened_stays_as_it_is() -> None:
    """Nobody had told that it was ended; its alerts still resolve it."""
    items = [alert(), reopened(60), alert(minutes=70, status="resolved")]
    assert told(SHOP, items, until=T0 + DAY)[-1] == ("resolve", 70, "1", "all_resolved")


@pytest.mark.parametrize("lateness", [0, 20])
def test_a_stream_may_be_split_at_the_notice(lateness: int) -> None:
    """The state holds the notice until it is settled, also as a document."""
    policy = IntakePolicy(group_by="labels.service", lateness=lateness * MINUTE)
    items = [alert(), IncidentEnded("alerts-1", T0 + 10 * MINUTE), reopened(60), alert(minutes=65)]
    whole = fold_alerts(policy, items, until=T0 + DAY)
    for cut in range(5):
        one = fold_alerts(policy, items[:cut])
        state = loads(dumps(one.state), IntakeState)
        two = fold_alerts(policy, items[cut:], state=state, until=T0 + DAY)
        assert (one.intents + two.intents, two.state) == (whole.intents, whole.state)


def test_the_group_stands_in_the_record() -> None:
    """A desk that kept nothing but its records can tell which alerts an incident took."""
    found = fold_alerts(SHOP, [alert()], until=T0)
    record = apply_intents(found.intents, {})["alerts-1"]
    record = advance(
        record, "resolve", at=T0 + MINUTE, by="ada", resolution_code="a", resolution_notes="b"
    )
    record = advance(record, "reopen", at=T0 + HOUR, by="ada")
    notices = [
        IncidentEnded(record.id, T0 + MINUTE),
        IncidentReopened(record.id, T0 + HOUR, record.custom["alert_group"]),
    ]
    more = fold_alerts(SHOP, [*notices, alert(minutes=61)], state=found.state, until=T0 + 2 * HOUR)
    (changed,) = apply_intents(more.intents, {"alerts-1": record}).values()

    assert changed.custom["alert_count"] == 2
    assert changed.state.open


def test_a_policy_may_have_one_group_only() -> None:
    """Without ``group_by`` the group is an empty text, which the notice refused."""
    policy = IntakePolicy(group_by=())
    (opened,) = fold_alerts(policy, [alert()], until=T0).intents
    ended = IncidentEnded("alerts-1", T0 + MINUTE)
    again = IncidentReopened("alerts-1", T0 + HOUR, opened.group)
    items = [alert(), ended, again, alert("cpu", 61)]

    assert opened.group == ""
    assert told(policy, items, until=T0 + DAY) == [("open", 0, "1", ""), ("add", 61, "1", "")]


def test_an_incident_that_is_still_open_keeps_its_faults() -> None:
    """The disk burns since 09:00, and the group had a second incident; a notice names the first."""
    policy = attrs.evolve(SHOP, window=MINUTE)
    items = [alert(), alert("cpu", 2), alert("cpu", 3, status="resolved"), reopened(4)]
    items += [alert("ram", 5), alert("ram", 6, status="resolved"), alert(minutes=61)]

    assert told(policy, [*items, alert(minutes=62, status="resolved")], until=T0 + DAY) == [
        ("open", 0, "1", ""),
        ("open", 2, "2", ""),
        ("add", 3, "2", ""),
        ("resolve", 3, "2", "all_resolved"),
        ("add", 5, "1", ""),
        ("add", 6, "1", ""),
        ("add", 61, "1", ""),
        ("add", 62, "1", ""),
        ("resolve", 62, "1", "all_resolved"),
    ]
    for end in range(len(items)):
        state = fold_alerts(policy, items[:end], until=items[end].at).state
        assert loads(dumps(state), type(state)) == state


def test_no_incident_gets_the_number_of_one_that_was_reopened() -> None:
    """A stream that began anew, without its state: the next incident is 8, not 1 and then 7."""
    mail = attrs.evolve(alert("mail", 2), labels={"service": "mail"})
    items = [reopened(0, "alerts-7"), alert(minutes=1), mail]
    found = fold_alerts(SHOP, items, until=T0 + HOUR)

    assert [(one.kind, one.incident) for one in found.intents] == [
        ("add", "alerts-7"),
        ("open", "alerts-8"),
    ]
    assert found.state.opened == 8


def test_an_incident_with_a_name_of_its_own_takes_no_number() -> None:
    """A person opened INC-7, and wrote the group on it."""
    mail = attrs.evolve(alert("mail", 2), labels={"service": "mail"})
    items = [reopened(0, "INC-7"), alert(minutes=1), mail]
    found = fold_alerts(SHOP, items, until=T0 + HOUR)

    assert [one.incident for one in found.intents] == ["INC-7", "alerts-1"]


@pytest.mark.parametrize("wrong", [{"incident": ""}, {"incident": 7}, {"group": None}])
def test_a_notice_names_its_incident_and_its_group(wrong: dict[str, Any]) -> None:
    """The incident may not be empty; the group of a policy without any is."""
    with pytest.raises(InvalidValueError, match=next(iter(wrong))):
        IncidentReopened(**{"incident": "i", "at": T0, "group": GROUP, **wrong})
