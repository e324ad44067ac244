"""The classes that are written in the form of another: results with text, calendars, partials.

Results contain their English text besides the data, for readers without this library. It is ignored
when a document is read, since it can be made from the data again, in any language. Only the text of
a lint finding is read, because the table from which it was made is not in the document.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from typing import Any, Final, TypeAlias, get_type_hints
from zoneinfo import ZoneInfo

import attrs

from incidentcore.kpi import Partial
from incidentcore.lifecycle import Refused
from incidentcore.schedule import Break, BusinessCalendar, Holiday, OpenReason
from incidentcore.serialization import partials
from incidentcore.sla import SlaSnapshot, SlaStatus
from incidentcore.sla.trace import Trace, TraceEntry
from incidentcore.values import LintFinding

Form: TypeAlias = tuple[type, Callable[[Any], Any], Callable[[Any], Any]]
"""The class by way of which another is written, and the functions there and back."""


def _with_text(cls: type, text: str, left_out: str = "") -> Form:
    """Return the form of a class that also has one of its properties, as text."""
    hints = get_type_hints(cls)
    fields: dict[str, Any] = {
        field.name: attrs.field(default=field.default, type=hints[field.name])
        for field in attrs.fields(cls)
        if field.name != left_out
    }
    fields_of_form = {**fields, text: attrs.field(default="", type=str)}
    form: Any = attrs.make_class(f"{cls.__name__}Form", fields_of_form, frozen=True, kw_only=True)

    def to_form(value: Any) -> Any:
        return form(**{name: getattr(value, name) for name in (*fields, text)})

    def from_form(value: Any) -> Any:
        more = {}
        if left_out:
            template = getattr(value, text).replace("{", "{{").replace("}", "}}")
            more = {left_out: {value.code: template}}
        return cls(**{name: getattr(value, name) for name in fields}, **more)

    return form, to_form, from_form


@attrs.frozen(kw_only=True)
class CalendarForm:
    """A calendar by weekdays and dates; a single window, or a holiday's date, may stand alone."""

    zone: ZoneInfo
    hours: OrderedDict[str, str | tuple[str, ...]]
    holidays: tuple[date | Holiday, ...] = ()
    special: OrderedDict[str, str | tuple[str, ...]] = attrs.field(factory=OrderedDict)
    breaks: OrderedDict[str, tuple[Break, ...]] = attrs.field(factory=OrderedDict)
    name: str = ""


def _calendar_form(calendar: BusinessCalendar) -> CalendarForm:
    return CalendarForm(
        zone=calendar.zone,
        hours=OrderedDict(calendar.hours),
        holidays=calendar.holidays,
        special=OrderedDict((str(day), hours) for day, hours in calendar.special),
        breaks=OrderedDict((str(day), breaks) for day, breaks in calendar.breaks),
        name=calendar.name,
    )


def _calendar_of(form: Any) -> BusinessCalendar:
    return BusinessCalendar(
        zone=form.zone,
        hours=dict(form.hours),
        holidays=form.holidays,
        special=dict(form.special),
        breaks=dict(form.breaks),
        name=form.name,
    )


FORMS: Final[dict[type, Form]] = {
    BusinessCalendar: (CalendarForm, _calendar_form, _calendar_of),
    LintFinding: _with_text(LintFinding, "message", left_out="texts"),
    OpenReason: _with_text(OpenReason, "text"),
    Partial: (partials.PartialForm, partials.to_form, partials.from_form),
    Refused: _with_text(Refused, "reason"),
    SlaStatus: (SlaSnapshot, SlaSnapshot.of, lambda snapshot: snapshot),
    Trace: _with_text(Trace, "summary"),
    TraceEntry: _with_text(TraceEntry, "text"),
}
