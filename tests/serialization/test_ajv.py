"""Every published schema in ajv's strict mode, and documents of every kind against it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from incidentcore.conditions import Condition
from incidentcore.records import Event, Incident, Problem, Record, ServiceRequest
from incidentcore.schedule import Calendar
from incidentcore.serialization import json_schema, to_plain
from incidentcore.serialization.registry import CLASSES

from .examples import EXAMPLES

CHECK = Path(__file__).resolve().parents[2] / ".ci" / "ajv.js"
BASES = {"Calendar": Calendar, "Condition": Condition, "Event": Event, "Record": Record}
PATIENCE = 600  # seconds

pytestmark = pytest.mark.process


@pytest.fixture
def node() -> str:
    """Return the program, where it finds ajv."""
    program = shutil.which("node")
    asks = [program or "", "-e", "require('ajv/dist/2020')"]
    if program is None or subprocess.run(asks, capture_output=True, check=False).returncode:  # noqa: S603
        pytest.skip("needs node, and ajv in NODE_PATH")
    return program


def documents() -> Iterator[tuple[str, Any, bool]]:
    """Yield documents of every kind with a schema's name, and what must be refused."""
    for value in EXAMPLES:
        plain = to_plain(value)
        name = plain["type"] if plain["type"] in CLASSES else "any"
        yield name, plain, True
        yield "any", plain, True
        yield name, {**plain, "extra": 1}, False
        yield name, {key: plain[key] for key in plain if key != "version"}, False
        if name != "any" and isinstance(plain["value"], dict):
            yield name, {**plain, "value": {**plain["value"], "unheard of": 1}}, False
        if isinstance(value, Record):
            yield "Record", plain, True
            yield f"{name}State", to_plain(value, view="state"), True


def run_ajv(node: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [node, str(CHECK), str(folder)]
    return subprocess.run(  # noqa: S603  our own script
        command, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


def test_ajv_takes_every_schema(node: str, tmp_path: Path) -> None:
    """In strict mode; each document is valid, and a field that is unknown or absent is not."""
    schemas = {
        name: json_schema(kind) for name, kind in (CLASSES | BASES | {"any": object}).items()
    }
    for kind in (Incident, Problem, ServiceRequest):
        schemas[f"{kind.__name__}State"] = json_schema(kind, view="state")
    for name, schema in schemas.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(schema), "utf-8")
    (tmp_path / "documents.json").write_text(json.dumps(list(documents())), "utf-8")

    ran = run_ajv(node, tmp_path)
    assert ran.stderr == ""
    assert ran.stdout.startswith(f"ajv: {len(schemas)} schemas, ")
    assert ran.returncode == 0


def test_ajv_refuses_what_is_not_strict(node: str, tmp_path: Path) -> None:
    """A keyword that no draft has, and a document that is judged wrongly, each make a fault."""
    (tmp_path / "a.json").write_text(json.dumps({"type": "object", "surprise": 1}), "utf-8")
    (tmp_path / "b.json").write_text(json.dumps({"type": "string"}), "utf-8")
    (tmp_path / "documents.json").write_text(
        json.dumps([["b", 1, True], ["b", "x", False]]), "utf-8"
    )

    ran = run_ajv(node, tmp_path)
    assert ran.returncode == 1
    assert 'a.json: strict mode: unknown keyword: "surprise"' in ran.stderr
    assert len(ran.stderr.splitlines()) == 3
