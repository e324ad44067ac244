"""Profiles of files: a name for each importer, for use on the command line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from incidentcore._checks import need_word
from incidentcore.desk import Desk, DeskField
from incidentcore.desk.service import scale_of
from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.records import Incident
from incidentcore.vendors import presets
from incidentcore.vendors.audit_log import read_audit_log
from incidentcore.vendors.cells import EMPTY
from incidentcore.vendors.event_log import read_events, read_xes
from incidentcore.vendors.gitlab import read_gitlab
from incidentcore.vendors.happyfox import read_happyfox
from incidentcore.vendors.jira import read_jira
from incidentcore.vendors.jira_csv import read_jira_csv
from incidentcore.vendors.kit import (
    HistoryBuilder,
    Import,
    LevelTable,
    StateTable,
    Tables,
    Times,
    as_object,
)
from incidentcore.vendors.kit.findings import shown
from incidentcore.vendors.kit.tables import flag, fold
from incidentcore.vendors.pagerduty import read_pagerduty
from incidentcore.vendors.servicenow import read_servicenow
from incidentcore.vendors.servicenow_xml import is_xml, servicenow_tables
from incidentcore.vendors.statuspage import read_statuspage
from incidentcore.vendors.table import read_table
from incidentcore.vendors.table_presets import TABLE_PRESETS
from incidentcore.vendors.tabular import open_table, read_json
from incidentcore.vendors.zendesk import read_zendesk

# By profile: its reader, what the tool's words mean, what a file calls the records, and its other
# resources by argument.
_Tool = tuple[Callable[..., Import[Incident]], Tables, Sequence[str], dict[str, str]]
_JSON: Final[dict[str, _Tool]] = {
    "jira": (read_jira, presets.JIRA, ("issues",), {"changelogs": "changelogs", "slas": "slas"}),
    "servicenow": (
        read_servicenow,
        presets.SERVICENOW,
        ("incidents", "incident"),
        {
            "audit": "sys_audit",
            "history": "sys_history_line",
            "metrics": "metric_instance",
            "journal": "sys_journal_field",
            "slas": "task_sla",
            "users": "sys_user",
        },
    ),
    "zendesk": (
        read_zendesk,
        presets.ZENDESK,
        ("tickets", "ticket"),
        {"audits": "audits", "metric_events": "ticket_metric_events", "users": "users"},
    ),
    "pagerduty": (
        read_pagerduty,
        presets.PAGERDUTY,
        ("incidents", "incident"),
        {"log_entries": "log_entries"},
    ),
    "happyfox": (read_happyfox, presets.HAPPYFOX, (), {}),
    "gitlab": (
        read_gitlab,
        presets.GITLAB,
        ("issues",),
        {"notes": "notes", "state_events": "resource_state_events"},
    ),
    "statuspage": (read_statuspage, presets.STATUSPAGE, (), {}),
}


def _read_json(path: Path, profile: str, words: Mapping[str, Any]) -> Import[Incident]:
    """Read JSON or XML: an object of a tool's resources by name, or the records alone."""
    read, tables, names, others = _JSON[profile]
    is_export = profile == "servicenow" and is_xml(path)
    data: Any = servicenow_tables(path) if is_export else read_json(path)
    parts = as_object(data)
    if profile == "zendesk" and "audits" not in parts:  # the other form of the same log
        parts = {"audits" if name == "ticket_events" else name: parts[name] for name in parts}
    tables_of = (parts[name] for name in names if isinstance(parts.get(name), (list, dict)))
    records = next(tables_of, data)
    if records is data and (is_export or not {*others.values()}.isdisjoint(parts)):
        there = ", ".join(map(shown, parts))
        raise FormatError(
            f"no records: the file has {there}, but none of {', '.join(names)} @ {path}"
        )
    is_page = profile == "jira"  # with names of fields, and whether there are more issues
    given = {name: parts.get(n) or (None if is_page else ()) for name, n in others.items()}
    if profile == "pagerduty" and given["log_entries"]:
        given["log_entries"] = parts  # as a page, which says whether there are more
    if "states" in words:
        words = {**words, "states": tables["states"] | words["states"]}
    reading = read(data if is_page else records, **given, **words)
    if records is not data:
        read_names = {*names, *others.values()}
        for name, part in parts.items():
            lists = part.values() if isinstance(part, dict) else (part,)
            if name not in read_names and any(type(one) is list and one for one in lists):
                reading.findings.add("unknown_entry", "left out: it is not read", path=name)
    return reading


