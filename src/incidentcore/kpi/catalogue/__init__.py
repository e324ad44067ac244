"""The catalogue: every shipped KPI, by name and by id.

``ALL`` maps ids to the definitions; the constants of this package are the same definitions.
Definitions that need an argument, such as an SLA policy, are functions. Definitions are values:
``replace`` returns a copy with changes, such as a different clock, and so with a different content
id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidentcore.errors import InvalidValueError
from incidentcore.kpi.catalogue import flow, rates, service, times, updates
from incidentcore.kpi.catalogue.flow import *  # noqa: F403  its __all__ says which names
from incidentcore.kpi.catalogue.lookup import ALL, Meaning, lookup
from incidentcore.kpi.catalogue.rates import *  # noqa: F403
from incidentcore.kpi.catalogue.service import *  # noqa: F403
from incidentcore.kpi.catalogue.times import *  # noqa: F403
from incidentcore.kpi.catalogue.updates import *  # noqa: F403

__all__ = ["ALL", "Meaning", "lookup"]
__all__ += flow.__all__
__all__ += rates.__all__
__all__ += service.__all__
__all__ += times.__all__
__all__ += updates.__all__

if not TYPE_CHECKING:  # a checker knows the names

    def __getattr__(name: str) -> object:
        """Refuse a name; the error of one that ``lookup`` knows, such as ``MTTR``, says so."""
        text = f"module {__name__!r} has no attribute {name!r}"
        try:
            lookup(name)
        except InvalidValueError:
            raise AttributeError(text, name=name) from None
        raise AttributeError(f"{text}; lookup({name!r}) returns what it may mean", name=name)
