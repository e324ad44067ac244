"""The report on candidates for problems: trends, costs, pages."""

from __future__ import annotations

import json
import pickle
from fractions import Fraction

from tests.improvement.desk import at, incidents
from tests.improvement.test_problem_candidates import ITEM, find, story

from incidentcore.improvement.problem_candidates import _trend
from incidentcore.records import (
    Problem,
    link,
)


def test_a_trend_is_told_only_beyond_chance() -> None:
    """Late ones rise, early ones fall, and those spread like all others are steady."""
    late = [{"item": "late", "opened": 1000 + n} for n in range(60)]
    early = [{"item": "early", "opened": n} for n in range(60)]
    even = [{"item": "even", "opened": 20 * n} for n in range(60)]
    rest = [{"item": f"h{n}", "opened": 6 * n} for n in range(200)]
    found = find(incidents([*late, *early, *even, *rest]), dimensions=ITEM)
    trends = {one.key[0]: one.trend for one in found}
    assert trends == {"late": "rising", "early": "falling", "even": "steady"}
    assert found.split == at(600)
    assert (
        "what changed when they became more"
        in next(one for one in found if one.key == ("late",)).why[-1]
    )


def test_a_difference_that_does_not_matter_is_no_trend() -> None:
    """Of 20,000, 52 % against 50 % are beyond chance and yet steady; 58 % are rising."""
    for recent, trend in ((10_400, "steady"), (11_600, "rising")):
        assert _trend(recent, 20_000, 0.5, Fraction(95, 100)) == trend


def test_tables_are_escaped_and_values_pickle() -> None:
    """What a value holds is text in every form, never a tag or a formula."""
    records = incidents({"item": "<script>x</script>|=1" if n < 30 else f"h{n}"} for n in range(40))
    found = find(records, dimensions=ITEM)
    assert "<script>" not in found._repr_html_() + found.to_markdown()
    assert "&lt;script&gt;" in found._repr_html_()
    assert "\\|=1" in found.to_markdown()
    right, left = "| ---: ", "| :--- "  # numbers, and the columns of a trend and of what they share
    assert f"\n{right * 5}{left}{right * 4}{left}|\n" in found.to_markdown()
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301  our own bytes
    assert isinstance(hash(found.candidates[0]), int)
    plain = found.to_plain()
    assert json.loads(json.dumps(plain)) == plain
    assert [*plain] == [
        *("as_of", "observed", "split", "n", "counted", "left_out", "confidence", "min_n"),
        *("dimensions", "candidates", "more"),
    ]
    assert found.observed is not None
    ends = {"start": found.observed.start, "end": found.observed.end}
    assert plain["observed"] == {name: end.isoformat() for name, end in ends.items()}
    (row,) = plain["candidates"]
    assert [*row] == [
        *("dimension", "key", "count", "expected", "lift", "lift_at_least", "members", "first"),
        *("last", "trend", "recent", "hours", "timed", "time_share", "callers", "main_caller"),
        *("open", "linked", "problems", "same_as", "why"),
    ]


def test_one_incident_that_is_linked_is_said_in_the_singular() -> None:
    """By the problem's name; a link that says nothing of a cause does not count."""
    records = story()
    problem = Problem.open(id="PRB-1", title="Mail", by="ada", at=at(50))
    problem = link(problem, "related_to", records[1].id, at=at(51), by="ada")
    problem = link(problem, "cause_of", records[0].id, at=at(51), by="ada")
    (mx1,) = find(records, dimensions=ITEM, problems=[problem])
    assert (mx1.linked, mx1.problems) == (1, (("PRB-1", 1),))
    assert "1 of them is linked to a problem: PRB-1." in mx1.why
    (unlinked,) = find(records, dimensions=ITEM)
    assert "None of them is linked to a problem." in unlinked.why
