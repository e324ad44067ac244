"""Show a desk as a page to agree with a customer, and explain how it applies to one record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import as_tuple, need_kind
from incidentcore.conditions import ALWAYS, Condition
from incidentcore.desk.desk import Desk, desk_at
from incidentcore.desk.due import DueItem, look_at
from incidentcore.desk.file import desk_mapping
from incidentcore.desk.plain import bullets, dates_of, plain_day, plain_pairs, plain_text
from incidentcore.desk.words import in_hours, span_word
from incidentcore.errors import InvalidValueError
from incidentcore.escalation import Escalation
from incidentcore.instants import Versions, as_utc
from incidentcore.records import Record
from incidentcore.records.replay import as_it_was
from incidentcore.schedule import Holiday
from incidentcore.words import Phrase
from incidentcore.words.words import Texts

_SERVICE: Final = ("calendar", "clocks", "pause", "warn", "reopen", "on_change")
_LEVEL: Final = ("after", "at", "every", "to", "mode")
_MAJOR: Final = (
    "Accepted major incidents are not closed automatically, since close_major is not true."
)
_LAPSES: Final = (
    *("acknowledged", "breached", "canceled", "ended", "met", "no_further_update"),
    *("no_rule_applies", "not_opened", "reopened", "replaced", "resolved", "running", "snoozed"),
    *("stopped",),
)
_LAPSE_TEXTS: Final[Texts] = {
    **{why: why.replace("_", " ") for why in _LAPSES},
    "nobody_to_tell": "there is nobody to notify",
    "retimed": "it has another time",
}


def desk_page(desk: Desk, /) -> Phrase:
    """Return a desk as Markdown: hours, targets by priority, and who is notified of what and when.

    ``words.render`` returns this page in another language; keys of the desk file and conditions
    are not translated.

    Args:
        desk: The desk.

    Raises:
        DefinitionError: A value in the desk cannot be written in a desk file.
    """
    data = desk_mapping(desk)
    zone = Phrase("All times are those of {zone} unless stated.", zone=desk.zone.key)
    lines: list[str] = [f"# {desk.name}", "", zone]
    for part in (_hours, _services, _on_call, _escalations, _updates, _rest):
        lines += part(desk, data)
    return Phrase.joined([*lines, ""])


def _title(text: str, **data: object) -> Phrase:
    return Phrase("\n## {title}", title=Phrase(text, **data))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield ""
    yield _row(head)
    yield f"|{'---|' * len(head)}"
    yield from (_row([cell or "-" for cell in row]) for row in rows)


def _row(cells: Sequence[str]) -> Phrase:
    texts = (cell.replace("|", "\\|") if "|" in cell else cell for cell in cells)
    return Phrase("| {cells} |", cells=Phrase.joined(texts, " | "))


def _heads(*texts: str) -> tuple[str, ...]:
    return tuple(map(Phrase, texts))


def _more(name: str, table: Mapping[str, Any], *shown: str) -> Iterator[str]:
    """Yield a line with what a table of the file says beside the keys shown, if it says more."""
    rest = plain_pairs({key: value for key, value in table.items() if key not in shown})
    if rest:
        yield Phrase("\n{name}: {rest}.", name=name, rest=rest)


def _hours(desk: Desk, data: dict[str, Any]) -> Iterator[str]:
    if not desk.calendars:
        return
    yield _title("Opening hours")
    rows = []
    for name, table in data["calendars"].items():
        calendar = desk.calendars[name]
        days = getattr(calendar, "holidays", ())
        shown = {key: value for key, value in table.items() if key not in ("holidays", "zone")}
        hours = "; ".join(
            f"{day} {', '.join(as_tuple(text, str))}"
            for day, text in shown.pop("hours", {}).items()
        )
        special = map(plain_day, shown.pop("special", ()))
        breaks = (
            Phrase("without {hours}", hours=plain_day(one)) for one in shown.pop("breaks", ())
        )
        texts = [text for text in (hours, *special, *breaks, plain_pairs(shown)) if text]
        rows.append([name, table.get("zone", ""), Phrase.joined(texts, "; "), _closed(days)])
    yield from _table(_heads("Calendar", "Zone", "Open", "Closed"), rows)
    for name, days in data.get("holidays", {}).items():  # a list is named after its first calendar
        having = ", ".join(k for k, v in data["calendars"].items() if name in v.get("holidays", ()))
        listed = "; ".join(map(plain_day, chain.from_iterable(map(dates_of, days))))
        yield Phrase("\nHolidays of {names}: {days}.", names=having, days=listed)


def _closed(days: Sequence[Holiday]) -> str:
    if not days:
        return ""
    dates = [day.explicit_dates() for day in days]
    dated = [*chain.from_iterable(dates)]
    until = Phrase(", to {day}", day=str(max(dated))) if dated else ""
    names = ", ".join(dict.fromkeys(day.name for day in days if day.name))
    n = sum(len(some) or 1 for some in dates)
    text = "{n} holidays{until}{names}" if n > 1 else "{n} holiday{until}{names}"
    return Phrase(text, n=n, until=until, names=f": {names}" if names else "")


def _services(desk: Desk, data: dict[str, Any]) -> Iterator[str]:
    levels = [*(level.name for level in desk.priority.levels), "else"]
    for service in desk.services:
        table = data["services"][service.name]
        yield _title("Service {name}", name=service.name)
        calendar = plain_text(table["calendar"])
        yield Phrase("\nTargets count in {calendar}.", calendar=calendar)
        rows: list[list[str]] = []
        for clock in service.clock_names:
            said = table[clock] if clock in table else table["clocks"][clock]["targets"]
            known = {"else": said} if isinstance(said, str) else said
            rest = known.get("else", "")
            rows.append([clock, *(in_hours(known.get(level, rest)) for level in levels)])
        yield from _table((*_heads("Clock"), *levels[:-1], *_heads("any other")), rows)
        for key, words in (
            ("pause", "Resolution and update clocks pause while"),
            ("warn", "Warnings at"),
            ("reopen", "After a reopening"),
            ("on_change", "When another service begins to apply"),
        ):
            if key in table:
                write = plain_pairs if isinstance(table[key], Mapping) else plain_text
                text = write(table[key]).replace("%", " %")
                yield Phrase("\n{name}: {rest}.", name=Phrase(words), rest=text)
        for clock, part in table.get("clocks", {}).items():
            yield from _more(Phrase("Clock {name}", name=clock), part, "targets")
        yield from _more(Phrase("Further"), table, *_SERVICE, *service.clock_names)
    if desk.agreements:
        yield _title("Who has which service")
        yield Phrase("\n{text}", text=Phrase("The first line that matches counts."))
        rows = [
            [str(place), _when(one.when), one.service, one.kind]
            for place, one in enumerate(desk.agreements, 1)
        ]
        yield from _table(("", *_heads("Records", "Service", "Kind")), rows)


def _when(condition: Condition) -> str:
    return Phrase("all") if condition == ALWAYS else str(condition)


def _on_call(desk: Desk, data: dict[str, Any]) -> Iterator[str]:
    if not desk.on_call:
        return
    yield _title("On call")
    layers = {name: table.get("layers", ()) for name, table in data["oncall"].items()}
    rows = []
    for name, layer in ((name, layer) for name, some in layers.items() for layer in some):
        people = ", ".join(as_tuple(layer["people"], str))
        rows.append([name, people, layer.get("change", ""), str(layer.get("during", ""))])
    yield from _table(_heads("Schedule", "People", "Change", "During"), rows)
    for name, table in data["oncall"].items():
        for place, layer in enumerate(layers[name], 1):
            layer_name = Phrase("{name}, layer {place}", name=name, place=place)
            yield from _more(layer_name, layer, "people", "change", "during")
        yield from _more(name, table, "layers")


def _escalations(desk: Desk, data: dict[str, Any]) -> Iterator[str]:
    if not desk.escalation:
        return
    yield _title("Escalation")
    both = [*zip(desk.escalation, data["escalation"], strict=True)]
    rows = []
    for row, table in both:
        levels = zip(row.levels, table["levels"], strict=True)
        for place, (level, said) in enumerate(levels):
            who, how = Phrase("{who}", who=level.targets), Phrase(level.mode)
            rows.append([row.name, _when(row.when), _trigger(said, place), who, how])
    yield from _table(_heads("Rule", "Records", "When", "Who", "How"), rows)
    for row, table in both:
        yield from _more(row.name, table, "name", "when", "levels")


def _updates(desk: Desk, data: dict[str, Any]) -> Iterator[str]:
    if not desk.communication:
        return
    yield _title("Updates")
    rows = []
    for rule in desk.communication:
        spans = (rule.first, rule.every, rule.on_hold, rule.final)
        times = ("" if span is None else span_word(span) for span in spans)
        rows.append([rule.name, _when(rule.when), ", ".join(rule.audiences), *times])
    yield from _table(_heads("Rule", "Records", "To", "First", "Every", "On hold", "Final"), rows)
    for rule, table in zip(desk.communication, data["communication"], strict=True):
        further = {k: v for k, v in table.get("updates", {}).items() if k == "on_change"}
        yield from _more(rule.name, {**table, **further}, "name", "when", "to", "updates")


def _trigger(said: dict[str, Any], place: int) -> str:
    """Return when a level falls due, with the keys of the file that change it."""
    point = said.get("at") or said.get("every")
    if point is None:
        is_behind = place and "since" not in said
        text = "after {span} from the level before" if is_behind else "after {span}"
        point = Phrase(text, span=said["after"])
    rest = plain_pairs({key: value for key, value in said.items() if key not in _LEVEL})
    return Phrase.joined(filter(None, (point, rest)), "; ")


def _rest(desk: Desk, data: dict[str, Any]) -> Iterator[str]:
    for key, title in (
        ("priority", "Priority"),
        ("categories", "Categories and groups"),
        ("lifecycle", "Lifecycle"),
        ("approvals", "Approvals"),
        ("cascades", "Linked records"),
        ("intake", "Alerts"),
    ):
        if key not in data:
            continue
        yield Phrase("{title}\n", title=_title(title))
        yield from bullets(data[key])
        close = desk.auto_close.get("incident")
        if key == "lifecycle" and close is not None and not close.major:
            yield Phrase("\n{text}", text=Phrase(_MAJOR))
    if desk.sources:
        yield Phrase("{title}\n", title=_title("Sources"))
        yield from (f"- {source}" for source in desk.sources)


def explain_record(
    desk: Desk | Versions[Desk], record: Record, /, *, now: datetime, trace: bool = False
) -> Phrase:
    """Describe a record as text: its clocks, what is due now and next, and who is notified.

    ``words.render`` returns this text in another language.

    Args:
        desk: The desk, or ``Versions`` of it; the version in force at the record's opening applies.
        record: The record.
        now: The instant at which the record is evaluated; later events are ignored.
        trace: Whether to add the trace of each clock, line by line (rule S7).

    Raises:
        InvalidValueError: The record was opened after ``now``.
    """
    need_kind("record", record, Record)
    desk = desk_at(desk, record)
    at = as_utc(now, "now")
    if at < record.opened_at:
        allowed = f"{_time(record.opened_at, desk.zone)}, the opening of {record.id}, or later"
        raise InvalidValueError("now", _time(at, desk.zone), allowed)
    record = as_it_was(record, at)
    judged = desk.judged(record)
    level = "" if judged.priority is None else judged.priority.name
    lines: list[str] = [
        record.id if record.title == record.id else f"{record.id}: {record.title}",
        Phrase("as of {at} ({zone})", at=_time(at, desk.zone), zone=desk.zone.key),
        Phrase("state {state}, priority {level}", state=record.state.name, level=level)
        if level
        else Phrase("state {state}, priority none", state=record.state.name),
    ]
    if getattr(record, "approval_state", "") is None and desk.approval(record) is not None:
        lines.append(Phrase("approval: needed, and not asked; see Desk.approval_rule"))
    statuses = desk.evaluate(record, now=at)
    lines.append(Phrase("clocks:" if statuses else "clocks: no promise applies"))
    traces: list[str] = []
    for status in statuses:
        name = "" if status.definition is None else status.definition.name
        line_by_line = attrs.evolve(status.trace, zone=desk.zone)
        stage, summary = Phrase(status.stage), line_by_line.summary
        lines.append(
            Phrase("  {name}: {stage}; {summary}", name=name, stage=stage, summary=summary)
        )
        if trace:
            traces.append(Phrase("\n{clock}\n{trace}", clock=name, trace=line_by_line))
    look = look_at(desk, record, now=at)
    lines.append(Phrase("due:" if look.items else "due: nothing"))
    lines.extend(_due_line(item, desk.zone) for item in look.items)
    if look.next is None:
        again = Phrase("look again: when something happens")
        return Phrase.joined([*lines, again, *traces])
    known = {item.key for item in look.items}
    then = look_at(desk, record, now=look.next, ahead=False).items
    coming = [_due_line(item, desk.zone) for item in then if item.key not in known]
    if coming:
        lines.append(Phrase("next, unless something happens:"))
    again = Phrase("look again: {at}", at=_time(look.next, desk.zone))
    return Phrase.joined([*lines, *coming, again, *traces])


def _due_line(item: DueItem, zone: ZoneInfo) -> Phrase:
    template = "  {at} {kind}: {item}{gone}"
    who: tuple[object, ...] = ()
    people: tuple[str, ...] = ()
    if isinstance(item.body, Escalation):
        who, named = item.body.targets, ", ".join(map(str, item.body.targets))
        people = tuple(one for one in item.body.people if one not in named)
        template = "  {at} {kind} -> {who}" + " ({people})" * bool(people) + ": {item}{gone}"
    at = _time(item.due_at, zone)
    gone = _gone(item, zone)
    return Phrase(template, at=at, kind=item.kind, who=who, people=people, item=item, gone=gone)


def _gone(item: DueItem, zone: ZoneInfo) -> str:
    """Return since when an item is no longer due, and why; empty while it is due."""
    if item.lapsed_at is None:
        return ""
    since, because = _time(item.lapsed_at, zone), item.lapsed_because
    if because == "sent":
        return Phrase("; sent {since}", since=since)
    why = Phrase(_LAPSE_TEXTS.get(because, because.replace("_", " ")))
    if item.kind.startswith("sla."):
        text = "; no longer due since {since}: the clock stopped, {why}"
        return Phrase(text, since=since, why=why)
    return Phrase("; no longer due since {since}: {why}", since=since, why=why)


def _time(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
