"""Alerts in the shapes in which they come: nothing is lost, and bad input is told in full."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from tests.intake.builders import T0

from incidentcore.errors import FormatError, NaiveDatetimeError
from incidentcore.intake import (
    Alert,
    IntakePolicy,
    alert_from_cloudevent,
    alert_from_dict,
    alerts_from_alertmanager,
    fold_alerts,
)
from incidentcore.intake.policy import group_reader
from incidentcore.values.frozen import freeze

FIRING = {
    "status": "firing",
    "labels": {"alertname": "DiskFull", "severity": "critical", "instance": "db1"},
    "annotations": {"summary": "Disk full on db1", "runbook_url": "https://example.com/disk"},
    "startsAt": "2026-06-01T11:00:00.123456789+02:00",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "http://prometheus.example/graph",
    "fingerprint": "c6eadffa33fcdf37",
    "dashboardURL": "http://grafana.example/d/1",
}
RESOLVED = {**FIRING, "status": "resolved", "endsAt": "2026-06-01T09:30:00Z"}
PAYLOAD = {
    "version": "4",
    "groupKey": '{}:{alertname="DiskFull"}',
    "truncatedAlerts": 2,
    "status": "firing",
    "receiver": "desk",
    "groupLabels": {"alertname": "DiskFull"},
    "commonLabels": {"alertname": "DiskFull"},
    "commonAnnotations": {},
    "externalURL": "http://alertmanager.example",
    "alerts": [FIRING, RESOLVED],
    "orgId": 1,
}
EVENT = {
    "specversion": "1.0",
    "id": "A234-1234-1234",
    "source": "/monitoring/berlin",
    "type": "com.example.disk",
    "subject": "db1:/var",
    "time": "2026-06-01T09:00:00Z",
    "datacontenttype": "application/json",
    "traceparent": "00-1",
    "data": {"severity": "warning", "value": 97.5, "labels": {"host": "db1"}, "mount": "/var"},
}


def problems(read, data):
    """Return what a reader finds wrong."""
    with pytest.raises(FormatError) as error:
        read(data)
    return list(error.value.problems)


def test_alertmanager():
    """A firing alert counts from startsAt, a resolved one from endsAt; the rest is kept."""
    came = T0 + timedelta(hours=1)
    firing, resolved = alerts_from_alertmanager(PAYLOAD, recorded_at=came)

    assert (firing.key, firing.source) == ("c6eadffa33fcdf37", "alertmanager")
    assert (firing.status, firing.at) == ("firing", T0 + timedelta(microseconds=123456))
    assert (resolved.status, resolved.at) == ("resolved", T0 + timedelta(minutes=30))
    assert (firing.severity, firing.title) == ("critical", "Disk full on db1")
    assert (firing.recorded_at, resolved.recorded_at) == (came, came)
    assert firing.labels["instance"] == "db1"
    assert firing.annotations["runbook_url"] == "https://example.com/disk"
    assert firing.extra["startsAt"] == FIRING["startsAt"]  # to the nanosecond
    assert firing.extra["dashboardURL"] == FIRING["dashboardURL"]
    group = {name: value for name, value in PAYLOAD.items() if name != "alerts"}
    assert firing.extra["group"] == resolved.extra["group"]
    assert json.loads(json.dumps(group)) == plain(firing.extra["group"])


def plain(value):
    """Return an immutable value as JSON data."""
    if hasattr(value, "items"):
        return {name: plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, tuple) else value


def test_what_is_a_field_of_an_alert_is_not_in_extra_too():
    """Of Alertmanager's fields only the instants and the address stay, beside the group."""
    (alert,) = alerts_from_alertmanager({"version": "4", "alerts": [FIRING]})
    assert alert.key == FIRING["fingerprint"]
    read = {"status", "labels", "annotations", "fingerprint"}
    assert alert.extra.keys() == (FIRING.keys() - read) | {"group"}


def test_alertmanager_without_fingerprint_and_summary():
    """The labels are the key where there is no fingerprint, the alert's name its title."""
    old = {name: value for name, value in FIRING.items() if name != "fingerprint"}
    (alert,) = alerts_from_alertmanager({"version": "4", "alerts": [{**old, "annotations": None}]})

    assert alert.key == "alertname='DiskFull',instance='db1',severity='critical'"
    assert alert.title == "DiskFull"


