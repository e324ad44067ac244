"""Hypothesis strategies, laws and store contracts for your own tests (extra ``testing``).

A law is a property that must always hold. Strategies and laws need hypothesis; contracts do not.
"""

from collections.abc import Callable

from incidentcore.errors import MissingExtraError
from incidentcore.testing.contracts import StoreContract
from incidentcore.testing.contracts_async import AsyncStoreContract

__all__ = [
    "AsyncStoreContract",
    "StoreContract",
    "actors",
    "alert_storms",
    "calendars",
    "check_calendar",
    "check_communication",
    "check_escalation",
    "check_lifecycle",
    "check_outbox",
    "check_sla",
    "check_whole_desk",
    "communicated_incidents",
    "communication_plans",
    "escalated_incidents",
    "escalation_matrices",
    "histories",
    "illegal_records",
    "instants",
    "legal_records",
    "lifecycles",
    "on_call_schedules",
    "records",
    "rotations",
    "simulations",
    "sla_definitions",
    "sla_policies",
]

try:
    import hypothesis as _  # noqa: F401  what the imports below need
except ModuleNotFoundError:

    def _missing(name: str) -> Callable[..., object]:
        def missing(*_: object, **__: object) -> object:
            raise MissingExtraError("testing", f"incidentcore.testing.{name}")

        return missing

    globals().update({name: _missing(name) for name in __all__ if name not in globals()})
else:
    from incidentcore.testing.checks_communication import check_communication
    from incidentcore.testing.checks_desk import check_outbox
    from incidentcore.testing.checks_escalation import check_escalation
    from incidentcore.testing.checks_lifecycle import check_lifecycle
    from incidentcore.testing.checks_schedule import check_calendar
    from incidentcore.testing.checks_sla import check_sla
    from incidentcore.testing.checks_whole_desk import check_whole_desk
    from incidentcore.testing.strategies_communication import (
        communicated_incidents,
        communication_plans,
    )
    from incidentcore.testing.strategies_desk import simulations
    from incidentcore.testing.strategies_escalation import (
        escalated_incidents,
        escalation_matrices,
        on_call_schedules,
        rotations,
    )
    from incidentcore.testing.strategies_intake import alert_storms
    from incidentcore.testing.strategies_records import (
        actors,
        illegal_records,
        legal_records,
        lifecycles,
        records,
    )
    from incidentcore.testing.strategies_schedule import calendars, instants
    from incidentcore.testing.strategies_sla import histories, sla_definitions, sla_policies
