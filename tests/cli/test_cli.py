"""The command line: what it prints, and that wrong input is one line and exit code 2."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import signal
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from incidentcore import cli
from incidentcore._terminal import WatchedPath, one_line

TABLE = """\
Number,Created,Done,Priority,Team
INC-1,2026-06-01T09:00,2026-06-01T11:30,1 - Critical,Net
INC-2,2026-06-01T10:00,,High,Net
INC-3,yesterday,,High,Net
INC-4,2026-06-02T10:00,2026-06-03T10:00,Low,"App, Web"
"""
MAP = (
    *("--map", "id=Number", "opened=Created", "resolved=Done"),
    *("priority=Priority", "group=Team"),
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "tickets.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Return exit code, standard output and standard error."""
    try:
        code = cli.main([str(argument) for argument in arguments])
    except SystemExit as exit_:
        code = exit_.code if isinstance(exit_.code, int) else 1
    out, err = capsys.readouterr()
    return code, out, err


# What a report has by its source alone, and by its desk.
PLAIN = ("Volume and backlog", "KPIs by priority", "Month by month", "Definitions")
HEADINGS = (
    "Volume and backlog",
    "KPIs by priority",
    "SLA compliance",
    "The worst breach",
    "Escalations",
)


@pytest.mark.table
def test_demo_is_one_page(capsys: pytest.CaptureFixture[str]) -> None:
    """The demonstration shows everything that is asked of it."""
    code, page, err = run(capsys, "demo")
    assert (code, err) == (0, "")
    for heading in (*HEADINGS, "State changes"):
        assert f"\n{heading}\n{'-' * len(heading)}\n" in page
    assert "all read back equal" in page
    assert "closed until reopened" in page
    assert "paused: awaiting vendor" in page
    assert "close is not allowed from on_hold; allowed here: hold, resume, resolve, cancel" in page


@pytest.mark.heavy
def test_demo_depends_on_its_seed_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Twice the same page for one seed, another page for another."""
    page = run(capsys, "demo")[1]
    assert run(capsys, "demo")[1] == page
    assert run(capsys, "demo", "--seed", 1)[1] != page


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """``--version`` prints the name and the version of the installed package."""
    expected = f"incidentcore {metadata.version('incidentcore')}\n"
    assert run(capsys, "--version") == (0, expected, "")


@pytest.mark.process
def test_demo_runs_as_a_module_and_is_the_same_in_every_process() -> None:
    """``python -m incidentcore demo`` prints the same page whatever the hash seed."""
    pages = {
        subprocess.run(
            [sys.executable, "-m", "incidentcore", "demo"],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(pages) == 1


@pytest.mark.heavy
def test_demo_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The same figures come as JSON."""
    code, text, _ = run(capsys, "demo", "--json")
    report = json.loads(text)
    assert code == 0
    assert report["volume"][-1]["opened"] == 318  # of 320, at random
    assert report["worst"]["record"] == "INC-0001"
    rows = [row for row in report["sla"]["rows"] if row["priority"] == "(all)"]
    assert {row["clock"] for row in rows} == {"response", "resolution"}


def test_a_report_in_german(capsys: pytest.CaptureFixture[str], table: Path) -> None:
    """Titles and headings change; the figures stay."""
    code, english, _ = run(capsys, "report", table, *MAP)
    assert code == 0
    _, german, _ = run(capsys, "report", table, *MAP, "--words", "de")
    assert "\nVolume and backlog\n" in english
    assert "\nAufkommen und Rückstand\n" in german
    assert "Kennzahlen nach Priorität" in german
    times = re.findall(r"\d+\.\d\d h", english)
    assert times
    assert [time.replace(".", ",") for time in times] == re.findall(r"\d+,\d\d h", german)


def test_report_on_a_table(capsys: pytest.CaptureFixture[str], table: Path) -> None:
    """A table of tickets gives the figures that a hand computes from it."""
    code, page, err = run(capsys, "report", table, *MAP)
    assert (code, err) == (0, "")
    for heading in (*PLAIN, "Findings about the file"):
        assert f"\n{heading}\n" in page
    assert "SLA" not in page
    assert "Escalations" not in page
    assert "as of  2026-06-03T10:00:00+00:00" in page
    assert "zone   UTC (no zone given)" in page
    words = [line.split() for line in page.splitlines()]
    assert ["(all)", "3", "2", "0", "0", "0", "1"] in words
    assert ["mean_time_to_resolve", "critical", "2.50", "h", "1"] in words
    assert ["mean_time_to_resolve", "(all)", "13.25", "h", "2", "unresolved", "1"] in words
    assert any(line[:3] == ["unreadable_time", "1", "3"] for line in words)
    assert sum(line[:1] == ["no_zone"] for line in words) == 1


