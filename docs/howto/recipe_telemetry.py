"""structlog and OpenTelemetry: one span and one log event for each decision."""

from datetime import datetime

import structlog
from opentelemetry import trace
from opentelemetry.trace import Status, StatusCode

from incidentcore import Incident, decide

tracer = trace.get_tracer("desk")
log = structlog.get_logger("desk")


def observed_decide(incident: Incident, action: str, *, at: datetime, by: str, **fields: object):
    """Decide as ``decide`` does, and say what was decided, with codes and without personal data."""
    with tracer.start_as_current_span("incident.decide") as span:
        answer = decide(incident, action, at=at, by=by, fields=fields)
        facts = {
            "incident.id": incident.id,
            "incident.action": action,
            "incident.state": incident.state.name,
            "incident.version": incident.version,
        }
        if answer:
            facts |= {"incident.new_state": answer.record.state.name}
            log.info("decided", **facts)
        else:
            facts |= {
                "incident.refusal": answer.code,
                "incident.missing": list(answer.missing_fields),
                "incident.allowed": list(answer.allowed_actions),
            }
            log.warning("refused", **facts)
            span.set_status(Status(StatusCode.ERROR, answer.code))
        span.set_attributes(facts)
        return answer