_AUDIT: Final = "servicenow-audit"
_TABLE: Final = "table"
_EVENTS: Final = "events"
_XES: Final = "xes"
_WORDS: Final = ("states", "levels")
PROFILES: Final = (_AUDIT, _TABLE, *TABLE_PRESETS, _EVENTS, _XES, *_JSON)
"""The names of the profiles of files."""


def read_profile(
    path: Path,
    profile: str,
    *,
    mapping: Mapping[str, str] | None = None,
    zone: ZoneInfo | str | None = None,
    formats: Sequence[str] = (),
    sheet: str | int | None = None,
    own: Sequence[tuple[DeskField, str]] = (),
    **options: Any,
) -> Import[Incident]:
    """Read a file with the importer of a profile.

    Args:
        path: The file. A JSON file contains the tool's API response; several responses are in one
            object, under names such as ``tickets`` and ``audits``. ServiceNow's may be XML.
        profile: The profile of the file; one of ``PROFILES``.
        mapping: For a table, columns by field, added to or replacing those of its profile; for an
            event log, the columns of ``case``, ``activity``, ``at``, ``by``, ``group`` and further
            fields; for XES, attributes instead of columns. An activity in XES may be several
            attributes separated by ``/``.
        zone: For a table or audit log, the time zone of times that have none.
        formats: For a table, the formats of its times; those of its profile by default.
        sheet: For a table or event log in a spreadsheet, the name of its sheet or its place from 1.
        own: Custom fields of a desk, each with its column or the tool's name of the field.
        options: ``states`` and ``levels``, which are added to those of the tool (but not for an
            audit log); for a table, also further arguments of ``read_table``.

    Raises:
        InvalidValueError: There is no such profile, or it does not accept a mapping or formats.
        FormatError: The file cannot be read.
        OSError: The file cannot be opened.
    """
    need_word("profile", profile, PROFILES)
    read_own = partial(_own_fields, own) if own else None
    if profile == _TABLE or profile in TABLE_PRESETS:
        options |= {} if read_own is None else {"extend": read_own}
        return _table(path, profile, mapping or {}, zone, formats=formats, sheet=sheet, **options)
    is_log = profile in (_EVENTS, _XES)
    words = {name: options.pop(name) for name in _WORDS if options.get(name) and profile != _AUDIT}
    named = None if is_log else mapping
    shaped = None if profile == _EVENTS else formats
    for name, value in (("mapping", named), ("formats", shaped), *options.items()):
        if value:
            tables = ", ".join((_TABLE, *TABLE_PRESETS))
            raise InvalidValueError(name, value, f"only with a table: {tables}")
    if sheet is not None and profile != _EVENTS:
        raise InvalidValueError("sheet", sheet, "only with a table or event log: state --map")
    if is_log:
        words["times"] = Times(zone, formats=tuple(formats) or "iso")
        words |= {"activities": words.pop("states")} if "states" in words else {}
        words |= {} if sheet is None else {"sheet": sheet}
        columns = {f"custom.{column}": column for field, column in own if column != field.name}
        reading = _log(path, profile, {**(mapping or {}), **columns}, words)
    elif profile == _AUDIT:
        return read_audit_log(path, zone=zone)
    else:
        reading = _read_json(path, profile, words)
    reading.context.own = read_own
    return reading


def _log(
    path: Path, profile: str, columns: dict[str, str], words: Mapping[str, Any]
) -> Import[Incident]:
    """Read an event log; the attributes of XES have usual names, of which activity may be two."""
    if profile == _XES:
        activity = columns.pop("activity", "concept:name").split("/")
        options = dict(words)
        options.update((n, columns.pop(n)) for n in ("at", "by", "group") if n in columns)
        return read_xes(path, activity=activity, fields=columns, **options)
    missing = [name for name in ("case", "activity", "at") if name not in columns]
    if missing:
        allowed = f"one with a column for {missing[0]}, as in case=Id activity=State at=Time"
        raise InvalidValueError("--map", columns, allowed)
    stated = {name: columns.pop(name, None) for name in ("case", "activity", "at", "by", "group")}
    options = {**stated, **words}
    return read_events(path, fields=columns, sort=True, **options)


