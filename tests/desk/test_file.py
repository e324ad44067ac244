"""A desk is written and read back, as a file, as a mapping and as a document (rule B6)."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import Phase, given, settings
from tests.desk.drawn import desks

from incidentcore.desk import Desk, desk_schema, dump_desk, load_desk
from incidentcore.desk.file import desk_mapping
from incidentcore.errors import FormatError
from incidentcore.lifecycle import STANDARD_CASCADES, Lifecycle
from incidentcore.lifecycle.presets import DIALECTS
from incidentcore.lifecycle.tools import TOOLS
from incidentcore.records import Incident, Problem, Record, ServiceRequest
from incidentcore.serialization import dumps, loads

ACME = (Path(__file__).parent / "acme.toml").read_text(encoding="utf-8")
EVERY = (Path(__file__).parent / "every.toml").read_text(encoding="utf-8")
# The words that stand for one of a few choices; a file of one version keeps them.
WORDS = {
    *("acknowledgeable", "acknowledged", "add", "all", "always", "any", "clamp", "clear"),
    *("continue", "contract", "exclude_closed", "first", "functional", "hierarchical", "high"),
    *("highest", "internal", "keep", "keep_elapsed", "last", "level", "low", "medium", "never"),
    *("new_cycle", "ola", "on_duty", "public", "refuse", "remove", "replace", "resolved"),
    *("resolved_at", "restart", "resume", "retroactive", "sla", "updated_at", "wrap"),
}


# A desk is large and shrinks for minutes: what is dumped says enough.
@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(desks())
def test_what_is_dumped_loads_to_an_equal_desk(desk: Desk) -> None:
    """``load_desk(dump_desk(d)) == d``, and the same of its form as a mapping."""
    text = dump_desk(desk)
    assert load_desk(text) == desk, text
    assert load_desk(desk_mapping(desk)) == desk


def test_the_customer_s_file_is_the_same_after_a_dump() -> None:
    """The policy of the how-to, with country holidays, variants and on-call layers."""
    desk = load_desk(ACME)
    assert load_desk(dump_desk(desk)) == desk
    assert "DE-BY, 2026 to 2028" in desk.sources[0]


@given(desks(small=True))
def test_a_desk_is_a_document_too(desk: Desk) -> None:
    """The codec writes and reads a desk as any other value."""
    assert loads(dumps(desk), Desk) == desk


def test_json_says_the_same_as_toml() -> None:
    """The same form as JSON, with dates as texts."""
    desk = load_desk(ACME)
    text = json.dumps(desk_mapping(desk), default=str)
    assert load_desk(json.loads(text)) == desk


def dicts(data: Any) -> Iterator[dict[str, Any]]:
    """Yield every table of plain data, the outer ones first."""
    if isinstance(data, dict):
        yield data
    if isinstance(data, (dict, list)):
        for inner in data.values() if isinstance(data, dict) else data:
            yield from dicts(inner)


def mine(_: object, __: object = None) -> bool:
    return True


def test_a_file_with_every_key_is_written_as_it_is_read() -> None:
    """Each key and value comes back, in the form that a dump has; nothing else is written."""
    code = {"mine": mine}
    desk = load_desk(EVERY, code=code)
    assert desk_mapping(desk, code=code) == tomllib.loads(EVERY)
    assert load_desk(dump_desk(desk, code=code), code=code) == desk


def test_every_key_and_word_of_the_schema_is_known() -> None:
    """Keys stand in that file, but for ``like``, which a dump writes out; words stand above."""
    keys = {name for table in dicts(desk_schema()) for name in table.get("properties", ())}
    assert keys - {name for table in dicts(tomllib.loads(EVERY)) for name in table} == {"like"}
    assert {word for table in dicts(desk_schema()) for word in table.get("enum", ())} == WORDS


def test_faults_come_in_the_order_of_their_lines() -> None:
    """That of a whole section stands where the section begins."""
    text = 'desk = 1\nname = "x"\n[services]\nall = "x"\n[calendars]\nb = 5\n[escalation]\nc = 1\n'
    with pytest.raises(FormatError) as caught:
        load_desk(text)
    lines = [int(number) for number in re.findall(r"\bline (\d+): ", str(caught.value))]
    assert lines == [4, 6, 7]


KEYWORDS = {
    *("$defs", "$ref", "$schema", "additionalProperties", "anyOf", "const", "description", "enum"),
    *("examples", "format", "items", "properties", "required", "title", "type"),
}
TYPES = {"array", "boolean", "integer", "object", "string"}


def test_the_schema_is_one_in_each_part() -> None:
    """Nothing but keywords, types and the format of a date; each reference leads to a part."""
    schema = desk_schema()
    parts, seen = [schema], set()
    while parts:
        part = parts.pop()
        assert set(part) <= KEYWORDS, part
        types = part.get("type", ())
        assert {types} <= TYPES if isinstance(types, str) else set(types) <= TYPES
        assert part.get("format", "date") == "date"
        assert part.get("description", "x")
        if "$ref" in part:
            root, folder, name = part["$ref"].split("/")
            assert (root, folder) == ("#", "$defs")
            assert name in schema["$defs"]
        assert "items" in part or part.get("type") != "array", part
        for tables in (part.get("properties", {}), part.get("$defs", {})):
            parts += tables.values()
        parts += part.get("anyOf", ())
        parts += [part[key] for key in ("items", "additionalProperties") if part.get(key)]
        seen |= set(part)
    assert seen == KEYWORDS


def test_the_standard_cascades_survive_a_dump() -> None:
    """Those of any event too, whose ``on`` is empty."""
    desk = attrs.evolve(load_desk('desk = 1\nname = "x"\n'), cascades=STANDARD_CASCADES)
    assert load_desk(dump_desk(desk)) == desk


def test_a_lifecycle_that_follows_states_of_a_preset_survives_a_dump() -> None:
    """The presets that lack the state are passed over when it is written."""
    text = '[lifecycle.incident]\nbase = "servicenow_incident"\nmigrates = { Parked = "On Hold" }\n'
    desk = load_desk(f'desk = 1\nname = "x"\n{text}')
    assert desk_mapping(desk)["lifecycle"] == tomllib.loads(text)["lifecycle"]
    assert load_desk(dump_desk(desk)) == desk


@pytest.mark.parametrize("one", [*DIALECTS, *TOOLS], ids=lambda one: one.id)
def test_a_tool_s_lifecycle_is_the_base_of_a_desk(one: Lifecycle) -> None:
    """Its states are the desk's, in [import] too; the file reads back; a misspelt one is named."""
    kinds: dict[str, type[Record]] = {
        "incident": Incident,
        "problem": Problem,
        "service_request": ServiceRequest,
    }
    state = one.states[-1].name
    text = f'desk = 1\nname = "x"\n[lifecycle.{one.record_type}]\nbase = "{one.id}"\n'
    if one.record_type == "incident":
        text += f'[import]\nstates = {{ Wort = "{state}" }}\n'
    desk = load_desk(text)
    assert desk.lifecycle(one.record_type) == one
    assert load_desk(dump_desk(desk)) == desk
    at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    opened = desk.open(kinds[one.record_type], id="1", title="t", by="kim", at=at)
    assert opened.state == one.initial
    assert one.id in desk_schema_examples()
    with pytest.raises(FormatError, match=f"nearest: .*{one.id}"):
        load_desk(text.replace(one.id, one.id + "s"))


def desk_schema_examples() -> set[str]:
    return {word for table in dicts(desk_schema()) for word in table.get("examples", ())}
