"""Check a drill for parts that cannot work as intended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import attrs

from incidentcore._checks import need_kind
from incidentcore.lifecycle import INCIDENT, Lifecycle
from incidentcore.simulation.drill import Drill
from incidentcore.sla import lint_sla
from incidentcore.values import FrozenMap, LintFinding
from incidentcore.words.words import Texts

DRILL_TEXTS: Final[Texts] = FrozenMap(
    {
        "checks_nothing": "it checks no expectation; if it is background only, make it a note",
        "unknown_check": "it checks {checks!r}; known are {known}",
        "unchecked": "no inject checks it",
        "due_after_end": "the inject at {at} makes it due after the end, at {due} of {lasts}",
    }
)
"""The text of each code that is specific to drills; a translation is another table."""


def lint_drill(drill: Drill, lifecycle: Lifecycle = INCIDENT, /) -> tuple[LintFinding, ...]:
    """Return a finding for each error in a drill; empty if there are none.

    Findings are about injects whose ``checks`` is empty or unknown, and about expectations that no
    inject checks, that are due after the end of the drill, or whose clock cannot start or stop in
    the states of ``lifecycle``. The plan and the matrix are not checked here.

    Source: rule X1.

    >>> from datetime import timedelta
    >>> from incidentcore.simulation import Drill, Inject, lint_drill
    >>> drill = Drill(
    ...     name="d", lasts=timedelta(hours=1), injects=[Inject(timedelta(0), "mail", "Help!")]
    ... )
    >>> [finding.code for finding in lint_drill(drill)]
    ['checks_nothing']
    """
    need_kind("drill", drill, Drill)
    need_kind("lifecycle", lifecycle, Lifecycle)
    found = list(_injects(drill))
    domains = {
        "state": lifecycle.states,
        "state.name": tuple(state.name for state in lifecycle.states),
    }
    for one in drill.expects:
        found += (
            attrs.evolve(finding, subject=one.name)
            for finding in lint_sla(one.clock, domains=domains)
        )
    return tuple(found)


def _injects(drill: Drill) -> Iterator[LintFinding]:
    clocks = {one.name: one.clock for one in drill.expects}
    for place, inject in enumerate(drill.injects, 1):
        subject = f"inject {place}"
        if not inject.checks:
            if inject.kind != "note":
                yield LintFinding("checks_nothing", subject, texts=DRILL_TEXTS)
        elif inject.checks not in drill.owners:
            data = {"checks": inject.checks, "known": ", ".join(drill.owners) or "none"}
            yield LintFinding("unknown_check", subject, data, texts=DRILL_TEXTS)
        elif inject.checks in clocks:
            target = clocks[inject.checks].target  # wall time never ends before so much open time
            if isinstance(target, timedelta) and inject.at + target > drill.lasts:
                spans = {"at": inject.at, "due": inject.at + target, "lasts": drill.lasts}
                data = {name: str(span) for name, span in spans.items()}
                yield LintFinding("due_after_end", inject.checks, data, texts=DRILL_TEXTS)
    checked = {inject.checks for inject in drill.injects}
    for name in drill.owners:
        if name not in checked:
            yield LintFinding("unchecked", name, texts=DRILL_TEXTS)
