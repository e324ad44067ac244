"""Documents of earlier versions are read step by step."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from incidentcore import categorization, kpi, lifecycle, priority
from incidentcore.conditions import field
from incidentcore.errors import FormatError
from incidentcore.records import Approved, ServiceRequest, approve
from incidentcore.serialization import from_plain, loads, to_plain
from incidentcore.serialization.upgrades import MERGED, plain_names, upgrade
from incidentcore.values import Actor

from .examples import BAYES, COMMUNICATION, KEYWORDS

FOLDER = Path(__file__).with_name("golden")


TYPES = FOLDER / "v1" / "types"


def _rules(name: str) -> Any:
    """Return the SLA rules in a golden file, read by themselves."""
    rules = json.loads((TYPES / f"{name}.json").read_text(encoding="utf-8"))["value"]["rules"]
    fields = {key: value for key, value in rules.items() if key != "$type"}
    return from_plain({"type": rules["$type"], "version": 1, "value": fields}, object)


MERGED_NOW: dict[str, Any] = {
    "ApprovedOnBehalf": Approved(
        record_id="REQ-2",
        sequence=5,
        at=datetime(2026, 12, 23, 17, 40, tzinfo=UTC),
        by=Actor("max"),
        decision="approved",
        reason="cheap",
        on_behalf_of="cfo",
    ),
    "ArithmeticPriority": priority.FLOOR_OF_MEAN_5X5,
    "Cascade": lifecycle.CascadeRule(
        id="resolve-children",
        source="incident",
        target="incident",
        action="resolve",
        link="parent_of",
        enters=("resolved",),
        when=field("impact").present(),
        fields={"resolution_notes": lifecycle.Copy("resolution_notes")},
    ),
    "CategoryThreshold": categorization.FallbackChain([BAYES], minimum=0.5),
    "CategoryVote": categorization.Vote([], (1.0, 2.0)),
    "Combined": categorization.Vote([KEYWORDS, BAYES], (1.0, 2.0)),
    "FirstMatch": categorization.FallbackChain([KEYWORDS, BAYES]),
    "KpiDistinct": kpi.Count(distinct="caller"),
    "KpiElapsed": kpi.FieldValue("custom.lifetime", "duration"),
    "KpiNumber": kpi.FieldValue("reopen_count"),
    "KpiPerDistinct": kpi.Count(per="caller"),
    "KpiPerRecord": kpi.Count(amount=5),
    "KpiSlaBreached": kpi.SlaClocks(_rules("KpiSlaBreached"), "running_breached"),
    "KpiSlaCyclesMet": kpi.SlaClocks(_rules("KpiSlaCyclesMet"), "cycles_met"),
    "KpiSlaMet": kpi.SlaClocks(_rules("KpiSlaMet")),
    "KpiTimeOverTarget": kpi.SlaClocks(_rules("KpiTimeOverTarget"), "time_over_target"),
    "KpiUpdateLateness": kpi.Updates(COMMUNICATION, "lateness"),
    "WeightedPriority": priority.BMC,
}


@pytest.mark.parametrize("name", MERGED)
def test_a_merged_kind_is_read_as_the_kind_it_became(name: str) -> None:
    """Documents of merged kinds give the same rule, alone and as part of another value."""
    document = json.loads((TYPES / f"{name}.json").read_text(encoding="utf-8"))
    tagged = {"$type": name, **document["value"]}
    policy = {"type": "PriorityPolicy", "version": 1, "value": {"calculator": tagged}}
    chain = {"type": "FallbackChain", "version": 1, "value": {"categorizers": [tagged]}}
    is_matrix = name.endswith("Priority")

    assert from_plain(document, object) == MERGED_NOW[name]
    assert (
        from_plain({**document, "type": "plain", "value": {f"${name}": document["value"]}}, object)
        == MERGED_NOW[name]
    )
    if is_matrix:
        assert from_plain(policy, priority.PriorityPolicy).calculator == MERGED_NOW[name]
    elif name.startswith("Kpi"):
        whole = {"type": "Kpi", "version": 1, "value": {"id": "x", "measure": tagged}}
        assert from_plain(whole, kpi.Kpi).measure == MERGED_NOW[name]
    elif name == "ApprovedOnBehalf":
        opened = ServiceRequest.open(id="REQ-2", title="t", by="kim", at=MERGED_NOW[name].at)
        request = to_plain(opened)
        request["value"]["history"].append(tagged)
        assert from_plain(request, ServiceRequest).history[1:] == (MERGED_NOW[name],)
    elif name not in ("Cascade", "CategoryVote"):
        assert from_plain(chain, object) == categorization.FallbackChain([MERGED_NOW[name]])


@pytest.mark.parametrize("name", sorted(set(MERGED) - {"CategoryVote", "FirstMatch"}))
@pytest.mark.parametrize("fields", [{}, {"rows": 1}, {"categorizers": 1, "combination": 1}])
def test_broken_documents_of_merged_kinds_are_refused(name: str, fields: Any) -> None:
    """What such a kind never wrote is a format error at its place."""
    with pytest.raises(FormatError, match=r"@ \$\.value"):
        from_plain({"type": name, "version": 1, "value": fields}, object)


@pytest.mark.parametrize("approver", [{}, {"on_behalf_of": None}, {"on_behalf_of": ""}])
def test_a_delegate_s_decision_does_not_become_its_own(approver: dict[str, Any]) -> None:
    """A broken document of the merged kind names no approver; ``Approved`` needs none."""
    document = json.loads((TYPES / "ApprovedOnBehalf.json").read_text(encoding="utf-8"))
    del document["value"]["on_behalf_of"]
    document["value"] |= approver

    with pytest.raises(FormatError, match=r"ApprovedOnBehalf: 'on_behalf_of' @ \$\.value"):
        from_plain(document, object)


VIP = {"$type": "FieldTest", "path": "custom.vip", "op": "equals", "value": True}


@pytest.mark.parametrize(("when", "vip"), [(None, True), (VIP, True), (VIP, False)])
def test_a_rule_on_a_merged_kind_of_event_is_read_as_one_on_the_kind_it_became(
    when: Any, *, vip: bool
) -> None:
    """It still follows a delegate's decision alone, under its own condition: in part as well."""
    old = {"id": "x", "source": "service_request", "target": "service_request", "comment": "ok"}
    old |= {"on": "approved_on_behalf", "when": when}
    alone = from_plain({"type": "Cascade", "version": 1, "value": old}, lifecycle.CascadeRule)
    (part,) = from_plain({"type": "plain", "version": 1, "value": [{"$Cascade": old}]}, object)
    opened = MERGED_NOW["ApprovedOnBehalf"].at
    request = ServiceRequest.open(id="REQ-2", title="t", by="kim", at=opened, custom={"vip": vip})
    for decided in (
        approve(request, "approved", by="max", at=opened, on_behalf_of=one) for one in ("cfo", None)
    ):
        event = decided.history[-1]
        effects = lifecycle.cascade_effects(decided, event, [], cascades=[alone])
        follows = event.on_behalf_of == "cfo" and (when is None or vip)
        assert [effect.record_id for effect in effects] == ["REQ-2"] * follows
    assert part == alone
    assert alone.on == "approved"


