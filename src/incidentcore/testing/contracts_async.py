"""The contract of an async store: the checks of a store, on an event loop, and checks of tasks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, ClassVar, TypeVar

from incidentcore.errors import StaleRecordError
from incidentcore.records import Event, comment
from incidentcore.storage import AsyncRecordStore, RecordStore
from incidentcore.testing.contracts import StoreContract
from incidentcore.testing.contracts_base import AT, incident, noted, same

T = TypeVar("T")


def _waiting(name: str) -> Callable[..., Any]:
    def call(self: _OnLoop, *given: Any, **named: Any) -> Any:
        return self.wait(getattr(self.store, name)(*given, **named))

    return call


class _OnLoop:
    """A ``RecordStore`` whose calls run on an event loop in a thread of its own."""

    def __init__(self, make: Callable[[], AsyncRecordStore]) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.store = self.wait(_made(make))

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def stop(self) -> None:
        if self.loop.is_closed():
            return
        close = getattr(self.store, "close", None)
        if close is not None:
            self.wait(close())
        self.wait(self.loop.shutdown_default_executor())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    append, load, history, find, changes, remove = map(
        _waiting, ("append", "load", "history", "find", "changes", "remove")
    )


async def _made(make: Callable[[], AsyncRecordStore]) -> AsyncRecordStore:
    return make()


class AsyncStoreContract(StoreContract):
    """Checks of ``AsyncRecordStore``: those of ``StoreContract``, and checks of concurrent tasks.

    A subclass defines ``make_async_store`` and, if it declares the capability ``reopen`` or
    ``processes``, also ``async_opener``. Its other attributes are those of ``StoreContract``.

    Attributes:
        tasks: The number of tasks that write at the same time.

    >>> from incidentcore.adapters.async_store import AsyncStore
    >>> from incidentcore.storage import InMemoryStore
    >>> from incidentcore.testing import AsyncStoreContract
    >>> class MemoryContract(AsyncStoreContract):
    ...     def make_async_store(self):
    ...         return AsyncStore(InMemoryStore())
    >>> print(*MemoryContract().run(["test_tasks_lose_nothing"]))
    passed  test_tasks_lose_nothing
    """

    tasks: ClassVar[int] = 20

    def make_async_store(self) -> AsyncRecordStore:
        """Return a new, empty store. This is called on the event loop that will use the store."""
        raise NotImplementedError

    def async_opener(self) -> Callable[[], AsyncRecordStore]:
        """Return a picklable function that opens the newest store's data in any process."""
        raise NotImplementedError

    def make_store(self) -> RecordStore:
        """Return a new async store, wrapped as a store with blocking calls."""
        return self._on_loop(self.make_async_store)

    def _on_loop(self, make: Callable[[], AsyncRecordStore]) -> _OnLoop:
        on_loop = _OnLoop(make)
        vars(self).setdefault("_loops", []).append(on_loop)
        return on_loop

    def teardown_method(self) -> None:
        """Close the stores that a check opened, and their event loops."""
        for on_loop in vars(self).pop("_loops", []):
            on_loop.stop()

    def reopen(self, store: RecordStore) -> RecordStore:
        """Close a store and its event loop; return a store with the same data on a new loop."""
        assert isinstance(store, _OnLoop)
        store.stop()
        return self._on_loop(self.async_opener())

    def opener(self, store: RecordStore) -> Callable[[], RecordStore]:
        """Return a picklable function that opens the store's data in another process."""
        return partial(_OnLoop, self.async_opener())

    def test_tasks_lose_nothing(self) -> None:
        """Tasks of an event loop append to one record, and each confirmed event is stored once."""
        on_loop = self._on_loop(self.make_async_store)
        on_loop.append("INC-1", incident().history, expected_version=0)

        async def write(number: int) -> str:
            while True:
                record: Any = await on_loop.store.load("INC-1")
                longer = comment(record, f"{number}", at=AT, by="ada")
                try:
                    await on_loop.store.append(
                        "INC-1",
                        longer.events_after(record.version),
                        expected_version=record.version,
                    )
                except StaleRecordError:
                    continue
                return f"{number}"

        async def all_at_once() -> list[str]:
            return list(await asyncio.gather(*map(write, range(self.tasks))))

        answered = on_loop.wait(all_at_once())
        texts = [event.text for event in on_loop.history("INC-1")[1:]]
        same("the comments", sorted(answered), sorted(texts))

    def test_a_canceled_append_is_whole(self) -> None:
        """A task that is canceled during an append has written its whole batch, or nothing."""
        on_loop = self._on_loop(self.make_async_store)

        async def canceled(key: str, batch: Sequence[Event], turns: int | None) -> None:
            task = asyncio.ensure_future(on_loop.store.append(key, batch, expected_version=1))
            if turns is None:  # as soon as a part of it can be seen
                while not task.done() and len(await on_loop.store.history(key)) == 1:
                    pass
            else:
                for _ in range(turns):
                    await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        for turns in (0, 1, 2, 5, 50, None):
            key = f"INC-{turns}"
            opened = incident(key)
            batch = noted(opened, 5).events_after(1)
            on_loop.append(key, opened.history, expected_version=0)
            on_loop.wait(canceled(key, batch, turns))
            same("one event or all six", True, len(on_loop.history(key)) in {1, 6})
            same("the batch again", 6, on_loop.append(key, batch, expected_version=1))
