"""The command line: ``demo`` and ``report``. It reads arguments and prints; all else is elsewhere.

Whatever is wrong with what a user gave is one line on standard error and exit code 2.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NoReturn
from zoneinfo import ZoneInfo

from incidentcore.demo import demo_report
from incidentcore.errors import FormatError, IncidentCoreError, InvalidValueError
from incidentcore.instants import as_utc, as_zone
from incidentcore.records import Incident
from incidentcore.report import (
    AuditSource,
    Reading,
    Report,
    Source,
    TableSource,
    build_report,
    standard_rules,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.serialization import loads
from incidentcore.serialization.parse import write
from incidentcore.vendors import AUDIT_KPIS, AUDIT_LIFECYCLE, STRICT_LIFECYCLE

__all__ = ["main"]

_WRONG_INPUT: Final = 2
_STEP: Final = 250
_SEED: Final = 2026
_AUDIT: Final = "servicenow-audit"


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        """Exit with one line that says what is wrong."""
        self.exit(_WRONG_INPUT, f"{self.prog}: {message} (--help tells more)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: The arguments; those of the process unless told.

    Returns:
        The exit code: 0, or 2 for wrong input, 130 when interrupted, 141 when nobody reads on.
    """
    arguments = _parser().parse_args(argv)
    try:
        report = arguments.run(arguments)
        _print(report, as_json=arguments.json)
    except (IncidentCoreError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            _leave_quietly()
            return 128 + signal.SIGPIPE if hasattr(signal, "SIGPIPE") else 1
        print(f"incidentcore: {_one_line(error)}", file=sys.stderr)
        return _WRONG_INPUT
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="incidentcore", description="Incident management: a demonstration and reports."
    )
    commands = parser.add_subparsers(required=True, metavar="demo|report", parser_class=_Parser)
    demo = commands.add_parser("demo", help="print a report on a generated month; needs no file")
    demo.add_argument("--seed", type=int, default=_SEED, help="equal seeds give equal pages")
    demo.add_argument("--json", action="store_true", help="print the report as JSON")
    demo.set_defaults(run=_demo)
    report = commands.add_parser("report", help="print a report on a file of incidents")
    report.add_argument("file", type=Path, metavar="FILE", help="a CSV file, gzip or not")
    report.add_argument(
        "--profile",
        choices=(_AUDIT, "csv"),
        help="what the file is; csv where --map is given, servicenow-audit otherwise",
    )
    report.add_argument(
        "--map",
        metavar="FIELD=COLUMN,…",
        help="for csv: id, opened, acknowledged, responded, resolved, closed, priority, …",
    )
    report.add_argument("--zone", help="the zone of times that state none; UTC unless told")
    report.add_argument("--time-format", help="for csv: as strptime takes it; ISO unless told")
    report.add_argument(
        "--calendar", type=Path, metavar="FILE.json", help="opening hours; round the clock without"
    )
    report.add_argument(
        "--by", default="priority", help="the field to break KPIs down by; custom.NAME for a column"
    )
    report.add_argument(
        "--as-of", metavar="TIME", help="an ISO time; the latest instant in the file unless told"
    )
    report.add_argument("--json", action="store_true", help="print the report as JSON")
    report.set_defaults(run=_report)
    return parser


def _demo(arguments: argparse.Namespace) -> Report:
    return demo_report(arguments.seed)


def _report(arguments: argparse.Namespace) -> Report:
    zone = None if arguments.zone is None else as_zone(arguments.zone, "--zone")
    calendar = _calendar(arguments.calendar, zone)
    source = _source(arguments, zone)
    as_of = _as_of(arguments.as_of, zone) or source.latest()
    if as_of is None:
        raise FormatError(f"no rows below the header @ {arguments.file}")
    is_audit = isinstance(source, AuditSource)
    rules = (
        standard_rules(
            calendar, tool_kpis=AUDIT_KPIS, lifecycles=(AUDIT_LIFECYCLE, STRICT_LIFECYCLE)
        )
        if is_audit
        else standard_rules(calendar, moments_only=True, lifecycles=())
    )
    reading = source.read()
    return build_report(
        _with_progress(reading),
        rules=rules,
        as_of=as_of,
        title=f"Report on {arguments.file.name}",
        about=(
            ("profile", _AUDIT if is_audit else "csv"),
            ("as of", as_of.isoformat()),
            ("zone", "UTC, since none was told" if zone is None else zone.key),
            ("calendar", calendar.name or f"round the clock ({calendar.zone.key})"),
        ),
        by=arguments.by,
        findings=reading.findings,
    )


def _source(arguments: argparse.Namespace, zone: ZoneInfo | None) -> Source:
    profile = arguments.profile or ("csv" if arguments.map else _AUDIT)
    if profile == _AUDIT:
        for name in ("map", "time_format"):
            if getattr(arguments, name) is not None:
                option = f"--{name.replace('_', '-')}"
                raise InvalidValueError(option, getattr(arguments, name), "only with --profile csv")
        return AuditSource(arguments.file, zone)
    if not arguments.map:
        raise InvalidValueError("--map", arguments.map, "columns such as id=Number,opened=Created")
    mapping: dict[str, str] = {}
    for pair in arguments.map.split(","):
        name, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not name or not column or name in mapping:
            raise InvalidValueError("--map", pair, "FIELD=COLUMN,FIELD=COLUMN with each field once")
        mapping[name] = column
    return TableSource(
        path=arguments.file, mapping=mapping, zone=zone, time_format=arguments.time_format
    )


def _calendar(path: Path | None, zone: ZoneInfo | None) -> BusinessCalendar:
    if path is None:
        return BusinessCalendar.always(zone or "UTC")
    try:
        return loads(path.read_bytes(), BusinessCalendar)
    except FormatError as error:
        raise FormatError(f"{problem} in {path}" for problem in error.problems) from None


def _as_of(text: str | None, zone: ZoneInfo | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        return as_utc(at if at.tzinfo is not None else at.replace(tzinfo=zone or UTC))
    except ValueError:
        raise InvalidValueError("--as-of", text, "an ISO time such as 2026-06-01T09:00") from None


def _with_progress(reading: Reading) -> Iterator[Incident]:
    """Yield the incidents on; on a terminal, count them on standard error."""
    if not sys.stderr.isatty():
        yield from reading
        return
    try:
        for count, incident in enumerate(reading, 1):
            if count % _STEP == 0:
                print(f"\r{count:,} incidents", end="", file=sys.stderr, flush=True)
            yield incident
    finally:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _print(report: Report, *, as_json: bool) -> None:
    if sys.stdout is None:  # the caller closed it
        return
    text = write(report.to_plain(), 2) if as_json else _printable(str(report))
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)


def _printable(text: str) -> str:
    """Return text without characters that would steer a terminal: a file may hold any."""
    return "".join(c if c == "\n" or c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def _one_line(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}" if error.filename else str(error)
    return _printable("; ".join(str(error).splitlines()))


def _leave_quietly() -> None:
    """Let the interpreter's last flush go nowhere: nobody reads standard output any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
