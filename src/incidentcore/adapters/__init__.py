"""Adapters: stores in databases, and KPIs computed in several processes or on distributed frames.

Import an adapter that needs an extra from its module, such as ``incidentcore.adapters.sqlalchemy``.
"""

from incidentcore.adapters.async_store import AsyncStore
from incidentcore.adapters.sqlite import SqliteStore

__all__ = ["AsyncStore", "SqliteStore"]
