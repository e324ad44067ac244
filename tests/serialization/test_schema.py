"""Every document is valid against its schema, and every schema is one of draft 2020-12."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from incidentcore.conditions import Condition
from incidentcore.errors import InvalidValueError
from incidentcore.lifecycle import advance
from incidentcore.records import Event, Incident, Problem, Record, ServiceRequest
from incidentcore.schedule import BusinessCalendar, Calendar
from incidentcore.serialization import json_schema, to_plain
from incidentcore.serialization.registry import CLASSES
from incidentcore.values import Actor

from .examples import EXAMPLES, conditions, histories, plain

jsonschema = pytest.importorskip(
    "jsonschema", reason="needs jsonschema, of the extra 'check', to test our schemas with"
)


@cache
def validator(kind: Any) -> Any:
    return jsonschema.Draft202012Validator(json_schema(kind))


KEYWORDS = {
    *("$schema", "$id", "$ref", "$defs", "title", "type", "enum", "const", "anyOf", "oneOf"),
    *("properties", "required", "additionalProperties", "propertyNames", "minProperties"),
    *("maxProperties", "items", "prefixItems", "minItems", "uniqueItems", "pattern", "minLength"),
}
"""The keywords of draft 2020-12 that ours use: a misspelt one would be no fault of a schema."""


def schemas(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield a schema and all schemas in it; what enum, const and required hold is none."""
    if not isinstance(schema, dict):
        return
    yield schema
    for keyword, value in schema.items():
        if keyword in ("properties", "$defs"):
            parts = [*value.values()]
        else:
            parts = value if isinstance(value, list) else [value]
        for part in parts if keyword not in ("enum", "const", "required") else ():
            yield from schemas(part)


@pytest.mark.table
@pytest.mark.parametrize("name", CLASSES)
def test_a_schema_is_a_schema(name: str) -> None:
    """The schema of every class is valid, plain JSON, and complete in itself."""
    schema = json_schema(CLASSES[name])

    jsonschema.Draft202012Validator.check_schema(schema)
    text = json.dumps(schema)
    references = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert references <= set(schema["$defs"])
    for part in schemas(schema):
        assert set(part) <= KEYWORDS, part
        assert part.get("type") != "array" or "items" in part, part
        assert "prefixItems" not in part or part["minItems"] == len(part["prefixItems"]), part


@pytest.mark.table
@pytest.mark.parametrize("value", EXAMPLES, ids=lambda value: type(value).__name__)
def test_an_example_is_valid(value: Any) -> None:
    """What is written of a value of every class is valid."""
    validator(type(value)).validate(to_plain(value))


RECORD, CONDITION, ANY = (validator(kind) for kind in (Record, Condition, object))


@pytest.mark.table
@settings(max_examples=min(20, settings().max_examples))
@given(histories())
def test_any_record_is_valid(record: Record) -> None:
    """Documents of records are valid against the schema of their base."""
    RECORD.validate(to_plain(record))


@pytest.mark.table
@settings(max_examples=min(20, settings().max_examples))
@given(conditions)
def test_any_condition_is_valid(condition: Condition) -> None:
    """Documents of conditions are valid."""
    CONDITION.validate(to_plain(condition))


@pytest.mark.table
@settings(max_examples=min(20, settings().max_examples))
@given(plain)
def test_any_plain_value_is_valid(value: Any) -> None:
    """Documents of plain values are valid."""
    ANY.validate(to_plain(value))


@pytest.mark.parametrize(
    "document",
    [
        {"type": "Actor", "version": 1},
        {"type": "Actor", "version": 2, "value": {"id": "ada"}},
        {"type": "Actor", "version": 1, "value": {"id": 1}},
        {"type": "Actor", "version": 1, "value": {"id": "ada", "team": "x"}},
        {"type": "Actor", "version": 1, "value": {"role": "agent"}},
        {"type": "State", "version": 1, "value": {"id": "ada"}},
        {"type": "Actor", "version": 1, "value": {"id": "ada"}, "extra": 1},
    ],
    ids=str,
)
def test_what_is_wrong_is_not_valid(document: Any) -> None:
    """The schema refuses what is missing, unknown or of another type."""
    assert not validator(Actor).is_valid(document)


FILES = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture
def schema_files(monkeypatch: pytest.MonkeyPatch) -> Any:
    pytest.importorskip("docutils", reason="needs Sphinx, of the extra 'docs', to build pages")
    monkeypatch.syspath_prepend(str(FILES))
    return importlib.import_module("schema_files")


@pytest.mark.table
def test_every_schema_is_published(schema_files: Any, tmp_path: Path) -> None:
    """The pages carry the schema of each type as a file, as ``json_schema`` gives it."""
    schema_files.write_schemas(tmp_path)
    names = {path.stem for path in tmp_path.iterdir()}

    assert names == {*CLASSES, "Calendar", "Condition", "Event", "Record", "any"}
    for name, cls in CLASSES.items():
        published = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
        assert published == json_schema(cls)
    whole = json.loads((tmp_path / "any.json").read_text(encoding="utf-8"))
    for value in EXAMPLES[:20]:
        jsonschema.Draft202012Validator(whole).validate(to_plain(value))


