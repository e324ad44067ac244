"""Tables with one row for each ticket, converted to incidents by a mapping of columns to fields.

A row contains times and the current state, but no history. The records therefore state what they
contain, and KPIs that need replies, reassignments or reopenings leave them out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, TypeAlias, get_args
from zoneinfo import ZoneInfo

from incidentcore._checks import need_kind, need_word
from incidentcore.errors import InvalidValueError
from incidentcore.lifecycle import Lifecycle
from incidentcore.records import Incident
from incidentcore.values import Level, State
from incidentcore.values.scales import SCALES
from incidentcore.vendors.cells import TIMES, TableReader, check_mapping, there
from incidentcore.vendors.joined import with_joined
from incidentcore.vendors.kit import (
    STANDARD_STATES,
    Epoch,
    Import,
    LevelTable,
    Roles,
    StateTable,
    Times,
)
from incidentcore.vendors.table_import import Duplicates, Extend, TableImport
from incidentcore.vendors.tabular import Table, TableInput, open_table

Formats: TypeAlias = str | Sequence[str] | Mapping[str, str | Sequence[str]]

_LEVELS: Final = (
    'priority, impact or urgency, each with its words, such as {"priority": {"Urgent": "critical"}}'
)
_NO_ROLES: Final = Roles()
_COVERED: Final = {"acknowledged": "acknowledged_at", "responded": "first_response_at"}


def read_table(
    source: TableInput | Table,
    /,
    mapping: Mapping[str, str | int],
    *,
    zone: ZoneInfo | str | None = None,
    formats: Formats = "iso",
    epoch: Epoch | None = None,
    day_first: bool | None = None,
    states: StateTable | Mapping[str, State | str] = STANDARD_STATES,
    levels: LevelTable | Mapping[str, Mapping[str, Level | str]] | None = None,
    missing: Collection[str] = ("",),
    duplicates: Duplicates | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    sheet: str | int | None = None,
    optional: bool = False,
    lifecycle: Lifecycle | None = None,
    roles: Roles = _NO_ROLES,
    extend: Extend | None = None,
) -> Import[Incident]:
    """Build incidents from a table with one row for each ticket.

    Each row becomes an incident with an opening and, if their times are present, an
    acknowledgement, a first public answer, a restoration, a resolution, a closure and a
    cancellation. A current state that does not result from these is dated at ``state_since`` or,
    without it, at the latest instant of the row, with a finding ``state_without_time`` if clocks
    depend on it. A resolution is left out of durations and clocks if neither it nor ``updated`` has
    a time. Columns that are not mapped are stored under ``custom`` by their names, repeated columns
    as a tuple.

    A time before the opening is accepted, with a finding; KPIs leave out negative durations and
    report how many. A closing time before the resolution is only stored under ``custom``, since it
    would close an open record.

    Args:
        source: A ``Table``, or any source that ``open_table`` accepts. A cell may be an object with
            ``value`` and ``display_value``.
        mapping: The column of each field. Required: ``id`` and ``opened``; optional:
            ``acknowledged``, ``responded`` (first public answer), ``restored``, ``resolved``,
            ``closed``, ``canceled``, ``updated``, ``state_since``, ``occurred``, ``detected``;
            ``state``, ``state_category``; ``priority``, ``impact``, ``urgency``; ``title``,
            ``description``, ``caller``, ``service``, ``configuration_item``, ``category``,
            ``group``, ``assignee``, ``source``, ``tags``, ``hold_reason``, ``resolution_code``,
            ``resolution_notes``; and ``reopen_count`` and ``reassignment_count``, as counted by the
            tool. A column is a name, a dotted path, a position counted from 1, or a column of dates
            and one of times of day, as in ``"Open Date+Open Time"``, after which a column of zones
            may follow.
        zone: The time zone of times that state none. If None, they are read as UTC, with a finding.
        formats: ``"iso"``, or formats of ``datetime.strptime``, tried in order; or a mapping from
            fields to formats, with those for all other fields under ``""``.
        epoch: The unit of numeric times since 1970, ``"s"`` or ``"ms"``; None refuses numbers.
        day_first: How to read text that fits no format: with the day before the month (True) or
            after it (False); None refuses such text.
        states: The meanings of states: a ``StateTable`` such as ``JIRA_STATES``, or a mapping.
        levels: The meanings of levels: a ``LevelTable``, or a mapping from ``priority``, ``impact``
            or ``urgency`` to a mapping from words to levels. By default, a level's name is
            recognized, even after a number as in ``"1 - Critical"``; a number alone is not
            recognized (rule P1).
        missing: Texts that mean an empty value, such as ``"?"``. None and NaN are always empty.
        duplicates: Which row is used if several have the same id: the ``"first"`` with an opening,
            or the ``"last"`` with one (which holds all rows in memory); ``"refuse"`` refuses the
            table. By default, the first is used, but a table in which most rows repeat an id is
            refused, since it must be an event log.
        delimiter: The separator of fields; detected by default.
        encoding: The encoding of a file; UTF-8 or cp1252 by default.
        sheet: The sheet of a spreadsheet, as for ``open_table``.
        optional: Whether to ignore mapped columns that do not exist, as the presets do.
        lifecycle: The lifecycle that the records follow; the standard one by default.
        roles: The roles of actors, for entries that ``extend`` adds.
        extend: A function that is called with the ``HistoryBuilder`` of a row and the values of its
            unmapped columns; it can add entries and remove columns.

    Returns:
        The incidents in the order of their rows, read on demand.

    Raises:
        InvalidValueError: The mapping names an unknown field, or lacks ``id`` or ``opened``.
        FormatError: The source cannot be read, lacks a column of the mapping, or is refused because
            of repeated ids.
        OSError: The file cannot be opened.

    Source: our choice; times and counts follow from events alone (rule H2).

    >>> from incidentcore.vendors import read_table
    >>> reading = read_table(
    ...     ["Number;Created;Done", "INC-1;1.6.2026 9:00;1.6.2026 11:30", "INC-2;yesterday;"],
    ...     {"id": "Number", "opened": "Created", "resolved": "Done"},
    ...     zone="Europe/Berlin",
    ...     formats="%d.%m.%Y %H:%M",
    ... )
    >>> [incident] = reading
    >>> print(incident.resolved_at - incident.opened_at)
    2:30:00
    >>> print(reading.findings[-1])
    row 2, INC-2, Created 'yesterday': unreadable_time; row left out: a record needs its opening
    """
    check_mapping(mapping)
    if duplicates not in (None, *get_args(Duplicates)):
        raise InvalidValueError("duplicates", duplicates, '"refuse", "first" or "last"')
    by_field: Mapping[str, Any] = formats if isinstance(formats, Mapping) else {"": formats}
    for name in by_field:
        need_word("formats", name, ("", *TIMES))
    times = {
        name: Times(zone, formats=form, epoch=epoch, day_first=day_first)
        for name, form in {"": "iso", **by_field}.items()
    }
    table = open_table(source, delimiter=delimiter, encoding=encoding, sheet=sheet, strict=False)
    table = with_joined(table, mapping)
    if optional:
        mapping = there(table, mapping)
    reader = TableReader(table, mapping, missing, times)
    covers = {"moments", *(_COVERED[name] for name in _COVERED if name in mapping)}
    return TableImport(
        reader,
        duplicates,
        extend,
        lifecycle=lifecycle,
        roles=roles,
        states=states if isinstance(states, StateTable) else STANDARD_STATES | states,
        levels=levels if isinstance(levels, LevelTable) else _level_table(levels or {}),
        times=times[""],
        covers=covers,
    )


def _level_table(levels: Mapping[str, Mapping[str, Level | str]]) -> LevelTable:
    need_kind("levels", levels, Mapping, allowed=_LEVELS)
    for name in set(levels) - set(SCALES):
        raise InvalidValueError("levels", name, _LEVELS)
    return LevelTable(**levels)
