"""The SQL tables and statements that the stores share.

The argument ``run`` is a function that executes one statement in a transaction and returns its
rows; the stores differ only in how they open transactions. There are four tables: events as
documents, one row for each record, the outbox, and two counters. Stored rows are verified when they
are read: each row has a digest of all its columns, a record's row names its version, and positions
have no gaps, so that neither a changed nor a lost row goes unnoticed. Ids are UTF-8 bytes, so that
order, case and normal form stay exact under every collation. A removal only empties the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from incidentcore._checks import need_kind
from incidentcore.adapters.digests import as_bytes, as_key, damaged, digest_of
from incidentcore.adapters.outbox import Run, put_due
from incidentcore.conditions import Condition
from incidentcore.desk import DueItem
from incidentcore.errors import (
    FormatError,
    InvalidTimelineError,
    RecordNotFoundError,
    StaleRecordError,
    StorageError,
)
from incidentcore.records import Event, Record, replay
from incidentcore.serialization import loads_with_unknown
from incidentcore.storage import Change, checked_append, checked_page

_IDS: Final = 100  # records that one transaction of ``find`` reads
_LARGEST: Final = 2**63 - 1
# Each step migrates the tables of the previous step, in one transaction.
MIGRATIONS: Final[tuple[str, ...]] = (
    """CREATE TABLE incidentcore_events (
        position {integer} PRIMARY KEY, record_id {bytes}, sequence {integer}, event_id {bytes},
        document TEXT, digest {bytes}, UNIQUE (record_id, sequence), UNIQUE (record_id, event_id)
    );
    CREATE TABLE incidentcore_records (
        record_id {bytes} PRIMARY KEY, version {integer} NOT NULL, digest {bytes} NOT NULL
    );
    CREATE TABLE incidentcore_outbox (
        key {bytes} PRIMARY KEY, record_id {bytes} NOT NULL, kind TEXT NOT NULL,
        due_at TEXT NOT NULL, why TEXT NOT NULL, digest {bytes} NOT NULL, sent {integer} NOT NULL
    );
    CREATE INDEX incidentcore_unsent ON incidentcore_outbox (sent);
    INSERT INTO incidentcore_counters VALUES ('position', 0)""",
)
_EVENTS: Final = (
    "SELECT position, record_id, sequence, event_id, document, digest FROM incidentcore_events "
)


def schema_number(run: Run) -> int:
    """Return how many steps of ``MIGRATIONS`` have been applied to the tables."""
    rows = run("SELECT value FROM incidentcore_counters WHERE name = 'schema'")
    number = int(rows[0][0]) if rows else 0
    if number > len(MIGRATIONS):
        raise StorageError(
            f"the tables have form {number}, written by a newer release; this one knows up to "
            f"{len(MIGRATIONS)}: update incidentcore"
        )
    return number


def migrate(run: Run, **types: str) -> None:
    """Create the tables or upgrade them to this release; ``types`` are the column types to use."""
    run(
        "CREATE TABLE IF NOT EXISTS incidentcore_counters"
        f" (name VARCHAR(20) PRIMARY KEY, value {types['integer']} NOT NULL)"
    )
    run("INSERT INTO incidentcore_counters VALUES ('schema', 0) ON CONFLICT DO NOTHING")
    lock(run, "schema")
    number = schema_number(run)
    for step in MIGRATIONS[number:]:
        for statement in step.split(";"):
            run(statement.format(**types))
    run("UPDATE incidentcore_counters SET value = :n WHERE name = 'schema'", {"n": len(MIGRATIONS)})


def lock(run: Run, name: str = "position") -> None:
    """Lock a counter, so that other writers wait until this transaction ends."""
    run("UPDATE incidentcore_counters SET value = value + 0 WHERE name = :name", {"name": name})


def _event(row: Sequence[Any]) -> Event:
    """Return the event of a row, verified by its digest; event kinds of newer releases are kept."""
    position, key, sequence, event_id, document, digest = row
    what = f"the event at position {position}"
    if digest_of(position, as_bytes(key), sequence, as_bytes(event_id), document) != as_bytes(
        digest
    ):
        raise damaged(what)
    try:
        return loads_with_unknown(document, Event).value
    except FormatError as error:
        raise StorageError(f"{what} cannot be read by this release: {error}") from error


def _version(run: Run, key: bytes) -> int:
    """Return a record's version, 0 if there is no such record; both of its tables must agree."""
    by = {"key": key}
    heads = run("SELECT version, digest FROM incidentcore_records WHERE record_id = :key", by)
    last = run(
        "SELECT sequence, digest FROM incidentcore_events WHERE record_id = :key"
        " AND sequence IS NOT NULL ORDER BY sequence DESC LIMIT 1",
        by,
    )
    if not heads and not last:
        return 0
    if (
        not heads
        or not last
        or heads[0][0] != last[0][0]
        or as_bytes(heads[0][1]) != digest_of(key, heads[0][0], as_bytes(last[0][1]))
    ):
        raise damaged(f"record {key.decode(errors='replace')!r}")
    return int(heads[0][0])


