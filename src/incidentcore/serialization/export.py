"""Export histories to other tools: CloudEvents, XES event logs for process mining, and CSV.

Exports cannot be read back: they contain what other tools understand, and may omit the rest. For
documents that can be read back, use ``dumps``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from html import escape
from typing import Any, Final

from incidentcore._checks import each_of, need_kind
from incidentcore.conditions.access import reader
from incidentcore.errors import InvalidValueError
from incidentcore.pages.table import FORMULA
from incidentcore.records import Event, Opened, Record, StateChanged
from incidentcore.records.fields import RECORD_COLUMNS
from incidentcore.serialization.documents import to_plain
from incidentcore.serialization.parse import write
from incidentcore.serialization.scalars import SCALARS
from incidentcore.values import Actor, FrozenMap, Level, State

EVENT_COLUMNS: Final = (
    *("record_id", "sequence", "id", "kind", "at", "recorded_at", "by", "role", "state", "body"),
)
_SHARED: Final = frozenset(("record_id", "sequence", "at", "by", "recorded_at", "id"))
_LINE_ENDS: Final = str.maketrans({"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
# What XML 1.0 has no place for (production 2).
_NOT_XML: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What a text of CloudEvents must not hold: control characters, half pairs, no characters.
_NO_TEXT: Final = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def cloud_event(event: Event, /, *, source: str, prefix: str = "incidentcore") -> dict[str, Any]:
    """Return an event in the envelope of CloudEvents 1.0, in its JSON format.

    Args:
        event: The event.
        source: The URI reference of the system that sends the event, such as ``"/itsm/incidents"``.
        prefix: The prefix of the event's ``type``, usually a reversed domain name.

    Returns:
        Plain data for ``json.dumps``: ``id`` and ``source`` together identify the event,
        ``subject`` is the id of the record, and ``data`` is the event's document, which
        ``from_plain`` reads.

    Raises:
        InvalidValueError: The source or prefix is empty or not text; the source, the prefix or an
            id contains control characters, which CloudEvents forbids; or the event cannot be
            written.

    Source: CloudEvents 1.0.2, sections 2 (type system) and 3.1 (required attributes), and its JSON
    format, section 3 (envelope).

    >>> from datetime import UTC, datetime
    >>> from incidentcore.records import Incident
    >>> from incidentcore.serialization import cloud_event
    >>> incident = Incident.open(
    ...     id="INC-1", title="Mail is down", by="kim", at=datetime(2026, 12, 23, 16, tzinfo=UTC)
    ... )
    >>> sent = cloud_event(incident.history[0], source="/itsm")
    >>> sent["type"], sent["id"], sent["subject"], sent["time"]
    ('incidentcore.opened', 'INC-1:1', 'INC-1', '2026-12-23T16:00:00Z')
    """
    need_kind("event", event, Event)
    given = {"source": source, "prefix": prefix, "id": event.id, "record_id": event.record_id}
    for name, value in given.items():
        if not isinstance(value, str) or not value or _NO_TEXT.search(value):
            raise InvalidValueError(name, value, "non-empty text without control characters")
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": source,
        "type": f"{prefix}.{event.kind}",
        "subject": event.record_id,
        "time": SCALARS[datetime].write(event.at),
        "datacontenttype": "application/json",
        "data": to_plain(event),
    }


def record_rows(
    records: Iterable[Record], /, *, columns: Iterable[str] = RECORD_COLUMNS, safe: bool = True
) -> Iterator[str]:
    """Yield records as CSV: a header line, then one line for each record.

    Args:
        records: The records.
        columns: Names of fields, ``record_type`` or ``version``; a dotted name such as
            ``custom.site`` names an entry of a mapping.
        safe: Whether to put an apostrophe before text that a spreadsheet would take for a formula.

    Raises:
        InvalidValueError: A column is not a field of records.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.records import Incident
    >>> from incidentcore.serialization import record_rows
    >>> incident = Incident.open(
    ...     id="INC-1", title="Mail is down", by="kim", at=datetime(2026, 12, 23, 16, tzinfo=UTC)
    ... )
    >>> print("".join(record_rows([incident], columns=["id", "title", "opened_at"])), end="")
    id,title,opened_at
    INC-1,Mail is down,2026-12-23T16:00:00Z
    """
    names = tuple(columns)
    yield _line(names)
    for record in each_of("records", records, Record):
        facts = {**record.facts(), "version": record.version}
        yield _line([_cell(_field(facts, name), safe=safe) for name in names])


def event_rows(records: Iterable[Record], /, *, safe: bool = True) -> Iterator[str]:
    """Yield the events of records as CSV: a header line, then one line for each event.

    The last column contains, as JSON, the attributes that only the event's own kind has. ``safe``
    is as in ``record_rows``.
    """
    yield _line(EVENT_COLUMNS)
    for record in each_of("records", records, Record):
        for event in record.history:
            document = to_plain(event)["value"]
            body = {name: value for name, value in document.items() if name not in _SHARED}
            state = event.state.name if isinstance(event, (Opened, StateChanged)) else ""
            cells = (
                *(event.record_id, event.sequence, event.id, event.kind, event.at),
                *(event.recorded_at, event.by.id, event.by.role, state, write(body, None)),
            )
            yield _line([_cell(cell, safe=safe) for cell in cells])


def xes_log(records: Iterable[Record], /, *, name: str = "incidents") -> Iterator[str]:
    """Yield the text of an event log in XES, a format for process mining, piece by piece.

    Each record is a trace, with its events in order of sequence. ``concept:name`` is the action of
    a transition or, for other events, the kind of event; ``lifecycle:transition`` is ``complete``;
    ``org:resource`` is the actor and ``org:role`` the actor's role.

    Args:
        records: The records; each is written before the next is read.
        name: The log's name.

    Source: IEEE 1849-2016 with its standard extensions concept, time, lifecycle and
    organizational.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.records import Incident
    >>> from incidentcore.serialization import xes_log
    >>> at = datetime(2026, 12, 23, 16, tzinfo=UTC)
    >>> log = "".join(xes_log([Incident.open(id="INC-1", title="Mail is down", by="kim", at=at)]))
    >>> log.count("<trace>"), log.count("<event>")
    (1, 1)
    """
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">\n'
    )
    for title, prefix, place in _EXTENSIONS:
        yield (
            f'  <extension name="{title}" prefix="{prefix}" '
            f'uri="http://www.xes-standard.org/{place}.xesext"/>\n'
        )
    yield (
        '  <global scope="trace">\n    <string key="concept:name" value=""/>\n  </global>\n'
        '  <global scope="event">\n    <string key="concept:name" value=""/>\n'
        '    <date key="time:timestamp" value="1970-01-01T00:00:00Z"/>\n'
        '    <string key="lifecycle:transition" value="complete"/>\n  </global>\n'
        '  <classifier name="Activity" keys="concept:name"/>\n'
    )
    yield _attribute("  ", "concept:name", name)
    for record in each_of("records", records, Record):
        yield "  <trace>\n"
        yield _attribute("    ", "concept:name", record.id)
        yield _attribute("    ", "record_type", record.record_type)
        for event in record.history:
            yield "".join(_xes_event(event))
        yield "  </trace>\n"
    yield "</log>\n"


_EXTENSIONS: Final = (
    ("Concept", "concept", "concept"),
    ("Time", "time", "time"),
    ("Lifecycle", "lifecycle", "lifecycle"),
    ("Organizational", "org", "org"),
)


def _xes_event(event: Event) -> Iterator[str]:
    indent = "      "
    activity = event.action if isinstance(event, StateChanged) else event.kind
    yield "    <event>\n"
    yield _attribute(indent, "concept:name", activity)
    yield _attribute(indent, "concept:instance", event.id)
    yield _attribute(indent, "lifecycle:transition", "complete")
    yield _attribute(indent, "time:timestamp", event.at)
    yield _attribute(indent, "recorded_at", event.recorded_at)
    yield _attribute(indent, "org:resource", event.by.id)
    yield _attribute(indent, "org:role", event.by.role)
    if isinstance(event, (Opened, StateChanged)):
        yield _attribute(indent, "state", event.state.name)
    group = getattr(event, "fields", FrozenMap()).get("assignment_group")
    if isinstance(group, str):
        yield _attribute(indent, "org:group", group)
    yield "    </event>\n"


def _attribute(indent: str, key: str, value: str | datetime) -> str:
    kind = "string" if isinstance(value, str) else "date"
    text = value if isinstance(value, str) else SCALARS[datetime].write(value)
    return f"{indent}<{kind} key={_quoted(key)} value={_quoted(text)}/>\n"


def _quoted(text: str) -> str:
    """Return text as an XML attribute; invalid characters of XML 1.0 are replaced by U+FFFD."""
    kept = _NOT_XML.sub("\ufffd", text)
    # Written here, since the standard library's writer of attributes loads a web client.
    return f'"{escape(kept).translate(_LINE_ENDS)}"'


def _field(facts: dict[str, Any], name: str) -> object:
    if not isinstance(name, str) or name.partition(".")[0] not in facts:
        raise InvalidValueError("columns", name, f"fields: {', '.join(sorted(facts))}")
    return reader(name)(facts)


def _cell(value: object, *, safe: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (State, Level)):
        value = value.name
    elif isinstance(value, Actor):
        value = value.id
    elif isinstance(value, (datetime, timedelta)):
        return str(SCALARS[type(value)].write(value))
    elif isinstance(value, (int, float)):
        return repr(value)
    elif isinstance(value, tuple) and all(isinstance(item, str) for item in value):
        value = "/".join(value)
    elif isinstance(value, frozenset) and all(isinstance(item, str) for item in value):
        value = " ".join(sorted(value))
    elif not isinstance(value, str):
        value = write(to_plain(value)["value"], None)
    return f"'{value}" if safe and value.startswith(FORMULA) else value


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()
