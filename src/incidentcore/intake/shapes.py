"""Read alerts in three forms: Alertmanager, CloudEvents, and a plain mapping.

Each reader takes data that was read from JSON, refuses what it cannot read with one ``FormatError``
that lists every problem with its path, and keeps unknown fields in ``Alert.extra``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from incidentcore.instants import as_utc
from incidentcore.intake.alert import Alert
from incidentcore.intake.reading import AlertFields
from incidentcore.values import FrozenMap

_DICT: Final = (
    *("key", "at", "status", "source", "severity", "title", "recorded_at", "value"),
    *("labels", "annotations"),
)


def alert_from_dict(data: object, /, *, recorded_at: datetime | None = None) -> Alert:
    """Return the alert that a mapping, such as a JSON object, describes.

    Args:
        data: A mapping with ``key`` and ``at``, and any other fields of ``Alert``. Instants are RFC
            3339 text or aware datetimes.
        recorded_at: When the alert was received. Defaults to ``data["recorded_at"]`` if it is
            there, otherwise to ``data["at"]``.

    Returns:
        The alert; any other fields of the mapping are in its ``extra``.

    Raises:
        FormatError: The data are invalid.

    >>> from incidentcore.intake import alert_from_dict
    >>> alert_from_dict({"key": "disk", "at": "2026-06-01T09:00:00Z", "host": "db1"}).extra
    FrozenMap({'host': 'db1'})
    >>> alert_from_dict({"key": 7, "status": "down"})
    Traceback (most recent call last):
    incidentcore.errors.FormatError: got 7; allowed: non-empty text @ $.key
    a required field is missing @ $.at
    got 'down'; allowed: firing, resolved @ $.status
    """
    fields = AlertFields(data)
    return fields.faults.checked(_from_object(fields, {}, {}, _recorded(recorded_at)))


def _recorded(recorded_at: datetime | None) -> datetime | None:
    return None if recorded_at is None else as_utc(recorded_at, "recorded_at")


def _from_object(
    fields: AlertFields,
    given: Mapping[str, Any],
    extra: Mapping[str, object],
    recorded_at: datetime | None,
) -> Alert | None:
    """Read an alert from an object; values in ``given`` replace fields that the object omits."""
    if not fields.is_object:
        return None
    present = {name: value for name, value in fields.data.items() if value is not None}
    both = AlertFields({"status": "firing", **given, **present}, fields.path, fields.faults)
    key = both.text("key", required=True)
    at = given["at"] if "at" in given else both.instant("at", required=True)
    status = both.status()
    known_at = both.instant("recorded_at") if recorded_at is None else recorded_at
    is_kept = recorded_at is not None and "recorded_at" in present
    known = [name for name in _DICT if name != "recorded_at" or not is_kept]
    read: dict[str, Any] = {
        "source": both.text("source"),
        "severity": both.text("severity"),
        "title": both.text("title") or key,
        "value": both.number("value"),
        "labels": both.texts("labels"),
        "annotations": both.texts("annotations"),
        "extra": {**extra, **fields.rest(known)},
    }
    if at is None or fields.faults.found:
        return None
    return Alert(key=key, at=at, status=status, recorded_at=known_at or at, **read)


_ALERTMANAGER: Final = ("status", "labels", "annotations", "fingerprint")


def alerts_from_alertmanager(
    payload: object, /, *, recorded_at: datetime | None = None, source: str = "alertmanager"
) -> tuple[Alert, ...]:
    """Return the alerts in the request of a webhook of Prometheus Alertmanager or of Grafana.

    The instant (``at``) of a firing alert is its ``startsAt``; that of a resolved alert is its
    ``endsAt``. The key is the fingerprint, the severity is the label ``severity``, and the title is
    the annotation ``summary``; if this is absent, the label ``alertname``; without either, the key.

    Args:
        payload: The body of the request, read from JSON.
        recorded_at: When the request was received. Repetitions of an alert that is still firing
            have the old ``startsAt``, so only this time shows when it was last reported.
        source: The ``source`` of the alerts; use a different name for each Alertmanager.

    Returns:
        The alerts in time order. The ``extra`` of an alert contains its other fields, its
        instants as they were written, and, under ``group``, the fields of the request outside
        ``alerts``.

    Raises:
        FormatError: The payload is invalid.

    Source: Prometheus, Alertmanager configuration, ``webhook_config``.

    >>> from incidentcore.intake import alerts_from_alertmanager
    >>> payload = {
    ...     "version": "4",
    ...     "status": "firing",
    ...     "alerts": [
    ...         {
    ...             "status": "firing",
    ...             "labels": {"alertname": "ProbeFailure", "severity": "critical"},
    ...             "annotations": {},
    ...             "startsAt": "2026-06-01T09:00:00.828Z",
    ...             "endsAt": "0001-01-01T00:00:00Z",
    ...             "fingerprint": "1a30ba71cca2921f",
    ...         }
    ...     ],
    ... }
    >>> [(alert.title, alert.severity) for alert in alerts_from_alertmanager(payload)]
    [('ProbeFailure', 'critical')]
    """
    known_at = _recorded(recorded_at)
    request = AlertFields(payload)
    faults = request.faults
    alerts: list[Alert | None] = []
    if request.is_object:
        if request.data.get("version") not in ("4", "1"):
            request.wrong("version", '"4", or "1" of Grafana')
        group = FrozenMap(request.rest(("alerts",)))
        items = request.data.get("alerts")
        if isinstance(items, (list, tuple)):
            for number, item in enumerate(items):
                fields = AlertFields(item, f"$.alerts[{number}]", faults)
                alerts.append(_from_alertmanager(fields, group, known_at, source))
        elif "alerts" in request.data:
            faults.wrong(items, "an array", "$.alerts")
        else:
            request.wrong("alerts", "an array")
    read = [alert for alert in alerts if alert is not None]
    return faults.checked(tuple(sorted(read, key=attrgetter("happened_at"))))


def _from_alertmanager(
    fields: AlertFields,
    group: FrozenMap[object],
    recorded_at: datetime | None,
    source: str,
) -> Alert | None:
    if not fields.is_object:
        return None
    status = fields.status()
    labels, annotations = fields.texts("labels"), fields.texts("annotations")
    key = fields.text("fingerprint")
    if not key:  # Alertmanager before 0.18 sends none; it is computed from the labels
        key = ",".join(f"{name}={value!r}" for name, value in labels.items())
        if not key:
            fields.faults.note("neither a fingerprint nor labels", fields.path)
    at = fields.instant("startsAt" if status == "firing" else "endsAt", required=True)
    extra = fields.rest(_ALERTMANAGER)
    if at is None or fields.faults.found:
        return None
    return Alert(
        key=key,
        at=at,
        status=status,
        source=source,
        severity=labels.get("severity", ""),
        title=annotations.get("summary") or labels.get("alertname") or key,
        recorded_at=at if recorded_at is None else recorded_at,
        labels=labels,
        annotations=annotations,
        extra=FrozenMap({**extra, "group": group}),
    )


def alert_from_cloudevent(event: object, /, *, recorded_at: datetime | None = None) -> Alert:
    """Return the alert that a CloudEvents 1.0 event in the JSON format contains.

    The event's ``data`` is an alert as ``alert_from_dict`` reads it. Attributes of the event are
    used for fields that ``data`` omits: ``source`` for ``source``, ``subject`` (or ``type``) for
    ``key``, ``time`` for ``at``, ``type`` for ``title``. If ``status`` is omitted, it is taken from
    a ``type`` that ends in ``.firing`` or ``.resolved``; the key is then made without this ending.

    Args:
        event: The event, read from JSON.
        recorded_at: When the event was received. Defaults to ``recorded_at`` in ``data`` if it is
            there, otherwise to the alert's ``at``.

    Returns:
        The alert. Its ``extra`` contains the event's other attributes and extensions, under
        ``cloudevent``, and the fields of ``data`` that are not those of an alert.

    Raises:
        FormatError: The event is invalid.

    Source: CloudEvents 1.0.2; how its attributes are used for an alert is our choice.

    >>> from incidentcore.intake import alert_from_cloudevent
    >>> alert_from_cloudevent(
    ...     {
    ...         "specversion": "1.0",
    ...         "id": "A234-1234-1234",
    ...         "source": "/monitoring/berlin",
    ...         "type": "com.example.disk.resolved",
    ...         "subject": "db1:/var",
    ...         "time": "2026-06-01T09:00:00Z",
    ...     }
    ... ).status
    'resolved'
    """
    known_at = _recorded(recorded_at)
    around = AlertFields(event)
    faults = around.faults
    if not around.is_object:
        return faults.checked(None)
    if around.data.get("specversion") != "1.0":
        around.wrong("specversion", '"1.0"')
    around.text("id", required=True)
    source = around.text("source", required=True)
    kind = around.text("type", required=True)
    subject = around.text("subject")
    given: dict[str, Any] = {"source": source, "title": kind}
    stem, _, ending = kind.rpartition(".")
    if subject or kind:
        given["key"] = subject or (stem if ending in ("firing", "resolved") else "") or kind
    if ending == "resolved":
        given["status"] = ending
    data = around.data.get("data")
    if data is None:
        data = {}
    if isinstance(data, Mapping) and data.get("at") is None:
        given["at"] = around.instant("time", required=True)
    extra = {"cloudevent": FrozenMap(around.rest(("data",)))}
    fields = AlertFields(data, "$.data", faults)
    return faults.checked(_from_object(fields, given, extra, known_at))
