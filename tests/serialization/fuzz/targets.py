"""What is fuzzed: each parser with its seeds, and what must hold of anything that it reads.

A target's ``try_input`` returns whether the input was read or refused; whatever it raises is a
finding: an error that the parser does not name, or a value that does not go the same way again.
"""

from __future__ import annotations

import contextlib
import gzip
import importlib.util
import json
import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from incidentcore.errors import CalendarDefinitionError, FormatError, InvalidValueError
from incidentcore.records import Incident
from incidentcore.schedule import Holiday, read_ical, write_ical
from incidentcore.serialization import (
    dumps,
    from_plain,
    loads,
    loads_with_unknown,
    to_plain,
)
from incidentcore.vendors import (
    read_audit_log,
    read_events,
    read_jira_csv,
    read_ocel,
    read_table,
    read_xes,
)
from incidentcore.vendors.profiles import read_profile

from ..examples import EXAMPLES  # noqa: TID252  the folder of tests has no name of its own

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
AT = datetime(2026, 6, 1, tzinfo=UTC)
YEARS = range(2020, 2031)


class Target(NamedTuple):
    """A parser under test.

    Attributes:
        try_input: Reads bytes; returns True if something was read, False if it was refused.
        seeds: Good inputs, from which others are made.
        words: What the format is made of, thrown in here and there.
    """

    try_input: Callable[[bytes], bool]
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...]


def read_json(data: bytes) -> bool:
    """Read a document of any type, strictly and lenient; what was read must be written alike."""
    was_read = False
    for read in (loads, loads_with_unknown):
        try:
            value = read(data, object)
        except FormatError:
            continue
        was_read = True
        text = dumps(value)
        again = read(text, object)
        assert dumps(again) == text, "written otherwise the second time"
        assert read is not loads or from_plain(to_plain(value), object) == again
        assert again == value, "another value the second time"
        hash(value)
    return was_read


def read_calendar(data: bytes) -> bool:
    """Read a feed; what was read must be written and read again as the same closed time."""
    try:
        feed = read_ical(data, zone="Europe/Berlin", years=YEARS)
    except FormatError:
        return False
    text = write_ical([*feed.holidays, *feed.maintenance], at=AT)
    try:
        again = read_ical(text, zone="Europe/Berlin", years=YEARS)
    except FormatError as error:
        if "more than" in str(error):  # what is written out at length may be too much
            return True
        raise
    assert again == feed, "other closed time the second time"
    return True


def read_rule(data: bytes) -> bool:
    """Read a rule, with and without a first day, and list its days."""
    text = data.decode("utf-8", "surrogatepass") if _is_text(data) else data.decode("latin-1")
    was_read = False
    for first in (None, "2020-02-29"):
        try:
            holiday = Holiday(first, rule=text)
        except CalendarDefinitionError:
            continue
        was_read = True
        again = Holiday(first, rule=holiday.rule)
        assert again == holiday, "another rule the second time"
        days = list(holiday.dates(2020, 2030))
        assert days == sorted(set(days)), "days out of order"
        assert days == list(again.dates(2020, 2030))
    return was_read


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


_FOLDER = tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)  # noqa: S108
_FILE = Path(_FOLDER.name) / "log.csv"


def read_audit(data: bytes) -> bool:
    """Read an audit log from a file; its incidents must be written and read again."""
    _FILE.write_bytes(data)
    was_read = False
    for zone in (None, "Europe/Berlin"):
        with contextlib.suppress(FormatError):
            log = read_audit_log(_FILE, zone=zone)
            for incident in log:
                was_read = True
                assert loads(dumps(incident), type(incident)) == incident
                assert log.latest is not None
    lines = data.decode("latin-1").splitlines(keepends=True)
    with contextlib.suppress(FormatError):
        for incident in read_audit_log(lines):
            was_read = True
            dumps(incident)
    return was_read


def _read_all(*readers: Callable[[], Iterable[Incident]]) -> bool:
    """Read the file in several ways; what comes of any must be written and read again."""
    was_read = False
    for read in readers:
        reading: Iterable[Incident] = ()
        with contextlib.suppress(FormatError, InvalidValueError):  # no column of that name
            reading = read()
        with contextlib.suppress(FormatError):
            for incident in reading:
                was_read = True
                assert loads(dumps(incident), Incident) == incident
    return was_read


def read_tools(data: bytes) -> bool:
    """Read JSON as that of each tool."""
    _FILE.write_bytes(data)
    return _read_all(
        *(lambda tool=tool: read_profile(_FILE, tool) for tool in _TOOLS),
        lambda: read_ocel(_FILE, object_type="incident"),
    )


