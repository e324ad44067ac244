"""The commands on a desk file: exit codes for CI, the page to sign."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.vendors.audit_logs import log

from incidentcore.cli import main
from incidentcore.demo import DEMO_DESK, demo_desk
from incidentcore.desk import dump_desk, load_desk
from incidentcore.vendors.profiles import desk_options, read_profile

CLEAN = """
desk = 1
name = "small"
zone = "Europe/Berlin"
[calendars]
office = { hours = { mon-fri = "08:00-18:00" } }
[services.all]
calendar = "office"
resolution = { critical = "4h", else = "8h" }
[[agreements]]
service = "all"
"""
NOW = ["--now", "2026-06-01T09:00Z"]


def written(folder: Path, text: str) -> str:
    path = folder / "desk.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def unmapped(folder: Path) -> Path:
    """Return a table with headings that need a mapping."""
    table = folder / "tickets.csv"
    table.write_text("Ticket,Opened\n1,2026-06-01 09:00\n", encoding="utf-8")
    return table


def test_a_clean_file_is_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing found, and said so."""
    assert main(["check", written(tmp_path, CLEAN), *NOW]) == 0
    assert capsys.readouterr().out == "nothing found\n"


def test_findings_are_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each, with its code first."""
    text = CLEAN.replace('critical = "4h", else = "8h"', 'critical = "4h"')
    assert main(["check", written(tmp_path, text), *NOW]) == 1
    assert capsys.readouterr().out.startswith("no_promise: services.all.resolution: no target for")


def test_a_refused_file_is_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every fault on a line of its own, on standard error."""
    text = CLEAN.replace("4h", "4 h").replace('calendar = "office"', 'calendar = "ofice"')
    assert main(["check", written(tmp_path, text), *NOW]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert "line 8: services.all.calendar" in lines[0]
    assert "nearest: office" in lines[0]
    assert "line 9: services.all.resolution.critical" in lines[1]


def test_a_file_that_is_not_there_is_two(capsys: pytest.CaptureFixture[str]) -> None:
    """As for every other command."""
    assert main(["check", "nowhere.toml"]) == 2
    assert "nowhere.toml" in capsys.readouterr().err


def test_the_page_has_every_target(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a customer would sign: hours, a table of targets, who has which service."""
    assert main(["show", written(tmp_path, CLEAN)]) == 0
    page = capsys.readouterr().out
    assert "| office | - | mon-fri 08:00-18:00 | - |" in page
    assert "| Clock | critical | high | moderate | low | planning | any other |" in page
    assert "| resolution | 4h | 8h | 8h | 8h | 8h | 8h |" in page
    assert "| 1 | all | all | sla |" in page
    assert main(["show", written(tmp_path, CLEAN), "--words", "de"]) == 0
    page = capsys.readouterr().out
    assert "| Uhr | critical | high | moderate | low | planning | sonst |" in page
    assert "| 1 | alle | all | sla |" in page


def test_a_report_without_a_desk_says_nothing_of_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error begins with what the file lacks."""
    table = unmapped(tmp_path)
    assert main(["report", str(table)]) == 2
    error = capsys.readouterr().err
    assert "guesses a --map" in error
    assert "[import]" not in error


def test_a_report_with_a_desk_without_import_says_so_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not with a complaint about an audit log that nobody named."""
    table = unmapped(tmp_path)
    desk = written(tmp_path, CLEAN)
    assert main(["report", str(table), "--desk", desk]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"incidentcore: {desk} has no [import] with a profile or map; ")
    assert "guesses a --map" in error
    assert main(["compare", desk, desk, str(table)]) == 2
    assert capsys.readouterr().err == error

    desk = written(tmp_path, CLEAN + '\n[import]\nprofile = "servicenow-audit"\n')
    assert main(["report", str(table), "--desk", desk]) == 2
    assert capsys.readouterr().err.startswith("incidentcore: no column number, ")


def test_states_of_an_audit_log_are_judged_by_its_own_lifecycle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The standard one that a desk has by default knows none of them, and refused every change."""
    logged = tmp_path / "log.csv"
    rows = [{"incident_state": state} for state in ("New", "Active", "Resolved")]
    logged.write_text("\n".join(log(*rows)), encoding="utf-8")
    desk = written(tmp_path, CLEAN + '\n[import]\nprofile = "servicenow-audit"\n')
    assert main(["report", str(logged), "--desk", desk]) == 0
    said = capsys.readouterr().out
    assert "servicenow_audit: 0 of 2 state changes refused" in said
    # The words are the log's, the tool's own figures another table: the reader must know which.
    assert "By the states, groups and replies that the log shows; the tool's" in said


def test_code_is_named_for_a_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that names a callable is checked without it, by its name."""
    text = f'{CLEAN}[categories]\ncode = "guess"\n'
    assert main(["check", written(tmp_path, text), *NOW]) == 2
    assert "guess" in capsys.readouterr().err
    assert main(["check", written(tmp_path, text), "--code", "guess", *NOW]) == 0


def test_the_demonstration_prints_the_file_that_it_runs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """``demo --desk`` prints it; it is the desk of the demonstration, and survives a dump."""
    assert main(["demo", "--desk"]) == 0
    text = capsys.readouterr().out
    assert text.strip() == DEMO_DESK.strip()
    assert load_desk(text) == demo_desk() == load_desk(dump_desk(demo_desk()))


EXPORT = """Key;Raised;Done;Status;Prio;Vertrag;VIP
T-1;01.06.2026 09:00;01.06.2026 14:30;fertig;A;gold;yes
T-2;01.06.2026 09:00;01.06.2026 10:30;fertig;B;silver;no
"""
CONTRACTS = """
desk = 1
name = "contracts"
zone = "Europe/Berlin"
fields = { contract = ["silver", "gold"], vip = "bool" }
[calendars]
office = { hours = { mon-fri = "08:00-18:00" } }
[services.gold]
calendar = "office"
resolution = { critical = "5h", else = "6h" }
[services.silver]
calendar = "office"
resolution = "1h"
[[agreements]]
when = { contract = "gold", vip = true }
service = "gold"
[[agreements]]
service = "silver"
[import]
profile = "table"
map = { id = "Key", opened = "Raised", resolved = "Done", state = "Status", priority = "Prio", \
contract = "Vertrag", vip = "VIP" }
times = "%d.%m.%Y %H:%M"
delimiter = ";"
states = { fertig = "resolved" }
levels = { priority = { A = "critical", B = "high" } }
"""


def test_a_report_reads_and_judges_by_the_desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Gold and critical: 5 h, done after 5:30, breached; silver: 1 h, after 1:30. Nothing more."""
    log = tmp_path / "log.csv"
    log.write_text(EXPORT, encoding="utf-8")
    desk = written(tmp_path, CONTRACTS)
    assert main(["report", str(log), "--desk", desk, "--json"]) == 0
    page = json.loads(capsys.readouterr().out)
    assert page["about"]["zone"] == "Europe/Berlin"
    assert {
        (row["clock"], row["priority"], row["n"] - row["numerator"]) for row in page["sla"]["rows"]
    } == {
        ("resolution", "critical", 1),
        ("resolution", "high", 1),
        ("resolution", "(all)", 2),
    }
    assert page["worst"]["definition"] == "gold resolution critical"
    assert page["worst"]["target_hours"] == 5
    assert "escalations" not in page
    assert page["findings"] == []


def test_the_command_line_wins_over_the_import(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its column and its zone: 09:00 is UTC now, not Berlin, two hours earlier."""
    log = tmp_path / "log.csv"
    log.write_text(EXPORT.replace("Raised", "Opened"), encoding="utf-8")
    desk = written(tmp_path, CONTRACTS)
    arguments = ["--desk", desk, "--zone", "UTC", "--map", "opened=Opened", "--json"]
    assert main(["report", str(log), *arguments]) == 0
    page = json.loads(capsys.readouterr().out)
    assert page["about"]["zone"] == "UTC"
    assert page["worst"]["trace"][0]["start"] == "2026-06-01T09:00:00+00:00"


def test_a_desk_without_promises_gets_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No clock, no escalation: nothing is made up, and a priority is computed as the desk says."""
    log = tmp_path / "log.csv"
    log.write_text("Key,Raised,impact,urgency\nT-1,2026-06-01T09:00Z,high,high\n", encoding="utf-8")
    columns = 'map = { id = "Key", opened = "Raised", impact = "impact", urgency = "urgency" }'
    text = f'desk = 1\nname = "none"\n[import]\n{columns}\n'
    assert main(["report", str(log), "--desk", written(tmp_path, text), "--json"]) == 0
    page = json.loads(capsys.readouterr().out)
    assert "sla" not in page
    assert "escalations" not in page
    assert page["volume"][0]["priority"] == "critical"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('profil = "table"', "nearest: profile"),
        ('states = { fertig = "resolvd" }', "nearest: resolved"),
        ('levels = { priority = { A = "criticl" } }', "nearest: critical"),
        ('duplicates = "latest"', "one of refuse, first, last"),
    ],
)
def test_a_wrong_import_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, says: str
) -> None:
    """With the line, what is allowed and the nearest name."""
    assert main(["check", written(tmp_path, f"{CLEAN}[import]\n{line}\n")]) == 2
    error = capsys.readouterr().err
    assert "line 13: import." in error
    assert says in error


