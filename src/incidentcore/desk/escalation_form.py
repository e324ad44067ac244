"""Read and write the escalations of a desk file."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from incidentcore.conditions import ALWAYS, Condition
from incidentcore.desk import words
from incidentcore.desk.calendar_form import PLAIN_CALENDAR
from incidentcore.desk.forms import Form, Key, Table, list_of, text_of, word
from incidentcore.desk.holiday_form import COUNT, TEXT, ZONE
from incidentcore.desk.oncall_form import FIRST, TURNS, rotation_of, rotation_words
from incidentcore.desk.reading import Path, Reading, whole
from incidentcore.desk.rules_form import SPAN_FORM, WHO_FORM
from incidentcore.desk.service_form import POINT
from incidentcore.desk.when import INSTANT_FIELD, WHEN, about
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
_AFTER: Final = f"{words.SPAN}, with a calendar behind it if need be"
_AT: Final = '"resolution 80%", "resolution due", "resolution breach" or "resolution 1h before"'
_LEVEL: Final = Table(
    (
        Key("after", text_of(_AFTER), "How long after the previous level.", None),
        Key("calendar", PLAIN_CALENDAR, "The calendar of after, if it has no name.", None),
        Key("zone", ZONE, "The zone of every.", None),
        Key("every", text_of(TURNS), "A local time at which it recurs: daily 09:00.", None),
        Key("from", FIRST, "The date of its first time.", None, "anchor"),
        Key("since", INSTANT_FIELD, "For the first level: the time it counts from.", None),
        Key("at", text_of(_AT), f"A point on a clock: {_AT}.", None),
        Key("point", POINT, "The same point, with a name.", None),
        Key("held", WHEN, "A condition that must hold for the time in after.", None),
        Key("to", WHO_FORM, "Who is notified."),
        Key("mode", word("functional", "hierarchical"), "To another group, or up.", "functional"),
        Key("until", word("acknowledged", "resolved"), "What silences it.", None),
        Key("during", PLAIN_CALENDAR, "The contact hours.", None),
    ),
    dict,
)


def _clock_keys(trigger: OnClock, *_: Any) -> dict[str, Any]:
    if trigger.point in ("due", "breach"):
        return {"at": f"{trigger.clock} {trigger.point}"}
    point: Any = trigger.point
    text = words.warn_word(point)
    is_plain = point.name == text and point.calendar is None
    return {"at": f"{trigger.clock} {text}", "point": None if is_plain else point}


def _wall_keys(trigger: AtWallTime, *_: Any) -> dict[str, Any]:
    every, first = rotation_words(trigger.rotation)
    since = None if trigger.since == "opened_at" else trigger.since
    return {"zone": trigger.rotation.zone.key, "every": every, "from": first, "since": since}


def _delay_keys(trigger: Trigger, writing: Any, *_: Any) -> dict[str, Any]:
    span, calendar = trigger.waits
    name = writing.named.get(calendar, "")
    return {"after": words.target_word(span, name), "calendar": None if name else calendar}


def _after_keys(trigger: After, writing: Any, when: Condition, place: int) -> dict[str, Any]:
    is_usual = not place and when == ALWAYS and trigger.since == "opened_at"
    return _delay_keys(trigger, writing) | {"since": None if is_usual else trigger.since}


def _held_keys(trigger: HeldFor, writing: Any, when: Condition, place: int) -> dict[str, Any]:
    is_usual = not place and when != ALWAYS and trigger.condition == when
    return _delay_keys(trigger, writing) | {"held": None if is_usual else trigger.condition}


_TRIGGERS: Final[dict[type, Callable[[Any, Any, Condition, int], dict[str, Any]]]] = {
    OnClock: _clock_keys,
    AtWallTime: _wall_keys,
    AfterPrevious: _delay_keys,
    After: _after_keys,
    HeldFor: _held_keys,
}


def _level_table(placed: tuple[EscalationLevel, int, Condition], writing: Any) -> dict[str, Any]:
    level, place, when = placed
    trigger = level.trigger
    allowed = "a trigger that a desk file can express"
    write = words.writer_of(_TRIGGERS, trigger, "trigger", allowed)
    values = {
        **write(trigger, writing, when, place),
        "to": level.targets,
        "mode": level.mode,
        "until": None if level.until == trigger.until else level.until,
        "during": level.during,
    }
    return _LEVEL.write(values, writing)


def _row_part(row: EscalationRow, key: Key) -> Any:
    if key.name == "levels":
        return [(level, place, row.when) for place, level in enumerate(row.levels)]
    return getattr(row, key.name)


_SNOOZED: Final = word("acknowledgeable", "all")
_PAST: Final = word("clamp", "wrap")
_STATE: Final = word("keep", "clear", "restart")
_LEVEL_FORM: Final = Form(_LEVEL.read, _LEVEL.schema, _level_table)
_ROW: Final = Table(
    (
        Key("name", TEXT, "Its name, part of the keys of its escalations.", None),
        Key("when", WHEN, "For which records; by default, all.", ALWAYS),
        Key("levels", list_of(_LEVEL_FORM), "Its levels in order."),
        Key("acknowledged_by", word("any", "all", "level"), "Whose acknowledgement counts.", "any"),
        Key("ack_timeout", SPAN_FORM, "How long an acknowledgement silences.", None),
        Key("repeat", COUNT, "How many further passes follow.", 0),
        Key("repeat_from", COUNT, "The level at which they begin, from 0.", 0),
        Key("repeat_after", SPAN_FORM, "How long after the last level.", timedelta()),
        Key("on_unacknowledge", word("resume", "restart"), "Where the row continues.", "resume"),
        Key("on_snooze_end", word("resume", "restart"), "The same after a snooze.", "resume"),
        Key("snooze_silences", _SNOOZED, "What a snooze silences.", "acknowledgeable"),
        Key("on_reopen", _STATE, "What a reopening does.", "restart"),
        Key("on_apply", _STATE, "What happens when the row begins to apply.", "restart"),
        Key("on_move", _STATE, "What a move to another group does.", "restart"),
        Key("on_worse", _STATE, "What a worse priority does.", "keep"),
        Key("ack_when", about("event"), "Whose acknowledgements count.", ALWAYS),
        Key("past_last", _PAST, "A manual escalation after the last level.", "clamp"),
    ),
    dict,
    _row_part,
)


def _row(data: Any, reading: Reading, path: Path) -> Any:
    found = _ROW.read(data, reading, path)
    name = found.pop("name") or f"escalation {int(path[-1]) + 1}"
    if found["repeat"] and not found["repeat_after"]:
        said = f"repeat = {found['repeat']} without repeat_after"
        raise words.WrongError(said, 'repeat_after = "30m", from the last level to the next pass')

    def one(values: Any, reading: Reading, path: Path) -> Any:
        return _level(values, path, found["when"], reading)

    levels = reading.each(one, enumerate(found.pop("levels")), (*path, "levels"))
    return EscalationRow(name, levels.values(), **found)


def _span(text: str) -> tuple[timedelta, str]:
    try:
        span, name = words.read_target(text)
    except words.WrongError as wrong:
        raise words.WrongError(text, _AFTER, nearest=wrong.nearest) from None
    if not isinstance(span, timedelta):
        raise words.WrongError(text, _AFTER)
    return span, name


def _level(values: dict[str, Any], path: Path, when: Condition, reading: Reading) -> Any:
    trigger: Any
    said = [name for name in ("after", "at", "every") if values[name] is not None]
    if len(said) != 1:
        raise words.WrongError(" and ".join(said) or "neither", "either after or at, or every")
    if values["every"] is not None:
        zone = values["zone"] or reading.zone.key
        rotation = rotation_of(values["every"], values["anchor"], zone)
        trigger = AtWallTime(rotation, values["since"] or "opened_at")
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
            trigger = After(span, values["since"], calendar)
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
        raise words.WrongError(text, _AT)
    if match[2] in ("due", "breach"):
        return OnClock(match[1], match[2])
    return OnClock(match[1], point or words.read_point(match[2], _AT))


ESCALATION: Final = Form(_row, _ROW.schema, _ROW.write)