def append(
    run: Run,
    record_id: str,
    events: Iterable[Event],
    expected_version: int,
    due: Iterable[DueItem] = (),
) -> int:
    """Write events and due items, and return the record's new version."""
    need_kind("events", events, Iterable, InvalidTimelineError, "events, such as record.history")
    batch, key = tuple(events), as_key(record_id)
    lock(run)
    version = _version(run, key)
    stored: dict[str, Event] = {}
    for event in batch:
        if isinstance(event, Event):
            where = {"key": key, "id": as_key(event.id, "id")}
            for row in run(f"{_EVENTS}WHERE record_id = :key AND event_id = :id", where):
                stored[event.id] = _event(row)
    fresh = checked_append(
        record_id, batch, expected_version=expected_version, version=version, stored=stored
    )
    if fresh:
        position = _next_positions(run, len(fresh))
        rows = [
            _row(position + place, key, event.sequence, as_key(event.id, "id"), document)
            for place, (event, document) in enumerate(fresh)
        ]
        _insert(run, rows)
        version += len(fresh)
        run(
            "INSERT INTO incidentcore_records VALUES (:key, :version, :digest)"
            " ON CONFLICT (record_id) DO UPDATE SET version = :version, digest = :digest",
            {
                "key": key,
                "version": version,
                "digest": digest_of(key, version, rows[-1]["digest"]),
            },
        )
    put_due(run, due)
    return version


def _next_positions(run: Run, count: int) -> int:
    run(
        "UPDATE incidentcore_counters SET value = value + :count WHERE name = 'position'",
        {"count": count},
    )
    return _last_position(run) - count + 1


def _last_position(run: Run) -> int:
    rows = run("SELECT value FROM incidentcore_counters WHERE name = 'position'")
    if not rows or not isinstance(rows[0][0], int):
        raise damaged("the counter of positions")
    return rows[0][0]


def _row(
    position: int, key: bytes, sequence: int | None, event_id: bytes | None, document: str | None
) -> dict[str, Any]:
    return {
        "position": position,
        "record_id": key,
        "sequence": sequence,
        "event_id": event_id,
        "document": document,
        "digest": digest_of(position, key, sequence, event_id, document),
    }


def _insert(run: Run, rows: list[dict[str, Any]]) -> None:
    run(
        "INSERT INTO incidentcore_events VALUES"
        " (:position, :record_id, :sequence, :event_id, :document, :digest)",
        rows,
    )


