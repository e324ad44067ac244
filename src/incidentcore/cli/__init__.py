"""The command line: a demonstration, reports on files, and checks of desk files.

An error in the user's input is reported in one line on standard error, with exit code 2.
"""

from __future__ import annotations

import argparse
import gc
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, NoReturn

from incidentcore._terminal import leave_quietly, one_line, printable
from incidentcore._version import __version__
from incidentcore.cli import inputs
from incidentcore.cli.compare import add_compare
from incidentcore.cli.drill import add_drill
from incidentcore.cli.explain import add_explain
from incidentcore.cli.report import add_report
from incidentcore.demo import DEMO_DESK, demo_report
from incidentcore.desk import check_desk, desk_page
from incidentcore.errors import FormatError, IncidentCoreError, InvalidValueError
from incidentcore.improvement import ProblemPage, problem_page
from incidentcore.improvement.page import KEYS
from incidentcore.improvement.problem_candidates import DIMENSIONS
from incidentcore.instants import EARLIEST, LATEST, Interval
from incidentcore.kpi.moments import FIELDS
from incidentcore.pages import Page
from incidentcore.serialization.parse import write
from incidentcore.vendors import describe_columns

__all__ = ["main"]

_WRONG_INPUT: Final = 2
_SEED: Final = 2026
_WEEK: Final = 7
_RARELY: Final = 5_000_000
_LONGEST_WITHIN: Final = 36_500
_FORMS: Final = {
    "report": "report FILE [--desk DESK.toml]",
    "problems": "problems FILE [--desk DESK.toml]",
    "columns": "columns FILE",
    "check": "check DESK.toml",
    "show": "show DESK.toml",
    "explain": "explain DESK.toml FILE --id ID",
    "drill": "drill FILE.toml",
    "compare": "compare BEFORE.toml AFTER.toml [FILE]",
}


