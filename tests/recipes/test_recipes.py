"""The recipes of the how-to pages: each file runs as it stands on the page."""

from __future__ import annotations

import contextlib
import http.cookiejar
import importlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from incidentcore import Incident, InMemoryStore, SlaDefinition, advance
from incidentcore.adapters import SqliteStore
from incidentcore.errors import StaleRecordError
from incidentcore.schedule import BusinessCalendar
from incidentcore.serialization import json_schema, to_plain

HOWTO = Path(__file__).resolve().parents[2] / "docs" / "howto"
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
PATIENCE = 60  # seconds

pytestmark = pytest.mark.process


def needs(*packages: str) -> None:
    """Skip without the packages of a recipe."""
    for package in packages:
        pytest.importorskip(package, reason=f"needs {package}, of the extra 'recipes'")


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Return a function that imports the file of a recipe."""
    monkeypatch.syspath_prepend(str(HOWTO))
    return importlib.import_module


@pytest.fixture
def incident() -> Incident:
    """Return an incident of one event."""
    return Incident.open(id="INC-1", title="Mail is down", by="kim", at=AT)


def wait_until(ready: Callable[[], Any], process: subprocess.Popen[bytes]) -> Any:
    """Return the first true answer."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, "the process ended"
        with contextlib.suppress(OSError):
            if answer := ready():
                return answer
        time.sleep(0.1)
    raise AssertionError(f"not ready after {PATIENCE} seconds")


