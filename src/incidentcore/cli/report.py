"""The report command: its input, its output, and when it exits with an error."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast, get_args
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import misspelt, nearest
from incidentcore.cli import inputs
from incidentcore.conditions import AllOf, Condition, field
from incidentcore.conditions.access import reader
from incidentcore.desk import Desk
from incidentcore.desk.desk import desk_at
from incidentcore.desk.service import scale_of
from incidentcore.errors import InvalidValueError, MissingExtraError
from incidentcore.kpi import Kpi, Periods
from incidentcore.kpi.engine.gather import as_known
from incidentcore.kpi.groups import GroupBy
from incidentcore.kpi.moments import FIELDS
from incidentcore.kpi.periods import Unit
from incidentcore.lifecycle import INCIDENT
from incidentcore.pages import Page, Picture
from incidentcore.pages.table import csv_lines
from incidentcore.plots import picture, plot_aging, plot_compliance, plot_flow
from incidentcore.records import Incident, Record
from incidentcore.report import build_report, failing, figures, service_page, tally
from incidentcore.schedule import BusinessCalendar, Calendar
from incidentcore.sla import SlaStatus
from incidentcore.values.scales import SCALES
from incidentcore.vendors import AUDIT_LIFECYCLE, STRICT_LIFECYCLE, Import
from incidentcore.vendors.servicenow_kpis import AUDIT_KPIS
from incidentcore.words import Phrase, Words

_AUDIT_TEXT: Final = (
    "By the states, groups and replies that the log shows; the tool's own figures stand below."
)

_SHOWN: Final = 20
_DRAWN: Final = 60  # months
_TRUTHS: Final = {"true": (True,), "false": (False,)}
_PLOTS: Final = "incidentcore[plots]"


def add_report(command: argparse.ArgumentParser) -> None:
    """Add the options of the report command."""
    add = command.add_argument
    inputs.add_file(command)
    inputs.add_form(command, "json", "markdown", "html")
    inputs.add_desk(
        command, "the desk whose clocks and escalations count; its [import] says how FILE is read"
    )
    add(
        "--by",
        action="append",
        help="what to break down by: fields, custom.NAME for a column, or the day, week, month, "
        "quarter or year of the opening; such as priority,month; a name with a comma in quotes: "
        "'\"custom.Site, floor\",month'",
    )
    add(
        "--clock",
        metavar="DAYS=HOURS,…",
        help="also show times in business hours, such as mon-fri=08:00-18:00 in --zone; with "
        "--desk also the name of one of its calendars",
    )
    add("--only", action="append", metavar="SECTION,…", help="print these sections, in this order")
    add("--csv", type=Path, metavar="DIR", help="also write a CSV file for each table and records")
    add(
        "--fail-on",
        action="append",
        default=[],
        metavar="TEST",
        help="exit with 1 where it holds, such as 'sla_compliance<95%%'; may be repeated",
    )
    add("--month", metavar="YYYY-MM", help="the service page of a month instead; needs --desk")
    add(
        "--where",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="only these records, such as custom.site=Bonn or priority=high; may be repeated, and "
        "all must hold; a name with = in quotes: '\"custom.a=b\"=x'",
    )
    add("--since", metavar="TIME", help="only what was opened from this ISO time")
    add("--until", metavar="TIME", help="only what was opened before this time")
    inputs.add_words(command, "the page")
    command.set_defaults(run=_report)


def _report(arguments: argparse.Namespace) -> Page:
    """Return the requested page; set the exit code, and write CSV files."""
    desk = inputs.desk_of(arguments)
    options = inputs.reading_options(arguments, desk)
    reading, incidents, as_of = inputs.read_incidents(arguments, options)
    zone, is_audit = options["page_zone"], options["profile"] == inputs.AUDIT
    names = inputs.listed(arguments.by or ["priority"])
    inputs.need_no_heading("--by", names, options)
    wheres = {text: _where(text, options) for text in arguments.where}
    tests = {text: _condition(text, *where, desk, zone) for text, where in wheres.items()}
    tests |= inputs.opened_within(arguments, zone)
    incidents = _having(incidents, [name for name, _ in wheres.values()], "--where")
    if arguments.month is not None:  # also if no record matches: a customer without a ticket
        page = _month(arguments, incidents, desk, as_of, AllOf(tests.values()))
    else:
        with ExitStack() as stack:
            page = build_report(
                _chosen(_having(incidents, names), wheres, tests, desk, as_of),
                as_of=as_of,
                title=Phrase("Report on {file}", file=arguments.file.name),
                desk=desk,
                kpis=_kpis(_clock(arguments, desk, zone)),
                tool_kpis=AUDIT_KPIS if is_audit else (),
                lifecycles=_lifecycles(reading, desk, is_audit=is_audit),
                about=(
                    *inputs.about_page(as_of, zone),
                    ("desk", Phrase("none given: no targets") if desk is None else desk.name),
                    *((("records", ", ".join(tests)),) if tests else ()),
                ),
                kpi_text=_AUDIT_TEXT if is_audit else "",
                by=[_group(name, zone) for name in names],
                zone=zone,
                findings=reading.findings,
                on_record=_row_writer(arguments.csv, stack),
            )
    if arguments.csv is not None:
        arguments.csv.mkdir(parents=True, exist_ok=True)
        for key, text in page.to_csv().items():
            (arguments.csv / f"{key}.csv").write_text(text, "utf-8")
    for test in arguments.fail_on:
        reason = failing(page, test)
        if reason:
            arguments.exit_code = 1
            print(f"incidentcore: {reason}", file=sys.stderr)
    if arguments.only is not None:
        page = page.only(inputs.listed(arguments.only) or [""])
    words = inputs.words_of(arguments)
    if arguments.form == "html":
        try:
            page = page.with_pictures(_pictures(page, words))
        except MissingExtraError:
            note = ("pictures", Phrase("not drawn; install {extra}", extra=_PLOTS))
            page = attrs.evolve(page, about=(*page.about, note))
    return page.translated(words)


def _having(
    incidents: Iterable[Incident], by: Sequence[str], option: str = "--by"
) -> Iterator[Incident]:
    """Yield the incidents; refuse a custom field that none of them has."""
    custom = [name.removeprefix("custom.") for name in by if name.startswith("custom.")]
    seen: set[str] = set()
    for incident in incidents:
        if custom:
            seen.update(incident.custom)
        yield incident
    for name in custom:
        if seen.isdisjoint((name, name.partition(".")[0])):
            there = ", ".join(sorted(seen)) or "none"
            allowed = f"custom fields that a record has: {there}"
            raise InvalidValueError(option, f"custom.{name}", allowed)


def _group(name: str, zone: ZoneInfo | None) -> GroupBy:
    """Return a group of ``--by``: a field, or the period of the opening in a zone."""
    if name not in get_args(Unit):
        meant = misspelt(name, get_args(Unit))
        if meant:
            allowed = f"a field, or one of {', '.join(get_args(Unit))}; nearest: {meant}"
            raise InvalidValueError("--by", name, allowed)
        return _path(inputs.ALIASES.get(name, name), "--by")
    periods = Periods(cast("Unit", name), zone or "UTC")

    def opened(record: Record) -> str:
        return periods.label(record.opened_at)

    opened.__name__ = name
    return opened


def _path(name: str, option: str) -> str:
    """Return the path of a field; refuse another name with the way to mean a column."""
    if name == "custom":
        raise InvalidValueError(option, name, "custom.NAME for the column of that heading")
    if name in get_args(Unit) or name.partition(".")[0] in FIELDS:
        return name
    near = nearest(name, sorted(FIELDS))
    allowed = f"a field of records, or custom.{name} for the column of that heading{near}"
    raise InvalidValueError(option, name, allowed)


def _where(text: str, options: Mapping[str, Any]) -> tuple[str, str]:
    """Return the field and the value that ``--where`` names."""
    name, equals, value = inputs.cut_pair(text)
    if not name or not equals:
        raise InvalidValueError("--where", text, "FIELD=VALUE")
    inputs.need_no_heading("--where", [name], options)
    return _path(inputs.ALIASES.get(name, name), "--where"), value


def _condition(
    text: str, name: str, value: str, desk: Desk | None, zone: ZoneInfo | None
) -> Condition:
    """Return which records ``--where`` means.

    A level or state is tested by its name, a number or truth of JSON by its text, and the opening
    by its period.
    """
    if name in get_args(Unit):
        try:
            period = Periods(cast("Unit", name), zone or "UTC").interval(value)
        except ValueError:
            now = Periods(cast("Unit", name)).label(datetime(2026, 6, 1, tzinfo=UTC))
            raise InvalidValueError("--where", text, f"{name}= one such as {now}") from None
        return (field("opened_at") >= period.start) & (field("opened_at") < period.end)
    if name in SCALES:
        scale = SCALES[name] if desk is None else scale_of(desk.priority, name)
        if value not in scale.names:
            raise InvalidValueError("--where", text, f"{name}= one of {', '.join(scale.names)}")
    if name in (*SCALES, "state"):
        return field(f"{name}.name").equals(value)
    if name == "tags":
        return field(name).contains(value)
    if name == "category":
        return field(name).is_in((value,), tuple(value.split("/")))
    meant: list[object] = [value, *_TRUTHS.get(value.casefold(), ())]
    with suppress(ValueError):
        meant.append(float(value))
    return field(name).is_in(*meant)


def _chosen(
    incidents: Iterable[Incident],
    wheres: Mapping[str, tuple[str, str]],
    tests: Mapping[str, Condition],
    desk: Desk | None,
    as_of: datetime,
) -> Iterator[Incident]:
    """Yield the incidents that meet every test, as they are known at the instant.

    A value of ``--where`` that no incident has is refused at the end, unless it is a level or time.
    """
    open_ended = (*SCALES, *get_args(Unit))
    reads = {text: reader(name) for text, (name, _) in wheres.items() if name not in open_ended}
    seen: dict[str, set[str]] = {text: set() for text in reads}
    for incident in incidents:
        known = as_known(incident, as_of) if tests else incident
        if known is not None and desk is not None and tests:
            known = desk_at(desk, known).judged(known)
        for text in [*seen]:
            if any(tests[text].matches(one) for one in (known, incident) if one is not None):
                del seen[text]
            else:
                seen[text].update(_shown(reads[text](incident)))
        if known is not None and all(test.matches(known) for test in tests.values()):
            yield incident
    for text, values in seen.items():
        if values:
            there = sorted(values - {"None"})
            more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
            shown = f"{', '.join(there[:_SHOWN]) or 'none'}{more}{nearest(wheres[text][1], there)}"
            raise InvalidValueError("--where", text, f"a value that a record has: {shown}")


def _shown(value: object) -> Sequence[str]:
    """Return a value as ``--where`` names it; of tags, each of them."""
    if isinstance(value, tuple):
        return ("/".join(map(str, value)),)
    return [*map(str, value)] if value and isinstance(value, frozenset) else (str(value or None),)


def _clock(
    arguments: argparse.Namespace, desk: Desk | None, zone: ZoneInfo | None
) -> Calendar | None:
    """Return the calendar of ``--clock``; None if it is not given."""
    text = arguments.clock
    stated = {} if desk is None else desk.calendars
    calendars = {name: one for name, one in stated.items() if isinstance(one, Calendar)}
    if text is None or text in calendars:
        return calendars.get(text)
    names = ", ".join(("DAYS=HOURS such as mon-fri=08:00-18:00", *calendars))
    hours = inputs.pairs_of("--clock", text.split(","), names)
    return BusinessCalendar(zone=zone or "UTC", hours=hours, name=text)


def _kpis(clock: Calendar | None) -> tuple[Kpi, ...]:
    """Return the KPIs of a report; with a clock, its times in business hours as well."""
    kpis = figures.KPIS
    if clock is None:
        return kpis
    times = [kpi for kpi in kpis if kpi.id.startswith(("mean_time_", "median_time_", "p90_time_"))]
    own = [
        kpi.replace(id=kpi.id.replace("time", "open_time", 1), title="", clock=clock)
        for kpi in times
    ]
    return (*kpis[: len(times)], *own, *kpis[len(times) :])


def _lifecycles(reading: Import[Incident], desk: Desk | None, *, is_audit: bool) -> tuple[Any, ...]:
    own = None if desk is None else desk.lifecycle("incident")
    if is_audit and own in (None, INCIDENT):  # the standard one has other states than the log
        return AUDIT_LIFECYCLE, STRICT_LIFECYCLE
    return () if own is None or "states" not in reading.covers else (own,)


def _month(
    arguments: argparse.Namespace,
    incidents: Iterable[Incident],
    desk: Desk | None,
    as_of: datetime,
    population: Condition,
) -> Page:
    if desk is None:
        raise InvalidValueError("--month", arguments.month, "only with --desk")
    inputs.need_effect(arguments, ("by", "clock"), "not with --month, whose page has none")
    try:
        period = Periods("month", desk.zone).interval(arguments.month)
    except ValueError:
        raise InvalidValueError("--month", arguments.month, "a month such as 2026-06") from None
    whose = "".join(f", {text}" for text in arguments.where)
    return service_page(
        incidents,
        desk=desk,
        period=period,
        as_of=min(as_of, period.end),
        title=Phrase("Service in {month}{whose}", month=arguments.month, whose=whose),
        population=population,
    )


def _row_writer(
    folder: Path | None, stack: ExitStack
) -> Callable[[Incident, tuple[tuple[str, SlaStatus], ...]], None] | None:
    """Return a function that writes a row for each record; the stack closes its file."""
    if folder is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    file = stack.enter_context((folder / "records.csv").open("w", encoding="utf-8", newline=""))

    def write(incident: Incident, clocks: tuple[tuple[str, SlaStatus], ...]) -> None:
        row = tally.clock_row(incident, clocks)
        file.write(csv_lines([row.values()] if file.tell() else [row, row.values()]))

    return write


def _pictures(page: Page, words: Words) -> dict[str, Picture]:
    """Return the charts of the sections that have one."""
    data = page.to_plain()
    charts = (
        ("flow", plot_flow, data.get("flow", [])[-_DRAWN:], "What came in and went out"),
        ("aging", plot_aging, data.get("aging"), "Open records by age"),
        (
            "sla",
            plot_compliance,
            data.get("sla", {}).get("rows"),
            "Share of clocks met, with its interval at 95 %",
        ),
    )
    return {
        key: picture(plot, rows, text=text, words=words) for key, plot, rows, text in charts if rows
    }
