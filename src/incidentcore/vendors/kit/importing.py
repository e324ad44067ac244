"""Read a source record by record: the iterator that every importer returns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, Generic, TypedDict, TypeVar, Unpack

from incidentcore._checks import need_keywords, need_kind
from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.lifecycle import Lifecycle
from incidentcore.records import Record
from incidentcore.records.coverage import checked_covers
from incidentcore.vendors.kit.context import Context
from incidentcore.vendors.kit.findings import Findings
from incidentcore.vendors.kit.history import HistoryBuilder
from incidentcore.vendors.kit.paths import CUT, MORE, plain_text, reader_of
from incidentcore.vendors.kit.tables import LevelTable, Roles, StateTable
from incidentcore.vendors.kit.times import Times
from incidentcore.words import Phrase

R = TypeVar("R", bound=Record)

# What a malformed record raises while it is read: a part is missing, or is not what it should be.
_MALFORMED: Final = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


class Tables(TypedDict, total=False):
    """The keyword arguments that define how a tool's states, levels, times and roles are read.

    They are arguments of ``Import`` and of every importer that takes ``**tables``. An argument that
    you pass replaces the importer's default completely.

    Attributes:
        states: The meanings of the tool's state names, codes and categories.
        levels: The meanings of priorities, impacts and urgencies.
        times: The formats of times.
        roles: The roles of actors; they take precedence over those in the source.
        lifecycle: The lifecycle that the records follow.

    >>> from incidentcore.vendors import read_statuspage
    >>> from incidentcore.vendors.kit import STANDARD_STATES, Tables
    >>> tables: Tables = {"states": STANDARD_STATES | {"identified": "in_progress"}}
    >>> update = {"id": "u1", "status": "identified", "created_at": "2026-03-02T16:20:00Z"}
    >>> page = {"id": "i1", "name": "Slow", "incident_updates": [update]}
    >>> [incident] = read_statuspage(page, **tables)
    >>> incident.state.name
    'in_progress'
    """

    states: StateTable
    levels: LevelTable
    times: Times
    roles: Roles
    lifecycle: Lifecycle | None


def merged(importer: Callable[..., object], usual: Tables, tables: Tables) -> Tables:
    """Return an importer's default tables, each replaced by the one in ``tables``, if any."""
    need_keywords(importer, tables, Tables.__annotations__)
    need_kind("times", tables.get("times", Times()), Times)
    return usual | tables


