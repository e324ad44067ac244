"""The watch list: whose promise is most in danger."""

from __future__ import annotations

import attrs
from tests.forecast.history import HOUR, START, ticket
from tests.forecast.test_breach import OPEN, SIX, model_of

from incidentcore import BusinessCalendar, SlaDefinition
from incidentcore.forecast import breach_model, watch_list
from incidentcore.lifecycle import advance
from incidentcore.vendors import read_table


def test_the_watch_list_names_the_most_endangered_first() -> None:
    """Sorted by chance, with what is left and the sentence that says why."""
    model = model_of([*SIX, OPEN])
    asked = [ticket(1, 2 * HOUR), ticket(2), ticket(3, lasts=HOUR), ticket(4, -5 * HOUR)]
    listed = watch_list(model, asked, now=START + 3 * HOUR)
    assert [item.record.id for item in listed.items] == ["INC-00002", "INC-00001"]
    assert listed.items[0].left == "1:00"
    assert listed.items[0].expected_at == START + 6 * HOUR
    assert "took more than the 1:00 that are left" in str(listed)
    headings, rows, numbers = listed.cells()
    assert headings == ["record", "chance", "95%", "left", "expected (UTC)", "why"]
    assert numbers == [False, True, True, True, False, False]
    first = listed.items[0]
    chance, low, high = first.chance.probability, first.chance.low, first.chance.high
    assert rows[0] == [
        *("INC-00002", f"{round(100 * chance)}%", f"{round(100 * low)}%-{round(100 * high)}%"),
        *("1:00", "Mon 01 Jun 06:00", first.chance.why),
    ]
    unknown = attrs.evolve(listed, items=[attrs.evolve(first, expected_at=None)])
    assert unknown.cells()[1][0][4] == ""
    assert listed.to_markdown().startswith("| record | chance |")


def test_a_paused_clock_is_expected_to_end_only_if_it_is_resumed() -> None:
    """Held after 2:00: of the visits that took as long, half took up to 5:00; 3:00 are left."""
    held = advance(ticket(1), "hold", at=START + 2 * HOUR, by="ada", reason="awaiting_vendor")
    listed = watch_list(model_of([*SIX, OPEN]), [held, ticket(2)], now=START + 3 * HOUR)
    paused = {item.record.id: item.paused for item in listed.items}
    assert paused == {"INC-00001": True, "INC-00002": False}
    rows = {row[0]: row[4] for row in listed.cells()[1]}
    assert rows["INC-00001"] == "Mon 01 Jun 06:00, if resumed now"
    assert rows["INC-00002"] == "Mon 01 Jun 06:00"
    unknown = attrs.evolve(
        listed, items=[attrs.evolve(one, expected_at=None) for one in listed.items]
    )
    assert {row[0]: row[4] for row in unknown.cells()[1]} == {
        "INC-00001": "paused",
        "INC-00002": "",
    }


def test_a_record_without_a_chance_is_counted_and_a_small_chance_left_out() -> None:
    """A group that was never seen has no cell; a chance below the limit is not shown."""
    cells = (("assignment_group",),)
    model = model_of([*SIX, OPEN], cells=cells)
    asked = [ticket(1, 2 * HOUR), ticket(2), ticket(3, group="Unseen")]
    every = watch_list(model, asked, now=START + 3 * HOUR)
    assert [item.record.id for item in every.items] == ["INC-00002", "INC-00001"]
    assert every.unanswered == 1
    assert every.notes()[0] == "without an answer: 1"
    high, low = (item.chance.probability for item in every.items)
    assert low < high
    some = watch_list(model, asked, now=START + 3 * HOUR, at_least=high)
    assert [item.record.id for item in some.items] == ["INC-00002"]
    assert some.unanswered == 1


def test_open_records_whose_clock_cannot_be_judged_are_counted() -> None:
    """A table without responses: one is open, one resolved, one not yet opened."""
    rows = [
        {"id": "A", "in": START},
        {"id": "B", "in": START, "out": START + HOUR},
        {"id": "C", "in": START + 9 * HOUR},
    ]
    records = list(read_table(rows, {"id": "id", "opened": "in", "resolved": "out"}))
    clock = SlaDefinition.first_response(hours=4, calendar=BusinessCalendar.always())
    model, now = breach_model(clock, records, as_of=START + 2 * HOUR), START + 2 * HOUR
    listed = watch_list(model, records, now=now)
    assert (listed.items, listed.unanswered) == ((), 1)
    why = model.why_not(records[0], now=now)
    assert why is not None
    assert str(why.message) == "cannot be judged: the source does not cover first_response_at"
