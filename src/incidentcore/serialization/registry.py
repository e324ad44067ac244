"""The classes that can be written, by their names in documents.

Each package lists its classes in ``written.py``; they are collected here. The names are part of the
format: a released name is never given to another class. ``Registry.extended`` adds your classes,
which may then be the value of any field whose base class or protocol they satisfy.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, get_type_hints

import attrs

from incidentcore._checks import count_shown
from incidentcore.categorization import written as categorization
from incidentcore.communication import written as communication
from incidentcore.conditions import written as conditions
from incidentcore.desk import written as desk
from incidentcore.errors import InvalidValueError
from incidentcore.escalation import written as escalation
from incidentcore.forecast import written as forecast
from incidentcore.improvement import written as improvement
from incidentcore.instants import Interval, Versions
from incidentcore.intake import written as intake
from incidentcore.kpi import written as kpi
from incidentcore.lifecycle import written as lifecycle
from incidentcore.priority import written as priority
from incidentcore.records import Event, Record
from incidentcore.records import written as records
from incidentcore.schedule import written as schedule
from incidentcore.serialization import partials
from incidentcore.serialization.faults import Faults, faults_of
from incidentcore.serialization.forms import FORMS, Form
from incidentcore.serialization.upgrades import MERGED
from incidentcore.simulation import written as simulation
from incidentcore.sla import SlaStatus
from incidentcore.sla import written as sla
from incidentcore.values import FrozenMap
from incidentcore.values import written as values
from incidentcore.whatif import written as whatif

TAG: Final = "$type"  # no field is called so


@attrs.frozen(eq=False)
class Registry:
    """The classes that can be written and read, and their names in documents.

    Attributes:
        classes: The class for each name.
        families: For each base class or protocol, the classes that a field of that type may hold.
        inner: The names of classes that are written only inside others.
        forms: For each class that is written in the form of another, how it is converted.
    """

    classes: Mapping[str, type] = attrs.field(repr=count_shown)
    families: Mapping[Any, tuple[type, ...]] = attrs.field(repr=False)
    inner: Mapping[type, str] = attrs.field(factory=dict, repr=False)
    forms: Mapping[type, Form] = attrs.field(factory=dict, repr=False)
    names: Mapping[type, str] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        names = {cls: name for name, cls in self.classes.items()}
        histories = [cls for cls in names if issubclass(cls, Record) and cls not in self.forms]
        forms = {**self.forms, **{cls: _as_history(cls) for cls in histories}}
        of_forms = {forms[cls][0]: name for cls, name in names.items() if cls in forms}
        object.__setattr__(self, "forms", forms)
        object.__setattr__(self, "names", {**names, **of_forms, **self.inner})

    @property
    def events(self) -> tuple[type, ...]:
        """Return the classes of events."""
        return self.families[Event]

    def fields_of(self, cls: type) -> list[tuple[attrs.Attribute[Any], Any]]:
        """Return the attributes of a class that are written, each with its type."""
        return _fields_of(self.forms[cls][0] if cls in self.forms else cls)

    def names_for(self, kind: Any) -> frozenset[str]:
        """Return the names that documents of a type may have."""
        return _names_for(self, kind)

    def extended(self, extra: Mapping[str, type]) -> Registry:
        """Return a registry that also contains classes of your own.

        Args:
            extra: The class for each name in documents.

        Raises:
            InvalidValueError: A name is already used or invalid, or a class is not an attrs class.
        """
        for name, cls in extra.items():
            if not isinstance(name, str) or not name.isidentifier():
                raise InvalidValueError("extra", name, "a name made of letters, digits and _")
            if name in self.classes or name in MERGED or name in self.inner.values():
                raise InvalidValueError("extra", name, "a name that no class of the library has")
            if not (isinstance(cls, type) and attrs.has(cls)):
                raise InvalidValueError(f"extra[{name}]", cls, "an attrs class: @attrs.frozen")
            if cls in self.names:
                raise InvalidValueError(
                    f"extra[{name}]", cls, f"your own class; it is {self.names[cls]!r}"
                )
        families = {
            kind: (*members, *(cls for cls in extra.values() if _satisfies(cls, kind)))
            for kind, members in self.families.items()
        }
        return Registry({**self.classes, **extra}, families, self.inner, self.forms)


def _as_history(cls: Any) -> Form:
    """Return the form of a record: its history, from which its fields are computed again."""
    history = attrs.field(type=tuple[Event, ...])
    form: Any = attrs.make_class(f"{cls.__name__}History", {"history": history}, frozen=True)

    def from_form(value: Any) -> Any:
        try:
            return cls.from_history(value.history)
        except Exception as error:  # noqa: BLE001  reported with its place
            raise Faults(faults_of(error, ("history",))) from None

    return form, lambda record: form(record.history), from_form


def _satisfies(cls: type, kind: Any) -> bool:
    """Return whether a class derives from a base, or has every member of a protocol."""
    if not getattr(kind, "_is_protocol", False):
        return issubclass(cls, kind)
    own = {*dir(cls), *attrs.fields_dict(cls)}
    wanted = {
        name
        for base in kind.__mro__
        if getattr(base, "_is_protocol", False) and base.__module__ != "typing"
        for name in (*vars(base), *getattr(base, "__annotations__", ()))
        if name == "__call__" or not name.startswith("_")
    }
    return bool(wanted) and wanted <= own


@lru_cache(maxsize=256)
def _names_for(registry: Registry, kind: Any) -> frozenset[str]:
    if kind in registry.families:
        return frozenset(registry.names[cls] for cls in registry.families[kind])
    if not isinstance(kind, type):
        return frozenset()
    return frozenset(name for name, cls in registry.classes.items() if issubclass(cls, kind))


@lru_cache(maxsize=16)
def facts_of(cls: Any) -> dict[str, Any]:
    """Return the type of each present fact of a record class, by name."""
    hints = get_type_hints(cls)
    return {name: hints[name] for name in cls.default_facts() if name != "record_type"}


@lru_cache(maxsize=512)
def _fields_of(cls: type) -> list[tuple[attrs.Attribute[Any], Any]]:
    hints = get_type_hints(cls)
    return [(field, hints[field.name]) for field in attrs.fields(cls) if field.init]


_ROOMS: Final[tuple[Any, ...]] = (
    *(categorization, communication, conditions, desk, escalation, forecast, improvement, intake),
    *(kpi, lifecycle, priority, records, schedule, simulation, sla, values, whatif),
)
CLASSES: Final[dict[str, type]] = {
    **{name: cls for room in _ROOMS for name, cls in room.WRITTEN.items()},
    "Interval": Interval,
    "Versions": Versions,
}
EVENTS: Final = records.FAMILIES[Event]

REGISTRY: Final = Registry(
    CLASSES,
    {
        **{
            kind: members
            for room in _ROOMS
            for kind, members in getattr(room, "FAMILIES", {}).items()
        },
        **{kind: (*members, *escalation.CALENDARS) for kind, members in schedule.FAMILIES.items()},
    },
    {**partials.FORMS, SlaStatus: "SlaSnapshot"},
    FORMS,
)
"""The classes that the library itself writes and reads; ``Codec`` extends it by your own."""

NO_EXTRA: Final[FrozenMap[type]] = FrozenMap()
