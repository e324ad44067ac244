"""``python -m incidentcore problems``: one page from a file, in four forms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from incidentcore import cli

HEAD = "Number,Created,Done,Kind,Host,Site\n"
MAP = (
    *("--map", "id=Number", "opened=Created", "resolved=Done", "category=Kind"),
    "configuration_item=Host",
)


def row(number: int) -> str:
    """Return a ticket: the first 28 of 40 are of mx1, one a day, each two hours long."""
    day = f"2026-06-{number % 28 + 1:02}"
    host = "mx1" if number < 28 else f"host{number}"
    return f"INC-{number:02},{day}T09:00,{day}T11:00,mail,{host},{'<b>' if number % 2 else 'x'}\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "tickets.csv"
    path.write_text(HEAD + "".join(map(row, range(40))), encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Return exit code, standard output and standard error."""
    try:
        code = cli.main(["problems", *map(str, arguments)])
    except SystemExit as exit_:
        code = exit_.code if isinstance(exit_.code, int) else 1
    out, err = capsys.readouterr()
    return code, out, err


def test_the_page_tells_what_stands_out(capsys: pytest.CaptureFixture[str], table: Path) -> None:
    """The host of 28 tickets is told, with its hours, and how often it came back."""
    code, page, err = run(capsys, table, *MAP)
    assert (code, err) == (0, "")
    lines = {" ".join(line.split()) for line in page.splitlines()}
    assert "as of 2026-06-28T11:00:00+00:00" in lines
    assert "1 28 3.1 9.1 4.9 steady 64.3 % 56 0 0 configuration item mx1" in lines
    assert any(line.startswith("mx1 28 27 96.4 % 1 28 ") for line in lines)
    assert "What came back within 7 days, by category" in lines


def test_a_desk_file_says_how_the_table_is_read(
    capsys: pytest.CaptureFixture[str], table: Path, tmp_path: Path
) -> None:
    """Its map and its zone: 11:00 in Berlin is the last instant, and is shown as there."""
    columns = ", ".join(f'{one.split("=")[0]} = "{one.split("=")[1]}"' for one in MAP[1:])
    desk = tmp_path / "desk.toml"
    desk.write_text(
        f'desk = 1\nname = "small"\nzone = "Europe/Berlin"\n'
        f'[import]\nprofile = "table"\nmap = {{ {columns} }}\n',
        encoding="utf-8",
    )
    code, page, err = run(capsys, table, "--desk", desk)
    lines = {" ".join(line.split()) for line in page.splitlines()}
    assert (code, err) == (0, "")
    assert {"as of 2026-06-28T11:00:00+02:00", "zone Europe/Berlin"} <= lines
    assert "1 28 3.1 9.1 4.9 steady 64.3 % 56 0 0 configuration item mx1" in lines


def test_the_same_is_had_as_json_markdown_and_html(
    capsys: pytest.CaptureFixture[str], table: Path
) -> None:
    """Each form holds the candidate; JSON its members too."""
    found = json.loads(run(capsys, table, *MAP, "--json")[1])
    (candidate,) = found["candidates"]["candidates"]
    assert candidate["members"] == [f"INC-{n:02}" for n in range(28)]
    assert found["about"]["zone"] == "UTC (no zone given)"
    assert run(capsys, table, *MAP, "--markdown")[1].startswith("# Problem candidates in")
    assert "<td" in run(capsys, table, *MAP, "--html")[1]
    code, _, err = run(capsys, table, *MAP, "--html", "--json")
    assert (code, err.count("\n")) == (2, 1)


def test_fields_pairs_and_time_are_the_caller_s(
    capsys: pytest.CaptureFixture[str], table: Path
) -> None:
    """Other fields, columns of the file and pairs are looked by, in a period, escaped in HTML."""
    options = (*MAP, "--by", "configuration_item,category+custom.Site", "--within", 1)
    period = ("--since", "2026-06-05", "--until", "2026-06-25T00:00", "--least", 3)
    found = json.loads(run(capsys, table, *options, *period, "--json")[1])
    assert found["candidates"]["left_out"] == {"outside_period": 12}
    assert found["candidates"]["min_n"] == 3
    assert [one["dimension"] for one in found["candidates"]["dimensions"]] == [
        ["configuration_item"],
        ["category", "custom.Site"],
    ]
    assert [one["window"] for one in found["recurrences"]] == ["1 day", "1 day"]
    html = run(capsys, table, *options, "--html")[1]
    assert "&lt;b&gt;" in html
    assert "<b>" not in html


def test_a_group_may_be_named_as_the_map_names_it(
    capsys: pytest.CaptureFixture[str], table: Path
) -> None:
    """``--by group`` as in a report: it was refused, though ``--map group=Site`` had been read."""
    options = (*MAP, "group=Site", "--by", "group,category+group", "--json")
    found = json.loads(run(capsys, table, *options)[1])
    assert [one["dimension"] for one in found["candidates"]["dimensions"]] == [
        ["assignment_group"],
        ["category", "assignment_group"],
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--by", "nope"), "nope"),
        (("--by", "category,category"), "each dimension once"),
        (("--by", "category+service+priority"), "a pair"),
        (
            ("--by", "category+HOST"),
            "configuration_item for the column of this heading",
        ),
        (("--within", "0"), "--within: got 0; allowed: 1 to 36,500 days"),
        (("--least", "0"), "--least: got 0; allowed: a whole number from 1"),
        (("--since", "june"), "--since: got 'june'"),
        (("--since", "2026-07-01", "--until", "2026-06-01"), "allowed: a time after 2026-07-01"),
        (("--as-of", "2026"), "--as-of"),
        (("--zone", "Mars"), "--zone"),
    ],
)
def test_wrong_input_is_one_line(
    capsys: pytest.CaptureFixture[str], table: Path, options: tuple[str, ...], said: str
) -> None:
    """Whatever is wrong is named on one line of standard error, with exit code 2."""
    code, page, err = run(capsys, table, *MAP, *options)
    assert (code, page, err.count("\n")) == (2, "", 1)
    assert said in err


def test_an_empty_file_is_refused(capsys: pytest.CaptureFixture[str], table: Path) -> None:
    """A header without rows gives no instant to be as of."""
    table.write_text(HEAD, encoding="utf-8")
    code, _, err = run(capsys, table, *MAP)
    assert (code, err.startswith("incidentcore: it has no records")) == (2, True)


def test_one_end_of_the_period_is_enough(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Without an end it lasts as long as time does; it was refused."""
    path = tmp_path / "log.csv"
    path.write_text("id,opened\nA,2026-06-01T09:00\nB,2026-06-02T09:00\n")

    for option in ("--since", "--until"):
        command = ["problems", str(path), "--map", "id=id", "opened=opened", option, "2026-06-02"]
        assert cli.main(command) == 0
        assert "2 records, of which 1 count" in capsys.readouterr().out
