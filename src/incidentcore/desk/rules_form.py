"""Read and write communication, approvals, cascades and intake of a desk file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import attrs

from incidentcore.communication import UpdateRule, UpdateTemplate
from incidentcore.conditions import ALWAYS, NEVER, field
from incidentcore.desk import words
from incidentcore.desk.calendar_form import PLAIN_CALENDAR
from incidentcore.desk.forms import (
    Form,
    Key,
    Table,
    by_shape,
    level_of,
    list_of,
    simple,
    table_of,
    word,
)
from incidentcore.desk.holiday_form import COUNT, FLAG, LINE, TEXT, TEXTS
from incidentcore.desk.parts import ApprovalPlan, ApprovalStage
from incidentcore.desk.reading import Path, Reading
from incidentcore.desk.when import FIELD, WHEN, about, field_path
from incidentcore.escalation import EscalationTarget
from incidentcore.intake import (
    Flapping,
    Inhibit,
    IntakePolicy,
    MaintenanceRule,
    SeverityRow,
    SeverityTable,
)
from incidentcore.intake.severity import STANDARD_SEVERITIES
from incidentcore.lifecycle import CascadeRule, Copy, EveryLinked
from incidentcore.values import FrozenMap, Impact, Urgency

SPAN_FORM: Final = Form(
    lambda data, _, __: words.read_span(data),
    {"type": "string", "description": words.SPAN},
    lambda value, _: words.span_word(value),
)
DAYS_FORM: Final = Form(
    lambda data, _, __: words.read_days(data),
    {"type": "string", "description": f"{words.SPAN}, or 3 business days"},
    lambda value, _: words.target_word(value),
)


_ROUND: Final = Table(
    (
        Key("round_robin", TEXT, "The field with the record's number.", attribute="name"),
        Key("members", list_of(TEXT), "Who takes turns."),
    ),
    lambda name, members: EscalationTarget("round_robin", name, members=members),
)


def _who(data: Any, reading: Reading, __: Path) -> EscalationTarget:
    kind, _, name = str(data).partition(":")
    if kind.strip() == "oncall" and name.strip():
        schedule = reading.named("on_call", name.strip(), "a schedule of [oncall]")
        return EscalationTarget.on_call(schedule)
    target = words.read_who(data)
    if target.kind in ("field", "manager_of"):
        return EscalationTarget(target.kind, field_path(target.name, reading))
    return target


def _who_text(target: EscalationTarget, writing: Any) -> Any:
    if target.kind == "round_robin":
        return _ROUND.write(target, writing)
    if target.kind in ("field", "manager_of"):
        target = EscalationTarget(target.kind, writing.field_name(target.name))
    return words.who_word(target)


_WHO_SCHEMA: Final = {"type": "string", "description": words.WHO}
WHO_FORM: Final = list_of(
    Form(by_shape(_who, table=_ROUND.read), _WHO_SCHEMA, _who_text), single=True
)
_RESOLVED: Final = field("state.resolved").is_true()
_FIRST: Final = "How long after the rule begins to apply the first update is due."
_UPDATES: Final = Table(
    (
        Key("first", SPAN_FORM, _FIRST, None),
        Key("every", SPAN_FORM, "How long after an update the next is due.", None),
        Key("on_hold", SPAN_FORM, "The same while the record is on hold.", None),
        Key("final", SPAN_FORM, "How long after the end the last one is due.", None),
        Key("on_change", list_of(FIELD), "Fields whose changes require an update.", ()),
    ),
    dict,
)
_TEMPLATE: Final = Table(
    (
        Key("text", TEXT, "The text, with {title} and other fields in it.", ""),
        Key("name", TEXT, "The template's name."),
        Key("fields", TEXTS, "Further fields that must have a value.", ()),
        Key("given", TEXTS, "Placeholders that the sender fills in.", ()),
    ),
    UpdateTemplate,
)
_COMMUNICATION: Final = Table(
    (
        Key("name", TEXT, "Its name, part of the keys of its updates.", None),
        Key("when", WHEN, "For which records; by default, all.", ALWAYS),
        Key("to", TEXTS, "Who is updated.", attribute="audiences"),
        Key("via", TEXT, "The channel.", "", "channel"),
        Key("updates", _UPDATES, "How often.", None),
        Key("during", PLAIN_CALENDAR, "The contact hours.", None),
        Key("calendar", PLAIN_CALENDAR, "The calendar in which the times count.", None),
        Key("notice", SPAN_FORM, "How long before its due time an update is listed.", timedelta()),
        Key("stop", WHEN, "While it holds, no regular update is due.", NEVER),
        Key("ends", WHEN, "When all but the final update end.", _RESOLVED),
        Key("text", table_of(_TEMPLATE), "Templates for first, next and final.", {}),
    ),
    dict,
    lambda rule, key: {
        "updates": {name: getattr(rule, name) for name in _UPDATES.names},
        "text": dict(rule.templates),
    }.get(key.name, getattr(rule, key.attribute, None)),
)


def _update(data: Any, reading: Reading, path: Path) -> Any:
    if isinstance(_COMMUNICATION.need(data).get("text"), str):
        name = data.get("name", f"update {int(path[-1]) + 1}")
        one = {"name": name, "text": data["text"]}
        data = {**data, "text": dict.fromkeys(("first", "next", "final"), one)}
    found = _COMMUNICATION.read(data, reading, path)
    updates = found.pop("updates") or {}
    name = found.pop("name") or f"update {int(path[-1]) + 1}"
    return UpdateRule(name=name, templates=found.pop("text"), **found, **updates)


COMMUNICATION: Final = Form(_update, _COMMUNICATION.schema, _COMMUNICATION.write)


_STAGE: Final = Table(
    (
        Key("of", WHO_FORM, "Who is asked."),
        Key(
            "need", simple("one, all, or a whole number", str, int), "How many must approve.", "one"
        ),
        Key("within", DAYS_FORM, "How long they have.", None),
    ),
    ApprovalStage,
)
APPROVAL: Final = Table(
    (
        Key("when", WHEN, "Which requests; by default, all.", ALWAYS),
        Key("stages", list_of(_STAGE), "The stages in order."),
    ),
    ApprovalPlan,
)
_COPY: Final = Table(
    (Key("copy", TEXT, "The field to copy.", attribute="field"),),
    Copy,
    lambda value, _: value.field,
)
_VALUE: Final = simple('a value, or { copy = "field" }', str, int, bool, empty=True)
COPIED: Final = Form(
    by_shape(_VALUE.read, table=_COPY.read),
    {},
    lambda value, writing: _COPY.write(value, writing) if isinstance(value, Copy) else value,
)
EVERY: Final = Table(
    (
        Key("links", TEXT, "The type of link to the records.", attribute="link"),
        Key("is", WHEN, "What they must be.", attribute="must"),
        Key("type", TEXT, "Only records of this type.", ""),
        Key("id", TEXT, "Its name in refusals.", ""),
    ),
    EveryLinked,
)
CASCADE: Final = Table(
    (
        Key("id", TEXT, "The rule's id."),
        Key("source", TEXT, "The type of record that changes."),
        Key("target", TEXT, "The type of record that it affects."),
        Key("links", TEXT, "The link from source to target; empty for itself.", "", "link"),
        Key("on", LINE, "The event; empty for any.", "state_changed"),
        Key("enters", TEXTS, "The states that the source enters.", ()),
        Key("via", TEXTS, "The actions by which it enters them.", ()),
        Key("changes", TEXT, "A field that the event must change.", ""),
        Key("when", WHEN, "A condition on the source.", None),
        Key("then", TEXT, "The action of the target.", "", "action"),
        Key("comment", COPIED, "The comment to add to the target.", ""),
        Key("visibility", word("internal", "public"), "Who reads the comment.", "internal"),
        Key("contact", TEXT, "The channel, where the comment counts as a contact.", ""),
        Key("open_tasks", TEXT, "The status to set on its open tasks.", ""),
        Key("every", EVERY, "What all linked records must match.", None),
        Key("undoes", FLAG, "Whether it only undoes what the source caused.", False),
        Key("states", TEXTS, "The target's states in which it applies.", ()),
        Key("target_when", WHEN, "A condition on the target.", None),
        Key("fields", table_of(COPIED), "The fields to set with the action.", FrozenMap()),
    ),
    CascadeRule,
)
_FLAPPING: Final = Table(
    (
        Key("within", SPAN_FORM, "The rolling window."),
        Key("start", COUNT, "The number of changes that begin flapping.", 4),
        Key("stop", COUNT, "The number of changes at which it ends.", 1),
    ),
    Flapping,
)
_ALERT: Final = about("alert")
_QUIET: Final = Table(
    (
        Key("name", TEXT, "Its name in reasons."),
        Key("during", PLAIN_CALENDAR, "The calendar that is open while it lasts."),
        Key("when", _ALERT, "Which alerts; by default, all.", ALWAYS),
        Key("resume", FLAG, "Whether alerts still firing at the end open one.", True),
    ),
    MaintenanceRule,
)
_INHIBIT: Final = Table(
    (
        Key("name", TEXT, "Its name in reasons.", "inhibited"),
        Key("source", _ALERT, "Which alerts hold others back while they fire."),
        Key("target", _ALERT, "Which alerts are held back."),
        Key("equal", TEXTS, "Fields that are equal in both.", ()),
    ),
    Inhibit,
)
_NO_SPAN: Final = timedelta()
_SEVERITY_ROW: Final = Table(
    (
        Key("words", TEXTS, "The names that alerts use for it."),
        Key("impact", level_of(Impact.scale), "The impact."),
        Key("urgency", level_of(Urgency.scale), "The urgency."),
        Key("default", FLAG, "Whether unknown names count as this one.", False),
    ),
    dict,
)


def _severities(data: Any, reading: Reading, path: Path) -> SeverityTable:
    rows = list_of(_SEVERITY_ROW).read(data, reading, path)
    defaults = [word for row in rows if row.pop("default") for word in row["words"][:1]]
    return SeverityTable([SeverityRow(**row) for row in rows], *defaults[:1])


def _severity_table(table: SeverityTable, writing: Any) -> list[dict[str, Any]]:
    return [
        _SEVERITY_ROW.write(
            {**attrs.asdict(row, recurse=False), "default": table.default == row.words[0]}, writing
        )
        for row in table.rows
    ]


_SEVERITY: Final = Form(_severities, list_of(_SEVERITY_ROW).schema, _severity_table)
_INTAKE: Final = IntakePolicy()
INTAKE: Final = Table(
    (
        Key("name", TEXT, "What the incidents' ids begin with.", _INTAKE.name),
        Key("when", _ALERT, "Which alerts count.", ALWAYS),
        Key("group_by", TEXTS, "Fields equal in alerts of an incident.", _INTAKE.group_by),
        Key("window", SPAN_FORM, "How long further alerts join an incident.", _INTAKE.window),
        Key("threshold", COUNT, "How many alerts open an incident.", 1),
        Key("deduplicate", SPAN_FORM, "How long repetitions are dropped.", _INTAKE.deduplicate),
        Key("reopen_within", SPAN_FORM, "How long a new alert reopens its incident.", None),
        Key("resolve_on", word("all", "first", "never"), "When an incident is resolved.", "all"),
        Key("silence", SPAN_FORM, "After how long without alerts it is resolved.", None),
        Key("severity", _SEVERITY, "Words, worst first.", STANDARD_SEVERITIES, "severities"),
        Key("flapping", _FLAPPING, "When a fault counts as flapping.", None),
        Key("maintenance", list_of(_QUIET), "When alerts do not open incidents.", ()),
        Key("inhibit", list_of(_INHIBIT), "Which alerts hold back others.", ()),
        Key("lateness", SPAN_FORM, "How long alerts are held back for sorting.", _NO_SPAN),
    ),
    IntakePolicy,
)