def _events(
    run: Run, key: bytes, after: int, limit: int, record_id: str
) -> tuple[tuple[Event, ...], int]:
    version = _version(run, key)
    if not version:
        raise RecordNotFoundError(record_id)
    rows = run(
        f"{_EVENTS}WHERE record_id = :key AND sequence > :after ORDER BY sequence LIMIT :limit",
        {"key": key, "after": min(after, _LARGEST), "limit": min(limit, _LARGEST)},
    )
    events = tuple(_event(row) for row in rows)
    expected = range(after + 1, min(after + limit, version) + 1)
    if [event.sequence for event in events] != list(expected):
        raise damaged(f"record {record_id!r}")
    return events, version


def load(run: Run, record_id: str) -> Record:
    """Return a record, which is built from its whole history."""
    events, _ = _events(run, as_key(record_id), 0, _LARGEST, record_id)
    try:
        return replay(events)
    except InvalidTimelineError as error:
        raise StorageError(f"record {record_id!r} cannot be replayed: {error}") from error


def history(run: Run, record_id: str, after: int, limit: int) -> tuple[Event, ...]:
    """Return a page of a record's events."""
    checked_page(limit=limit, after=after)
    return _events(run, as_key(record_id), after, limit, record_id)[0]


def find(
    run: Run, condition: Condition, at: datetime | None, after: str, limit: int
) -> tuple[list[Record], str | None]:
    """Return matching records after an id, and the id to continue from, or None at the end."""
    checked_page(limit=limit)
    need_kind("condition", condition, Condition)
    where = {"after": as_key(after, "after"), "limit": _IDS}
    heads = run(
        "SELECT record_id FROM incidentcore_records WHERE record_id > :after"
        " ORDER BY record_id LIMIT :limit",
        where,
    )
    ids = run(
        "SELECT record_id FROM incidentcore_events WHERE record_id > :after AND sequence = 1"
        " ORDER BY record_id LIMIT :limit",
        where,
    )
    names = [as_bytes(row[0]) for row in heads]
    if names != [as_bytes(row[0]) for row in ids]:
        raise damaged("the list of records")
    found: list[Record] = []
    for name in names:
        record = load(run, name.decode())
        if condition.matches(record, at=at):
            found.append(record)
            if len(found) == limit:
                return found, None
    return found, names[-1].decode() if len(names) == _IDS else None


def changes(run: Run, after: int, limit: int) -> tuple[Change, ...]:
    """Return a page of the changes of all records."""
    checked_page(limit=limit, after=after)
    last, page = _last_position(run), list[Change]()
    while not page and after < last:
        end = min(last, after + limit)
        rows = run(
            f"{_EVENTS}WHERE position > :after AND position <= :end ORDER BY position",
            {"after": after, "end": end},
        )
        if [row[0] for row in rows] != list(range(after + 1, end + 1)):
            raise damaged(f"the feed after position {after}")
        page = [_change(row) for row in rows if any(part is not None for part in row[1:])]
        after = end
    return tuple(page)


def _change(row: Sequence[Any]) -> Change:
    position, key, *rest, digest = row
    if rest == [None, None, None]:
        if as_bytes(digest) != digest_of(position, as_bytes(key), *rest):
            raise damaged(f"the removal at position {position}")
        return Change(position, as_bytes(key).decode(), None)
    event = _event(row)
    return Change(position, event.record_id, event)


def remove(run: Run, record_id: str, expected_version: int) -> None:
    """Delete the content of a record's rows, and store that the record was removed."""
    key = as_key(record_id)
    lock(run)
    version = _version(run, key)
    if not version:
        raise RecordNotFoundError(record_id)
    if expected_version != version:
        raise StaleRecordError(record_id, expected_version, version)
    by = {"key": key}
    run(
        "UPDATE incidentcore_events SET record_id = NULL, sequence = NULL, event_id = NULL,"
        " document = NULL, digest = NULL WHERE record_id = :key",
        by,
    )
    run("DELETE FROM incidentcore_records WHERE record_id = :key", by)
    run("DELETE FROM incidentcore_outbox WHERE record_id = :key", by)
    _insert(run, [_row(_next_positions(run, 1), key, None, None, None)])
