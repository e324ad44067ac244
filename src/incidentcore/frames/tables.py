"""Convert values to frames with typed columns, and frames to rows for ``read_table``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final, Literal, TypeAlias

import narwhals.stable.v2 as nw

from incidentcore._checks import each_of, need_word
from incidentcore.conditions.access import reader
from incidentcore.errors import InvalidValueError
from incidentcore.frames.batches import each_frame
from incidentcore.instants import as_utc
from incidentcore.kpi import KpiTable
from incidentcore.kpi.measures.duration import between
from incidentcore.kpi.moments import compile_path
from incidentcore.kpi.table import FIGURES
from incidentcore.records import Event, Record
from incidentcore.records.fields import RECORD_COLUMNS
from incidentcore.schedule import Calendar
from incidentcore.sla import SlaStatus
from incidentcore.values import Actor, FrozenMap, LintFinding
from incidentcore.vendors import ImportFinding
from incidentcore.vendors.kit.paths import is_missing

Library: TypeAlias = Literal["pandas", "polars", "pyarrow"]

_PANDAS: Final = (
    (nw.Int64(), "Int64"),
    (nw.Boolean(), "boolean"),
    (nw.Float64(), "float64"),
    (nw.Datetime("us", "UTC"), "datetime64[us, UTC]"),
    (nw.Duration("us"), "timedelta64[us]"),
)
_ARROW: Final = {
    "string": nw.String(), "int64": nw.Int64(), "double": nw.Float64(), "bool": nw.Boolean()
}  # fmt: skip
_EVENT: Final = (
    *("record_id", "sequence", "id", "kind", "at", "recorded_at", "by", "role", "state"),
)
_STATUS: Final = (
    *("record_id", "definition", "stage", "started_at", "stopped_at", "target", "elapsed"),
    *("remaining", "due_at", "breached", "breached_at", "paused_open_time"),
)
_FINDING: Final = ("row", "key", "field", "value", "code", "action", "path", "count")
_LINT: Final = ("code", "subject", "message")
_PATHS: Final = {"role": "by.role", "definition": "definition.name"}  # of columns with other names


def records_to_frame(
    records: Iterable[Record],
    /,
    *,
    library: Library,
    columns: Iterable[str] = RECORD_COLUMNS,
    time_in: str | None = None,
    as_of: datetime | None = None,
    clock: Calendar | None = None,
) -> Any:
    """Return a frame with one row for each record.

    Args:
        records: The records, read once.
        library: The library of the frame: ``pandas``, ``polars`` or ``pyarrow``.
        columns: Fields of records; ``custom.site`` names the entry ``site`` of ``custom``.
        time_in: A field, such as ``"state"``. For each of its values, a column ``time_in.VALUE``
            shows how long the record had that value, from its opening to its final state, or to
            ``as_of`` if that is earlier.
        as_of: The instant up to which open records are measured; required with ``time_in``.
        clock: The calendar whose open time is counted; None for wall-clock time.

    Returns:
        The frame, whose columns contain instants in UTC, durations, whole numbers, booleans or
        text; null if a record has no value, or if the record's source does not supply the field.

    Raises:
        InvalidValueError: ``library`` is unknown, or ``as_of`` is missing.
        KpiDefinitionError: A column is not a field.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.frames import records_to_frame
    >>> from incidentcore.records import Incident
    >>> incident = Incident.open(
    ...     id="INC-1", title="Mail is down", by="kim", at=datetime(2026, 12, 23, 16, tzinfo=UTC)
    ... )
    >>> now = datetime(2026, 12, 23, 18, tzinfo=UTC)
    >>> frame = records_to_frame(
    ...     [incident], library="polars", columns=["id", "state"], time_in="state", as_of=now
    ... )
    >>> frame.rows()
    [('INC-1', 'new', datetime.timedelta(seconds=7200))]
    """
    names = tuple(columns)
    reads = {name: compile_path(name) for name in names}
    if time_in is not None and as_of is None:
        raise InvalidValueError("as_of", as_of, "an instant, up to which time_in is counted")
    if time_in is not None:
        compile_path(time_in)
    spent: list[dict[str, timedelta]] = []
    cells: dict[str, list[Any]] = {name: [] for name in names}
    for record in each_of("records", records, Record):
        for name, read in reads.items():
            is_covered = record.covers is None or record.is_covered(name.partition(".")[0])
            cells[name].append(_plain(read(record)) if is_covered else None)
        if time_in is not None and as_of is not None:
            spent.append(_times(record, time_in, as_utc(as_of, "as_of"), clock))
    for value in sorted({value for times in spent for value in times}):
        cells[f"time_in.{value}"] = [times.get(value) for times in spent]
    return _frame(cells, library)


def _times(
    record: Record, path: str, as_of: datetime, clock: Calendar | None
) -> dict[str, timedelta]:
    """Return how long a field had each value, up to the record's end or an instant."""
    read = reader(path)
    steps: list[tuple[datetime, str | None]] = [
        (step.at, None if facts["state"].final else _shown(read(facts)))
        for step, facts in record.timeline().states()
        if step.at <= as_of
    ]
    times: dict[str, timedelta] = {}
    for (at, value), (until, _) in pairwise([*steps, (as_of, None)]):
        if value is not None and at < until:
            times[value] = times.get(value, timedelta()) + between(at, until, clock)
    return times


