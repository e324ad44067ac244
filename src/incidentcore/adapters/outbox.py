"""SQL statements of the outbox, which holds due items until they have been delivered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from incidentcore.adapters.digests import as_bytes, as_key, damaged, digest_of
from incidentcore.desk import DueItem

Run: TypeAlias = Callable[..., Sequence[Sequence[Any]]]


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


def pending(run: Run) -> tuple[DueItem, ...]:
    """Return the items of the outbox that are not marked as sent, ordered by due time."""
    items = []
    for key, record_id, kind, due_at, why, digest in run(
        "SELECT key, record_id, kind, due_at, why, digest FROM incidentcore_outbox WHERE sent = 0"
    ):
        if digest_of(as_bytes(key), as_bytes(record_id), kind, due_at, why) != as_bytes(digest):
            raise damaged(f"the item {as_bytes(key).decode(errors='replace')!r} of the outbox")
        items.append(
            DueItem(
                key=as_bytes(key).decode(),
                kind=kind,
                record_id=as_bytes(record_id).decode(),
                due_at=datetime.fromisoformat(due_at),
                why=why,
            )
        )
    return tuple(sorted(items, key=lambda item: (item.due_at, item.key)))


def mark_sent(run: Run, keys: Iterable[str]) -> None:
    """Mark items as delivered."""
    rows = [{"key": as_key(key, "key")} for key in keys]
    if rows:
        run("UPDATE incidentcore_outbox SET sent = 1 WHERE key = :key", rows)


def outbox_keys(run: Run) -> tuple[str, ...]:
    """Return the key of every item that was ever in the outbox, for records that still exist."""
    return tuple(
        sorted(as_bytes(row[0]).decode() for row in run("SELECT key FROM incidentcore_outbox"))
    )
