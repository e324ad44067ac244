"""The base class of the checks of a store, and helpers that the checks share."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from unittest import SkipTest

import attrs

from incidentcore._checks import as_tuple, need_word
from incidentcore.conditions import ALWAYS
from incidentcore.records import Commented, Event, Incident, Record, comment
from incidentcore.serialization import dumps
from incidentcore.storage import Change, RecordStore
from incidentcore.values import Actor

AT = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)


@attrs.frozen(kw_only=True)
class CheckOutcome:
    """The outcome of one check of a contract.

    Attributes:
        name: The name of the check.
        fact: What the check tests, as a sentence.
        passed: Whether the check passed; False if it was skipped.
        skipped: Why the check was not run; empty if it was run.
        error: The error with which the check failed; None if it did not fail.
    """

    name: str
    fact: str
    passed: bool
    skipped: str = ""
    error: Exception | None = attrs.field(default=None, eq=False)

    def __str__(self) -> str:
        if self.skipped:
            return f"skipped {self.name}: {self.skipped}"
        if self.error is None:
            return f"passed  {self.name}"
        calls = traceback.extract_tb(self.error.__traceback__)
        text = str(self.error) or f"without a text, in {calls[-1].name if calls else 'no call'}"
        return f"FAILED  {self.name}: {type(self.error).__name__}: {text}"


class StoreChecks:
    """The base class of the checks of a store; it creates the stores and runs the checks."""

    capabilities: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        for capability in cls.capabilities:
            need_word("capabilities", capability, ("nul", "reopen", "processes"))

    def make_store(self) -> RecordStore:
        """Return a new, empty store; your subclass must define this method."""
        raise NotImplementedError("define make_store")

    def reopen(self, store: RecordStore) -> RecordStore:
        """Close a store and return a new one with the same data, for the capability ``reopen``."""
        raise NotImplementedError("define reopen, or do not declare the capability 'reopen'")

    def opener(self, store: RecordStore) -> Callable[[], RecordStore]:
        """Return a picklable function that opens the data of a store in another process.

        Define this method if the store has the capability ``processes``.
        """
        raise NotImplementedError("define opener, or do not declare the capability 'processes'")

    def need(self, capability: str) -> None:
        """Skip the current check if the store does not declare a capability."""
        if capability not in self.capabilities:
            raise SkipTest(f"the store does not declare {capability!r}")

    def teardown_method(self) -> None:
        """Close all that a check opened; pytest and ``run`` call this after each check."""

    @classmethod
    def checks(cls) -> tuple[str, ...]:
        """Return the names of all checks."""
        return tuple(sorted(name for name in dir(cls) if name.startswith("test_")))

    def run(self, names: Iterable[str] | None = None) -> tuple[CheckOutcome, ...]:
        """Run the checks without a test framework.

        Args:
            names: The names of the checks to run; all by default.

        Returns:
            An outcome for each check, in the order of ``names`` or, by default, sorted by name.
        """
        known = self.checks()
        wanted = known if names is None else as_tuple(names, str)
        for name in wanted:
            need_word("names", name, known)
        return tuple(self._run(name) for name in wanted)

    def _run(self, name: str) -> CheckOutcome:
        check = getattr(self, name)
        fact = (check.__doc__ or "").strip()
        try:
            check()
        except SkipTest as skip:
            return CheckOutcome(name=name, fact=fact, passed=False, skipped=str(skip))
        except Exception as error:  # noqa: BLE001  any error of a store is the finding
            return CheckOutcome(name=name, fact=fact, passed=False, error=error)
        finally:
            self.teardown_method()
        return CheckOutcome(name=name, fact=fact, passed=True)


def incident(record_id: str = "INC-1", **fields: Any) -> Incident:
    """Return a new incident; ``fields`` override its other fields."""
    return Incident.open(
        **{"id": record_id, "title": "Mail is down", "at": AT, "by": "kim", **fields}
    )


def commented(sequence: int, text: str = "x", **fields: Any) -> Commented:
    """Return a comment as an event of a record; ``fields`` override its other fields."""
    given = {"record_id": "INC-1", "at": AT, "by": Actor("ada"), **fields}
    return Commented(sequence=sequence, text=text, **given)


def noted(record: Incident, count: int) -> Incident:
    """Return an incident with ``count`` further comments."""
    for number in range(record.version, record.version + count):
        at = AT + timedelta(minutes=number)
        record = comment(record, f"note {number}", at=at, by="ada")
    return record


def same(what: str, expected: object, actual: object) -> None:
    """Raise ``AssertionError`` unless two values are equal; ``what`` names them in the message."""
    if expected != actual:
        raise AssertionError(f"{what}: expected {_short(expected)}, got {_short(actual)}")


def same_events(what: str, expected: Iterable[Event], actual: Iterable[Event]) -> None:
    """Raise ``AssertionError`` unless two histories have equal values of equal types.

    ``==`` is not enough: it treats 1, 1.0 and True as equal, and both occurrences of a repeated
    hour. ``what`` names the histories in the message.
    """
    wanted, found = list(expected), list(actual)
    same(f"{what}, ids", [event.id for event in wanted], [event.id for event in found])
    for one, other in zip(wanted, found, strict=True):
        same(f"{what}, type of {one.id}", type(one), type(other))
        same(f"{what}, content of {one.id}", dumps(one), dumps(other))


def raises(what: str, expected: type[Exception], call: Callable[[], object]) -> Any:
    """Return the error that a call raises.

    Raises:
        AssertionError: The call raises no error, or an error of another type.
    """
    try:
        answer = call()
    except expected as error:
        return error
    except Exception as error:  # noqa: BLE001  any error of a store is the finding
        got = f"{type(error).__name__}: {error}"
    else:
        got = f"the answer {_short(answer)}"
    raise AssertionError(f"{what}: expected {expected.__name__}, got {got}")


def _short(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 300 else f"{text[:300]}… ({len(text)} characters)"


def all_changes(store: RecordStore, limit: int = 1_000) -> Iterator[Change]:
    """Yield all changes in a store's feed, read in pages of up to ``limit``."""
    after = 0
    while page := store.changes(after=after, limit=limit):
        same("a page of the feed starts after the one before", True, page[0].position > after)
        yield from page
        after = page[-1].position


def all_records(store: RecordStore, limit: int = 1_000) -> Iterator[Record]:
    """Yield all records of a store, read in pages of up to ``limit``."""
    after = ""
    while page := store.find(ALWAYS, after=after, limit=limit):
        same("a page of records starts after the one before", True, page[0].id > after)
        yield from page
        after = page[-1].id