class Import(Iterator[R], Generic[R]):
    """An iterator of the records of a source, which are read on demand and only once.

    A record that cannot be read is left out, with a finding ``malformed_record``, as is a record
    whose id has occurred before (``duplicate_id``). Neither ends the import.

    Args:
        entries: The source's records as plain data, read once.
        build: A function that takes a ``HistoryBuilder`` and a source record, and adds the record's
            data to the builder.
        record: The type of record.
        id: The dotted path of a record's id, or a function that returns it.
        covers: What the source contains: values of ``records.Coverage``, and fields such as
            ``resolved_at``.
        tables: See ``Tables``; by default, common words in eight languages and ISO times are known.

    Attributes:
        findings: The findings so far; they are complete once the last record has been read.
        covers: What the source contains. KPIs and clocks that need anything else omit the records.
        latest: The latest instant so far at which something was recorded; None at the beginning.

    Raises:
        InvalidValueError: ``covers`` has an unknown value; ``states``, ``levels`` or ``roles``
            has the wrong type; or the import is iterated again after it was read to its end.

    >>> from incidentcore.records import Incident
    >>> from incidentcore.vendors import Import
    >>> def build(history, ticket):
    ...     history.present(title=ticket["title"], state=ticket["state"])
    ...     history.opened(ticket["created"], by="kim")
    >>> tickets = [{"n": 7, "title": "Mail", "state": "New", "created": "2026-06-01T09:00Z"}, {}]
    >>> reading = Import(tickets, build, record=Incident, id="n")
    >>> [(incident.id, incident.state.name) for incident in reading]
    [('7', 'new')]
    >>> print(reading.findings[-1])
    record-2: malformed_record; left out: no 'title'
    """

    def __init__(
        self,
        entries: Iterable[object],
        build: Callable[[HistoryBuilder, Any], None] | None = None,
        *,
        record: type[R],
        id: str | Callable[[Any], object],  # noqa: A002  the record's field
        covers: Iterable[str] = (),
        **tables: Unpack[Tables],
    ) -> None:
        need_keywords(type(self), tables, Tables.__annotations__)
        self.findings: Findings = Findings()
        self.covers: frozenset[str] = checked_covers(frozenset(covers))
        self.context: Context = Context(findings=self.findings, covers=self.covers, **tables)
        self.latest: datetime | None = None
        self._counts: Counter[str] = Counter(rows=0, records=0, events=0)
        self._record, self._build, self._id = record, build, reader_of(id)
        self._records = self._run(entries)
        self._logs: dict[str, Mapping[str, Sequence[object]]] = {}
        self._is_read = False

    @property
    def counts(self) -> Counter[str]:
        """Return the numbers of rows, records and events read so far, and of findings per code."""
        return self._counts + self.findings.counts

    def __iter__(self) -> Import[R]:
        if self._is_read:
            allowed = "records kept from the one pass, as in incidents = list(reading)"
            raise InvalidValueError("reading", "one that was read to its end", allowed)
        return self

    def __next__(self) -> R:
        for record in self._records:
            return record
        self._is_read = True
        raise StopIteration

    def _run(self, entries: Iterable[object]) -> Iterator[R]:
        seen: set[str] = set()
        row = 0
        for entry in entries:
            if entry is CUT:
                self.findings.add("truncated_history", MORE)
                continue
            self._counts["rows"] = row = row + 1
            record = self._read(row, entry, seen)
            if record is not None:
                yield self._counted(record)
        for key in dict.fromkeys(key for log in self._logs.values() for key in log if key):
            self._orphans(key)

    def _orphans(self, key: str) -> None:
        """Report the log entries for an id that no record has, or (under "") that name no id."""
        action = "left out: its record did not come" if key else "left out: it names no record"
        for name, log in self._logs.items():
            for entry in log.get(key, ()):
                found = ("truncated_history", MORE) if entry is CUT else ("unknown_entry", action)
                self.findings.add(*found, key=key, path=name)

    def _counted(self, record: R) -> R:
        self._counts["records"] += 1
        self._counts["events"] += record.version
        latest = max(map(attrgetter("recorded_at"), record.history))  # when it happened, or later
        self.latest = latest if self.latest is None else max(self.latest, latest)
        return record

    def _read(self, row: int, entry: object, seen: set[str]) -> R | None:
        key = f"record-{row}"
        try:
            if entry is None:
                raise InvalidValueError("entry", entry, "an object")
            name = plain_text(self._id(entry))
            if name is not None:
                key = name
            if key in seen:
                action = "record left out: the first one of this id is used"
                self.findings.add("duplicate_id", action, value=key, key=key)
                return None
            history = HistoryBuilder(key, self.context)
            if self._build is not None:
                self._build(history, entry)
            if name is None:
                history.find("missing_id", Phrase("named {key}", key=key))
            record = history.build(self._record)
            if record is not None:
                seen.add(key)
            return record
        except FormatError:
            raise  # the source itself is broken
        except RecursionError:
            self.findings.add("malformed_record", "left out: nested too deeply", key=key)
        except _MALFORMED as error:
            self.findings.add(
                "malformed_record", Phrase("left out: {why}", why=_reason(error)), key=key
            )
        return None


def with_orphans(reading: Import[R], **logs: Mapping[str, Sequence[object]]) -> Import[R]:
    """Return an import with a finding for each log entry that belongs to no record of it.

    The logs hold the entries by record id; the import's builder removes those of each record.
    """
    reading._logs.update(logs)  # noqa: SLF001  of the same module
    reading._orphans("")  # noqa: SLF001
    return reading


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError) and error.args:
        return f"no {error.args[0]!r}"
    return " ".join(str(error).split())[:200] or type(error).__name__