@contextlib.contextmanager
def started(*command: str, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start an interpreter, and end it by its id."""
    process = subprocess.Popen(  # noqa: S603  our own interpreter on our own files
        [sys.executable, *command],
        cwd=HOWTO,
        env=os.environ | variables | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def call(url: str, data: Any = None) -> tuple[int, Any]:
    """Return the status and the answer of a request."""
    body = None if data is None else json.dumps(data).encode()
    request = urllib.request.Request(  # noqa: S310  a loopback address
        url, body, {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            status, text = answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            status, text = error.code, error.read().decode()
    return status, json.loads(text) if text[:1] in "{[" else text


@pytest.mark.parametrize(
    "path",
    sorted(HOWTO.rglob("recipe_*/**/*.py")) + sorted(HOWTO.glob("recipe_*.py")),
    ids=lambda path: path.stem,
)
def test_a_recipe_is_short(path: Path) -> None:
    """At most sixty lines, blank ones aside."""
    assert len([line for line in path.read_text(encoding="utf-8").splitlines() if line]) <= 60


def test_fastapi(tmp_path: Path) -> None:
    """Open, advance, a refusal with its way out, the clock's trace, the feed, the schema."""
    needs("fastapi", "uvicorn")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    command = ("-m", "uvicorn", "recipe_fastapi:app", "--port", port)
    with started(*command, DESK_FILE=str(tmp_path / "desk.sqlite")) as process:
        status, document = wait_until(lambda: call(f"{url}/openapi.json"), process)
        assert status == 200
        assert "IncidentState" in document["components"]["schemas"]
        validator = pytest.importorskip("jsonschema").Draft202012Validator
        validator.check_schema(document["components"]["schemas"]["IncidentState"])

        kim = {"title": "Mail is down", "by": "kim"}
        status, state = call(f"{url}/incidents/INC-1", kim)
        assert (status, state["state"]["name"], state["version"]) == (200, "new", 1)
        status, answer = call(f"{url}/incidents/INC-1", kim)
        assert status == 409
        assert "the id is taken" in answer["detail"]
        status, answer = call(f"{url}/incidents/INC-1/resolve", {"by": "ada"})
        assert (status, answer["detail"]["code"]) == (409, "missing_field")
        assert answer["detail"]["fields"] == ["resolution_code", "resolution_notes"]
        _, answer = call(f"{url}/incidents/INC-1/close", {"by": "ada"})
        assert answer["detail"]["path"] == [
            "resolve (needs resolution_code, resolution_notes)",
            "close",
        ]
        status, state = call(f"{url}/incidents/INC-1/start", {"by": "ada"})
        assert (status, state["state"]["name"], state["version"]) == (200, "in_progress", 2)
        assert call(f"{url}/incidents/INC-9/start", {"by": "ada"})[0] == 404
        status, clock = call(f"{url}/incidents/INC-1/clock")
        assert status == 200
        assert clock["stage"] == "running"
        assert clock["trace"]
        _, feed = call(f"{url}/changes?follow=0")
        assert [line for line in feed.splitlines() if line[:2] == "id"] == ["id: 1", "id: 2"]


def test_a_worker_that_is_killed(tmp_path: Path, incident: Incident) -> None:
    """What was due is delivered once, by the worker that was started again."""
    store = SqliteStore(tmp_path / "desk.sqlite")
    for number in range(3):
        name = f"INC-{number}"
        record = Incident.open(id=name, title="x", by="kim", at=AT - timedelta(days=200))
        store.append(name, record.history, expected_version=0)
    target = tmp_path / "delivered.txt"
    command = ("recipe_worker.py", str(tmp_path / "desk.sqlite"), str(target))
    keys: list[str] = []
    with started(*command) as process:
        keys = wait_until(lambda: target.read_text().splitlines(), process)
    store.append("INC-9", record_named("INC-9").history, expected_version=0)
    with started(*command) as process:
        wait_until(lambda: "INC-9" in target.read_text(), process)
        wait_until(lambda: not store.pending(), process)

    to = dict(line.split("\t") for line in target.read_text().splitlines())
    assert to["escalation:INC-9/no_answer/no_answer/0/0/1"] == "mail"
    assert to["escalation:INC-9/no_answer/no_answer/1/0/1"] == "person kim"
    assert to["sla:INC-9/response/due/1"] == "the desk"
    delivered = [line.split("\t")[0] for line in target.read_text().splitlines()]
    assert keys
    assert len(delivered) == len(set(delivered))
    assert set(delivered) == set(store.outbox_keys())
    assert {f"INC-{n}" for n in (0, 1, 2, 9)} <= {
        key.split(":")[1].split("/")[0] for key in delivered
    }
    store.close()


def test_a_celery_worker_that_is_killed(
    tmp_path: Path, recipe: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tasks that a dead worker took with it are sent again; each key is delivered once."""
    needs("celery")
    monkeypatch.setenv("DESK_FOLDER", str(tmp_path))
    tasks = recipe("recipe_celery")
    store = SqliteStore(tmp_path / "desk.sqlite")
    names = {f"INC-{number}" for number in range(20)}
    for name in names:
        store.append(name, record_named(name).history, expected_version=0)
    command = ("-m", "celery", "-A", "recipe_celery", "worker", "-P", "solo", "--without-gossip")
    with started(*command, DESK_FOLDER=str(tmp_path)) as process:
        tasks.sweep.delay()
        wait_until(tasks.DELIVERED.read_text, process)
    store.append("INC-99", record_named("INC-99").history, expected_version=0)
    with started(*command, DESK_FOLDER=str(tmp_path)) as process:
        tasks.sweep.delay()
        wait_until(lambda: "INC-99" in tasks.DELIVERED.read_text(), process)
        wait_until(lambda: not store.pending(), process)

    delivered = tasks.DELIVERED.read_text().split()
    assert len(delivered) == len(set(delivered))
    assert set(delivered) == set(store.outbox_keys())
    assert {key.split(":")[1].split("/")[0] for key in delivered} == {*names, "INC-99"}
    store.close()


def record_named(name: str) -> Incident:
    """Return an incident of long ago."""
    return Incident.open(id=name, title="x", by="kim", at=AT - timedelta(days=200))


def test_django(tmp_path: Path) -> None:
    """``migrate``, the command that follows the feed, and the list in the admin's live pages."""
    needs("django")
    store = SqliteStore(tmp_path / "desk.sqlite")
    for name in ("INC-1", "INC-2"):
        store.append(name, record_named(name).history, expected_version=0)
    variables = {
        "DESK_FILE": str(tmp_path / "desk.sqlite"),
        "SITE_FILE": str(tmp_path / "site.sqlite"),
        "DJANGO_SETTINGS_MODULE": "recipe_django.settings",
        "DJANGO_SUPERUSER_PASSWORD": "for-tests",
        "PYTHONDONTWRITEBYTECODE": "1",
    }

    def manage(*command: str) -> str:
        return subprocess.run(  # noqa: S603  our own interpreter
            [sys.executable, "-m", "django", *command],
            cwd=HOWTO,
            env=os.environ | variables,
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE,
        ).stdout

    manage("migrate", "-v", "0")
    assert "No changes detected" in manage("makemigrations", "--check", "--dry-run")
    delivered = manage("agenda").splitlines()
    assert len(delivered) == len(set(delivered)) == len(store.outbox_keys()) >= 2
    assert manage("agenda") == ""  # everything was delivered
    store.remove("INC-2", expected_version=1)
    manage("agenda")
    store.close()
    manage("createsuperuser", "--noinput", "--username", "kim", "--email", "")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    url = f"http://127.0.0.1:{port}/admin/"
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    command = ("-m", "django", "runserver", "--noreload", port)
    with started(*command, **variables) as process:
        wait_until(lambda: call(f"{url}login/")[0] == 200, process)
        browser.open(f"{url}login/").close()
        token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
        form = {
            "username": "kim",
            "password": "for-tests",
            "csrfmiddlewaretoken": token,
            "next": "/admin/",
        }
        browser.open(f"{url}login/", urllib.parse.urlencode(form).encode()).close()
        with browser.open(f"{url}recipe_django/ticket/?state=new") as answer:
            page = answer.read().decode()
    assert "INC-1" in page
    assert "1 ticket" in page


def test_sqlalchemy_models(
    recipe: Callable[[str], Any], tmp_path: Path, incident: Incident
) -> None:
    """Events and rows of models are written together or not at all."""
    needs("sqlalchemy")
    module = recipe("recipe_sqlalchemy")
    desk = module.Desk(f"sqlite:///{tmp_path}/desk.sqlite")
    desk.open(incident, "north")
    desk.start("INC-1", "ada", AT + timedelta(minutes=5))

    with pytest.raises(StaleRecordError):
        desk.open(Incident.open(id="INC-1", title="x", by="kim", at=AT), "south")
    with module.Session(desk.engine) as session:
        ticket = session.get_one(module.Ticket, "INC-1")
        assert (ticket.state, ticket.version) == ("in_progress", 2)
        assert [one.name for one in session.query(module.Customer)] == ["north"]
    assert desk.store.load("INC-1").version == 2
    desk.engine.dispose()


def test_telemetry(recipe: Callable[[str], Any], incident: Incident) -> None:
    """One span and one log event for each decision; a refusal is an error with its code."""
    needs("structlog", "opentelemetry.sdk")
    from opentelemetry import trace  # noqa: PLC0415  extras
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: PLC0415
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import (  # noqa: PLC0415
        InMemorySpanExporter,
    )
    from structlog.testing import capture_logs  # noqa: PLC0415

    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    module = recipe("recipe_telemetry")
    with capture_logs() as logs:
        assert module.observed_decide(incident, "start", at=AT, by="ada")
        assert not module.observed_decide(incident, "resolve", at=AT, by="ada")

    spans = exporter.get_finished_spans()
    assert [span.attributes["incident.action"] for span in spans] == ["start", "resolve"]
    assert [span.status.is_ok for span in spans] == [True, False]
    assert [(log["event"], log.get("incident.refusal")) for log in logs] == [
        ("decided", None),
        ("refused", "missing_field"),
    ]


def test_cloud_events(recipe: Callable[[str], Any], incident: Incident) -> None:
    """Every event of the feed comes back equal from its message."""
    needs("cloudevents.core")
    module = recipe("recipe_cloudevents")
    store = InMemoryStore()
    started = advance(incident, "start", at=AT + timedelta(minutes=5), by="ada")
    store.append("INC-1", started.history, expected_version=0)

    sent = list(module.messages(store, "/desk"))
    assert [position for position, _ in sent] == [1, 2]
    assert [module.received(message) for _, message in sent] == list(started.history)
    assert json.loads(sent[1][1].body)["type"] == "incidentcore.state_changed"


def test_pydantic_fields(recipe: Callable[[str], Any], incident: Incident) -> None:
    """A model reads and writes documents, lists what is wrong, and has a schema."""
    needs("pydantic")
    from pydantic import ValidationError  # noqa: PLC0415  an extra

    module = recipe("recipe_pydantic")
    promise = SlaDefinition.resolution(hours=1, calendar=BusinessCalendar.always())
    handover = module.Handover(incident=incident, promise=promise)

    assert module.Handover.model_validate_json(handover.model_dump_json()) == handover
    assert handover.model_dump()["incident"] == to_plain(incident)
    document = to_plain(incident)
    del document["value"]["history"][0]["record_id"]
    with pytest.raises(ValidationError, match=r"\$\.value\.history\[0\]"):
        module.Handover(incident=document, promise=promise)
    properties = module.Handover.model_json_schema()["properties"]
    assert properties["incident"]["$ref"].endswith("/Incident.json")
    assert json_schema(Incident)["title"] == "Incident"


@pytest.mark.parametrize("view", ["document", "state"])
def test_generated_models_read_and_write_our_documents(
    view: str, tmp_path: Path, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What datamodel-code-generator makes of a schema takes a document and gives it back."""
    needs("datamodel_code_generator", "pydantic")
    done = {"resolution_code": "fix", "resolution_notes": "Done."}
    record = advance(incident, "resolve", at=AT + timedelta(hours=1), by="ada", **done)
    given: Any = {} if view == "document" else {"view": "state"}
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps(json_schema(Incident, **given)), "utf-8")
    name = f"generated_{view}"
    subprocess.run(  # noqa: S603  our own interpreter
        [
            *(sys.executable, "-m", "datamodel_code_generator", "--input-file-type", "jsonschema"),
            *("--output-model-type", "pydantic_v2.BaseModel", "--input", str(schema)),
            *("--output", str(tmp_path / f"{name}.py")),
        ],
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    module = importlib.import_module(name)
    model = getattr(module, "Incident" if view == "document" else "IncidentState")
    plain = json.loads(json.dumps(to_plain(record, **given)))
    read = model.model_validate(plain)
    assert json.loads(read.model_dump_json(by_alias=True, exclude_unset=True)) == plain
    with pytest.raises(ValueError, match="unheard_of"):
        model.model_validate({**plain, "unheard_of": 1})
