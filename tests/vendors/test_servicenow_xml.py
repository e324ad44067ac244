"""ServiceNow's XML export: a list as it is shown, and what is unloaded to load it elsewhere."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from incidentcore.errors import FormatError
from incidentcore.vendors import read_xes
from incidentcore.vendors.profiles import read_profile
from incidentcore.vendors.servicenow_xml import is_xml, servicenow_tables

LIST = """<?xml version="1.0" encoding="UTF-8"?><xml><incident><number>INC1</number>
<sys_id>a1</sys_id><state>6</state><priority>2</priority><opened_by>kim</opened_by>
<opened_at>2026-03-02 09:00:00</opened_at><resolved_at>2026-03-02 10:30:00</resolved_at>
<assigned_to display_value="Ada">u2</assigned_to><short_description>Mail &amp; more
</short_description><description/></incident></xml>"""
AUDIT = """<sys_audit action="INSERT_OR_UPDATE"><documentkey>a1</documentkey><sys_id>x</sys_id>
<fieldname>state</fieldname><oldvalue>1</oldvalue><newvalue>6</newvalue><user>ada</user>
<sys_created_on>2026-03-02 10:00:00</sys_created_on></sys_audit>"""


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 2, hour, minute, tzinfo=UTC)


def write(folder: Path, text: str) -> Path:
    path = folder / "incident.xml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_list(tmp_path: Path) -> None:
    """Times are UTC; a reference is its id."""
    reading = read_profile(write(tmp_path, LIST), "servicenow")
    (incident,) = reading
    assert (incident.opened_at, incident.resolved_at) == (at(9), at(10, 30))
    assert (incident.assignee, incident.title) == ("u2", "Mail & more")
    assert incident.priority is not None
    assert incident.priority.name == "high"
    assert list(reading.findings) == []


def test_what_is_unloaded_may_hold_several_tables(tmp_path: Path) -> None:
    """Each element below the root is a row of the table that it names; gzip does not matter."""
    text = LIST.replace("<xml>", "\n<unload>").replace("</xml>", AUDIT + "</unload>")
    path = write(tmp_path, text)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    tables = servicenow_tables(path)
    assert {name: len(rows) for name, rows in tables.items()} == {"incident": 1, "sys_audit": 1}
    path.write_bytes(gzip.compress(path.read_bytes()))
    [incident] = read_profile(path, "servicenow")
    assert incident.resolved_at == at(10)


def test_an_encoding_that_the_text_states(tmp_path: Path) -> None:
    """UTF-16 begins with a mark of its own."""
    path = tmp_path / "incident.xml"
    path.write_bytes(LIST.replace("UTF-8", "UTF-16").encode("utf-16"))
    assert is_xml(path)
    assert [row["number"] for row in servicenow_tables(path)["incident"]] == ["INC1"]


def test_a_namespace_changes_nothing(tmp_path: Path) -> None:
    """It may stand on the root or before each name; tables and fields have their plain names."""
    plain = (
        '<{0}xml xmlns{1}="urn:x"><{0}incident><{0}number>INC1</{0}number></{0}incident></{0}xml>'
    )
    for prefix, declared in (("", ""), ("sn:", ":sn")):
        path = write(tmp_path, plain.format(prefix, declared))
        assert servicenow_tables(path) == {"incident": [{"number": "INC1"}]}


def test_other_text_is_not_xml(tmp_path: Path) -> None:
    """JSON is read as before."""
    assert not is_xml(write(tmp_path, '{"incident": []}'))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (LIST[:200], "unclosed token"),
        ("<html><body/></html>", "the root is 'html' instead of 'xml' or 'unload'"),
        ('<!DOCTYPE l [<!ENTITY a "x">]><xml>&a;</xml>', "a document type"),
    ],
)
def test_what_is_no_export_is_refused(tmp_path: Path, text: str, why: str) -> None:
    """With the reason and the file; entities are never expanded."""
    with pytest.raises(FormatError, match=f"(?s)not XML that ServiceNow exported: .*{why}"):
        servicenow_tables(write(tmp_path, text))


@pytest.mark.parametrize("encoding", ["UF-8", "hex"])
def test_an_encoding_that_does_not_exist_is_refused_in_words(tmp_path: Path, encoding: str) -> None:
    """In both kinds of XML: a misspelt name, and one of no text."""
    path = tmp_path / "export.xml"
    path.write_text(f'<?xml version="1.0" encoding="{encoding}"?><xml/>', encoding="utf-8")
    with pytest.raises(FormatError, match="not XML that ServiceNow exported"):
        servicenow_tables(path)
    with pytest.raises(FormatError, match="not XES: "):
        list(read_xes(path))
