"""``incidentcore compare`` shows two desk files side by side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from incidentcore.cli import main

DESK = """
desk = 1
name = "desk"
[calendars]
office = { hours = { mon-fri = "08:00-18:00" } }
[services.all]
calendar = "office"
resolution = "4h"
[[agreements]]
service = "all"
[import]
profile = "table"
map = { id = "id", opened = "opened", resolved = "resolved" }
"""
LOG = "id,opened,resolved\nA,2026-06-01T09:00,2026-06-01T13:30\nB,2026-06-01T09:00,2026-06-01T10:00"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    texts = {
        "before.toml": DESK,
        "after.toml": DESK.replace('"08:00-18:00"', '["08:00-12:00", "13:00-18:00"]'),
        "log.csv": LOG,
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    return [str(tmp_path / name) for name in texts]


def test_without_a_log_it_says_what_differs_in_principle(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """And nothing where nothing does."""
    assert main(["compare", *files[:2], "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["differences"]
    assert found == {
        "part": "resolution", "for example": found["for example"], "before": "all resolution",
        "after": "all resolution", "differs in": "calendar", "sure": "yes",
    }  # fmt: skip

    assert main(["compare", files[0], files[0]]) == 0
    assert "each record is judged alike" in capsys.readouterr().out


def test_with_a_log_it_says_for_how_many_and_why(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A lunch break of an hour meets the one that took four and a half."""
    assert main(["compare", *files]) == 0

    text = capsys.readouterr().out
    assert "resolution  breached  met" in text
    assert (
        "A resolution: breached -> met, since Mon  1 Jun 12:00 UTC: "
        "counting -> closed: out of hours" in text
    )
    assert "Behavior is held fixed" in text
    assert main(["compare", *files, "--html"]) == 0
    assert capsys.readouterr().out.startswith("<!DOCTYPE html>")


def test_what_only_one_desk_has_stands_beside_nothing(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A service and its agreement, a group and the records that it gets."""
    after = Path(files[1])
    rule = 'rules = [{ when = { impact = "high" }, category = "x", name = "big" }]'
    after.write_text(f"{DESK}[categories]\n{rule}\n", encoding="utf-8")
    for order, sides in ((files[:2], ("nothing", "big")), (files[1::-1], ("big", "nothing"))):
        assert main(["compare", *order, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)["differences"]
        told = [(one["part"], one["before"], one["after"], one["for example"]) for one in found]
        assert told == [("categories", *sides, "impact high")]


ESCALATING = f"""fields = {{ customer = ["dock", "clinic"] }}
{DESK}
[oncall.night]
layers = [{{ people = ["ada", "ben"], change = "weekly mon 08:00", from = 2026-06-01 }}]
[[escalation]]
name = "late"
when = {{ customer = "dock" }}
levels = [{{ after = "0m", to = "oncall:night" }}, {{ after = "15m", to = "person:chief" }}]
"""
CUSTOMERS = (
    LOG.replace("resolved\n", "resolved,customer\n").replace("13:30", "13:30,dock") + ",clinic"
)
EDITS = {
    "another person": (
        ("person:chief", "person:deputy"),
        "level 2: person chief -> person deputy",
        "person chief -> person deputy, since Mon  1 Jun 09:15 UTC",
    ),
    "another order": (
        ('"ada", "ben"', '"ben", "ada"'),
        "level 1: night of ada/ben -> night of ben/ada",
        "on call for night (ada) -> on call for night (ben), since Mon  1 Jun 09:00 UTC",
    ),
    "another time": (
        ('"15m"', '"30m"'),
        "level 2: 0:15:00 after the level before -> 0:30:00 after the level before",
        "earlier -> later, since Mon  1 Jun 09:15 UTC",
    ),
    "a level less": (
        (', { after = "15m", to = "person:chief" }', ""),
        "level 2: person chief -> nothing",
        "due -> not due, since Mon  1 Jun 09:15 UTC",
    ),
    "another way": (
        ('to = "person:chief"', 'to = "person:chief", mode = "hierarchical"'),
        "level 2: mode",
        "changes      0",
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_escalation_is_shown_in_principle_and_on_the_records(
    edit: str, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """First the level with what it was and would be, then a witness; the example is plain."""
    change, level, witness = EDITS[edit]
    assert ESCALATING.count(change[0]) == 1
    for path, text in zip(files, (ESCALATING, ESCALATING.replace(*change), CUSTOMERS), strict=True):
        Path(path).write_text(text, encoding="utf-8")
    assert main(["compare", *files]) == 0
    text = capsys.readouterr().out
    assert level in text
    assert witness in text
    assert text.index("What differs in principle") < text.index("Outcomes")
    assert "escalation.late  customer dock  late" in text
    assert "FrozenMap" not in text


def test_a_target_that_differs_is_shown_on_both_sides(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for other, shown in {
        "5h": "5:00",
        "3 business days": "3 business days",
        "by 12:00 +2 business days": "by 12:00 after 2 business days",
    }.items():
        Path(files[1]).write_text(DESK.replace('"4h"', f'"{other}"'), encoding="utf-8")
        assert main(["compare", *files[:2], "--json"]) == 0
        (found,) = json.loads(capsys.readouterr().out)["differences"]
        assert found["differs in"] == f"target 4:00 -> {shown}"


def test_the_changes_by_several_fields(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """As ``report --by`` takes them: the group under the name of the mapping, and commas."""
    log = Path(files[2])
    log.write_text(
        LOG.replace("resolved\n", "resolved,team\n").replace(":30\n", ":30,Net\n") + ",App"
    )
    mapping = ("--map", "group=team", "--by", "group,priority", "--json")
    assert main(["compare", *files, *mapping]) == 0
    (row,) = json.loads(capsys.readouterr().out)["groups"]
    assert (row["assignment_group"], row["before"], row["after"]) == ("Net", "breached", "met")


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        # the log is in the desk's zone: the break begins at noon there
        ((), ("2026-06-01T13:30:00+02:00", "Europe/Berlin", "12:00 Europe/Berlin")),
        # the log is in UTC: noon in Berlin is 10:00
        (("--zone", "UTC"), ("2026-06-01T13:30:00+00:00", "UTC", "10:00 UTC")),
    ],
)
def test_times_are_in_the_zone_of_the_page(
    options: tuple[str, ...],
    shown: tuple[str, str, str],
    files: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """That of --zone, otherwise the desk's; plain data stays in UTC."""
    for name in files[:2]:
        text = Path(name).read_text("utf-8")
        Path(name).write_text(text.replace("[calendars]", 'zone = "Europe/Berlin"\n[calendars]'))
    assert main(["compare", *files, *options]) == 0
    text = capsys.readouterr().out
    as_of, zone, since = shown
    assert f"since Mon  1 Jun {since}: counting" in text
    lines = {" ".join(line.split()) for line in text.splitlines()}
    assert {f"as of {as_of}", f"zone {zone}"} <= lines
    assert main(["compare", *files, *options, "--json"]) == 0
    (witness,) = json.loads(capsys.readouterr().out)["witnesses"]
    assert witness["since"] == "2026-06-01T10:00:00+00:00"
