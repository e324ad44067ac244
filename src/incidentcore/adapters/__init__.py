"""What touches the outside: stores on databases, each in a module of its own.

Those that need an extra are imported by their module, such as ``incidentcore.adapters.sqlalchemy``.
"""

from incidentcore.adapters.async_store import AsyncStore
from incidentcore.adapters.sqlite import SqliteStore

__all__ = ["AsyncStore", "SqliteStore"]
