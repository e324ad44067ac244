"""A trigger of a caller's own: one class, which fires, explains, lints and repeats (rule E2)."""

import json
from datetime import UTC, datetime, timedelta

import attrs

from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    EscalationTarget,
    Trigger,
    due_escalations,
    lint_escalation,
    next_escalation_wakeup,
)
from incidentcore.records import Incident, set_fields
from incidentcore.serialization import Codec

T0 = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
MIN = timedelta(minutes=1)


@attrs.frozen
class Mentioned(Trigger):
    """Fires a minute after a custom text first mentioned a word."""

    word: str

    @property
    def why(self) -> tuple[str, dict[str, str]]:
        """The word."""
        return "mentioned", {"word": self.word}

    def candidates(self, context):  # type: ignore[no-untyped-def]
        """Return the first mention."""
        steps = context.view.timeline.states()
        mentioned = {step.at for step, facts in steps if self.word in str(facts["custom"])}
        anchors = [one for one in context.view.moments("updated_at") if one.at in mentioned]
        return context.delayed(anchors[:1], MIN, None)

    def behind(self, above: Trigger) -> timedelta:
        """Return a minute: the word comes with the level above."""
        return MIN

    def lint(self, scope):  # type: ignore[no-untyped-def]
        """Yield that there is no word."""
        if not self.word:
            yield "no_word", {"index": scope.index}, self.word


def test_it_fires_heads_a_chain_and_explains() -> None:
    """Mentioned at 9:10: due 9:11, the level after it 9:16; the reason is its own code."""
    chain = [EscalationLevel(Mentioned("fire"), "a"), EscalationLevel(AfterPrevious(5 * MIN), "b")]
    rules = EscalationMatrix("m", [EscalationRow("r", chain)])
    record = Incident.open(id="I", title="x", at=T0, by="kim")
    record = set_fields(record, custom={"text": "a fire"}, at=T0 + 10 * MIN, by="kim")

    due = due_escalations(rules, record, now=T0 + 60 * MIN)
    assert [(one.due_at - T0) / MIN for one in due] == [11, 16]
    assert (due[0].why_code, dict(due[0].why_data)) == ("mentioned", {"word": "fire"})
    assert due[0].why == "mentioned (word=fire)"
    assert next_escalation_wakeup(rules, [record], now=T0 + 11 * MIN) == T0 + 16 * MIN


def test_its_findings_are_found() -> None:
    """What its lint yields is a finding about its level."""
    rules = EscalationMatrix("m", [EscalationRow("r", [EscalationLevel(Mentioned(""), "a")])])
    (finding,) = lint_escalation(rules, start=T0, end=T0)

    assert (finding.code, finding.subject, finding.witness) == ("no_word", "r, level 0", "")


def test_a_step_of_a_person_before_it_is_checked() -> None:
    """The level comes a minute after the one above: a notification after two is too late."""
    levels = [
        EscalationLevel(After(MIN), EscalationTarget.person("ada")),
        EscalationLevel(Mentioned("fire"), "b"),
    ]
    rules = EscalationMatrix("m", [EscalationRow("r", levels)])
    steps = {"ada": [2 * MIN]}
    (finding,) = lint_escalation(rules, start=T0, end=T0, personal=steps)

    assert (finding.code, finding.witness) == ("unreachable_step", ("ada", 2 * MIN))


def test_it_is_written_and_read_back() -> None:
    """A codec that knows the class writes it beside the library's triggers, with a schema."""
    rules = EscalationMatrix("m", [EscalationRow("r", [EscalationLevel(Mentioned("fire"), "a")])])
    codec = Codec(extra={"Mentioned": Mentioned})

    assert codec.loads(codec.dumps(rules), EscalationMatrix) == rules
    assert "Mentioned" in json.dumps(codec.json_schema(EscalationMatrix))