def read_tables(data: bytes) -> bool:
    """Read a file as a table of tickets, as an event log and as XES."""
    _FILE.write_bytes(data)
    mapping = {"id": "Id", "opened": "Opened", "resolved": "Resolved", "state": "State"}
    return _read_all(
        lambda: read_table(_FILE, {**mapping, "priority": "Priority"}, optional=True),
        lambda: read_table(_FILE, mapping, optional=True, duplicates="last", day_first=True),
        lambda: read_jira_csv(_FILE),
        lambda: read_events(_FILE, case="Id", activity="State", at="Opened", sort=True),
        lambda: read_xes(_FILE),
    )


def _load_writers() -> Any:
    """Return the module that writes tools' exports; it is in the folder of another room."""
    path = Path(__file__).resolve().parents[2] / "vendors" / "writers.py"
    spec = importlib.util.spec_from_file_location("writers_of_exports", path)
    assert spec is not None
    assert spec.loader is not None
    sys.modules[spec.name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _tool_seeds() -> tuple[bytes, ...]:
    writers = _load_writers()
    steps = (
        writers.Step("public", 20, "a1", after="On it."),
        writers.Step("assignee", 20, "a1", None, "a2"),
        writers.Step("priority", 40, "a2", "high", "low"),
        writers.Step("internal", 45, "a2", after="Not so bad."),
    )

    def life(*names: str) -> Any:
        moves = zip(names, names[1:], range(30, 9_999, 30), strict=False)
        moved = [writers.Step("state", at, "a1", one, two) for one, two, at in moves]
        start = {"state": names[0], "assignee": None, "priority": "high"}
        return writers.Life(start, sorted([*steps, *moved], key=lambda step: step.minute))

    snow, zendesk = writers.servicenow(life(*writers.SERVICENOW), (9, 9, True)), life("new", "open")
    lines = writers.history_lines(life(*writers.SERVICENOW), has_codes=True)
    tickets = writers.zendesk(zendesk, (9, 9, False))
    calls = writers.Life({"state": "triggered"}, [writers.Step("state", 9, "a1", None, "resolved")])
    page = writers.Life({"state": "investigating"}, [])
    ocel = {
        "objects": [{"id": "i1", "type": "incident", "attributes": []}],
        "events": [{"type": "new", "time": "2026-03-02T08:00Z"}],
    }
    ocel["events"][0]["relationships"] = [{"objectId": "i1", "qualifier": "of"}]
    named = {"sys_audit": snow["audit"], "sys_journal_field": snow["journal"]}
    audits = {"audits": tickets["audits"], "ticket_metric_events": tickets["metrics"]}
    seeds = (
        writers.jira(life(*writers.JIRA), (9, 9, True)),
        {"incident": [snow["incident"]], **named, "task_sla": snow["slas"]},
        {"incident": [snow["incident"]], "sys_history_line": lines},
        {"ticket": [tickets["ticket"]], **audits, "users": writers.ZENDESK_USERS},
        writers.pagerduty(calls),
        writers.happyfox(life(*writers.HAPPYFOX), 1),
        writers.statuspage(page, 9),
        ocel,
    )
    return tuple(json.dumps(seed).encode() for seed in seeds)


def _json_seeds() -> tuple[bytes, ...]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(GOLDEN.rglob("*.json"))]
    short = [json.dumps(json.loads(text), ensure_ascii=False) for text in texts]
    return tuple(text.encode() for text in (*short, *map(dumps, EXAMPLES)))


_FEED = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VTIMEZONE
TZID:Europe/Berlin
END:VTIMEZONE
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20261225
DTEND;VALUE=DATE:20261227
SUMMARY:Christmas\\, both
  days
