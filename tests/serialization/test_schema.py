"""Every document is valid against its schema, and every schema is one of draft 2020-12."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

import attrs
import pytest
from hypothesis import given, settings

from incidentcore.conditions import Condition
from incidentcore.errors import InvalidValueError
from incidentcore.lifecycle import advance
from incidentcore.records import Event, Incident, Problem, Record, ServiceRequest
from incidentcore.schedule import BusinessCalendar, Calendar
from incidentcore.serialization import Codec, json_schema, to_plain
from incidentcore.serialization.registry import CLASSES
from incidentcore.values import Actor, FrozenMap, Level

from .examples import EXAMPLES, conditions, histories, plain


@pytest.fixture(scope="module")
def validator() -> Any:
    """Return the class whose objects validate against a schema."""
    reason = "needs jsonschema, of the extra 'check', to test our schemas with"
    return pytest.importorskip("jsonschema", reason=reason).Draft202012Validator


@cache
def schema_for(kind: Any) -> dict[str, Any]:
    return json_schema(kind)


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
def test_a_schema_is_a_schema(validator: Any, name: str) -> None:
    """The schema of every class is valid."""
    validator.check_schema(json_schema(CLASSES[name]))


@pytest.mark.table
@pytest.mark.parametrize("name", CLASSES)
def test_a_schema_is_complete_in_itself(name: str) -> None:
    """It is plain JSON, of keywords that there are, and defines what it refers to."""
    schema = json_schema(CLASSES[name])

    text = json.dumps(schema)
    references = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert references <= set(schema["$defs"])
    for part in schemas(schema):
        assert set(part) <= KEYWORDS, part
        assert part.get("type") != "array" or "items" in part, part
        assert "prefixItems" not in part or part["minItems"] == len(part["prefixItems"]), part


@pytest.mark.table
@pytest.mark.parametrize("value", EXAMPLES, ids=lambda value: type(value).__name__)
def test_an_example_is_valid(validator: Any, value: Any) -> None:
    """What is written of a value of every class is valid."""
    validator(schema_for(type(value))).validate(to_plain(value))


@pytest.mark.table
@settings(max_examples=min(20, settings().max_examples))
@given(histories())
def test_any_record_is_valid(validator: Any, record: Record) -> None:
    """Documents of records are valid against the schema of their base."""
    validator(schema_for(Record)).validate(to_plain(record))


@pytest.mark.table
@settings(max_examples=min(20, settings().max_examples))
@given(conditions)
def test_any_condition_is_valid(validator: Any, condition: Condition) -> None:
    """Documents of conditions are valid."""
    validator(schema_for(Condition)).validate(to_plain(condition))


@pytest.mark.table
@settings(max_examples=min(20, settings().max_examples))
@given(plain)
def test_any_plain_value_is_valid(validator: Any, value: Any) -> None:
    """Documents of plain values are valid."""
    validator(schema_for(object)).validate(to_plain(value))


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
def test_what_is_wrong_is_not_valid(validator: Any, document: Any) -> None:
    """The schema refuses what is missing, unknown or of another type."""
    assert not validator(json_schema(Actor)).is_valid(document)


FILES = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture
def schema_files(monkeypatch: pytest.MonkeyPatch) -> Any:
    pytest.importorskip("docutils", reason="needs Sphinx, of the extra 'docs', to build pages")
    monkeypatch.syspath_prepend(str(FILES))
    return importlib.import_module("schema_files")


@pytest.mark.table
def test_every_schema_is_published(validator: Any, schema_files: Any, tmp_path: Path) -> None:
    """The pages carry the schema of each type as a file, as ``json_schema`` gives it."""
    schema_files.write_schemas(tmp_path)
    names = {path.stem for path in tmp_path.iterdir()}

    assert names == {*CLASSES, "Calendar", "Condition", "Event", "Record", "any"}
    for name, cls in CLASSES.items():
        published = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
        assert published == json_schema(cls)
    whole = json.loads((tmp_path / "any.json").read_text(encoding="utf-8"))
    for value in EXAMPLES[:20]:
        validator(whole).validate(to_plain(value))


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
def test_bases_and_protocols_have_schemas(validator: Any) -> None:
    """A base stands for all its classes."""
    for kind in (Event, Calendar, Condition):
        validator.check_schema(json_schema(kind))
    assert validator(json_schema(Calendar)).is_valid(to_plain(BusinessCalendar.always()))


def test_a_type_without_a_document_has_no_schema() -> None:
    """Asking for a class that is never written is refused."""
    with pytest.raises(InvalidValueError):
        json_schema(dict)


RECORDS = [value for value in EXAMPLES if isinstance(value, Record)]
NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
RECORD_TYPES = [Incident, Problem, ServiceRequest]


@pytest.mark.parametrize("value", RECORDS, ids=lambda value: type(value).__name__)
def test_the_present_state_is_valid(validator: Any, value: Record) -> None:
    """What a record is now is valid against the schema of its state, and plain JSON."""
    state = to_plain(value, view="state")
    schema = json_schema(type(value), view="state")

    validator(schema).validate(json.loads(json.dumps(state)))
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


@attrs.frozen
class Shapes:
    """An attribute of each type that a schema knows."""

    text: str
    count: int
    share: float
    flag: bool
    word: Literal["a", "b"]
    pair: tuple[str, int]
    many: tuple[str, ...]
    several: frozenset[int]
    by_name: FrozenMap[int]
    by_text: Mapping[str, bool]
    anything: object
    maybe: str | None
    actor: Actor
    opener: Actor | None
    who: Actor | Level | None
    event: Event
    note: str = ""


TEXT, WHOLE, NOTHING = {"type": "string"}, {"type": "integer"}, {"type": "null"}
DATE = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
SHAPES: dict[str, Any] = {
    "text": TEXT,
    "count": WHOLE,
    "share": {"type": "number"},
    "flag": {"type": "boolean"},
    "word": {"enum": ["a", "b"]},
    "pair": {"type": "array", "prefixItems": [TEXT, WHOLE], "items": False, "minItems": 2},
    "many": {"type": "array", "items": TEXT},
    "several": {"type": "array", "items": WHOLE, "uniqueItems": True},
    "by_name": {"type": "object", "additionalProperties": WHOLE},
    "by_text": {"type": "object", "additionalProperties": {"type": "boolean"}},
    "anything": {"$ref": "#/$defs/AnyValue"},
    "maybe": {"anyOf": [TEXT, NOTHING]},
    "actor": {"$ref": "#/$defs/Actor"},
    "opener": {"anyOf": [NOTHING, {"$ref": "#/$defs/Actor"}]},
    "who": {"anyOf": [NOTHING, {"$ref": "#/$defs/ActorTagged"}, {"$ref": "#/$defs/LevelTagged"}]},
    "event": {"$ref": "#/$defs/AnyEvent"},
    "note": TEXT,
}


def closed(title: str, properties: dict[str, Any], *required: str) -> dict[str, Any]:
    """Return the schema of an object with these properties and no others."""
    names = list(required)
    rest = {"type": "object", "properties": properties, "required": names}
    return {"title": title, **rest, "additionalProperties": False}


def test_each_type_has_its_schema() -> None:
    """As draft 2020-12 says of arrays, objects and values of several types."""
    schema = Codec({"Shapes": Shapes}).json_schema(Shapes)
    known = schema.pop("$defs")
    *required, _ = SHAPES
    assert known["Shapes"] == closed("Shapes", SHAPES, *required)
    actor = {"id": TEXT, "role": TEXT}
    assert known["Actor"] == closed("Actor", actor, "id")
    assert known["ActorTagged"] == closed(
        "Actor", {"$type": {"const": "Actor"}, **actor}, "$type", "id"
    )
    assert {"$ref": "#/$defs/OpenedTagged"} in known["AnyEvent"]["oneOf"]
    head = {
        "type": {"const": "Shapes"},
        "version": {"const": 1},
        "value": {"$ref": "#/$defs/Shapes"},
    }
    whole = closed("Shapes", head, "type", "version", "value")
    dialect = "https://json-schema.org/draft/2020-12/schema"
    assert schema == {"$schema": dialect, "$id": "urn:incidentcore:1:Shapes", **whole}


def test_a_field_that_accepts_more_than_its_type_says_so() -> None:
    """Hours are a text or several, a holiday a date or a table, breaks are of a day."""
    known = json_schema(BusinessCalendar)["$defs"]
    several = {"anyOf": [TEXT, {"type": "array", "items": TEXT}]}
    breaks = {"type": "array", "items": {"$ref": "#/$defs/Break"}}
    properties = {
        "zone": {"type": "string", "minLength": 1},
        "hours": {"type": "object", "additionalProperties": several},
        "holidays": {"type": "array", "items": {"anyOf": [DATE, {"$ref": "#/$defs/Holiday"}]}},
        "special": {"type": "object", "additionalProperties": several},
        "breaks": {"type": "object", "additionalProperties": breaks},
        "name": TEXT,
    }
    assert known["BusinessCalendar"] == closed("BusinessCalendar", properties, "zone", "hours")
    assert set(known) == {"Break", "BusinessCalendar", "Holiday"}

    events = json_schema(Event)["$defs"]
    assert events["Assigned"]["properties"]["fields"] == {
        "type": "object",
        "propertyNames": {"enum": ["assignee", "assignment_group", "support_tier"]},
        "additionalProperties": {"$ref": "#/$defs/AnyValue"},
    }


def test_a_value_of_any_type_names_it() -> None:
    """Plain JSON as it is; a set, a single value or a class as an object of one key with ``$``."""
    schema = json_schema(object)
    plain = closed(
        "object",
        {
            "type": {"const": "plain"},
            "version": {"const": 1},
            "value": {"$ref": "#/$defs/AnyValue"},
        },
        *("type", "version", "value"),
    )
    assert schema["title"] == "object"
    assert {"title": "object", **schema["oneOf"][-1]} == plain
    *leaves, array, single, mapping = schema["$defs"]["AnyValue"]["anyOf"]
    assert leaves == [NOTHING, {"type": "boolean"}, {"type": "number"}, TEXT]
    items = {"$ref": "#/$defs/AnyValue"}
    assert array == {"type": "array", "items": items}
    assert mapping == {
        "type": "object",
        "propertyNames": {"pattern": r"^([^$]|\$\$|$)"},
        "additionalProperties": items,
    }
    tagged = single.pop("properties")
    one = {"minProperties": 1, "maxProperties": 1, "additionalProperties": False}
    assert single == {"type": "object", **one}
    assert tagged["$set"] == {"type": "array", "items": items, "uniqueItems": True}
    assert (tagged["$date"], tagged["$Actor"]) == (DATE, {"type": "object"})


def test_the_schema_of_a_present_state() -> None:
    """Every fact with its type, none left out, and the version."""
    schema = json_schema(Incident, view="state")
    state = schema["$defs"]["IncidentState"]
    facts = Incident.open(id="INC-1", title="t", by="kim", at=NOW).facts()
    assert state["required"] == [*state["properties"]]
    assert sorted(state["properties"]) == sorted([*facts, "version"])
    assert state["properties"]["record_type"] == {"const": "incident"}
    assert state["properties"]["version"] == {"type": "integer", "minimum": 1}
    assert state["properties"]["title"] == TEXT
    assert (schema["title"], schema["$ref"]) == ("IncidentState", "#/$defs/IncidentState")
    history = json_schema(Incident)["$defs"]["Incident"]["properties"]["history"]
    assert history == {"type": "array", "items": {"$ref": "#/$defs/AnyEvent"}, "minItems": 1}
