"""Scales and their levels as values: impact, urgency, priority and any other scale.

Numbers mean opposite things in different tools (1 is worst in ServiceNow and iTop, best in GLPI),
so a level is never a number here (rule P1).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn, TypeAlias

import attrs

from incidentcore._checks import (
    SharedRepr,
    a_text,
    are_texts,
    checked,
    need_several,
    need_text,
    need_whole,
)
from incidentcore.errors import DefinitionError, InvalidValueError

Compare: TypeAlias = Callable[["Level", "Level"], bool]


def _compares(compare: Callable[[int, int], bool]) -> Compare:
    """Return a method that compares the ranks of two levels of one scale."""

    def method(self: Level, other: Level) -> Any:
        if not isinstance(other, Level) or other.scale != self.scale:
            return NotImplemented
        return compare(self.rank, other.rank)

    return method


@attrs.frozen
class Level(SharedRepr):
    """One level of a scale; it can be compared only with levels of the same scale.

    A worse (more severe or more urgent) level is greater: ``Impact.HIGH > Impact.LOW``, and
    ``max(...)`` is the worst. Comparing levels of different scales raises ``TypeError``.

    Attributes:
        scale: The id of the scale.
        name: The level's name, such as ``"high"``.
        rank: The level's place in the scale; 1 is the worst.

    Raises:
        InvalidValueError: The scale or name is empty or not text, or the rank is not a whole
            number of at least 1.

    Source: rule P1.

    >>> from incidentcore.values import Impact
    >>> Impact.HIGH > Impact.LOW
    True
    """

    scale: str = attrs.field(validator=a_text)
    name: str = attrs.field(validator=a_text)
    rank: int = attrs.field(validator=checked(need_whole))

    # The worst level has the rank 1.
    __lt__: ClassVar[Compare] = _compares(operator.gt)
    __le__: ClassVar[Compare] = _compares(operator.ge)
    __gt__: ClassVar[Compare] = _compares(operator.lt)
    __ge__: ClassVar[Compare] = _compares(operator.le)

    def __str__(self) -> str:
        return self.name


def _level_names(names: Iterable[str | Level]) -> tuple[str, ...]:
    allowed = "a sequence of level names, from worst to best"
    given = need_several("levels", names, allowed, DefinitionError)
    return tuple(name.name if isinstance(name, Level) else name for name in given)


@attrs.frozen
class Scale(SharedRepr):
    """An ordered set of levels, from the worst (most severe or most urgent) to the best.

    Attributes:
        id: The scale's id, unique among the scales that are used together.
        levels: The levels, from worst to best; pass their names.
        names: The levels' names, in the same order.

    Raises:
        DefinitionError: The id is empty, there are no names, or a name is empty or repeated.

    Source: rule P1.

    >>> from incidentcore.values import Scale
    >>> severity = Scale("severity", ("sev1", "sev2", "sev3"))
    >>> severity.worst
    Level(scale='severity', name='sev1', rank=1)
    """

    id: str
    names: tuple[str, ...] = attrs.field(converter=_level_names, alias="levels")
    levels: tuple[Level, ...] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        need_text("id", self.id, DefinitionError)
        if not are_texts(self.names):
            raise DefinitionError("levels", self.names, "one or more non-empty names")
        if len(set(self.names)) != len(self.names):
            raise DefinitionError("levels", self.names, "each name once")
        levels = tuple(Level(self.id, name, rank) for rank, name in enumerate(self.names, 1))
        object.__setattr__(self, "levels", levels)

    @property
    def worst(self) -> Level:
        """Return the worst level (most severe or most urgent), which is the first."""
        return self.levels[0]

    @property
    def best(self) -> Level:
        """Return the best level (least severe or least urgent), which is the last."""
        return self.levels[-1]

    def __getitem__(self, name: str) -> Level:
        for level in self.levels:
            if level.name == name:
                return level
        hint = _OTHER_WORD.get(str(name).upper(), "")
        raise InvalidValueError(self.id, name, f"one of {', '.join(self.names)}{hint.lower()}")

    def __iter__(self) -> Iterator[Level]:
        return iter(self.levels)

    def __len__(self) -> int:
        return len(self.levels)

    def __contains__(self, level: object) -> bool:
        return level in self.levels


_OTHER_WORD: Final = {
    "MEDIUM": "; the middle priority is MODERATE",
    "MODERATE": "; the middle impact and urgency is MEDIUM",
}


class _Words(type):
    """The type of ``Impact``, ``Urgency`` and ``Priority``: their levels by name."""

    scale: Scale

    def __getitem__(cls, name: str) -> Level:
        """Return the level with the given name, in upper or lower case."""
        return cls.scale[name.lower() if isinstance(name, str) else name]

    def __iter__(cls) -> Iterator[Level]:
        return iter(cls.scale)

    def __call__(cls, *_: object) -> NoReturn:
        name = cls.__name__
        raise TypeError(f"{name} is not called: write {name}.HIGH, or {name}['high']")


class _OtherWord:
    """A level's name in another vocabulary; reading it raises an error with the name used here."""

    def __init__(self, hint: str) -> None:
        self.hint = hint

    def __get__(self, instance: None, owner: _Words) -> NoReturn:
        words = ", ".join(level.name.upper() for level in owner)
        raise AttributeError(f"{owner.__name__} has {words}{self.hint}")


class Impact(metaclass=_Words):
    """The scale for how much of the business an incident affects (ITIL); high is most severe."""

    scale: ClassVar[Scale] = Scale("impact", ("high", "medium", "low"))
    HIGH: Final = scale["high"]
    MEDIUM: Final = scale["medium"]
    LOW: Final = scale["low"]
    if not TYPE_CHECKING:
        MODERATE = _OtherWord(_OTHER_WORD["MODERATE"])


class Urgency(metaclass=_Words):
    """The scale for how soon an incident must be resolved, as in ITIL; high is most urgent."""

    scale: ClassVar[Scale] = Scale("urgency", ("high", "medium", "low"))
    HIGH: Final = scale["high"]
    MEDIUM: Final = scale["medium"]
    LOW: Final = scale["low"]
    if not TYPE_CHECKING:
        MODERATE = _OtherWord(_OTHER_WORD["MODERATE"])


class Priority(metaclass=_Words):
    """The scale for the order of work on incidents, as in ServiceNow; critical is most urgent.

    >>> from incidentcore.values import Priority
    >>> Priority["high"] is Priority.HIGH
    True
    """

    scale: ClassVar[Scale] = Scale("priority", ("critical", "high", "moderate", "low", "planning"))
    CRITICAL: Final = scale["critical"]
    HIGH: Final = scale["high"]
    MODERATE: Final = scale["moderate"]
    LOW: Final = scale["low"]
    PLANNING: Final = scale["planning"]
    if not TYPE_CHECKING:
        MEDIUM = _OtherWord(_OTHER_WORD["MEDIUM"])


SCALES: Final = {one.id: one for one in (Priority.scale, Impact.scale, Urgency.scale)}
"""The standard scales by the name of their field."""