RRULE:FREQ=YEARLY;COUNT=5
EXDATE;VALUE=DATE:20271225
END:VEVENT
BEGIN:VEVENT
UID:1
RECURRENCE-ID;VALUE=DATE:20281225
DTSTART;VALUE=DATE:20281231
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=Europe/Berlin:20260329T013000
DURATION:PT1H30M
SUMMARY:patch night
RRULE:FREQ=WEEKLY;BYDAY=SU;UNTIL=20270101T000000Z
RDATE;TZID=America/New_York:20260401T120000,20260402T120000
STATUS:CONFIRMED
END:VEVENT
BEGIN:VEVENT
DTSTART:20261025T003000Z
DTEND:20261025T020000Z
STATUS:CANCELLED
END:VEVENT
END:VCALENDAR
"""
_RULES = (
    "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;WKST=SU",
    "FREQ=DAILY;INTERVAL=10;COUNT=7",
    "FREQ=YEARLY;BYWEEKNO=1,53,-1;BYDAY=MO",
    "FREQ=YEARLY;BYYEARDAY=1,-1,366",
    "RRULE:FREQ=MONTHLY;BYMONTHDAY=31,-31;UNTIL=20291231",
    "FREQ=DAILY;BYMONTH=2",
    "FREQ=YEARLY;INTERVAL=1000;BYMONTH=2;BYMONTHDAY=29",
)
_HEADER = (
    "number,incident_state,active,reassignment_count,reopen_count,sys_mod_count,made_sla,"
    "caller_id,opened_by,opened_at,sys_created_by,sys_created_at,sys_updated_by,sys_updated_at,"
    "contact_type,location,category,subcategory,u_symptom,cmdb_ci,impact,urgency,priority,"
    "assignment_group,assigned_to,knowledge,u_priority_confirmation,notify,problem_id,rfc,vendor,"
    "caused_by,closed_code,resolved_by,resolved_at,closed_at"
)
_ROWS = """\
INC1,New,true,0,0,0,true,Caller 1,Opened by 8,29/2/2016 01:16,Created by 6,29/2/2016 01:23,\
"Updated by 21",29/2/2016 01:23,Phone,Location 143,Category 55,Subcategory 170,Symptom 72,?,\
2 - Medium,2 - Medium,3 - Moderate,Group 56,?,true,false,Do Not Notify,?,?,?,?,code 5,\
Resolved by 149,29/2/2016 11:29,5/3/2016 12:00
INC1,Resolved,true,0,0,2,true,Caller 1,Opened by 8,29/2/2016 01:16,Created by 6,29/2/2016 01:23,\
Updated by 908,29/2/2016 08:53,Phone,Location 143,Category 55,Subcategory 170,Symptom 72,?,\
1 - High,2 - Medium,2 - High,Group 57,Resolver 89,true,false,Do Not Notify,Problem ID 2,?,?,?,\
code 5,Resolved by 149,29/2/2016 11:29,5/3/2016 12:00
INC2,-100,false,9,1,?,maybe,?,?,27/3/2016 02:30,?,?,?,30/10/2016 02:30,?,?,?,Subcategory 1,?,?,\
9 - None,?,?,?,?,?,?,?,?,?,?,INC1,?,?,?,?
"""
_TOOLS = ("jira", "servicenow", "zendesk", "pagerduty", "happyfox", "statuspage", "freshservice")
_TABLE = """Id;Opened;Resolved;State;Priority;Tag;Tag
T-1;2026-03-02 08:00;2026-03-02T10:30+01:00;resolved;high;a;b
"T-2";3 March 2026 9:00;;on_hold;7;;
T-2;1772438400;2026-03-29 02:30;Canceled;"1 - Critical
or so";x;
Total rows: 3
"""
_ISSUES = """Issue key,Created,Resolved,Status,Priority,Comment,Comment
SD-1,2/Mar/26 9:00 AM,,Waiting for customer,Highest,2/Mar/26 9:30 AM;ada;On it.,
"""
_XES = """<log xmlns="http://www.xes-standard.org/"><global scope="event"/>
<trace><string key="concept:name" value="1"/><event>
<string key="concept:name" value="in_progress"><string key="x" value="y"/></string>
<date key="time:timestamp" value="2026-03-02T08:00:00+01:00"/>
<string key="org:resource" value="ada"/></event></trace></log>
"""
_LOG = f"{_HEADER}\n{_ROWS}".encode()
_SHORT_LOG = (
    b"number,incident_state,sys_updated_by,opened_at,sys_updated_at\n"
    b"INC1,New,ada,1/6/2026 09:00,1/6/2026 09:05\n"
    b"INC1,Closed,ada,1/6/2026 09:00,1/6/2026 11:30:59\n"
)

TARGETS: dict[str, Target] = {
    "json": Target(
        read_json,
        _json_seeds(),
        (
            *(b'"$type"', b'"$set"', b'"$date"', b'"$$"', b"null", b"true", b"[]", b"{}", b"-0.0"),
            *(b"1e308", b"9" * 100, b"9" * 101, b"-" + b"9" * 99, b'"\\ud800"', b'"\\u0000"'),
            *(b'"PT0S"', b'"-PT1H"', b'"9998-12-31T23:59:59Z"', b'"0002-01-01T00:00:00+23:59"'),
            *(b'"UTC"', b'"Europe/Berlin"', b'"1/3"', b'"1E-9999"', b"\xef\xbb\xbf", b"NaN"),
        ),
    ),
    "ical": Target(
        read_calendar,
        (
            _FEED.encode(),
            _FEED.replace("\n", "\r\n").encode(),
            *(
                f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20200229\nSUMMARY:x\nRRULE:{rule}\n"
                f"END:VEVENT\nEND:VCALENDAR\n".encode()
                for rule in _RULES[:6]
            ),
        ),
        (
            *(b"\nRDATE:", b"\nEXDATE:", b"\nDURATION:P", b"\nRRULE:FREQ=DAILY", b"T000000Z"),
            *(b";TZID=", b";VALUE=DATE", b"00020101", b"99981231", b"20241231", b"99991231"),
            *(b"\nBEGIN:VEVENT\n", b"\nEND:VEVENT\n", b"\\n", b"\\;", b"\xc2\x85", b"\xe2\x80\xa8"),
            *(b"P366D", b"P9999W", b"PT999999H", b"Etc/GMT+12", b'"', b"\n ", b"\x00"),
        ),
    ),
    "rrule": Target(
        read_rule,
        tuple(rule.encode() for rule in _RULES),
        (
            *(b"FREQ=", b"INTERVAL=", b"COUNT=", b"UNTIL=", b"BYMONTH=", b"BYDAY=", b"BYWEEKNO="),
            *(b"BYYEARDAY=", b"BYMONTHDAY=", b"BYSETPOS=", b"WKST=", b"-53", b"-366", b"+1", b";"),
            *(b"YEARLY", b"MONTHLY", b"WEEKLY", b"DAILY", b"MO,TU,WE,TH,FR,SA,SU", b"1000", b","),
            *(b"10000", b"20200229", b"99991231T235959Z", b"\xd9\xa1", b"RRULE:"),
        ),
    ),
    "servicenow": Target(
        read_audit,
        (_LOG, _SHORT_LOG, _LOG.replace(b"\n", b"\r\n"), gzip.compress(_SHORT_LOG, mtime=0)),
        (
            *(b"?", b"true", b"false", b"Closed", b"Canceled", b"1 - High", b"999999999"),
            *(b"1/1/0002 00:00", b"31/12/9998 23:59", b"29/3/2026 02:30", b"25/10/2026 02:30"),
            *(b'"', b'""', b",", b"\n", b"\r", b"\x00", b"\xef\xbb\xbf", b"\x1f\x8b\x08", b"\xff"),
            *(b"number", b"first_seen", b"custom", b"\xc2\xa0", b" ", b"0x1F", b"\xd9\xa1"),
        ),
    ),
    "tools": Target(
        read_tools,
        _tool_seeds(),
        (
            *(
                b"null",
                b"true",
                b"[]",
                b"{}",
                b"-1",
                b"1e400",
                b"9" * 100,
                b'"\\ud800"',
                b'""',
                b"NaN",
            ),
            *(b'"2026-03-02T08:00:00Z"', b'"2026-03-02 08:00:00"', b'"0001-01-01"', b'"deleted"'),
            *(b'"id"', b'"value"', b'"more": true,', b'"total": 99,', b'"state"', b'"Closed"'),
        ),
    ),
    "tables": Target(
        read_tables,
        (
            _TABLE.encode(),
            _TABLE.replace("high", "größer").encode("cp1252"),
            _ISSUES.encode("utf-8-sig"),
            gzip.compress(_ISSUES.encode(), mtime=0),
            _XES.encode(),
            b'{"Id": {"value": 1}, "Opened": "2026-03-02"}\n{"Id": 2.0, "Opened": "2026-03-02"}\n',
        ),
        (
            *(
                b";",
                b",",
                b"\t",
                b'"',
                b"\n",
                b"\r\n",
                b"\x00",
                b"\xef\xbb\xbf",
                b"\xff",
                b"sep=|\n",
            ),
            *(b"2026-10-25 02:30", b"9999-12-31T23:59:59-12:00", b"0001-01-01", b"24:00", b" CET"),
            *(
                b"<event>",
                b"</trace>",
                b"<!DOCTYPE x>",
                b"&amp;",
                b"<![CDATA[",
                b"NaN",
                b"\xd9\xa1",
            ),
        ),
    ),
}
