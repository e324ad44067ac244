"""Jira's CSV: links in columns of their own."""

from __future__ import annotations

from typing import Any

import pytest

from incidentcore.records import Incident
from incidentcore.vendors import read_jira_csv, read_table
from incidentcore.vendors.table_presets import JIRA_CSV

HEAD = "Issue key,Issue id,Status,Created"
ROW = "SD-1,10001,Open,02/Mar/26 9:00 AM"


def links(incident: Incident) -> list[tuple[str, str]]:
    return sorted((one.type, one.target) for one in incident.links)


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Outward issue link (Blocks)", "custom.blocks"),
        ("Inward issue link (Blocks)", "custom.is blocked by"),
        ("Outward issue link (Cloners)", "custom.clones"),
        ("Inward issue link (Cloners)", "custom.is cloned by"),
        ("Outward issue link (Duplicate)", "duplicate_of"),
        ("Inward issue link (Duplicate)", "has_duplicate"),
        ("Outward issue link (Relates)", "related_to"),
        ("Inward issue link (Relates)", "related_to"),
        ("Outward issue link (Problem/Incident)", "cause_of"),
        ("Inward issue link (Problem/Incident)", "caused_by"),
        ("Inward issue link (Causes)", "caused_by"),
        ("Outward issue link (Issue split)", "custom.Issue split"),
        ("Inward issue link (Issue split (old))", "custom.Issue split (old) (inward)"),
        ("Parent key", "child_of"),
        ("Parent", "child_of"),
        ("Sub-Tasks", "parent_of"),
    ],
)
def test_a_column_of_links(heading: str, kind: str) -> None:
    """The same types as of the API, by the default names of its types of links."""
    (incident,) = read_jira_csv([f"{HEAD},{heading}", f"{ROW},SD-7"], zone="UTC")
    assert links(incident) == [(kind, "SD-7")]
    assert heading not in incident.custom


def test_columns_that_are_repeated_have_a_link_each() -> None:
    """Two cells, an empty one, and the same issue twice; other columns stay."""
    heading = "Outward issue link (Relates)"
    lines = [f"{HEAD},{heading},{heading},{heading},Floor", f"{ROW},SD-7,,SD-8,3"]
    (incident,) = read_jira_csv(lines, zone="UTC")
    assert links(incident) == [("related_to", "SD-7"), ("related_to", "SD-8")]
    assert dict(incident.custom) == {"Issue id": "10001", "Floor": "3"}


def test_the_number_of_a_parent_is_its_key() -> None:
    """Also of one that follows; without a row of it, the number is no id of a record."""
    rows = ["SD-2,10002,Open,02/Mar/26 9:00 AM,10003,", f"{ROW},10009,"]
    rows.append('SD-3,10003,Open,02/Mar/26 9:00 AM,,"10002, 10001"')
    second, first, third = read_jira_csv([f"{HEAD},Parent,Sub-tasks", *rows], zone="UTC")
    assert links(second) == [("child_of", "SD-3")]
    assert (links(first), first.custom["Parent"]) == ([], "10009")
    assert links(third) == [("parent_of", "SD-1"), ("parent_of", "SD-2")]


def test_rows_of_a_frame_have_numbers_as_floats() -> None:
    """A column with empty cells; the second column of a name has a number behind it."""
    row: dict[str, Any] = {"Status": "Open", "Created": "02/Mar/26 9:00 AM", "Parent": 10002.0}
    rows = [
        {**row, "Issue key": "SD-1", "Issue id": 10001, "Outward issue link (Blocks).1": "SD-9"},
        {**row, "Issue key": "SD-2", "Issue id": 10002, "Parent": float("nan")},
    ]
    first, second = read_jira_csv(rows, zone="UTC")
    assert links(first) == [("child_of", "SD-2"), ("custom.blocks", "SD-9")]
    assert links(second) == []


def test_a_parent_that_is_named_twice_is_one_link() -> None:
    """Jira exports its number, its key and its summary."""
    heads = f"{HEAD},Parent,Parent key,Parent summary"
    rows = [f"{ROW},10002,SD-2,Mail", "SD-2,10002,Open,02/Mar/26 9:00 AM,,,"]
    first, _ = read_jira_csv([heads, *rows], zone="UTC")
    assert links(first) == [("child_of", "SD-2")]
    assert dict(first.custom) == {"Issue id": "10001", "Parent summary": "Mail"}


def test_all_else_is_as_in_a_table() -> None:
    """The columns of links were kept under custom, where a plain table still has them."""
    lines = [
        f"{HEAD};Outward issue link (Blocks)".replace(",", ";"),
        f"{ROW};SD-7".replace(",", ";"),
    ]
    (incident,) = read_jira_csv(lines, zone="UTC", delimiter=";")
    (plain,) = read_table(lines, **{**JIRA_CSV, "zone": "UTC"})
    assert links(incident) == [("custom.blocks", "SD-7")]
    assert (links(plain), plain.custom["Outward issue link (Blocks)"]) == ([], "SD-7")
    assert incident.opened_at == plain.opened_at


def test_a_row_without_a_number_has_a_parent_all_the_same() -> None:
    """It is nobody's parent itself."""
    rows = [ROW + ",", "SD-3,,Open,02/Mar/26 9:00 AM,10001"]
    _, child = read_jira_csv([f"{HEAD},Parent", *rows], zone="UTC")
    assert links(child) == [("child_of", "SD-1")]


def test_a_row_without_a_key_is_nobodys_parent() -> None:
    """Its number stays the parent's name, as where the parent is not in the file."""
    rows = [ROW.replace("SD-1", "", 1) + ",", "SD-3,10003,Open,02/Mar/26 9:00 AM,10001"]
    *_, child = read_jira_csv([f"{HEAD},Parent", *rows], zone="UTC")
    assert (links(child), child.custom["Parent"]) == ([], "10001")
