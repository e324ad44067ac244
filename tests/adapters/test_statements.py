"""The tables: what was changed or lost is not taken for the truth, and migrations are whole."""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path

import attrs
import pytest

from incidentcore.adapters import statements
from incidentcore.adapters.sqlite import SqliteStore
from incidentcore.adapters.statements import as_bytes, digest_of
from incidentcore.conditions import ALWAYS
from incidentcore.errors import StorageError
from incidentcore.serialization import dumps
from incidentcore.testing.contracts_base import incident, noted

from . import damage


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file with two records of three events."""
    path = tmp_path / "desk.sqlite"
    store = SqliteStore(path)
    for name in ("INC-1", "INC-2"):
        store.append(name, noted(incident(name), 2).history, expected_version=0)
    store.close()
    return path


def change(path: Path, statement: str) -> SqliteStore:
    """Change a file behind the store's back, and open it."""
    with sqlite3.connect(path) as db:
        db.execute(statement)
    db.close()
    return SqliteStore(path)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE incidentcore_events SET document = replace(document, 'note 1', 'note 7')",
        "UPDATE incidentcore_events SET event_id = 'x' WHERE position = 2",
        "UPDATE incidentcore_events SET digest = NULL WHERE position = 2",
        "UPDATE incidentcore_events SET document = NULL WHERE position = 2",
        "DELETE FROM incidentcore_events WHERE position = 2",
        "DELETE FROM incidentcore_events WHERE position = 3",
        "DELETE FROM incidentcore_events WHERE sequence IS NOT NULL",
        "DELETE FROM incidentcore_records",
        "UPDATE incidentcore_records SET version = 2",
    ],
)
def test_a_changed_or_lost_row_is_refused(path: Path, statement: str) -> None:
    """Neither another event nor a shorter history is loaded; ``check`` finds it too."""
    store = change(path, statement)

    with pytest.raises(StorageError, match="damaged"):
        store.load("INC-1")
    with pytest.raises(StorageError, match="damaged"):
        store.check()
    store.close()


@pytest.mark.parametrize("where", ["rowid = 1", "rowid = 2"])
def test_a_record_lost_from_the_list_is_missed(path: Path, where: str) -> None:
    """``find`` does not leave out a record in silence."""
    store = change(path, f"DELETE FROM incidentcore_records WHERE {where}")  # noqa: S608

    with pytest.raises(StorageError, match="the list of records is damaged"):
        store.find(ALWAYS)
    store.close()


def test_a_damaged_counter_or_removal_is_refused(path: Path) -> None:
    """The feed relies on both: the last position, and the rows of what was removed."""
    store = SqliteStore(path)
    store.remove("INC-1", expected_version=3)
    store.close()
    store = change(path, "UPDATE incidentcore_events SET record_id = 'INC-7' WHERE position = 7")
    with pytest.raises(StorageError, match="the removal at position 7 is damaged"):
        store.changes()
    store.close()

    store = change(path, "UPDATE incidentcore_counters SET value = 'x' WHERE name = 'position'")
    with pytest.raises(StorageError, match="the counter of positions is damaged"):
        store.changes()
    store.close()


def test_a_record_of_an_unknown_type_is_a_storage_error(path: Path) -> None:
    """What another release may have written is named; the timeline's own error stays inside."""
    with sqlite3.connect(path) as db:
        document = dumps(attrs.evolve(incident().history[0], record_type="change"))
        db.execute(
            "UPDATE incidentcore_events SET document = ?, digest = ? WHERE position = 1",
            (document, digest_of(1, "INC-1", 1, "INC-1:1", document)),
        )
    db.close()
    store = SqliteStore(path)

    with pytest.raises(StorageError, match="'INC-1' cannot be replayed: record_type"):
        store.load("INC-1")
    store.close()


