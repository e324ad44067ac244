"""Read the drill file: a drill as TOML, in the same notation as a desk file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from incidentcore.communication import CommunicationPlan
from incidentcore.conditions import ALWAYS, NEVER
from incidentcore.desk.calendar_form import CALENDARS, PLAIN_CALENDAR
from incidentcore.desk.escalation_form import ESCALATION
from incidentcore.desk.file import begin, read_file, read_zone, version_of
from incidentcore.desk.forms import Form, Key, Table, list_of, noted
from incidentcore.desk.holiday_form import LINE, TEXT, ZONE
from incidentcore.desk.oncall_form import ON_CALL
from incidentcore.desk.reading import BrokenError, Path, Reading
from incidentcore.desk.rules_form import COMMUNICATION, SPAN_FORM
from incidentcore.desk.when import WHEN
from incidentcore.desk.words import WrongError, read_span
from incidentcore.escalation import EscalationMatrix
from incidentcore.intake import Alert
from incidentcore.simulation.drill import BotStep, Drill, Expectation, Inject
from incidentcore.sla import SlaDefinition
from incidentcore.sla.definition import CANCELED_RECORD
from incidentcore.values.frozen import freeze

_NO_DATE: Final = datetime(2000, 1, 1, tzinfo=UTC)


def _plain(data: Any, _: Reading, __: Path) -> Any:
    if isinstance(data, Mapping):
        return freeze(data)
    raise WrongError(data, "a table")


_ANY: Final = Form(_plain, {"type": "object"})
_ALERT: Final = Table(
    (
        Key("key", TEXT, "Which condition it is about."),
        Key("source", TEXT, "Who sends it.", "drill"),
        Key("severity", TEXT, "How bad it is, in the source's word.", ""),
        Key("title", LINE, "What is wrong, in one line.", ""),
        Key("labels", _ANY, "What identifies the condition.", {}),
    ),
    lambda **values: Alert(at=_NO_DATE, **values),
)
_INJECT: Final = Table(
    (
        Key("at", SPAN_FORM, "When, counted from the start."),
        Key("kind", TEXT, "alert, mail, call, outage, note, or a word of your own."),
        Key("text", TEXT, "What it says."),
        Key("to", TEXT, "Who gets it.", ""),
        Key("checks", TEXT, "The expectation or plan that it tests.", ""),
        Key("alert", _ALERT, "The alert to feed to the intake.", None),
    ),
    Inject,
)
_EXPECT: Final = Table(
    (
        Key("name", TEXT, "What reports call it."),
        Key("owner", TEXT, "Whose task it is.", ""),
        Key("within", SPAN_FORM, "How long it may take."),
        Key("start", WHEN, "When its time begins; at the opening without it.", ALWAYS),
        Key("stop", WHEN, "When it is done."),
        Key("pause", WHEN, "While it holds the clock stands.", NEVER),
        Key("cancel", WHEN, "When it ends without a result.", CANCELED_RECORD),
        Key("calendar", PLAIN_CALENDAR, "The calendar in which it counts.", None),
    ),
    dict,
)
_STEP: Final = Table(
    (
        Key("at", SPAN_FORM, "When, counted from the start."),
        Key("do", TEXT, "open, acknowledge, assign, comment, update, restored, or an action."),
        Key("by", TEXT, "Who does it."),
        Key("record", TEXT, "Which record.", "1"),
        Key("fields", _ANY, "What the step takes.", {}),
    ),
    BotStep,
)


def _until_the_end(table: Table) -> Form:
    """Return the form of an inject or step, which is refused if it comes after the drill's end."""

    def read(data: Any, reading: Reading, path: Path) -> Any:
        made = table.read(data, reading, path)
        lasts = reading.data.get("lasts")
        try:
            end = read_span(lasts)
        except WrongError:
            end = made.at  # it is reported at its own place
        if made.at > end:
            reading.fault((*path, "at"), WrongError(data["at"], f"at most {lasts}, which is lasts"))
            raise BrokenError
        return made

    return Form(read, table.schema)


def _expectation(data: Any, reading: Reading, path: Path) -> Expectation:
    values = _EXPECT.read(data, reading, path)
    name, owner, target = (values.pop(key) for key in ("name", "owner", "within"))
    calendar = values.pop("calendar") or reading.names["plain_calendars"]["always"]
    clock = SlaDefinition(name=name, kind=name, target=target, calendar=calendar, **values)
    return Expectation(name, clock, owner=owner)


def _drill(*, name: str, communication: Any, escalation: Any, **made: Any) -> Drill:
    return Drill(
        name=name,
        plan=CommunicationPlan("updates", communication) if communication else None,
        matrix=EscalationMatrix(name, escalation) if escalation else None,
        **{part: made[part] for part in ("lasts", "injects", "expects", "bot")},
    )


_EXPECTATION: Final = Form(_expectation, _EXPECT.schema)
_DRILL: Final = Table(
    (
        Key("drill", version_of("drill", 1), "drill = 1, the form's version."),
        Key("name", TEXT, "The drill's name, which its records carry."),
        Key("zone", Form(read_zone, ZONE.schema), "The zone of its times.", None),
        Key("lasts", SPAN_FORM, "How long it takes."),
        Key("holidays", _ANY, "As in a desk file.", {}),
        Key("calendars", CALENDARS, "As in a desk file.", {}),
        Key("oncall", noted("on_call", ON_CALL), "As in a desk file.", ()),
        Key("injects", list_of(_until_the_end(_INJECT)), "What reaches the players.", ()),
        Key("expects", list_of(_EXPECTATION), "What they should do in time.", ()),
        Key("communication", list_of(COMMUNICATION), "The updates that are owed.", ()),
        Key("escalation", list_of(ESCALATION), "What the rules escalate.", ()),
        Key("bot", list_of(_until_the_end(_STEP)), "What a bot does in a trial run.", ()),
    ),
    _drill,
)


def load_drill(text: str | bytes, /, *, source: str = "drill file") -> Drill:
    """Return the drill that a file describes.

    ``text`` is TOML, with conditions as in a desk file; see ``desk.load_desk``. ``source`` is the
    name of the file in error messages.

    Raises:
        FormatError: The file is invalid; the message lists every error with its line.

    >>> from incidentcore.simulation import load_drill
    >>> drill = load_drill('''
    ... drill = 1
    ... name = "payments-down"
    ... lasts = "2h"
    ... [[injects]]
    ... at = "0m"
    ... kind = "alert"
    ... text = "Payments fail"
    ... checks = "acknowledge"
    ... [[expects]]
    ... name = "acknowledge"
    ... owner = "service desk"
    ... within = "5m"
    ... stop = { acknowledged_at = { present = true } }
    ... ''')
    >>> drill.name, str(drill.expects[0].clock.target)
    ('payments-down', '0:05:00')
    """
    drill: Drill = read_file(text, _read, code={}, files={}, source=source)
    return drill


def _read(data: Any, reading: Reading) -> Any:
    return _DRILL.read(begin(data, reading), reading, ())