def _shown(value: Any) -> str:
    plain = _plain(value)
    return "(none)" if plain is None else str(plain)


def to_frame(
    values: KpiTable | Iterable[Event | SlaStatus | ImportFinding | LintFinding],
    /,
    *,
    library: Library,
) -> Any:
    """Return a frame with one row for each event, SLA status, finding, or row of a KPI table.

    Args:
        values: The values, all of one type. The events of records are in their histories:
            ``(event for record in records for event in record.history)``.
        library: The library of the frame: ``pandas``, ``polars`` or ``pyarrow``.

    Returns:
        The frame, with the column types of ``records_to_frame``. Durations in a KPI table are
        hours. Without values the frame has no columns, since the type of the values is not known.

    Raises:
        InvalidValueError: The values are of different types, or of a type that is not listed above.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.frames import to_frame
    >>> from incidentcore.records import Incident
    >>> incident = Incident.open(
    ...     id="INC-1", title="Mail is down", by="kim", at=datetime(2026, 12, 23, 16, tzinfo=UTC)
    ... )
    >>> to_frame(incident.history, library="polars").select("kind", "by", "state").rows()
    [('opened', 'kim', 'new')]
    """
    if isinstance(values, KpiTable):
        plain = list(values)
        cells = {name: [row[name] for row in plain] for name in (plain or [{}])[0]}
        return _frame(cells, library, {name: _ARROW[alias] for name, alias in FIGURES.items()})
    items = list(each_of("values", values, object))
    kinds: dict[Any, Sequence[str]] = {
        Event: _EVENT, SlaStatus: _STATUS, ImportFinding: _FINDING, LintFinding: _LINT
    }  # fmt: skip
    for kind, names in kinds.items():
        if items and all(isinstance(item, kind) for item in items):
            reads = {name: reader(_PATHS.get(name, name)) for name in names}
            return _frame(
                {name: [_plain(read(item)) for item in items] for name, read in reads.items()},
                library,
            )
    if items:
        allowed = "a KpiTable; or events, SLA statuses, import findings or lint findings alone"
        raise InvalidValueError("values", items[0], allowed)
    return _frame({}, library)


def _plain(value: Any) -> Any:
    """Return a value in the form in which a frame holds it."""
    if isinstance(value, Actor):
        return value.id
    if isinstance(value, tuple):
        return "/".join(str(_plain(part)) for part in value) or None
    if isinstance(value, frozenset):
        return " ".join(sorted(map(str, value))) or None
    if value is None or isinstance(value, (str, bool, int, float, datetime, timedelta)):
        return value
    return str(dict(value)) if isinstance(value, Mapping) else str(value)


def _frame(
    cells: Mapping[str, list[Any]], library: Library, known: Mapping[str, Any] = FrozenMap()
) -> Any:
    need_word("library", library, Library)
    try:
        empty = nw.from_dict({}, backend=library).to_native()
    except ModuleNotFoundError:
        wanted = f"an installed library: python -m pip install {library}"
        raise InvalidValueError("library", library, wanted) from None
    kinds = {name: known.get(name) or _kind(name, column) for name, column in cells.items()}
    mixed = {name for name, kind in kinds.items() if kind == nw.String()}
    data = dict(cells)
    for name in mixed:
        data[name] = [None if value is None else str(value) for value in cells[name]]
    if not data:
        return empty
    if library == "pandas":  # whose plain whole numbers and truths cannot be missing
        frame = nw.from_dict(data, backend=library).to_native()
        types = {kind: name for kind, name in _PANDAS if kind in kinds.values()}
        return frame.astype({name: types[kind] for name, kind in kinds.items() if kind in types})
    return nw.from_dict(data, schema=nw.Schema(kinds), backend=library).to_native()


def _kind(name: str, column: Sequence[Any]) -> Any:
    """Return the type of a column: that of its values, or by its name if all are null."""
    kinds = {type(value) for value in column if value is not None}
    if not kinds and name.endswith("_at"):
        kinds = {datetime}
    for of, kind in (
        ({bool}, nw.Boolean()),
        ({int}, nw.Int64()),
        ({int, float}, nw.Float64()),
        ({datetime}, nw.Datetime("us", "UTC")),
        ({timedelta}, nw.Duration("us")),
    ):
        if kinds and kinds <= of:
            return kind
    return nw.String()


def rows(frame: Any, /) -> Iterator[dict[str, Any]]:
    """Yield the rows of a frame as mappings, which ``vendors.read_table`` accepts.

    Args:
        frame: A frame as ``gather_kpis_from`` accepts it.

    Yields:
        A mapping from columns to Python values; None where the frame has null, NaT or NaN.

    >>> from incidentcore.frames import rows
    >>> import polars as pl
    >>> list(rows(pl.DataFrame({"id": ["A", None], "n": [1.5, float("nan")]})))
    [{'id': 'A', 'n': 1.5}, {'id': None, 'n': None}]
    """
    for one, _ in each_frame(frame, lambda columns: {name: name for name in columns}):
        for row in one.iter_rows(named=True):
            yield {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    if is_missing(value):
        return None
    if hasattr(value, "to_pydatetime"):
        return value.to_pydatetime(warn=False)  # nanoseconds are truncated
    if hasattr(value, "to_pytimedelta"):
        return value.to_pytimedelta()
    return value.tolist() if hasattr(value, "tolist") else value
