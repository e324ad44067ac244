"""The store on threads under the async contract."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from incidentcore.adapters.async_store import AsyncStore
from incidentcore.conditions import ALWAYS, during
from incidentcore.desk import Agenda, load_desk
from incidentcore.errors import InvalidValueError, RecordNotFoundError, StorageError
from incidentcore.lifecycle import advance
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar
from incidentcore.storage import AsyncRecordStore, InMemoryStore
from incidentcore.testing.contracts_async import AsyncStoreContract
from incidentcore.testing.contracts_base import incident, noted


def test_it_is_an_async_store() -> None:
    """It has the six methods of the protocol."""
    assert isinstance(AsyncStore(InMemoryStore()), AsyncRecordStore)
    with pytest.raises(InvalidValueError, match="store: got 'x'; allowed: a RecordStore"):
        AsyncStore("x")  # type: ignore[arg-type]


@pytest.mark.process
class TestAsyncStore(AsyncStoreContract):
    """Every check of the contract on a store in memory, in threads."""

    capabilities = frozenset({"nul"})
    appends = 10
    steps = 100
    seeds = (1,)

    def make_async_store(self) -> AsyncRecordStore:
        """Return a new store."""
        return AsyncStore(InMemoryStore())


@pytest.mark.table
class TestAsyncSqlAlchemy(AsyncStoreContract):
    """The async store on SQLite, as far as it can be asked in one process."""

    capabilities = frozenset({"nul"})
    appends, kills, steps, seeds = 3, 1, 40, (1,)

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        pytest.importorskip("sqlalchemy", reason="needs SQLAlchemy, of the extra 'check'")
        pytest.importorskip("aiosqlite", reason="needs aiosqlite, of the extra 'check'")
        self.paths = (tmp_path / f"{number}.sqlite" for number in range(1_000))

    def make_async_store(self) -> AsyncRecordStore:
        """Return a store on a new file."""
        from incidentcore.adapters.sqlalchemy import AsyncSqlAlchemyStore  # noqa: PLC0415

        return AsyncSqlAlchemyStore(f"sqlite+aiosqlite:///{next(self.paths)}")


def opened(number: int = 1) -> Incident:
    at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    return Incident.open(id=f"INC-{number}", title="x", by="kim", at=at)


def test_each_method_is_that_of_the_store() -> None:
    """With its arguments, also those that are left out."""

    async def steps() -> None:
        store = AsyncStore(InMemoryStore())
        for number in (1, 2, 3):
            added = await store.append(f"INC-{number}", opened(number).history, expected_version=0)
            assert added == 1
        first, second, third = (opened(number) for number in (1, 2, 3))
        assert await store.load("INC-2") == second
        assert await store.history("INC-1") == first.history
        assert await store.history("INC-1", after=1) == ()
        assert await store.find(ALWAYS) == (first, second, third)
        assert await store.find(ALWAYS, after="INC-1", limit=1) == (second,)
        later = advance(first, "start", at=first.opened_at + timedelta(hours=2), by="ada")
        assert await store.append("INC-1", later.history[1:], expected_version=1) == 2
        hour = during(BusinessCalendar(zone="UTC", hours={"mon": "09:00-10:00"}))
        assert await store.find(hour, at=first.opened_at) == (later, second, third)
        assert await store.find(hour, at=first.opened_at + timedelta(hours=1)) == ()
        changes = await store.changes()
        assert [(one.position, one.record_id) for one in changes] == [
            (1, "INC-1"), (2, "INC-2"), (3, "INC-3"), (4, "INC-1"),
        ]  # fmt: skip
        assert await store.changes(after=1, limit=1) == changes[1:2]
        await store.remove("INC-1", expected_version=2)
        with pytest.raises(RecordNotFoundError):
            await store.load("INC-1")

    asyncio.run(steps())


@pytest.fixture
def _no_collection() -> Iterator[None]:
    """Let nothing free a cursor that a cycle still holds."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.table
@pytest.mark.usefixtures("_no_collection")
def test_a_cancelled_append_keeps_no_lock(tmp_path: Path) -> None:
    """Wherever it is cancelled, the next writer need not wait until the cursor is collected."""
    asyncio_extra = pytest.importorskip("sqlalchemy.ext.asyncio")
    pytest.importorskip("aiosqlite")
    from incidentcore.adapters.sqlalchemy import AsyncSqlAlchemyStore  # noqa: PLC0415

    async def steps() -> None:
        url = f"sqlite+aiosqlite:///{tmp_path / 'x.db'}"
        engine = asyncio_extra.create_async_engine(url, connect_args={"timeout": 10})
        store = AsyncSqlAlchemyStore(engine)
        for turns in range(0, 100, 3):
            record = incident(f"INC-{turns}")
            batch = noted(record, 5).events_after(1)
            await store.append(record.id, record.history, expected_version=0)
            task = asyncio.ensure_future(store.append(record.id, batch, expected_version=1))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert await store.append(record.id, batch, expected_version=1) == 6
        task = asyncio.ensure_future(store.append("INC-0", batch, expected_version=6))
        await asyncio.sleep(0)
        task.cancel()
        await store.close()  # which waits for it

    asyncio.run(steps())


def test_the_outbox_of_a_database_without_blocking(tmp_path: Path) -> None:
    """What is due goes into it once, is pending until it is sent, and its key stays."""
    asyncio_extra = pytest.importorskip("sqlalchemy.ext.asyncio")
    pytest.importorskip("aiosqlite")
    from incidentcore.adapters.sqlalchemy import AsyncSqlAlchemyStore  # noqa: PLC0415

    desk = load_desk(
        'desk = 1\nname = "x"\n[services.all]\ncalendar = "always"\nresolution = "1h"\n'
        '[[agreements]]\nservice = "all"\n'
    )

    async def steps() -> None:
        engine = asyncio_extra.create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}")
        store = AsyncSqlAlchemyStore(engine)
        await store.append("INC-1", opened().history, expected_version=0)
        agenda = Agenda(desk, [opened()])
        now = opened().opened_at + timedelta(hours=1)
        due = await store.collect(agenda, now=now)
        keys = tuple(item.key for item in due)
        assert [item.kind for item in due] == ["sla.due"]
        assert await store.collect(agenda, now=now) == ()
        assert tuple(item.key for item in await store.pending()) == keys
        assert await store.outbox_keys() == keys
        await store.mark_sent(*keys)
        assert (await store.pending(), await store.outbox_keys()) == ((), keys)
        await store.check()
        async with engine.begin() as db:
            await db.exec_driver_sql("DROP TABLE incidentcore_outbox")
        with pytest.raises(StorageError, match="database: OperationalError"):
            await store.pending()
        await store.close()
        nowhere = AsyncSqlAlchemyStore(f"sqlite+aiosqlite:///{tmp_path / 'none' / 'x.db'}")
        before = set(threading.enumerate())
        with pytest.raises(StorageError, match="unable to open database file"):
            await nowhere.pending()
        await nowhere.close()
        # aiosqlite does not wait for the thread of a connection that failed; it needs this loop
        for thread in set(threading.enumerate()) - before:
            await asyncio.to_thread(thread.join)

    asyncio.run(steps())