def test_the_columns_of_a_file_give_an_import_to_copy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What ``columns`` prints after [import] is read as it stands, quotes in a heading too."""
    log = tmp_path / "log.csv"
    log.write_text('Number,Opened,"The ""State""",Status\n1,2026-06-01,x,new\n', encoding="utf-8")
    assert main(["columns", str(log)]) == 0
    _, found, table = capsys.readouterr().out.partition("[import]\n")
    assert found
    desk = load_desk(f'desk = 1\nname = "x"\n[import]\n{table}')
    assert dict(desk.imports["map"]) == {"id": "Number", "opened": "Opened", "state": "Status"}


def test_the_columns_of_a_file_give_its_times_and_words_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As for the command line: once the words in capitals are replaced, the file is read by it."""
    log = tmp_path / "log.csv"
    rows = "1,03.06.2026 09:00,Geparkt,P-A\n2,13.06.2026 09:00,Neu,high\n"
    log.write_text(f"Number,Opened,State,Priority\n{rows}", encoding="utf-8")
    assert main(["columns", str(log)]) == 0
    table = capsys.readouterr().out.partition("[import]\n")[2]
    assert table.splitlines()[1:] == [
        'times = ["%d.%m.%Y %H:%M"]',
        'states = { "Geparkt" = "STATE", "Neu" = "new" }',
        'levels.priority = { "P-A" = "LEVEL", "high" = "high" }',
    ]
    table = table.replace("STATE", "on_hold").replace("LEVEL", "low")
    desk = load_desk(f'desk = 1\nname = "x"\nzone = "UTC"\n[import]\n{table}')
    reading = read_profile(log, **{"profile": "table", **desk_options(desk)})
    assert [(str(one.state), str(one.priority), one.opened_at.day) for one in reading] == [
        ("on_hold", "low", 3),
        ("new", "high", 13),
    ]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            'profile = "tabel"',
            "import.profile: got 'tabel'; allowed: one of",
        ),
        (
            'map = { id = "A", opened = "B", opend = "C" }',
            "import.map: got 'opend'; allowed: one of",
        ),
        (
            'map = { id = "A" }',
            "import.map: got {'id': 'A'}; allowed: one with a column for opened",
        ),
        ('profile = "glpi-csv"\nmap = { titel = "T" }', "import.map: got 'titel'; allowed: one of"),
        ('profile = "glpi-csv"\nmap = { title = "T" }', ""),
        ('profile = "events"\nmap = { case = "A", activity = "B", at = "C" }', ""),
    ],
)
def test_check_refuses_an_import_that_no_file_can_be_read_with(
    table: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What ``report`` would refuse later, with the name of the file."""
    desk = written(tmp_path, f"{CLEAN}\n[import]\n{table}\n")
    assert main(["check", desk]) == (2 if said else 0)
    assert said in capsys.readouterr().err