def test_a_document_of_the_future_is_a_storage_error(path: Path) -> None:
    """What cannot be read is named by its position; ``FormatError`` does not get out."""
    version = '{"type":"Commented","version":999,"value":{}}'
    with sqlite3.connect(path) as db:
        key, event_id = db.execute(
            "SELECT record_id, event_id FROM incidentcore_events WHERE position = 2"
        ).fetchone()
        digest = digest_of(2, key, 2, event_id, version)
        db.execute(
            "UPDATE incidentcore_events SET document = ?, digest = ? WHERE position = 2",
            (version, digest),
        )
    db.close()
    store = SqliteStore(path)

    with pytest.raises(StorageError, match="position 2 cannot be read by this release"):
        store.history("INC-1")
    store.close()


def test_a_removal_leaves_nothing_readable(path: Path) -> None:
    """No word of a removed record is left in the file or in its log."""
    store = SqliteStore(path)
    store.remove("INC-1", expected_version=3)
    store.close()

    left = b"".join(part.read_bytes() for part in path.parent.iterdir())
    assert b"INC-1:2" not in left
    assert b"INC-2:2" in left


def test_a_file_of_a_newer_release_is_refused(path: Path) -> None:
    """An old release does not write into tables that it does not know."""
    with pytest.raises(StorageError, match=r"form 2, written by a newer release; .* up to 1"):
        change(path, "UPDATE incidentcore_counters SET value = 2 WHERE name = 'schema'")


def test_a_new_step_reaches_an_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening applies the steps that are missing, once, and keeps what is stored."""
    step = "ALTER TABLE incidentcore_records ADD COLUMN note TEXT"
    monkeypatch.setattr(statements, "MIGRATIONS", (*statements.MIGRATIONS, step))

    for _ in range(2):
        store = SqliteStore(path)
        assert store.load("INC-1").version == 3
        store.close()
    with sqlite3.connect(path) as db:
        assert [row[1] for row in db.execute("PRAGMA table_info(incidentcore_records)")][3:] == [
            "note"
        ]
    db.close()


def test_a_step_that_fails_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step is one transaction: its first statement is taken back with the second."""
    steps = "CREATE TABLE incidentcore_x (a TEXT); SELECT nonsense"
    with monkeypatch.context() as patch:
        patch.setattr(statements, "MIGRATIONS", (*statements.MIGRATIONS, steps))
        with pytest.raises(StorageError, match="nonsense"):
            SqliteStore(path)

    store = change(path, "CREATE TABLE incidentcore_x (a TEXT)")  # it is not there yet
    assert store.load("INC-1").version == 3
    store.close()


@pytest.mark.heavy
def test_no_damaged_copy_is_read_as_another(tmp_path: Path) -> None:
    """Of 80 damaged copies each gives what was written or a StorageError, never another value."""
    feed = damage.written(tmp_path / "good.sqlite")
    outcomes = Counter[str]()
    for seed in range(80):
        copy = tmp_path / f"{seed}.sqlite"
        damage.damage(tmp_path / "good.sqlite", copy, seed)
        outcomes[damage.outcome(copy, feed)] += 1
        for part in tmp_path.glob(f"{seed}.*"):
            part.unlink()

    assert set(outcomes) == {"same", "refused"}, outcomes


def test_a_digest_tells_columns_apart() -> None:
    """Neither a shift from one column to the next nor another type goes unseen."""
    digests = {
        digest_of(*parts)
        for parts in [("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""), ("abc", None), ("abc", 1)]
    }

    assert len(digests) == 6


def test_a_digest_is_the_same_in_every_release() -> None:
    """SHA-256 of each column behind its length: what is stored must stay readable."""
    # printf '1:12:bc' | sha256sum
    expected = "8470cd31c593074b9b47f7eb3f3234b56ed68342a2914590c2e9f4fc607b148c"
    assert digest_of(1, "bc").hex() == expected


def test_a_column_of_another_type_is_no_bytes() -> None:
    """It cannot fit a digest then."""
    assert as_bytes(b"x") == as_bytes(memoryview(b"x")) == b"x"
    assert as_bytes(None) == as_bytes(7) == as_bytes("x") == b""
