"""FastAPI: open, advance, refuse with 409, clock with trace, stream of events.

DESK_FILE=desk.sqlite uvicorn recipe_fastapi:app
"""

import asyncio
import os
from datetime import UTC, datetime
from typing import Any

from fastapi import Body, FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse

from incidentcore import BusinessCalendar, Incident, SlaDefinition, decide, dumps, evaluate_sla
from incidentcore.adapters import AsyncStore, SqliteStore
from incidentcore.errors import InvalidValueError, RecordNotFoundError, StaleRecordError
from incidentcore.serialization import json_schema, to_plain

OFFICE = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"})
PROMISE = SlaDefinition.resolution(hours=8, calendar=OFFICE)
REF = "#/components/schemas/{model}"
SCHEMA = json_schema(Incident, view="state", ref_template=REF)
ANSWER: Any = {200: {"content": {"application/json": {"schema": {"$ref": SCHEMA["$ref"]}}}}}

app = FastAPI(title="Desk")
store = AsyncStore(SqliteStore(os.environ["DESK_FILE"]))


@app.exception_handler(RecordNotFoundError)
@app.exception_handler(StaleRecordError)
@app.exception_handler(InvalidValueError)
async def explain(_: Request, error: Exception) -> JSONResponse:
    codes = {RecordNotFoundError: 404, StaleRecordError: 409}
    return JSONResponse({"detail": str(error)}, codes.get(type(error), 422))


@app.post("/incidents/{name}", responses=ANSWER)
async def open_incident(name: str, title: str = Body(), by: str = Body()) -> dict[str, Any]:
    incident = Incident.open(id=name, title=title, by=by, at=datetime.now(UTC))
    await store.append(name, incident.history, expected_version=0)
    return to_plain(incident, view="state")


@app.post("/incidents/{name}/{action}", responses=ANSWER)
async def advance(name: str, action: str, fields: dict[str, Any]) -> Any:
    incident, by = await store.load(name), fields.pop("by", "")
    answer = decide(incident, action, at=datetime.now(UTC), by=by, fields=fields)
    if not answer:
        refusal = {"code": answer.code, "reason": answer.reason, "fields": answer.missing_fields,
                   "allowed": answer.allowed_actions, "path": [*map(str, answer.path)]}  # fmt: skip
        return JSONResponse({"detail": refusal}, status_code=409)
    changed = answer.record.events_after(incident.version)
    await store.append(name, changed, expected_version=incident.version)
    return to_plain(answer.record, view="state")


@app.get("/incidents/{name}/clock")
async def clock(name: str) -> dict[str, Any]:
    status = evaluate_sla(PROMISE, await store.load(name), now=datetime.now(UTC))
    return {"stage": status.stage, "due": status.due_at, "trace": str(status.trace).splitlines()}


@app.get("/changes")
async def changes(after: int = 0, follow: int = 1) -> StreamingResponse:
    async def lines(after: int):
        while page := await store.changes(after=after) or follow:
            for change in page if page != follow else ():
                after = change.position
                yield f"id: {after}\ndata: {dumps(change.event) if change.event else ''}\n\n"
            await asyncio.sleep(0.2)

    return StreamingResponse(lines(after), media_type="text/event-stream")


def openapi() -> dict[str, Any]:
    document = FastAPI.openapi(app)
    document.setdefault("components", {}).setdefault("schemas", {}).update(SCHEMA["$defs"])
    return document


app.openapi = openapi
