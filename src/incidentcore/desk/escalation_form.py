"""Read and write the escalations of a desk file."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from incidentcore.conditions import ALWAYS, Condition
from incidentcore.desk.calendar_form import PLAIN_CALENDAR
from incidentcore.desk.forms import Form, Key, Table, list_of, word
from incidentcore.desk.holiday_form import COUNT, TEXT
from incidentcore.desk.oncall_form import FIRST, rotation_of, rotation_words
from incidentcore.desk.reading import Path, Reading, whole
from incidentcore.desk.rules_form import SPAN_FORM, WHO_FORM
from incidentcore.desk.service_form import POINT
from incidentcore.desk.when import WHEN, about, field_path
from incidentcore.desk.words import (
    SPAN,
    WrongError,
    read_point,
    read_target,
    target_word,
    warn_word,
    writer_of,
)
from incidentcore.escalation import (
    After,
    AfterPrevious,
    AtWallTime,
    EscalationLevel,
    EscalationRow,
    HeldFor,
    OnClock,
    Trigger,
)
from incidentcore.sla.terms import SlaThreshold

_CLOCK: Final = re.compile(r"(\S+) (.+)")
_AT: Final = '"resolution 80%", "resolution due", "resolution breach" or "resolution 1h before"'
_LEVEL: Final = Table(
    (
        Key("after", TEXT, "How long after the previous level: a span, with a calendar.", None),
        Key("calendar", PLAIN_CALENDAR, "The calendar of after, if it has no name.", None),
        Key("since", TEXT, "For the first level: the time it counts from.", None),
        Key("every", TEXT, "A local time at which it recurs: daily 09:00.", None),
        Key("from", FIRST, "The date of its first time.", None, "anchor"),
        Key("zone", TEXT, "The zone of every.", None),
        Key("at", TEXT, f"A point on a clock: {_AT}.", None),
        Key("point", POINT, "The same point, with a name.", None),
        Key("held", WHEN, "A condition that must hold for the time in after.", None),
        Key("to", WHO_FORM, "Who is notified."),
        Key("mode", word("functional", "hierarchical"), "To another group, or up.", "functional"),
        Key("until", word("acknowledged", "resolved"), "What silences it.", None),
        Key("during", PLAIN_CALENDAR, "The contact hours.", None),
    ),
    dict,
)
_ROW: Final = (
    Key("acknowledged_by", word("any", "all", "level"), "Whose acknowledgement counts.", "any"),
    Key("ack_timeout", SPAN_FORM, "How long an acknowledgement silences.", None),
    Key("repeat", COUNT, "How many further passes follow.", 0),
    Key("repeat_from", COUNT, "The level at which they begin, from 0.", 0),
    Key("repeat_after", SPAN_FORM, "How long after the last level.", timedelta()),
    Key("on_unacknowledge", word("resume", "restart"), "Where the row continues.", "resume"),
    Key("on_snooze_end", word("resume", "restart"), "The same after a snooze.", "resume"),
    Key(
        "snooze_silences",
        word("acknowledgeable", "all"),
        "What a snooze silences.",
        "acknowledgeable",
    ),
    *(
        Key(f"on_{name}", word("keep", "clear", "restart"), words, default)
        for name, words, default in (
            ("reopen", "What a reopening does.", "restart"),
            ("apply", "What happens when the row begins to apply.", "restart"),
            ("move", "What a move to another group does.", "restart"),
            ("worse", "What a worse priority does.", "keep"),
        )
    ),
    Key("ack_when", about("event"), "Whose acknowledgements count.", ALWAYS),
    Key("past_last", word("clamp", "wrap"), "A manual escalation after the last level.", "clamp"),
)
_ESCALATION: Final = Table(
    (
        Key("name", TEXT, "Its name, part of the keys of its escalations.", None),
        Key("when", WHEN, "For which records; by default, all.", ALWAYS),
        Key("levels", list_of(_LEVEL), "Its levels in order."),
        *_ROW,
    ),
    dict,
)


def _row(data: Any, reading: Reading, path: Path) -> Any:
    found = _ESCALATION.read(data, reading, path)
    name = found.pop("name") or f"escalation {int(path[-1]) + 1}"
    if found["repeat"] and not found["repeat_after"]:
        said = f"repeat = {found['repeat']} without repeat_after"
        raise WrongError(said, 'with repeat_after = "30m", from the last level to the next pass')

    def one(values: Any, reading: Reading, path: Path) -> Any:
        return _level(values, path, found["when"], reading)

    levels = reading.each(one, enumerate(found.pop("levels")), (*path, "levels"))
    return EscalationRow(name, levels.values(), **found)


def _span(text: str) -> tuple[timedelta, str]:
    allowed, near = f"{SPAN}, with a calendar behind it if need be", ""
    try:
        span, name = read_target(text)
    except WrongError as wrong:
        span, name, near = None, "", wrong.nearest
    if not isinstance(span, timedelta):
        raise WrongError(text, allowed, nearest=near)
    return span, name


def _level(values: dict[str, Any], path: Path, when: Condition, reading: Reading) -> Any:
    trigger: Any
    said = [name for name in ("after", "at", "every") if values[name] is not None]
    if len(said) != 1:
        raise WrongError(" and ".join(said) or "neither", "either after or at, or every")
    if values["every"] is not None:
        rotation = rotation_of(
            values["every"], values["anchor"], values["zone"] or reading.zone.key
        )
        trigger = AtWallTime(rotation, field_path(values["since"] or "opened_at", reading))
    elif values["at"] is not None:
        trigger = _on_clock(values["at"], values["point"])
    else:
        after = reading.tried((*path, "after"), _span, values["after"])
        whole((after,))
        span, name = after
        calendar = values["calendar"]
        if name:
            calendar = reading.named("plain_calendars", name, "a calendar of [calendars]")
        if values["held"] is not None:
            trigger = HeldFor(values["held"], span, calendar)
        elif values["since"] is not None:
            trigger = After(span, field_path(values["since"], reading), calendar)
        elif path[-1]:
            trigger = AfterPrevious(span, calendar)
        elif when == ALWAYS:
            trigger = After(span, calendar=calendar)
        else:
            trigger = HeldFor(when, span, calendar)
    until = {} if values["until"] is None else {"until": values["until"]}
    return EscalationLevel(
        trigger, values["to"], mode=values["mode"], during=values["during"], **until
    )


def _on_clock(text: str, point: SlaThreshold | None) -> OnClock:
    match = _CLOCK.fullmatch(" ".join(text.split()))
    if match is None:
        raise WrongError(text, _AT)
    if match[2] in ("due", "breach"):
        return OnClock(match[1], match[2])
    return OnClock(match[1], point or read_point(match[2], _AT))


def _row_table(row: EscalationRow, writing: Any) -> dict[str, Any]:
    table: dict[str, Any] = {"name": row.name}
    if row.when != ALWAYS:
        table["when"] = WHEN.write(row.when, writing)
    table["levels"] = [
        _level_table(level, place, row.when, writing) for place, level in enumerate(row.levels)
    ]
    return {**table, **Table(_ROW, dict).write(row, writing)}


def _clock_table(trigger: OnClock, writing: Any, *_: Any) -> dict[str, Any]:
    if trigger.point in ("due", "breach"):
        return {"at": f"{trigger.clock} {trigger.point}"}
    point: Any = trigger.point
    text = warn_word(point)
    is_plain = point.name == text and point.calendar is None
    named = {} if is_plain else {"point": POINT.write(point, writing)}
    return {"at": f"{trigger.clock} {text}", **named}


def _wall_table(trigger: AtWallTime, writing: Any, *_: Any) -> dict[str, Any]:
    table: dict[str, Any] = {}
    if trigger.rotation.zone.key != writing.desk.zone.key:
        table["zone"] = trigger.rotation.zone.key
    table["every"], table["from"] = rotation_words(trigger.rotation)
    if trigger.since != "opened_at":
        table["since"] = writing.field_name(trigger.since)
    return table


def _delay_table(trigger: Trigger, writing: Any, *_: Any) -> dict[str, Any]:
    span, calendar = trigger.waits
    named = "" if calendar is None else writing.calendar_name(calendar)
    if named and calendar not in writing.named:
        return {"after": target_word(span), "calendar": named}
    return {"after": target_word(span, named)}


def _after_table(trigger: After, writing: Any, when: Condition, place: int) -> dict[str, Any]:
    is_usual = not place and when == ALWAYS and trigger.since == "opened_at"
    since = {} if is_usual else {"since": writing.field_name(trigger.since)}
    return _delay_table(trigger, writing) | since


def _held_table(trigger: HeldFor, writing: Any, when: Condition, place: int) -> dict[str, Any]:
    is_usual = not place and when != ALWAYS and trigger.condition == when
    held = {} if is_usual else {"held": WHEN.write(trigger.condition, writing)}
    return _delay_table(trigger, writing) | held


_TRIGGERS: Final[dict[type, Callable[[Any, Any, Condition, int], dict[str, Any]]]] = {
    OnClock: _clock_table,
    AtWallTime: _wall_table,
    AfterPrevious: _delay_table,
    After: _after_table,
    HeldFor: _held_table,
}


def _level_table(
    level: EscalationLevel, place: int, when: Condition, writing: Any
) -> dict[str, Any]:
    trigger = level.trigger
    allowed = "a trigger that a desk file can express"
    table = writer_of(_TRIGGERS, trigger, "trigger", allowed)(trigger, writing, when, place)
    table["to"] = WHO_FORM.write(level.targets, writing)
    if level.mode != "functional":
        table["mode"] = level.mode
    if level.until != trigger.until:
        table["until"] = level.until
    if level.during is not None:
        table["during"] = writing.calendar_name(level.during)
    return table


ESCALATION: Final = Form(_row, _ESCALATION.schema, _row_table)