def test_report_reads_gzip_zone_group_and_instant(
    capsys: pytest.CaptureFixture[str], table: Path
) -> None:
    """The options place times, break down by another field and look from another instant."""
    packed = table.with_name("tickets.csv.gz")
    packed.write_bytes(gzip.compress(TABLE.encode()))
    options = (*MAP, "--zone", "Europe/Berlin", "--by", "assignment_group")
    code, text, _ = run(capsys, "report", packed, *options, "--as-of", "2026-06-01T11:00", "--json")
    report = json.loads(text)
    assert code == 0
    assert report["about"]["as of"] == "2026-06-01T11:00:00+02:00"
    assert [
        (row["assignment_group"], row["opened"], row["backlog"]) for row in report["volume"]
    ] == [
        ("Net", 2, 2),
        ("(all)", 2, 2),
    ]
    assert "no_zone" not in text


def test_a_hostile_field_cannot_steer_the_terminal(
    capsys: pytest.CaptureFixture[str], table: Path
) -> None:
    """Control characters of a file are printed as what they are."""
    table.write_text(TABLE.replace("Net", "\x1b[2JN\x07"), encoding="utf-8")
    code, page, _ = run(capsys, "report", table, *MAP, "--by", "assignment_group")
    assert code == 0
    assert "\x1b" not in page
    assert "\x07" not in page
    assert "\\x1b[2JN\\x07" in page


