"""Templates: places, what is missing, values as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore.communication import (
    UpdateTemplate,
)
from incidentcore.communication.template import as_text
from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.records import (
    Incident,
    set_fields,
)
from incidentcore.values import NEW, Actor, FrozenMap, Priority

MINUTE = timedelta(minutes=1)


AT = datetime(2026, 6, 1, 10, tzinfo=UTC)


def incident(**fields: Any) -> Incident:
    return Incident.open(id="INC-1", title="Mail is down", at=AT, by="kim", **fields)


@pytest.mark.parametrize(
    ("name", "text", "parts"),
    [
        ("", "x", {}),
        ("n", None, {}),
        ("n", "{title", {}),
        ("n", "{}", {}),
        ("n", "{title!r}", {}),
        ("n", "{title:>99}", {}),
        ("n", "{{title}}", {}),
        ("n", "{title}", {"given": "news"}),
        ("n", "", {"fields": ["a..b"]}),
    ],
)
def test_a_template_with_odd_places_is_refused(name: str, text: Any, parts: Any) -> None:
    """Places hold the name of a field and nothing that could run."""
    with pytest.raises(DefinitionError):
        UpdateTemplate(name, text, **parts)


def test_a_template_says_what_is_missing_and_renders_what_is_there() -> None:
    """Nested custom fields, levels and what the sender gives; a value is never read as a place."""
    template = UpdateTemplate(
        "news",
        "{title} in {custom.region}, {priority}: {news}",
        fields="service",
        given="news",
    )
    assert template.fields == ("title", "custom.region", "priority", "service")
    record = incident(custom={"region": "{news}"}, computed_priority=Priority.HIGH)

    missing = template.render(record)
    assert (missing.text, missing.missing, bool(missing)) == ("", ("service", "news"), False)
    record = set_fields(record, service="mail", at=AT, by="ada")
    rendered = template.render(record, news="soon")
    assert rendered
    assert rendered.text == "Mail is down in {news}, high: soon"
    assert template.render(record.facts(), news="soon", title="Other").text.startswith("Other in")
    with pytest.raises(InvalidValueError, match="color"):
        UpdateTemplate("n", "{color}").render(record)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("", ""),
        ("a", "a"),
        (True, "yes"),
        (False, "no"),
        (3, "3"),
        (Priority.HIGH, "high"),
        (NEW, "new"),
        (Actor("ada"), "ada"),
        (AT, "2026-06-01T10:00:00+00:00"),
        (90 * MINUTE, "1:30:00"),
        (("a", "b"), "a, b"),
        (frozenset("ba"), "a, b"),
        (FrozenMap({"scribe": "bo", "lead": "ada"}), "lead: ada, scribe: bo"),
    ],
)
def test_values_are_told_as_people_read_them(value: object, text: str) -> None:
    """Levels, states and people by name, collections as lists in one order."""
    assert as_text(value) == text


@pytest.mark.parametrize("text", ["a } b", "a { b", "{a-b}", "{ title }", "{}"])
def test_braces_are_around_the_name_of_a_field_only(text: str) -> None:
    """One alone is refused too."""
    with pytest.raises(DefinitionError, match="braces around the name of a field only"):
        UpdateTemplate("x", text)
