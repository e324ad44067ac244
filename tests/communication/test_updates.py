"""What counts as an update."""

from __future__ import annotations

from tests.communication.test_evaluate import AT, MINUTE, incident, rule

from incidentcore.communication import PUBLIC_REPLY, CommunicationPlan, missed_updates
from incidentcore.records import (
    comment,
    log_contact,
    log_update_sent,
)
from incidentcore.values import Actor


def test_what_counts_as_an_update() -> None:
    """A note for this audience; a comment only where the plan says so, and only a public one."""
    late = AT + 31 * MINUTE
    plain = CommunicationPlan("status", rule())
    lenient = CommunicationPlan("status", rule(), also={"customers": PUBLIC_REPLY})
    base = incident()
    at = AT + 10 * MINUTE
    answers = {
        "told": log_update_sent(base, "customers", at=at, by="ada"),
        "others": log_update_sent(base, "executives", at=at, by="ada"),
        "public": comment(base, "soon", at=at, by="ada"),
        "internal": comment(base, "hm", visibility="internal", at=at, by="ada"),
        "asked": comment(base, "well?", at=at, by=Actor("kim", "requester")),
        "called": log_contact(base, "telephone", at=at, by="ada"),
    }
    counted = {
        plan.name + str(plan is lenient): {
            name for name, one in answers.items() if not missed_updates(plan, one, now=late)
        }
        for plan in (plain, lenient)
    }

    assert counted == {"statusFalse": {"told"}, "statusTrue": {"told", "public"}}
