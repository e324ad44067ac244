"""The JSON Schema of a desk file: an editor accepts what the reader accepts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.desk.test_desk import DESK

from incidentcore.demo import demo_desk
from incidentcore.desk import desk_schema
from incidentcore.desk.file import desk_mapping

jsonschema = pytest.importorskip("jsonschema", reason="needs jsonschema, of the extra 'check'")
Draft202012Validator = jsonschema.Draft202012Validator


def plain(data: object) -> Any:
    """Return data as JSON has it: dates as texts."""
    return json.loads(json.dumps(data, default=str))


def test_the_schema_is_one() -> None:
    """It is a valid schema, and its references lead somewhere."""
    Draft202012Validator.check_schema(desk_schema())


@pytest.mark.parametrize("desk", [DESK, demo_desk()], ids=["customer", "demo"])
def test_the_schema_accepts_what_the_reader_accepts(desk: Any) -> None:
    """The customer's policy and the demonstration's."""
    assert not list(Draft202012Validator(desk_schema()).iter_errors(plain(desk_mapping(desk))))


@pytest.mark.parametrize(
    "change",
    [
        {"servicess": {}},
        {"escalation": [{"levels": [{"to": "group:x", "affter": "1h"}]}]},
        {"agreements": [{"when": {}}]},
        {"oncall": {"a": {"layer": []}}},
    ],
)
def test_the_schema_refuses_a_misspelt_or_missing_key(change: dict[str, Any]) -> None:
    """An editor marks it before the reader is asked."""
    data = {**plain(desk_mapping(DESK)), **change}
    assert list(Draft202012Validator(desk_schema()).iter_errors(data))