def test_alertmanager_repeats_are_no_news():
    """A repetition has the same startsAt and is a duplicate, however much later it comes."""
    intents = []
    state = None
    for hours in (0, 4):
        came = T0 + timedelta(hours=hours, seconds=30)
        payload = {**PAYLOAD, "alerts": [FIRING]}
        alerts = alerts_from_alertmanager(payload, recorded_at=came)
        policy = IntakePolicy(deduplicate=timedelta(hours=5))
        found = fold_alerts(policy, alerts, state=state, until=came)
        intents.extend(found.intents)
        state = found.state

    assert [(one.kind, one.reason) for one in intents] == [("open", ""), ("dropped", "duplicate")]
    assert state.conditions[0].heard_at > T0 + timedelta(seconds=29)


def test_alertmanager_problems():
    """Every problem of every alert is told with its path, and nothing is read."""
    bad = {
        "version": "3",
        "alerts": [
            {"status": "pending", "labels": {"a": []}, "startsAt": "yesterday"},
            {"status": "resolved", "fingerprint": 7, "endsAt": "0001-01-01T00:00:00Z"},
            {"status": "firing", "startsAt": "2026-06-01T09:00:00"},
            "alert",
            {"fingerprint": "x", "startsAt": "2026-06-01T09:00:00Z", "n": float("nan")},
        ],
    }
    assert problems(alerts_from_alertmanager, bad) == [
        'got \'3\'; allowed: "4", or "1" of Grafana @ $.version',
        "got 'pending'; allowed: firing, resolved @ $.alerts[0].status",
        "got an array; allowed: text @ $.alerts[0].labels.a",
        "neither a fingerprint nor labels @ $.alerts[0]",
        (
            "got 'yesterday'; allowed: an instant such as \"2026-06-01T09:00:00Z\" "
            "@ $.alerts[0].startsAt"
        ),
        "got 7; allowed: text @ $.alerts[1].fingerprint",
        "neither a fingerprint nor labels @ $.alerts[1]",
        (
            "got '0001-01-01T00:00:00Z'; allowed: an instant in the years 2 to 9998 "
            "@ $.alerts[1].endsAt"
        ),
        "neither a fingerprint nor labels @ $.alerts[2]",
        (
            "got '2026-06-01T09:00:00'; allowed: a datetime with a time zone, such as "
            "tzinfo=UTC or ZoneInfo @ $.alerts[2].startsAt"
        ),
        "got 'alert'; allowed: an object with text keys @ $.alerts[3]",
        "a required field is missing @ $.alerts[4].status",
        "got nan; allowed: a finite number @ $.alerts[4].n",
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (None, ["got None; allowed: an object with text keys @ $"]),
        ({"version": "4"}, ["a required field is missing @ $.alerts"]),
        ({"alerts": []}, ["a required field is missing @ $.version"]),
        ({"version": "4", "alerts": {}}, ["got an object; allowed: an array @ $.alerts"]),
    ],
)
def test_alertmanager_payload_problems(data, expected):
    """What is no payload of version 4 is refused."""
    assert problems(alerts_from_alertmanager, data) == expected


def test_cloudevent():
    """The event stands in for what its data leave out, and all of it is kept."""
    alert = alert_from_cloudevent(EVENT)

    assert (alert.source, alert.key, alert.at) == ("/monitoring/berlin", "db1:/var", T0)
    assert (alert.title, alert.status) == ("com.example.disk", "firing")
    assert (alert.severity, alert.value, alert.labels["host"]) == ("warning", 97.5, "db1")
    assert alert.extra["mount"] == "/var"
    around = {name: value for name, value in EVENT.items() if name != "data"}
    assert plain(alert.extra["cloudevent"]) == around


def test_cloudevent_data_comes_first():
    """What the data say goes before what the event says."""
    data = {"key": "k", "source": "s", "at": "2026-06-01T08:00:00Z", "status": "resolved"}
    alert = alert_from_cloudevent({**EVENT, "type": "disk.firing", "data": data})

    assert (alert.key, alert.source, alert.status) == ("k", "s", "resolved")
    assert alert.at == T0 - timedelta(hours=1)


