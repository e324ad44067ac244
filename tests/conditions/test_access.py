"""How a condition reads a field: of a record, of facts, below other fields."""

from __future__ import annotations

from datetime import UTC, datetime

import attrs
import pytest

from incidentcore.conditions import field, reached
from incidentcore.conditions.access import reader
from incidentcore.conditions.instants import AtInstant
from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.records import Incident, Problem, ServiceRequest
from incidentcore.values import NEW, Actor, Impact

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)


f = field("f")


def test_names_are_tested_below():
    """What the error asks for works."""
    assert field("f.name").equals("new").matches({"f": NEW})
    assert field("f.id").is_in("ada", "eve").matches({"f": Actor("ada")})


def test_misspelt_field_is_an_error_that_names_the_others():
    """A record without the field is an error, so that a misspelt rule cannot pass unseen."""
    incident = Incident.open(id="INC-1", title="No mail", by="kim", at=NINE)

    with pytest.raises(InvalidValueError, match=r"priorty.*a field of Incident: .*priority"):
        field("priorty").present().matches(incident)
    with pytest.raises(InvalidValueError, match=r"'f'.*a field of the mapping: g"):
        f.present().matches({"g": 1})
    with pytest.raises(InvalidValueError, match="'nam' does not"):
        field("state.nam").equals("new").matches(incident)
    with pytest.raises(InvalidValueError) as raised:
        field("_timeline").present().matches(incident)
    assert ", _" not in str(raised.value)
    for path in ("state.__class__", "state.name.__class__", "opened_by._x"):
        with pytest.raises(InvalidValueError, match="a field that exists"):
            field(path).present().matches(incident)


def test_a_field_of_another_kind_of_event_is_absent():
    """An opening has no text: a rule on comments was an error as soon as it met one (H1)."""
    opened = Incident.open(id="INC-1", title="No mail", by="kim", at=NINE).history[0]

    for test in (field("text").has_text("x"), field("action").equals("reopen")):
        assert not test.matches(opened)
        assert not (test & field("kind").equals("commented")).matches(opened)
    assert not field("event.text").present().matches({"event": opened})
    with pytest.raises(InvalidValueError, match=r"'txt'.*a field of Opened"):
        field("txt").present().matches(opened)


def test_a_field_of_another_type_of_record_is_absent():
    """A rule on major incidents was an error as soon as it met a request (H1)."""
    kinds = [set(attrs.fields_dict(kind)) for kind in (Incident, Problem, ServiceRequest)]
    some = set.union(*kinds) - set.intersection(*kinds)
    request = ServiceRequest.open(id="REQ-1", title="A laptop", by="kim", at=NINE)

    for name in ("major_status", "known_error", *sorted(some)):
        if name not in attrs.fields_dict(ServiceRequest):
            for subject in (request, request.facts()):
                assert not field(name).present().matches(subject)
    incident = Incident.open(id="INC-1", title="No mail", by="kim", at=NINE)
    assert not any(field(name).present().matches(incident) for name in some if "appro" in name)
    with pytest.raises(InvalidValueError, match="'major_state'"):
        field("major_state").present().matches(request)


def test_absent_values_on_the_way_read_as_none():
    """Below an absent value, and for an absent key of a mapping, there is nothing."""
    incident = Incident.open(
        id="INC-1", title="No mail", by="kim", at=NINE, custom={"customer": {"tier": "gold"}}
    )

    assert field("custom.customer.tier").equals("gold").matches(incident)
    assert field("custom.customer.size").missing().matches(incident)
    assert field("custom.vendor.tier").missing().matches(incident)
    assert field("priority.name").missing().matches(incident)
    assert field("opened_by.role").equals("requester").matches(incident)


def test_record_and_facts_answer_alike():
    """A record, and the facts it folds to, are the same subject."""
    incident = Incident.open(
        id="INC-1", title="No mail", by="kim", at=NINE, impact=Impact.HIGH, tags=["x"]
    )

    for condition in (
        field("impact") >= Impact.MEDIUM,
        field("tags").contains("x"),
        field("state.open").is_true(),
        field("title").has_text("mail"),
        field("opened_at").equals(NINE),
        field("record_type").equals("incident"),
    ):
        assert condition.matches(incident)
        assert condition.matches(incident.facts())


def test_a_misspelt_first_step_is_an_error_too():
    """As for a plain field, the error names what there is."""
    with pytest.raises(InvalidValueError, match=r"'stat'.*a field of the mapping: f"):
        field("stat.name.x").present().matches({"f": NEW})


def test_what_no_path_leads_to_below_a_step_is_an_error():
    """An unknown step below a dict's field names the step."""
    with pytest.raises(InvalidValueError, match="'color' does not"):
        field("f.name.color").present().matches({"f": NEW})


def test_a_condition_on_time_is_asked_at_an_instant_of_an_instant():
    """It needs the instant at which it is asked, and a field that holds one."""
    with pytest.raises(InvalidValueError, match="the instant at which to ask for f"):
        reached("f").matches({"f": NINE})
    with pytest.raises(InvalidValueError, match="an aware datetime, or no value"):
        reached("f").matches({"f": "noon"}, at=NINE)
    with pytest.raises(DefinitionError, match="one of"):
        AtInstant("f", "during")
    with pytest.raises(DefinitionError, match="a Field"):
        f.later_than("g")


def test_keys_with_dots() -> None:
    """The whole rest of a path is tried as a key before its first step."""
    subject = {"custom": {"Res. Code": "x", "Nr.": 7, "a": {"b": 1, "c.d": 2}, "a.b": 3}}
    paths = ("custom.Res. Code", "custom.Nr.", "custom.a.b", "custom.a.c.d", "custom.no.such")
    assert [reader(path)(subject) for path in paths] == ["x", 7, 3, 2, None]
    for path in ("custom.", "state..name"):
        with pytest.raises(DefinitionError):
            reader(path)


def test_a_field_that_other_records_have_is_absent_at_any_depth():
    """Only problems have a workaround; an incident, or its facts, has none and none below."""
    incident = Incident.open(id="INC-1", title="No mail", by="kim", at=NINE)
    for subject in (incident, {"record_type": "incident"}):
        for path in ("workaround", "workaround.text", "workaround.text.length"):
            assert reader(path)(subject) is None
            with pytest.raises(InvalidValueError, match="a field of"):
                reader(f"no_{path}")(subject)


def test_what_only_some_records_have_is_absent_from_the_others():
    """Each fact of one type that another lacks; what no record has is an error."""
    kinds = [set(kind.default_facts()) for kind in (Incident, Problem, ServiceRequest)]
    some = set.union(*kinds) - set.intersection(*kinds)
    assert {"workaround", "tasks_progress", "major_status", "approval_rule"} <= some
    for name in some:
        assert reader(name)({"record_type": "incident"}) is None