def test_the_page_of_schemas_links_to_each(schema_files: Any) -> None:
    """The page lists the files, and the reference lists the page."""
    page = (FILES / "reference" / "schemas.rst").read_text(encoding="utf-8")
    (found,) = schema_files.SchemaList.run(None)
    links = {
        node["refuri"] for node in found.findall() if "refuri" in getattr(node, "attributes", {})
    }

    assert "\n.. schema-files::\n" in page
    assert '    "schema_files",\n' in (FILES / "conf.py").read_text(encoding="utf-8")
    assert "reference/schemas" in (FILES / "reference.rst").read_text(encoding="utf-8").split()
    assert links == {f"../schemas/{name}.json" for name in schema_files.kinds()}


@pytest.mark.table
def test_bases_and_protocols_have_schemas() -> None:
    """A base stands for all its classes."""
    for kind in (Event, Calendar, Condition):
        jsonschema.Draft202012Validator.check_schema(json_schema(kind))
    assert validator(Calendar).is_valid(to_plain(BusinessCalendar.always()))


def test_a_type_without_a_document_has_no_schema() -> None:
    """Asking for a class that is never written is refused."""
    with pytest.raises(InvalidValueError):
        json_schema(dict)


RECORDS = [value for value in EXAMPLES if isinstance(value, Record)]
NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
RECORD_TYPES = [Incident, Problem, ServiceRequest]


@pytest.mark.parametrize("value", RECORDS, ids=lambda value: type(value).__name__)
def test_the_present_state_is_valid(value: Record) -> None:
    """What a record is now is valid against the schema of its state, and plain JSON."""
    state = to_plain(value, view="state")
    schema = json_schema(type(value), view="state")

    jsonschema.Draft202012Validator(schema).validate(json.loads(json.dumps(state)))
    assert set(state) == {*value.facts(), "version"}


def test_the_present_state_says_what_is() -> None:
    """Facts stand under their names, in the forms of documents; no history."""
    incident = Incident.open(
        id="INC-1", title="Mail is down", by="kim", at=NOW, tags=["b", "a"], custom={"site": 7}
    )
    state = to_plain(
        advance(incident, "start", at=NOW + timedelta(hours=1), by="ada"), view="state"
    )

    assert state["record_type"] == "incident"
    assert (state["id"], state["title"], state["version"]) == ("INC-1", "Mail is down", 2)
    assert state["state"]["name"] == "in_progress"
    assert (state["opened_at"], state["updated_at"]) == (
        "2026-06-01T09:00:00Z",
        "2026-06-01T10:00:00Z",
    )
    assert (state["tags"], state["custom"], state["priority"]) == (["a", "b"], {"site": 7}, None)
    assert state["opened_by"] == {"id": "kim", "role": "requester"}
    assert "history" not in state


def test_a_state_is_of_records_alone() -> None:
    """Another value, and a view that is not one, are refused with what is allowed."""
    with pytest.raises(InvalidValueError, match="a record"):
        to_plain(Actor("ada"), view="state")
    with pytest.raises(InvalidValueError, match="document or state"):
        to_plain(Actor("ada"), view="now")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="or a record"):
        json_schema(Actor, view="state")


def strict_faults(schema: Any, path: str = "#") -> Iterator[str]:
    """Yield what ajv in its strict mode, or a generator of code, refuses in a schema."""
    if isinstance(schema, list):
        for place, inner in enumerate(schema):
            yield from strict_faults(inner, f"{path}/{place}")
    if not isinstance(schema, dict):
        return
    if isinstance(schema.get("type"), list):
        yield f"{path}: a union of types"
    if "format" in schema:
        yield f"{path}: a format, which is an extra of validators"
    if {"properties", "required"} & schema.keys() and schema.get("type") != "object":
        yield f"{path}: properties without a type"
    if not set(schema.get("required", ())) <= set(schema.get("properties", ())):
        yield f"{path}: a required property that is not defined"
    for name, inner in schema.items():
        if name in ("properties", "$defs"):
            for key, value in inner.items():
                if name == "$defs" and not key.isalnum():
                    yield f"{path}: {key!r} is not a name of a class"
                yield from strict_faults(value, f"{path}/{name}/{key}")
        elif name not in ("const", "enum"):
            yield from strict_faults(inner, f"{path}/{name}")


@pytest.mark.parametrize("kind", [Record, Condition, Calendar, *RECORD_TYPES])
def test_schemas_are_strict(kind: Any) -> None:
    """No union of types, no format, no name with a dot: validators and generators take them."""
    assert list(strict_faults(json_schema(kind))) == []


def test_strict_faults_are_found() -> None:
    """The test above can fail."""
    schema = {"$defs": {"a.b": {"type": ["string", "null"], "format": "date", "required": ["x"]}}}
    assert len(list(strict_faults(schema))) == 5


def test_a_schema_has_an_id_and_a_template() -> None:
    """References follow the template, so that definitions can move into an OpenAPI document."""
    schema = json_schema(Incident, ref_template="#/components/schemas/{model}")
    text = json.dumps(schema)

    assert schema["$id"] == "urn:incidentcore:1:Incident"
    assert json_schema(Incident, view="state")["$id"] == "urn:incidentcore:1:IncidentState"
    assert '"#/components/schemas/AnyEvent"' in text
    assert "#/$defs" not in text
    with pytest.raises(InvalidValueError, match="text that contains"):
        json_schema(Incident, ref_template="#/x")