HEAD = b'desk = 1\nname = "x"\n[import]\n'
FEED = b'desk = 1\nname = "x"\n[holidays]\nsite = { ical = "old.ics", years = "2026" }\n'
WRONG: dict[str, tuple[list[str], str]] = {
    "no command": ([], "demo|report"),
    "unknown command": (["rapport"], "invalid choice"),
    "no file": (["report"], "FILE"),
    "bad seed": (["demo", "--seed", "x"], "invalid int value: 'x'"),
    "missing file": (["report", "{folder}/none.csv"], "none.csv: no such file"),
    "folder": (["report", "{folder}"], ": is a folder; name a file in it: "),
    "another table": (["report", "{table}"], "no column number, incident_state"),
    "unknown profile": (["report", "{table}", "--profile", "xml"], "invalid choice: 'xml'"),
    "csv without map": (["report", "{table}", "--profile", "table"], "--map: got None"),
    "map with the wrong profile": (
        ["report", "{table}", "--profile", "servicenow-audit", "--map", "id=Number"],
        "only with a table",
    ),
    "map without equals": (["report", "{table}", "--map", "id"], "--map: got 'id'"),
    "map twice": (["report", "{table}", "--map", "id=Number", "id=Team"], "each once"),
    "unknown column": (
        ["report", "{table}", "--map", "id=Number", "opened=Nope"],
        "no column Nope",
    ),
    "unknown field": (["report", "{table}", "--map", "id=Number", "when=Team"], "'when'"),
    "no opening": (["report", "{table}", "--map", "id=Number"], "a column for opened"),
    "no date at all": (
        ["report", "{table}", "--map", "id=Number", "opened=Team"],
        "Team 'Net': unreadable_time",
    ),
    "no date at all, and how to go on": (
        ["report", "{table}", "--map", "id=Number", "opened=Team"],
        "state how times are written",
    ),
    "neither map nor profile": (["report", "{table}"], "guesses a --map"),
    "bad zone": (["report", "{table}", *MAP, "--zone", "Mars"], "--zone: got 'Mars'"),
    "bad instant": (["report", "{table}", *MAP, "--as-of", "now"], "--as-of: got 'now'"),
    "far instant": (["report", "{table}", *MAP, "--as-of", "0001-01-01"], "--as-of"),
    "bad group": (["report", "{table}", *MAP, "--by", "color"], "'color'"),
    "no desk file": (
        ["report", "{table}", *MAP, "--desk", "{folder}/no.toml"],
        "no.toml: no such file",
    ),
    "a month without a desk": (
        ["report", "{table}", *MAP, "--month", "2026-06"],
        "only with --desk",
    ),
    "no such section": (["report", "{table}", *MAP, "--only", "slas"], "one of volume"),
    "no such figure": (
        ["report", "{table}", *MAP, "--fail-on", "mttr>4"],
        "allowed: one of backlog",
    ),
    "a report as compare is written": (
        ["report", "desk.toml", "{table}"],
        "unrecognized arguments: {table}; the form is report FILE [--desk DESK.toml] (",
    ),
    "a comparison as report is written": (
        ["compare", "{table}", "b.toml", "c.csv", "--desk", "a.toml"],
        "--desk a.toml; the form is compare BEFORE.toml AFTER.toml [FILE] (",
    ),
    "the instant of another command": (
        ["report", "{table}", *MAP, "--now", "2026-06-01"],
        "--now 2026-06-01; here it is --as-of; the form is report FILE",
    ),
    "the instant of a report": (
        ["explain", "a.toml", "--record", "i.json", "--as-of=2026-06-01"],
        "--as-of=2026-06-01; here it is --now; the form is explain DESK.toml",
    ),
    "the demo of a file": (
        ["demo", "{table}"],
        "unrecognized arguments: {table}; the form is demo (",
    ),
    "a folder has files": (["check", "{folder}"], "name a file in it: binary"),
    "a folder as a record": (["explain", "{desk}", "--record", "{folder}"], ": is a folder; name"),
    "a misspelt file": (["show", "{folder}/deks.toml"], "deks.toml: no such file; nearest: desk"),
    "standard input": (["columns", "-"], "-: no such file; standard input is not read"),
    "a name that steers the terminal": (["check", "a\x1b[2J\nb"], "a\\x1b[2J; b: no such file"),
    "an option that steers the terminal": (
        ["show", "a", "\x1b[2J"],
        "arguments: \\x1b[2J; the form",
    ),
    "a table as a desk": (["check", "{table}"], "each line of TOML is KEY = VALUE, [TABLE] or [["),
    "a desk as a table": (
        ["report", "{desk}"],
        "desk.toml: a desk file, where an export belongs; the form is report FILE [--desk",
    ),
    "a file as a folder": (
        ["report", "{table}", *MAP, "--csv", "{table}"],
        "is a file, where a folder is needed",
    ),
    "every column": (
        ["report", "{table}", *MAP, "--by", "custom"],
        "custom.NAME for the column of",
    ),
    "a feed that is none": (
        ["check", "{feed}"],
        "holidays.site: got 'old.ics'; allowed: an iCalendar feed that can be read: not a line of",
    ),
    "no feed": (["check", "{nofeed}"], "got 'odl.ics'; allowed: a file in the folder of the desk"),
    "a drill in another encoding": (["drill", "{latin}"], "line 2: byte 0xfc is not UTF-8 text"),
    "no section": (["report", "{table}", *MAP, "--only", ""], "--only: got ''; allowed: one of"),
    "a test of no figure": (
        ["report", "{table}", *MAP, "--fail-on", "backlog"],
        "--fail-on: got 'backlog'; allowed: a figure, <",
    ),
    "a field of no record": (["report", "{table}", "--map", "when=Team"], "--map: got 'when'"),
    "one group twice": (
        ["report", "{table}", *MAP, "--by", "priority", "--by", "priority"],
        "--by: got ('priority', 'priority')",
    ),
    "a format of Java": (
        ["report", "{table}", *MAP, "--time-format", "dd.MM.yyyy"],
        "--time-format: got 'dd.MM.yyyy'; allowed: iso, epoch_s",
    ),
    "a format of the desk": (
        ["report", "{table}", "--desk", "{java}"],
        "java.toml: import.times: got 'yyyy'; allowed: iso, epoch_s",
    ),
    "a format that check reads": (["check", "{java}"], "java.toml: import.times: got 'yyyy'"),
    "a zone that check reads": (
        ["check", "{city}"],
        "city.toml, line 4: import.zone: got 'Berlin'; allowed: an IANA time zone",
    ),
    "hours without minutes": (
        ["report", "{table}", *MAP, "--clock", "mon-fri=8h"],
        "--clock: got '8h'; allowed: windows such as",
    ),
    "until before since": (
        ["report", "{table}", *MAP, "--since", "2026-06-05", "--until", "2026-06-01"],
        "--until: got '2026-06-01'; allowed: a time after 2026-06-05",
    ),
    "fewer than no witness": (
        ["compare", "{desk}", "{desk}", "--witnesses", "-1"],
        "--witnesses: got -1; allowed: a whole number from 0",
    ),
    "a comparison by a field without a file": (
        ["compare", "{desk}", "{desk}", "--by", "priority"],
        "--by: got ['priority']; allowed: only with FILE",
    ),
    "a map of a record": (
        ["explain", "{desk}", "--record", "{table}", "--map", "id=Number"],
        "--map: got ['id=Number']; allowed: only with FILE",
    ),
    "a month by a field": (
        ["report", "{table}", *MAP, "--desk", "{desk}", "--month", "2026-06", "--by", "priority"],
        "--by: got ['priority']; allowed: not with --month",
    ),
    "callables of no desk": (
        ["problems", "{table}", *MAP, "--code", "score"],
        "--code: got 'score'; allowed: only with --desk",
    ),
    "the demo's desk as JSON": (["demo", "--desk", "--json"], "--json: got 'json'; allowed: not"),
    "a drill's file as HTML": (["drill", "tool_outage", "--show", "--html"], "--html: got 'html'"),
    "empty file": (["report", "{empty}", *MAP], "no header"),
    "header only": (["report", "{header}", *MAP], "it has no records"),
    "binary": (["report", "{binary}"], "a NUL character"),
    "bad date in a log": (["report", "{log}"], "@ row 1, column sys_updated_at"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_input_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], table: Path, tmp_path: Path, name: str
) -> None:
    """Each thing a user can get wrong is named in one line, without a traceback."""
    places = {"folder": str(tmp_path), "table": str(table)}
    for key, content in {
        "empty": b"",
        "desk.toml": HEAD,
        "old.ics": b"B\xfcro",
        "feed.toml": FEED,
        "nofeed.toml": FEED.replace(b"old", b"odl"),
        "latin.toml": b"drill = 1\nname = 'B\xfcro'\n",
        "java.toml": HEAD + b'map = { id = "Number", opened = "Opened" }\ntimes = "yyyy"\n',
        "city.toml": HEAD + b'zone = "Berlin"\n',
        "header": b"Number,Created,Done,Priority,Team\n",
        "binary": b"\xff\x00\xfe" * 100,
        "log": b"number,incident_state,opened_at,sys_updated_at,sys_updated_by\n"
        b"INC1,New,1/6/2026 09:00,2026-06-01,ada\n",
    }.items():
        path = tmp_path / (key if "." in key else f"{key}.csv")
        path.write_bytes(content)
        places[path.stem] = str(path)
    arguments, expected = WRONG[name]
    code, out, err = run(capsys, *(argument.format(**places) for argument in arguments))
    assert code == 2
    assert out == ""
    assert err.startswith("incidentcore")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert expected.format(**places) in err