def test_cloudevent_without_subject_and_data():
    """The type is the key where there is no subject, and its end the status.

    With its end in the key, no resolution was ever about the condition that fired.
    """
    event = {name: EVENT[name] for name in ("specversion", "id", "source", "time")}
    found = [
        alert_from_cloudevent({**event, "type": kind})
        for kind in ("disk.firing", "disk.resolved", "disk", ".firing")
    ]
    assert [(alert.key, alert.status) for alert in found] == [
        ("disk", "firing"),
        ("disk", "resolved"),
        ("disk", "firing"),
        (".firing", "firing"),
    ]


def test_cloudevent_problems():
    """Every problem is told with its path, those of the data too."""
    assert problems(alert_from_cloudevent, {"specversion": "0.3", "data": {"value": "high"}}) == [
        "got '0.3'; allowed: \"1.0\" @ $.specversion",
        "a required field is missing @ $.id",
        "a required field is missing @ $.source",
        "a required field is missing @ $.type",
        "a required field is missing @ $.time",
        "a required field is missing @ $.data.key",
        "got 'high'; allowed: a finite number @ $.data.value",
    ]
    assert problems(alert_from_cloudevent, {**EVENT, "data": "text"}) == [
        "got 'text'; allowed: an object with text keys @ $.data"
    ]
    unversioned = {name: value for name, value in EVENT.items() if name != "specversion"}
    missing = ["a required field is missing @ $.specversion"]
    assert problems(alert_from_cloudevent, unversioned) == missing


def test_plain_object():
    """All fields of an alert are read; an argument for recorded_at goes before the object's."""
    data = {
        "key": "k",
        "at": T0,
        "recorded_at": "2026-06-01T09:01:00Z",
        "value": 3,
        "labels": {"n": 1, "up": True},
    }
    alert = alert_from_dict(data)
    later = alert_from_dict(data, recorded_at=T0 + timedelta(hours=1))

    assert (alert.recorded_at, alert.value) == (T0 + timedelta(minutes=1), 3.0)
    assert dict(alert.labels) == {"n": "1", "up": "true"}
    assert later.recorded_at == T0 + timedelta(hours=1)
    assert later.extra["recorded_at"] == data["recorded_at"]


def test_recorded_at_is_the_callers():
    """A naive instant in the argument is the caller's error, not the data's."""
    with pytest.raises(NaiveDatetimeError):
        alert_from_dict({"key": "k", "at": T0}, recorded_at=datetime(2026, 6, 1, 9))  # noqa: DTZ001  that is the point


def test_hostile_data():
    """Deep nesting, huge numbers and odd objects are refused in bounded words."""
    deep: object = 1
    for _ in range(3000):
        deep = [deep]
    data = {"key": "k", "at": T0, "deep": deep, "value": 10**5000, "odd": {1: 2}, "set": {1}}
    found = problems(alert_from_dict, data)

    assert [line.rpartition(" @ ")[2][:8] for line in found] == [
        "$.value",
        "$.deep[0",
        "$.odd",
        "$.set",
    ]
    assert max(map(len, found)) < 200


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"a": value}])
def test_data_are_nested_to_a_depth(wrap):
    """Fifty levels below a field's own value are read, in lists and in objects; one more is not."""
    value = 1
    for _ in range(51):
        value = wrap(value)
    assert alert_from_dict({"key": "k", "at": T0, "more": value}).extra["more"] == freeze(value)
    (found,) = problems(alert_from_dict, {"key": "k", "at": T0, "more": wrap(value)})
    assert found.startswith("nested too deeply @ $.more")


def test_values_are_read_up_to_a_number():
    """Fifty thousand of one message, the lists themselves counted."""
    data = {"key": "k", "at": T0, "more": list(range(49_999))}
    assert len(alert_from_dict(data).extra["more"]) == 49_999
    (found,) = problems(alert_from_dict, {**data, "one": 1})
    assert found == "more than 50000 values @ $.one"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), True, "5", 10**400])