class _Parser(argparse.ArgumentParser):
    """An argument parser whose error messages are one line."""

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Return the arguments; if some are left over, the error says how the command is used."""
        found, left = self.parse_known_args(args, namespace)
        if left:
            other = {"--now": "--as-of", "--as-of": "--now"}.get(left[0].partition("=")[0])
            timed = other is not None and not {"as_of", "now"}.isdisjoint(vars(found))
            hint = f"; here it is {other}" if timed else ""
            form = f"the form is {found.form_of_use}"
            self.error(f"unrecognized arguments: {' '.join(left)}{hint}; {form}")
        return found

    def error(self, message: str) -> NoReturn:
        """Exit with a one-line error message."""
        text = f"{self.prog}: {message} (--help tells more)"
        self.exit(_WRONG_INPUT, f"{printable(' '.join(text.splitlines()))}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: The arguments. Defaults to those of the process.

    Returns:
        The exit code: 0 for success, 1 if a check found something, 2 for wrong input, 130 if
        interrupted, 141 if the program that reads the output has closed the pipe.
    """
    arguments = _parser().parse_args(argv)
    often = gc.get_threshold()
    gc.set_threshold(_RARELY)  # records stay alive: garbage collection takes a fifth of the time
    try:
        page = arguments.run(arguments)
        _print(page, arguments.form)
    except (IncidentCoreError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            leave_quietly()
            return 128 + signal.SIGPIPE if hasattr(signal, "SIGPIPE") else 1
        lines = [one_line(inputs.by_option(error, arguments))]
        if isinstance(error, FormatError):  # every fault of a desk file
            lines = [printable(" ".join(one.splitlines())) for one in error.problems]
        print(*(f"incidentcore: {line}" for line in lines), sep="\n", file=sys.stderr)
        return _WRONG_INPUT
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    finally:
        gc.set_threshold(*often)
        if "opened" in arguments:
            arguments.opened.close()
    return int(getattr(arguments, "exit_code", 0))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="incidentcore", description="Incident management: a demonstration and reports."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(
        required=True,
        metavar="demo|report|problems|columns|check|show|explain|drill|compare",
        parser_class=_Parser,
    )
    demo = commands.add_parser("demo", help="print a report on a generated month; needs no file")
    demo.add_argument("--seed", type=int, default=_SEED, help="equal seeds give equal pages")
    demo.add_argument("--desk", action="store_true", help="print the desk file that it runs")
    demo.set_defaults(run=_demo)
    add_report(commands.add_parser("report", help="print a report on a file of incidents"))
    columns = commands.add_parser(
        "columns", help="print what a table holds, with a guess at --map to copy"
    )
    columns.add_argument("file", type=Path, metavar="FILE", help="the export, gzip or not")
    inputs.add_sheet(columns)
    columns.set_defaults(
        run=lambda arguments: describe_columns(arguments.file, sheet=arguments.sheet)
    )
    inputs.add_form(columns, "json")
    inputs.add_form(demo, "json", "markdown", "html")
    problems = commands.add_parser(
        "problems", help="print what stands out and what comes back in a file of incidents"
    )
    inputs.add_file(problems)
    inputs.add_desk(problems, "the desk whose [import] says how FILE is read")
    problems.add_argument("--since", metavar="TIME", help="only what was opened from this ISO time")
    problems.add_argument("--until", metavar="TIME", help="only what was opened before this time")
    problems.add_argument(
        "--by",
        metavar="FIELD[+FIELD],…",
        help="what to look by; fields and pairs such as category,category+custom.location; "
        "a name with a comma in quotes",
    )
    problems.add_argument(
        "--within", type=int, default=_WEEK, metavar="DAYS", help="what counts as coming back"
    )
    problems.add_argument(
        "--least", type=int, default=5, metavar="N", help="with fewer incidents, none stands out"
    )
    problems.set_defaults(run=_problems)
    inputs.add_form(problems, "json", "markdown", "html")

    def show(arguments: argparse.Namespace) -> str:
        return desk_page(inputs.read_desk(arguments)).in_words(inputs.words_of(arguments))

    for name, run, words in (
        ("check", _check, "say what in a desk file cannot be meant; 1 with findings, 2 if refused"),
        ("show", show, "print a desk file as a page to sign"),
    ):
        command = commands.add_parser(name, help=words)
        command.add_argument("desk", type=Path, metavar="DESK.toml")
        command.add_argument("--code", metavar="NAME,…", help="callables that the file names")
        if name == "show":
            inputs.add_words(command, "the page")
        if name == "check":
            command.add_argument(
                "--now",
                metavar="TIME",
                help="an ISO time, in the desk's zone if it has no offset; the start of today by "
                "default",
            )
        command.set_defaults(run=run, form="text")
    add_explain(commands)
    add_drill(commands)
    add_compare(commands)
    for name, command in commands.choices.items():
        command.set_defaults(form_of_use=_FORMS.get(name, name))
    return parser


def _demo(arguments: argparse.Namespace) -> Page | str:
    if arguments.desk:
        inputs.need_effect(arguments, ["form"], "not with --desk, which prints TOML")
    return DEMO_DESK.strip() if arguments.desk else demo_report(arguments.seed)


def _check(arguments: argparse.Namespace) -> str:
    desk = inputs.read_desk(arguments)
    inputs.check_import(desk, str(arguments.desk))
    start = inputs.instant_of(arguments, "now", desk.zone) or inputs.start_of_today(desk.zone)
    findings = check_desk(desk, start=start)
    lines = [f"{finding.code}: {finding}" for finding in findings] or ["nothing found"]
    arguments.exit_code = 1 if findings else 0
    return "\n".join([*desk.sources, *lines])


def _problems(arguments: argparse.Namespace) -> ProblemPage:
    desk = inputs.desk_of(arguments)
    options = inputs.reading_options(arguments, desk)
    zone = options["page_zone"]
    _, incidents, as_of = inputs.read_incidents(arguments, options)
    since, until = inputs.since_until(arguments, zone)
    period = None
    if since is not None or until is not None:
        period = Interval(since or EARLIEST, until or LATEST - timedelta(microseconds=1))
    if not 1 <= arguments.within <= _LONGEST_WITHIN:
        raise InvalidValueError("--within", arguments.within, f"1 to {_LONGEST_WITHIN:,} days")
    by = _dimensions(arguments.by, options)
    return problem_page(
        incidents,
        as_of=as_of,
        title=f"Problem candidates in {arguments.file.name}",
        about=inputs.about_page(as_of, zone),
        dimensions=by or DIMENSIONS,
        keys=by or KEYS,
        window=timedelta(days=arguments.within),
        period=period,
        min_n=arguments.least,
        zone=zone or "UTC",
    )


def _dimensions(text: str | None, options: Mapping[str, Any]) -> tuple[str | tuple[str, ...], ...]:
    if text is None:
        return ()
    parts = [_names(part) for part in inputs.listed([text])]
    inputs.need_no_heading("--by", (name for part in parts for name in part), options)
    fields = [tuple(inputs.ALIASES.get(name, name) for name in part) for part in parts]
    return tuple(names[0] if len(names) == 1 else names for names in fields)


def _names(text: str) -> list[str]:
    """Return the names of one field or of a pair; after a heading, a plus may be a part of it."""
    names: list[str] = []
    known = (*FIELDS, *inputs.ALIASES)
    for part in text.split("+"):
        field = part.partition(".")[0].strip()
        if names and names[-1].lstrip().startswith("custom.") and field not in known:
            names[-1] += f"+{part}"
        else:
            names.append(part)
    return [name.strip() for name in names]


def _print(page: Any, form: str | None) -> None:
    if sys.stdout is None:  # the caller closed it
        return
    if isinstance(page, str) or form in (None, "text"):
        text = printable(str(page))
    elif form == "json":
        text = write(page.to_plain(), 2)
    else:
        text = printable(getattr(page, f"to_{form}")())
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)