def test_what_lies_beside_a_file_does_not_stop_a_command(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A feed in another encoding that no list names, a folder of that ending; a drill to print."""
    (tmp_path / "other.ics").write_bytes(b"B\xfcro")
    (tmp_path / "more.ics").mkdir()
    (tmp_path / "desk.toml").write_text('desk = 1\nname = "x"\n')
    (tmp_path / "drill.toml").write_bytes(b"name = 'B\xfcro'\n")
    assert run(capsys, "show", tmp_path / "desk.toml")[0] == 0
    shown = run(capsys, "drill", tmp_path / "drill.toml", "--show")
    assert shown == (0, "name = 'B\ufffdro'\n", "")


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="needs the names of open files")
def test_a_pipe_as_a_file_says_to_save_it(capsys: pytest.CaptureFixture[str]) -> None:
    """A table is read twice: for its form, and for its rows."""
    there, here = os.pipe()
    os.write(here, TABLE.encode())
    os.close(here)
    code, _, err = run(capsys, "report", f"/dev/fd/{there}", *MAP)
    os.close(there)
    assert (code, "is a pipe, which cannot be read twice; save it first" in err) == (2, True)


class Terminal(io.StringIO):
    """Standard error that says it is a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


@pytest.mark.parametrize("error", [PermissionError(13, "no"), FileNotFoundError(2, "no")])
def test_a_folder_that_may_not_be_read_ends_in_one_line(
    error: OSError, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where neither the file nor the names beside it can be looked at."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    error.filename = str(tmp_path / "d.toml")
    for name in ("stat", "scandir"):
        monkeypatch.setattr(os, name, refuse)
    said = one_line(error)
    monkeypatch.undo()
    what = "no such file" if isinstance(error, FileNotFoundError) else "no"
    assert said == f"{error.filename}: {what}"


def test_progress_is_shown_on_a_terminal_only(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal sees the count of incidents, and a clean line after it; a pipe sees nothing."""
    path = tmp_path / "many.csv"
    rows = [f"INC-{n},2026-06-01T09:00,2026-06-01T10:00,Low,Net" for n in range(600)]
    path.write_text("\n".join([TABLE.splitlines()[0], *rows]), encoding="utf-8")
    assert run(capsys, "report", path, *MAP)[2] == ""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    run(capsys, "report", path, *MAP)
    assert re.search(r"\r250 incidents, [\d,]+ a second", terminal.getvalue())
    assert re.search(r"\r500 incidents, [\d,]+ a second", terminal.getvalue())
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_interruption_is_quiet(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C ends without a traceback and with the usual code."""

    def interrupted(seed: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "demo_report", interrupted)
    code, out, err = run(capsys, "demo")
    assert (code, out, err.strip()) == (130, "", "")


@pytest.mark.process
@pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="no broken pipes on this system")
def test_a_reader_that_leaves_is_no_error() -> None:
    """``incidentcore demo | head -1`` leaves nothing on standard error."""
    process = subprocess.Popen(
        [sys.executable, "-m", "incidentcore", "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    with process.stderr as errors:
        assert errors.read() == b""
    assert process.wait() == 128 + signal.SIGPIPE


@pytest.mark.process
def test_output_that_knows_no_unicode(tmp_path: Path) -> None:
    """On a terminal without Unicode the page is printed with escapes."""
    path = tmp_path / "tickets.csv"
    path.write_text(TABLE.replace("Net", "Büro"), encoding="utf-8")
    options = ("--map", "id=Number", "opened=Created", "caller=Team", "--by", "caller")
    done = subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, "-m", "incidentcore", "report", path, *options],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert rb"B\xfcro" in done.stdout


def test_an_error_in_the_middle_of_a_file_leaves_it_closed(
    capsys: pytest.CaptureFixture[str], table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only when the garbage is collected."""
    opened: list[Any] = []
    plain = WatchedPath.open

    def remember(path: WatchedPath, *how: Any, **options: Any) -> Any:
        opened.append(plain(path, *how, **options))
        return opened[-1]

    monkeypatch.setattr(WatchedPath, "open", remember)
    arguments = ("report", str(table), "--map", "id=Number", "opened=Team")
    assert run(capsys, *arguments)[0] == 2
    assert opened
    assert all(file.closed for file in opened)


def test_nobody_reads_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], table: Path
) -> None:
    """A closed pipe ends quietly, with the code that shells give for it."""
    left: list[bool] = []

    def closed(*_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(cli, "_print", closed)
    monkeypatch.setattr(cli, "leave_quietly", lambda: left.append(True))
    assert run(capsys, "report", table, *MAP) == (128 + signal.SIGPIPE, "", "")
    assert left == [True]


def test_without_a_standard_output(monkeypatch: pytest.MonkeyPatch, table: Path) -> None:
    """The caller closed it: the work is done, and nothing is printed."""
    monkeypatch.setattr(sys, "stdout", None)
    assert cli.main(["report", str(table), *MAP]) == 0


def test_each_option_of_each_command_is_the_one_of_its_table() -> None:
    """Names, what stands in their place in the help, choices, and how many they take."""
    (commands,) = (one for one in cli._parser()._actions if hasattr(one, "choices") and one.choices)
    said = []
    for name, command in commands.choices.items():  # type: ignore[union-attr]
        for one in command._actions:
            if "--help" in one.option_strings:
                continue
            parts = [name, "/".join(one.option_strings) or one.dest]
            parts += [str(one.metavar)] if one.metavar else []
            parts += [f"of {', '.join(map(str, one.choices))}"] if one.choices else []
            parts += [f"takes {one.nargs}"] if one.nargs not in (None, 1) else []
            parts += ["needed"] if one.required and one.option_strings else []
            said.append(" ".join(parts))
    table = Path(__file__).with_name("options.txt").read_text(encoding="utf-8")
    assert said == table.splitlines()