def test_a_measured_value_is_a_finite_number(value):
    """Anything else is refused at its place."""
    with pytest.raises(FormatError, match=r"a finite number @ \$\.value$"):
        alert_from_dict({"key": "k", "at": T0, "value": value})


def test_what_else_comes_may_hold_instants():
    """With a zone; one without is nothing that could be written down."""
    found = alert_from_dict({"key": "k", "at": T0, "seen": [T0, 1.5, None]})
    assert found.extra["seen"] == (T0, 1.5, None)
    with pytest.raises(FormatError, match=r"what JSON can hold @ \$\.seen$"):
        alert_from_dict({"key": "k", "at": T0, "seen": T0.replace(tzinfo=None)})


def test_a_webhook_of_grafana_has_the_same_shape():
    """Its version is 1; fields of its own are kept."""
    firing = {**FIRING, "values": {"B": 44.2}}
    (alert,) = alerts_from_alertmanager({**PAYLOAD, "version": "1", "alerts": [firing]})
    (usual,) = alerts_from_alertmanager({**PAYLOAD, "alerts": [FIRING]})
    assert (alert.key, alert.at, alert.title) == (usual.key, usual.at, usual.title)
    assert plain(alert.extra["values"]) == {"B": 44.2}


def test_an_instant_may_be_written_in_small_letters():
    """RFC 3339 allows it."""
    assert alert_from_dict({"key": "k", "at": "2026-06-01t09:00:00z"}).at == T0


def test_the_shape_of_texts_and_their_limits():
    """Truths are words, a long text is cut, and a number of many bits is counted."""
    labels = {"up": True, "down": False, "n": 1.5}
    found = alert_from_dict({"key": "k", "at": T0, "labels": labels})
    assert dict(found.labels) == {"up": "true", "down": "false", "n": "1.5"}
    assert problems(alert_from_dict, {"key": "k", "at": T0, "labels": {1: "a"}}) == [
        "got an object; allowed: an object with text keys @ $.labels"
    ]
    shown = {
        "x" * 58: f"'{'x' * 58}';",
        "x" * 500: f"'{'x' * 59}…",
        2**199: str(2**199),
        2**200: "a number of 201 bits",
    }
    for value, text in shown.items():
        (line,) = problems(alert_from_dict, {"key": "k", "at": value})
        assert text in line
        assert len(line) < 200


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("x" * 58, f"'{'x' * 58}'"),  # with its quotes sixty characters
        ("x" * 59, f"'{'x' * 59}…"),
        ("ü" * 14, "'" + r"\xfc" * 14 + "'"),  # four characters each: 58
        ("ü" * 15, "'" + r"\xfc" * 14 + r"\xf" + "…"),
        (10**59, "1" + "0" * 59),
        (10**60, "1" + "0" * 59 + "…"),
        (2**200, "a number of 201 bits"),
        (True, "True"),
        ({}, "an object"),
        ([], "an array"),
        ((), "an array"),
        (b"", "a bytes"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_wrong_value_is_shown_in_sixty_characters(value, shown):
    """What is longer is cut; what is nested is only named."""
    (line,) = problems(alert_from_dict, {"key": "k", "at": value})
    assert line.startswith(f"got {shown}; allowed: ")


def test_alerts_are_grouped_by_several_paths():
    """Below a field and by a field itself, whichever comes first."""
    one = Alert(key="a", at=T0, source="s", labels={"service": "shop"})
    for paths in (("source", "labels.service"), ("labels.service", "source"), ("source", "key")):
        values = {"source": "s", "labels.service": "shop", "key": "a"}
        expected = ", ".join(f"{path}={values[path]!r}" for path in paths)
        assert group_reader(paths)(one) == expected


def test_an_alert_without_a_key_is_no_alert_with_an_empty_one():
    """It is refused as a document, with the path of what is missing."""
    at = {"at": "2026-06-01T09:00:00Z"}
    assert problems(alert_from_dict, at) == ["a required field is missing @ $.key"]
    alerts = [{"status": "firing", "startsAt": at["at"]}]
    found = problems(
        alerts_from_alertmanager, {"version": "4", "status": "firing", "alerts": alerts}
    )
    assert "neither a fingerprint nor labels @ $.alerts[0]" in found