def _table(
    path: Path,
    profile: str,
    mapping: Mapping[str, str],
    zone: ZoneInfo | str | None,
    **options: Any,
) -> Import[Incident]:
    preset = dict(TABLE_PRESETS.get(profile, {}))
    columns = {**preset.pop("mapping", {}), **mapping}
    if not columns:
        there = ", ".join(open_table(path, strict=False, sheet=options["sheet"]).columns[:50])
        wanted = "columns such as id=Number opened=Created"
        raise InvalidValueError("--map", None, f"{wanted}; the file has {there}")
    preset.update((name, value) for name, value in options.items() if value or value == 0)
    if profile == "jira-csv":
        return read_jira_csv(path, mapping=mapping, zone=zone, **preset)
    return read_table(path, columns, zone=zone, missing=EMPTY, **preset)


def desk_options(desk: Desk) -> dict[str, Any]:
    """Return the arguments for ``read_profile`` that the ``[import]`` table of a desk file sets.

    State names refer to the desk's lifecycle of incidents, level names to its priority policy.
    Columns of the desk's custom fields are read according to the kind of each field; ``map`` gives
    the column of a field if its name is different. The desk's zone is used if none is set.
    """
    stated: dict[str, Any] = dict(desk.imports)
    columns: dict[str, Any] = dict(stated.get("map", {}))
    own = [(one, columns.pop(one.name, one.name)) for one in desk.fields]
    words = {"mapping": columns, "formats": stated.get("times", ())}
    options: dict[str, Any] = {"zone": stated.get("zone", desk.zone)}
    options |= {name: value for name, value in words.items() if value}
    plain = ("profile", "delimiter", "encoding", "sheet", "duplicates")
    options |= {name: stated[name] for name in plain if name in stated}
    if "states" in stated:
        known = {state.name: state for state in desk.lifecycle("incident").states}
        options["states"] = StateTable(
            {**known, **{word: known[name] for word, name in stated["states"].items()}}
        )
    if "levels" in stated:
        options["levels"] = LevelTable(
            **{
                field: {word: scale_of(desk.priority, field)[name] for word, name in table.items()}
                for field, table in stated["levels"].items()
            }
        )
    if any(one.kind != "text" or column != one.name for one, column in own):
        options["own"] = own
    return options


def _own_fields(
    own: Sequence[tuple[DeskField, str]], history: HistoryBuilder, custom: dict[str, Any]
) -> None:
    """Move columns, or a tool's fields, to the desk's, each read by the kind of its field."""
    for field, column in own:
        if column not in custom:
            continue
        value = custom.pop(column)
        if value is None:
            custom[field.name] = None  # a change that clears the field
            continue
        action = "kept as text"
        is_instant = field.kind == "instant"
        read = history.time(value, column, action=action) if is_instant else _cell(field, value)
        if read is None and not is_instant:
            action = f"kept as text; {field.name} holds a {field.kind}"
            history.find("unreadable_field", action, field=column, value=value)
        elif field.kind == "number" and isinstance(value, str) and _EITHER.fullmatch(value):
            action = "read with a decimal point; it may separate thousands as well"
            history.find("ambiguous_number", action, field=column, value=value)
        custom[field.name] = value if read is None else read


def _cell(field: DeskField, value: object) -> object:
    """Return the value of a cell for a field other than an instant; None if it is empty."""
    if field.kind == "bool":
        return flag(value)
    if field.kind != "number":
        if not field.words or value in field.words:
            return value
        alike = [word for word in field.words if fold(word) == fold(value)]
        return alike[0] if len(alike) == 1 else None
    text = _plain_number(str(value))
    try:
        if text.lstrip("+-").isdecimal():
            return int(text)  # exactly, however many digits it has
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() else number if isfinite(number) else None


# What may stand in a number: spaces, the Swiss mark between thousands, a currency.
_BESIDE: Final = re.compile("[\\s'\u2019\u20ac$\u00a3\u00a5]")
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})+")
_EITHER: Final = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")


def _plain_number(text: str) -> str:
    """Return a number with a point and no marks between thousands.

    The later of two kinds of marks is the decimal one. A mark that is there twice separates
    thousands. A single comma before three digits might be either, and the text stays as it is.
    """
    text = _BESIDE.sub("", text).replace("\u2212", "-")
    comma, point = text.rfind(","), text.rfind(".")
    if _GROUPED.fullmatch(text):
        return text.replace(",", "").replace(".", "")
    if comma > point:
        return text if _EITHER.fullmatch(text) else text.replace(".", "").replace(",", ".")
    return text.replace(",", "")