def _rename(name: str, value: Any) -> tuple[str, Any]:
    return ("Incident" if name == "Ticket" else name), value


def _double(name: str, value: Any) -> tuple[str, Any]:
    return name, {**value, "n": value["n"] * 2}


def test_documents_from_before_the_release_have_the_names_of_now() -> None:
    """Each word of a name is replaced where the document has it."""
    old = {"told_at": "t", "why": "since"}
    new = {"listed_at": "t", "why_code": "text", "why_data": {"text": "since"}}
    assert plain_names("MissedUpdate", old) == ("MissedUpdate", new)
    assert plain_names("Incident", old) == ("Incident", old)
    for given, code in (("timed anew", "retimed"), ("on hold", "on_hold"), (None, None)):
        _, value = plain_names("StakeholderUpdate", {"lapsed_because": given})
        assert value == {"lapsed_because": code}


def test_upgrades_run_step_by_step() -> None:
    """A document goes through every version between its own and today's, in order."""
    steps = {1: _rename, 2: _double, 3: _double}

    assert upgrade("Ticket", 1, {"n": 1}, to=4, steps=steps) == ("Incident", {"n": 4})
    assert upgrade("Ticket", 3, {"n": 1}, to=4, steps=steps) == ("Ticket", {"n": 2})
    assert upgrade("Ticket", 4, {"n": 1}, to=4, steps=steps) == ("Ticket", {"n": 1})


@pytest.mark.parametrize(("version", "words"), [(5, "newer"), (1, "cannot be upgraded")])
def test_a_version_without_a_way_is_refused(version: int, words: str) -> None:
    """Newer documents and ones whose step is missing are refused."""
    with pytest.raises(FormatError, match=words):
        upgrade("Ticket", version, {}, to=4, steps={2: _rename})


@pytest.mark.parametrize("version", ["0", "-1", "1.0", '"1"', "null", "true", "2", "99999"])
def test_versions_are_whole_numbers_that_exist(version: str) -> None:
    """Anything but a version of the format is a problem at $.version."""
    with pytest.raises(FormatError, match=r"@ \$\.version"):
        loads(f'{{"type":"plain","version":{version},"value":1}}', object)
