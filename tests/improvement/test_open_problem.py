"""A problem is opened from a candidate."""

from __future__ import annotations

from typing import Any

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.improvement import CandidateReport, open_problem, problem_candidates
from incidentcore.records import (
    Record,
    are_linked,
    replay,
)

from .desk import YEAR, at, incidents, opened

ITEM = ("configuration_item",)


def find(records: Any, **given: Any) -> CandidateReport:
    return problem_candidates(records, **{"as_of": YEAR, **given})


def story(**more: Any) -> list[Record]:
    """Return 30 incidents of mx1, which take two hours each, and one each of ten other hosts."""
    hosts = [{"item": "mx1", "resolved": n + 2, **more} for n in range(30)]
    hosts += [{"item": f"host{n}", "resolved": 30 + n + 1} for n in range(10)]
    return incidents({"opened": n, **row} for n, row in enumerate(hosts))


def test_a_known_problem_is_named_first() -> None:
    """Where most incidents are linked to one problem, that is what the evidence suggests."""
    (mx1,) = find(story(), dimensions=ITEM)
    problem = open_problem(mx1, id="PRB-9", at=at(60), by="ada")
    (again,) = find(story(), dimensions=ITEM, problems=[problem])
    assert (again.linked, again.known_as) == (30, "PRB-9")
    assert again.why[-1] == "Suggestion: look at PRB-9 before opening another problem."


def test_a_problem_is_opened_from_a_candidate() -> None:
    """Its fields are those that the incidents share, and it is linked to each of them."""
    records = incidents({"service": "mail" if n < 30 else f"s{n}"} for n in range(40))
    candidate = find(records, dimensions=["service"]).candidates[0]
    assert candidate.label == "service mail"
    problem = open_problem(candidate, id="PRB-1", at=at(60), by="ada", workaround="restart")

    assert (problem.service, problem.origin) == ("mail", "proactive")
    assert problem.title == "30 incidents with service mail"
    assert problem.description == "\n".join(candidate.why)
    assert (problem.workaround, problem.opened_by.role) == ("restart", "agent")
    assert [are_linked(incident, "caused_by", problem) for incident in records] == (
        [True] * 30 + [False] * 10
    )
    assert replay(problem.history) == problem
    with pytest.raises(InvalidValueError, match="ProblemCandidate"):
        open_problem("mx1", id="PRB-1", at=at(60), by="ada")  # type: ignore[arg-type]  # on purpose


def test_a_category_path_becomes_the_problem_s() -> None:
    """The path of a category and the item of a pair are fields of the problem."""
    records = [
        opened(f"I{n}", n, category=("mail", f"{n % 2}"), configuration_item=f"mx{n % 2}")
        for n in range(100)
    ]
    (first, _) = find(records, dimensions=[("category", "configuration_item")])
    assert first.label == "category mail / 0, configuration item mx0"
    problem = open_problem(first, id="P", at=at(200), by="ada")
    assert (problem.category, problem.configuration_item) == (("mail", "0"), "mx0")


def test_a_field_of_the_caller_s_is_told_by_its_name() -> None:
    """What stands below custom is told without that word, and still no field of a problem."""
    sites = [{"site": "berlin" if n < 30 else f"s{n}"} for n in range(40)]
    records = [opened(f"I{n}", n, custom=site) for n, site in enumerate(sites)]
    (berlin,) = find(records, dimensions=["custom.site"])
    assert (berlin.dimension, berlin.label) == (("custom.site",), "site berlin")
    assert not open_problem(berlin, id="P", at=at(60), by="ada").custom
