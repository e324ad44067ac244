"""Event logs as XES, written and read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.vendors.test_event_log import solved

from incidentcore.errors import FormatError
from incidentcore.serialization import xes_log
from incidentcore.vendors import (
    describe_columns,
    read_xes,
)
from incidentcore.vendors.xes import xes_cases


@pytest.mark.filterwarnings("ignore")
def test_xes_is_read_by_another_library(tmp_path: Path, pm4py: Any) -> None:
    """pm4py reads the same case, activities and instants."""
    incident = solved()
    path = tmp_path / "log.xes"
    path.write_text("".join(xes_log([incident])), encoding="utf-8")
    log = pm4py.read_xes(str(path))
    assert set(log["case:concept:name"]) == {"I-1"}
    times = [at.to_pydatetime() for at in log["time:timestamp"]]
    assert times == [event.at for event in incident.history]
    assert list(log["org:resource"]) == [event.by.id for event in incident.history]


def test_xes_is_written_and_read_back(tmp_path: Path) -> None:
    """The same through XES; two files with one trace are joined."""
    incident = solved()
    path = tmp_path / "log.xes"
    path.write_text("".join(xes_log([incident])), encoding="utf-8")
    [back] = read_xes(path, activity="state")
    assert (back.opened_at, back.resolved_at) == (incident.opened_at, incident.resolved_at)
    [joined] = read_xes([path, path], activity="state")
    assert joined.id == back.id


def test_xml_is_what_the_profile_of_xes_reads(tmp_path: Path) -> None:
    """Its first line is not a header."""
    path = tmp_path / "log.xes"
    path.write_text('<?xml version="1.0"?>\n<log></log>\n', encoding="utf-8")
    assert describe_columns(path).profile == "xes"


def test_xml_without_a_log_is_not_xes(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_text("<trace/>", encoding="utf-8")
    with pytest.raises(FormatError, match="the root is 'trace' instead of 'log'"):
        list(read_xes(path))


NAMED = '<string key="concept:name" value="{}"/>'


def log_of(path: Path, *parts: str) -> Path:
    path.write_text(f"<log>{''.join(parts)}</log>", encoding="utf-8")
    return path


def test_traces_without_a_name_are_counted(tmp_path: Path) -> None:
    """Over all files; those with one name are one, in the order in which they came."""
    event = f"<event>{NAMED.format('New')}</event>"
    one = log_of(tmp_path / "1.xes", "<trace/>", f"<trace>{event}</trace>")
    two = log_of(
        tmp_path / "2.xes",
        f"<trace>{NAMED.format('A')}{event}</trace>",
        "<trace/>",
        f"<trace>{NAMED.format('A')}{event}</trace>",
    )
    assert [(key, len(events)) for key, _, events in xes_cases(one)] == [
        ("trace-1", 0), ("trace-2", 1),
    ]  # fmt: skip
    assert [(key, len(events)) for key, _, events in xes_cases([one, two])] == [
        ("trace-1", 0), ("trace-2", 1), ("A", 2), ("trace-4", 0),
    ]  # fmt: skip


def test_what_stands_elsewhere_is_no_trace_event_or_attribute(tmp_path: Path) -> None:
    """Values of global scopes, attributes of attributes, and traces in an extension."""
    inner = '<string key="deep" value="x"/>'
    path = log_of(
        tmp_path / "log.xes",
        f'<global scope="trace">{NAMED.format("none")}</global>',
        f"<extension><trace>{NAMED.format('no')}<event>{NAMED.format('no')}</event></trace></extension>",
        f"<event>{NAMED.format('loose')}</event>",
        f'<trace>{NAMED.format("A")}<list key="l">{inner}</list>',
        f'<event>{NAMED.format("New")}<container key="c">{inner}</container></event>',
        f'<string key="last" value="y"/><classifier>{NAMED.format("no")}</classifier></trace>',
    )
    [(key, attributes, events)] = xes_cases(path)
    assert (key, attributes) == ("A", {"concept:name": "A", "l": None, "last": "y"})
    assert events == [{"concept:name": "New", "c": None}]


@pytest.mark.parametrize(("lists", "is_read"), [(99, True), (100, False)])
def test_elements_may_be_nested_a_hundred_deep(
    tmp_path: Path, lists: int, *, is_read: bool
) -> None:
    """The log is the first of them."""
    path = log_of(tmp_path / "log.xes", "<list>" * lists, "</list>" * lists)
    if is_read:
        assert list(xes_cases(path)) == []
    else:
        with pytest.raises(FormatError, match="nested deeper than 100"):
            list(xes_cases(path))
