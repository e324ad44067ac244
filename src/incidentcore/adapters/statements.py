"""The SQL tables and statements that the stores share.

The argument ``run`` is a function that executes one statement in a transaction and returns its
rows; the stores differ only in how they open transactions. There are four tables: events as
documents, one row for each record, the outbox, and two counters. Stored rows are verified when they
are read: each row has a digest of all its columns, a record's row names its version, and positions
have no gaps, so that neither a changed nor a lost row goes unnoticed. Ids are UTF-8 bytes, so that
order, case and normal form stay exact under every collation. A removal only empties the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Any, Final, TypeAlias

from incidentcore.desk import DueItem
from incidentcore.errors import (
    FormatError,
    InvalidTimelineError,
    InvalidValueError,
    RecordNotFoundError,
    StorageError,
)
from incidentcore.records import Event, Record, replay
from incidentcore.serialization import loads_with_unknown
from incidentcore.storage import Change

Run: TypeAlias = Callable[..., Sequence[Sequence[Any]]]

IDS: Final = 100  # records that one transaction of ``find`` reads
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
EVENTS: Final = (
    "SELECT position, record_id, sequence, event_id, document, digest FROM incidentcore_events "
)


def as_key(text: object, where: str = "record_id") -> bytes:
    """Return an id in its stored form, UTF-8."""
    if not isinstance(text, str):
        raise InvalidValueError(where, text, "text")
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidValueError(where, text, "text without halves of surrogate pairs") from None


def digest_of(*parts: object) -> bytes:
    """Return the digest of a row's columns, each preceded by its length."""
    hashed = sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode()
        hashed.update(b"%d:" % len(data) + data)
    return hashed.digest()


def as_bytes(value: object) -> bytes:
    """Return a column as bytes; for a value of another type, bytes that match no digest."""
    return bytes(value) if isinstance(value, (bytes, memoryview)) else b""


def damaged(what: str) -> StorageError:
    """Return the error for a row that differs from what was written."""
    return StorageError(f"{what} is damaged: it is not what was written; restore it from a copy")


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


def event_of(row: Sequence[Any]) -> Event:
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


def version_of(run: Run, key: bytes) -> int:
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


def _next_positions(run: Run, count: int) -> int:
    run(
        "UPDATE incidentcore_counters SET value = value + :count WHERE name = 'position'",
        {"count": count},
    )
    return last_position(run) - count + 1


def last_position(run: Run) -> int:
    """Return the position of the last change."""
    rows = run("SELECT value FROM incidentcore_counters WHERE name = 'position'")
    if not rows or not isinstance(rows[0][0], int):
        raise damaged("the counter of positions")
    return rows[0][0]


def insert_rows(
    run: Run, key: bytes, columns: Sequence[tuple[int | None, bytes | None, str | None]]
) -> bytes:
    """Write a row for each sequence, event id and document, and return the digest of the last."""
    first = _next_positions(run, len(columns))
    rows: list[dict[str, Any]] = [
        {
            "position": position,
            "record_id": key,
            "sequence": sequence,
            "event_id": event_id,
            "document": document,
            "digest": digest_of(position, key, sequence, event_id, document),
        }
        for position, (sequence, event_id, document) in enumerate(columns, first)
    ]
    run(
        "INSERT INTO incidentcore_events VALUES"
        " (:position, :record_id, :sequence, :event_id, :document, :digest)",
        rows,
    )
    digest: bytes = rows[-1]["digest"]
    return digest


def events_of(run: Run, record_id: str, after: int, limit: int) -> tuple[Event, ...]:
    """Return a page of a record's events."""
    key = as_key(record_id)
    version = version_of(run, key)
    if not version:
        raise RecordNotFoundError(record_id)
    rows = run(
        f"{EVENTS}WHERE record_id = :key AND sequence > :after ORDER BY sequence LIMIT :limit",
        {"key": key, "after": min(after, _LARGEST), "limit": min(limit, _LARGEST)},
    )
    events = tuple(event_of(row) for row in rows)
    expected = range(after + 1, min(after + limit, version) + 1)
    if [event.sequence for event in events] != list(expected):
        raise damaged(f"record {record_id!r}")
    return events


def load(run: Run, record_id: str) -> Record:
    """Return a record, which is built from its whole history."""
    try:
        return replay(events_of(run, record_id, 0, _LARGEST))
    except InvalidTimelineError as error:
        raise StorageError(f"record {record_id!r} cannot be replayed: {error}") from error


def ids_after(run: Run, after: str) -> list[str]:
    """Return the next ids of records after one, at most ``IDS``; both tables must agree on them."""
    where = {"after": as_key(after, "after"), "limit": IDS}
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
    return [name.decode() for name in names]


def change_of(row: Sequence[Any]) -> Change:
    """Return the change that a row holds: an event, or the removal of a record."""
    position, key, *rest, digest = row
    if rest == [None, None, None]:
        if as_bytes(digest) != digest_of(position, as_bytes(key), *rest):
            raise damaged(f"the removal at position {position}")
        return Change(position, as_bytes(key).decode(), None)
    event = event_of(row)
    return Change(position, event.record_id, event)


def put_due(run: Run, items: Iterable[DueItem]) -> None:
    """Write due items into the outbox; items whose key is already there are ignored."""
    rows = [
        {
            "key": as_key(item.key, "key"),
            "record_id": as_key(item.record_id),
            "kind": item.kind,
            "due_at": item.due_at.isoformat(),
            "why": item.why,
            "digest": digest_of(
                item.key, item.record_id, item.kind, item.due_at.isoformat(), item.why
            ),
        }
        for item in items
    ]
    if rows:
        run(
            "INSERT INTO incidentcore_outbox VALUES"
            " (:key, :record_id, :kind, :due_at, :why, :digest, 0) ON CONFLICT DO NOTHING",
            rows,
        )
