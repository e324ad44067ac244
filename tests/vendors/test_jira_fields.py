"""Texts and custom fields of Jira's issues."""

from __future__ import annotations

from typing import Any

import pytest

from incidentcore.vendors import read_jira
from incidentcore.vendors.jira import text_of

CREATED = "2026-03-02T08:00:00.000+0000"


def test_a_document_with_nodes_that_have_no_content() -> None:
    """A lozenge has its text, a card its address; a rule and a picture have neither."""
    line = [
        {"type": "text", "text": "See "},
        {"type": "status", "attrs": {"text": "BLOCKED", "color": "red"}},
        {"type": "hardBreak"},
        {"type": "inlineCard", "attrs": {"url": "https://example.com/7"}},
    ]
    cell = {"type": "tableCell", "content": [{"type": "paragraph", "content": line}]}
    row = {"type": "tableRow", "content": [cell]}
    blocks = [{"type": "table", "content": [row]}, {"type": "rule"}, {"type": "paragraph"}]
    document = {"type": "doc", "version": 1, "content": blocks}
    assert text_of(document) == "See BLOCKED\nhttps://example.com/7"


SLA = {"name": "Time to resolution", "completedCycles": []}
CUSTOM: list[tuple[Any, object]] = [
    ("Bonn", "Bonn"),
    (7.0, 7.0),
    ({"id": "1", "value": "Bonn", "child": {"value": "Nord"}}, "Bonn"),
    ({"accountId": "ada", "displayName": "Ada"}, "Ada"),
    ([{"value": "Bonn"}, {"value": "Rom"}, {"id": "3"}], ("Bonn", "Rom")),
    ({"languageCode": "en"}, None),
    (SLA, None),
    (None, None),
    ("", None),
    ([], None),
]


@pytest.mark.parametrize(("value", "kept"), CUSTOM)
def test_a_custom_field_is_kept_by_its_name(value: Any, kept: object) -> None:
    """Names come with the pages, or with one issue; a field without one is not kept."""
    fields = {"created": CREATED, "status": {"name": "Open"}, "customfield_1": value}
    issue = {"key": "SD-1", "fields": {**fields, "customfield_2": "Rom"}}
    names = {"customfield_1": "Site", "status": "Status"}
    for pages in ([{"issues": [issue], "names": names}], {**issue, "names": names}):
        [record] = read_jira(pages)
        assert record.custom.get("Site") == kept
        assert "Status" not in record.custom
        assert "Rom" not in record.custom.values()


def test_a_custom_field_in_the_log() -> None:
    """The log names it as the page does: its first value was there at the opening."""
    item = {"field": "Site", "fieldId": "customfield_1", "fromString": "Rom", "toString": "Bonn"}
    change = {"id": "1", "created": "2026-03-02T09:00:00.000+0000", "items": [item]}
    issue = {
        "key": "SD-1",
        "fields": {"created": CREATED, "status": {"name": "Open"}, "customfield_1": "Bonn"},
        "changelog": {"histories": [change]},
    }
    [record] = read_jira({"issues": [issue], "names": {"customfield_1": "Site"}})
    assert record.custom["Site"] == "Bonn"
    assert record.timeline().facts_at(record.opened_at)["custom"]["Site"] == "Rom"


def test_a_field_in_the_log_is_known_by_its_id_in_any_language() -> None:
    """The name is that of the reader's language."""
    item = {"field": "Bearbeiter", "fieldId": "assignee", "fromString": None, "toString": "Ada"}
    change = {
        "id": "1",
        "created": "2026-03-02T09:00:00.000+0000",
        "items": [{**item, "to": "ada"}],
    }
    fields = {"created": CREATED, "status": {"name": "Open"}}
    [record] = read_jira({"key": "SD-1", "fields": fields, "changelog": {"histories": [change]}})
    assert (record.assignee, dict(record.custom)) == ("ada", {})
