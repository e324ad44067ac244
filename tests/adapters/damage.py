"""Damage copies of a database file, and say what reading each of them gave."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

from incidentcore.adapters.sqlite import SqliteStore
from incidentcore.errors import RecordNotFoundError, StorageError
from incidentcore.storage import Change
from incidentcore.testing.contracts_base import incident, noted

HISTORIES = [noted(incident(f"INC-{number}"), 3 * number).history for number in range(1, 9)]


def written(path: Path) -> tuple[Change, ...]:
    """Write eight records of 4 to 25 events and return the feed."""
    store = SqliteStore(path)
    for history in HISTORIES:
        store.append(history[0].record_id, history, expected_version=0)
    feed = store.changes()
    store.close()
    return feed


def damage(path: Path, copy: Path, seed: int) -> None:
    """Copy a file and spoil a byte, a run of bytes or a page of it."""
    shutil.copy(path, copy)
    chance = Random(seed)  # noqa: S311  which byte, not a secret
    data = bytearray(copy.read_bytes())
    length = (1, 1, 16, 4_096)[seed % 4]
    start = chance.randrange(4_096, len(data) - length)
    if length == 4_096:
        start -= start % 4_096
    data[start : start + length] = chance.randbytes(length)
    copy.write_bytes(data)


def outcome(copy: Path, feed: tuple[Change, ...]) -> str:
    """Return ``same``, ``refused``, or what a damaged copy was silently read as."""
    refused = False
    try:
        store = SqliteStore(copy)
    except StorageError:
        return "refused"
    try:
        for history in HISTORIES:
            try:
                if store.load(history[0].record_id).history != history:
                    return "another record"
            except RecordNotFoundError:
                return "a lost record"
            except StorageError:
                refused = True
        try:
            if store.changes() != feed:
                return "another feed"
        except StorageError:
            refused = True
        try:
            store.check()
        except StorageError:
            refused = True
    finally:
        store.close()
    return "refused" if refused else "same"
