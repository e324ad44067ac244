"""Every document is valid against its schema, and every schema is one of draft 2020-12."""

from __future__ import annotations

import importlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from incidentcore.conditions import Condition
from incidentcore.errors import InvalidValueError
from incidentcore.records import Event, Record
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


@pytest.mark.parametrize("name", CLASSES)
def test_a_schema_is_a_schema(name: str) -> None:
    """The schema of every class is valid, plain JSON, and complete in itself."""
    schema = json_schema(CLASSES[name])

    jsonschema.Draft202012Validator.check_schema(schema)
    text = json.dumps(schema)
    references = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert references <= set(schema["$defs"])


@pytest.mark.parametrize("value", EXAMPLES, ids=lambda value: type(value).__name__)
def test_an_example_is_valid(value: Any) -> None:
    """What is written of a value of every class is valid."""
    validator(type(value)).validate(to_plain(value))


RECORD, CONDITION, ANY = (validator(kind) for kind in (Record, Condition, object))


@settings(max_examples=min(20, settings().max_examples))
@given(histories())
def test_any_record_is_valid(record: Record) -> None:
    """Documents of records are valid against the schema of their base."""
    RECORD.validate(to_plain(record))


@settings(max_examples=min(20, settings().max_examples))
@given(conditions)
def test_any_condition_is_valid(condition: Condition) -> None:
    """Documents of conditions are valid."""
    CONDITION.validate(to_plain(condition))


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


def test_bases_and_protocols_have_schemas() -> None:
    """A base stands for all its classes."""
    for kind in (Event, Calendar, Condition):
        jsonschema.Draft202012Validator.check_schema(json_schema(kind))
    assert validator(Calendar).is_valid(to_plain(BusinessCalendar.always()))


def test_a_type_without_a_document_has_no_schema() -> None:
    """Asking for a class that is never written is refused."""
    with pytest.raises(InvalidValueError):
        json_schema(dict)
