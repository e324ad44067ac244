"""Drill files are read with every fault at its line; three come with the library."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from incidentcore import BusinessCalendar, Incident, acknowledge, advance, simulation
from incidentcore.errors import FormatError
from incidentcore.simulation import lint_drill, load_drill, score_drill
from incidentcore.values import Actor

SHIPPED = sorted((Path(simulation.__file__).parent / "scenarios").glob("*.toml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_scenario_has_no_fault(path: Path) -> None:
    """It reads, and its lint finds nothing."""
    drill = load_drill(path.read_bytes(), source=path.name)

    assert lint_drill(drill) == ()
    assert drill.injects
    assert drill.expects
    assert drill.bot


def test_three_scenarios_are_shipped() -> None:
    """An alert storm, an outage of the tool, a security incident with an executive call."""
    assert [path.stem for path in SHIPPED] == ["alert_storm", "security_incident", "tool_outage"]


def test_every_fault_has_its_line() -> None:
    """All at once, each with what is allowed."""
    text = (
        'drill = 2\nname = "d"\nlasts = "1h"\nplayers = 4\n[[injects]]\nat = "soon"\n'
        'kind = "call"\ntext = "x"\n[[expects]]\nname = "a"\nwithin = "5m"\n'
    )
    with pytest.raises(FormatError) as error:
        load_drill(text, source="d.toml")

    assert [problem.split(";")[0] for problem in error.value.problems] == [
        "d.toml, line 1: drill: got 2",
        "d.toml, line 4: players: got 'players'",
        "d.toml, line 6: injects[1].at: got 'soon'",
        "d.toml, line 9: expects[1].stop: is missing",
    ]


def test_a_canceled_record_gives_no_line() -> None:
    """Rule X1: of two records one is canceled as a duplicate; ``cancel`` decides."""
    start = datetime(2026, 6, 1, 9, tzinfo=UTC)
    text = """
        drill = 1
        name = "d"
        lasts = "1h"
        [[expects]]
        name = "acknowledge"
        within = "5m"
        stop = { acknowledged_at = { present = true } }
    """
    ana = Actor("ana", "agent")
    kept, other = (
        Incident.open(id=name, title="Down", by="kim", at=start, exercise="d") for name in "ab"
    )
    records = [
        acknowledge(kept, at=start + timedelta(minutes=4), by=ana),
        advance(other, "cancel", at=start + timedelta(minutes=2), by=ana),
    ]
    never = text + "cancel = { id = { present = false } }\n"
    end = start + timedelta(hours=1)
    results = [
        [line.result for line in score_drill(drill, records, started_at=start, now=end).lines]
        for drill in map(load_drill, (text, never))
    ]
    assert results == [["met"], ["met", "missed"]]


def test_a_part_that_contradicts_the_drill_is_a_fault_too() -> None:
    """An inject after the end is refused by the drill itself."""
    text = 'drill = 1\nname = "d"\nlasts = "1h"\n[[injects]]\nat = "2h"\nkind = "call"\ntext = "x"'
    with pytest.raises(FormatError, match="at most 1h, which is lasts"):
        load_drill(text)
    text += '\nalert = { key = "k", labels = 7 }'
    with pytest.raises(FormatError, match=r"injects\[1\]\.alert\.labels: got 7; allowed: a table"):
        load_drill(text.replace("2h", "0m"))


def test_an_inject_after_the_end_is_named_by_number_and_line() -> None:
    """In the words of the file, and so is a step of the bot; a wrong end is one fault."""
    first = '[[injects]]\nat = "0m"\nkind = "call"\ntext = "x"\n'
    late = '[[injects]]\nat = "70m"\nkind = "call"\ntext = "y"\n'
    step = '[[bot]]\nat = "1d"\ndo = "open"\nby = "kim"\n'
    head = 'drill = 1\nname = "d"\nlasts = "1h"\n'
    with pytest.raises(FormatError) as caught:
        load_drill(head + first + late + step)
    assert caught.value.problems == (
        "drill file, line 9: injects[2].at: got '70m'; allowed: at most 1h, which is lasts",
        "drill file, line 13: bot[1].at: got '1d'; allowed: at most 1h, which is lasts",
    )
    with pytest.raises(FormatError) as caught:
        load_drill(head.replace("1h", "long") + first + late + step)
    assert [one.split(": ")[1] for one in caught.value.problems] == ["lasts"]


def test_the_words_of_a_desk_file_are_known() -> None:
    """Updates, escalations and conditions are written as there."""
    drill = load_drill(next(path for path in SHIPPED if path.stem == "alert_storm").read_bytes())

    assert drill.plan is not None
    assert drill.plan.rules[0].every == timedelta(minutes=20)
    assert drill.matrix is not None
    assert str(drill.matrix.rows[0].levels[0].targets[0]) == "role duty manager"
    assert drill.injects[0].alert is not None
    assert drill.injects[0].alert.labels["rack"] == "r7"
    # A file gives no time of an alert: until it is delivered, it has that of no drill.
    assert drill.injects[0].alert.at == datetime(2000, 1, 1, tzinfo=UTC)


def test_an_escalation_of_a_drill_may_call_who_is_on_duty() -> None:
    """By the name of an on-call schedule in the same file."""
    drill = load_drill("""
        drill = 1
        name = "d"
        lasts = "1h"
        [oncall]
        duty = { layers = [{ people = "ada", change = "weekly mon 09:00", from = 2026-06-01 }] }
        [[escalation]]
        name = "page"
        levels = [{ after = "5m", to = "oncall:duty" }]
    """)
    assert drill.matrix is not None
    (target,) = drill.matrix.rows[0].levels[0].targets
    assert target.schedule is not None
    assert (target.schedule.name, target.schedule.layers[0].people) == ("duty", ("ada",))


@pytest.mark.parametrize("more", ["", '[calendars.office.hours]\nmon-fri = "09:00-17:00"'])
def test_an_expectation_without_a_calendar_counts_at_all_hours(more: str) -> None:
    """It counts in the calendar "always" of its file, which is in the zone of the file."""
    text = f"""
        drill = 1
        name = "d"
        zone = "Europe/Berlin"
        lasts = "1h"
        {more}
        [[expects]]
        name = "acknowledge"
        within = "5m"
        stop = {{ acknowledged_at = {{ present = true }} }}
        """
    (expected,) = load_drill(text).expects
    assert expected.clock.calendar == BusinessCalendar.always("Europe/Berlin")
