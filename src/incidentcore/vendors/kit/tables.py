"""What the names in a tool mean: its states, its levels and the roles of its users."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, Literal

import attrs

from incidentcore._checks import count_shown, need_kind, need_several
from incidentcore.errors import InvalidValueError
from incidentcore.lifecycle import Lifecycle
from incidentcore.values import (
    CANCELED,
    CLOSED,
    IN_PROGRESS,
    NEW,
    ON_HOLD,
    RESOLVED,
    Actor,
    FrozenMap,
    Level,
    State,
)
from incidentcore.values.scales import SCALES
from incidentcore.vendors.kit.known_words import ALIKE, ENGLISH, ENGLISH_LEVELS, NEAREST, NEGATED
from incidentcore.vendors.kit.paths import composed

_STANDARD: Final = (NEW, IN_PROGRESS, ON_HOLD, RESOLVED, CLOSED, CANCELED)

_LONGEST: Final = 60
_RANKED: Final = re.compile(
    r"(?:\s*([A-Za-z]?\d{1,2})\s*[-\u2013:]\s*|\s*[A-Za-z]?\d{1,2}\s+(?=[^\W\d])|.*? - )(.+)"
)

# As tools, spreadsheets and people write them, in eight languages.
_BOOLEANS: Final = {
    **dict.fromkeys(("true", "yes", "y", "t", "on", "1", "x", "wahr", "ja", "vrai", "oui"), True),
    **dict.fromkeys(("j", "s", "sí", "si", "sì", "sim"), True),
    **dict.fromkeys(("false", "no", "n", "f", "off", "0", "falsch", "nein", "faux", "non"), False),
    **dict.fromkeys(("nee", "não"), False),
}


def flag(value: object) -> bool | None:
    """Return what a word such as "yes" or "wahr" says; None if it is not one of these."""
    return _BOOLEANS.get(fold(value))


_FLOAT: Final = re.compile(r"^(\d+)\.0$")
_NUMBERED: Final = re.compile(r"^\d+[ :.]+(?=[^\W\d])")  # "6 - " of "6 - Resolved"


def fold(text: object) -> str:
    """Return a name as tables compare it: in lower case, with spaces for ``_`` and ``-``.

    A whole number that a data frame converted to a float, such as ``1.0``, is read as whole.
    """
    text = _FLOAT.sub(r"\1", composed(str(text)))
    return " ".join(text.casefold().replace("_", " ").replace("-", " ").split())


def _states(given: Mapping[str, State | str]) -> FrozenMap[State]:
    """Return states by folded word; a value may also be the name of a standard state."""
    need_kind("states", given, Mapping, allowed="a mapping from the tool's words to states")
    standard = {state.name: state for state in _STANDARD}
    table: dict[str, State] = {}
    allowed = f"a State, or one of {', '.join(standard)}"
    for word, value in given.items():
        state: Any = standard.get(value, value) if isinstance(value, str) else value
        need_kind(f"states[{word}]", state, State, allowed=allowed)
        table[fold(word)] = state
    return FrozenMap(table)


@attrs.frozen
class StateTable:
    """The meanings of a tool's state names or codes; case, ``_`` and ``-`` do not matter.

    If neither a name nor its category is in the table, the usual German, French, Spanish, Italian,
    Dutch, Portuguese and Japanese translations of an English name in the table are recognized:
    "Gelöst" and "Résolu" for "Resolved". If only the category is in the table, its state is
    used; an open one also pauses clocks if the name is a translation of that of a pausing state.
    Unless ``unknown`` is ``"refuse"``, a longer name that starts with a known name, such as "Closed
    by user", or ends with a known translation, is read as that state, with a finding.

    Attributes:
        states: The state for each name or code. In the argument, a value may also be the name of a
            standard state.
        by_category: The state for each category, which is the tool's own name for a group of
            states. A name that is not in ``states`` is read as the state of its category.
        unknown: How to treat any other name: ``"open"`` reads it as an open state, since the work
            may not be done; ``"refuse"`` omits the record.

    Raises:
        InvalidValueError: A value is not a state.

    >>> from incidentcore.vendors.kit.tables import StateTable
    >>> table = StateTable({"Parked": "on_hold"}, {"done": "resolved"})
    >>> table.find("parked")[0].pauses, table.find("Shipped", "done")[0]
    (True, State(name='Shipped', open=False, pauses=False, resolved=True, final=False))
    >>> StateTable({"Resolved": "resolved"}).find("Gelöst")[0].name
    'resolved'
    """

    states: FrozenMap[State] = attrs.field(default=FrozenMap(), converter=_states, repr=count_shown)
    by_category: FrozenMap[State] = attrs.field(default=FrozenMap(), converter=_states)
    unknown: Literal["open", "refuse"] = attrs.field(default="open", kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.unknown not in ("open", "refuse"):
            raise InvalidValueError("unknown", self.unknown, '"open" or "refuse"')

    @classmethod
    def of(
        cls,
        *lifecycles: Lifecycle,
        codes: Mapping[str, str] | None = None,
        by_category: Mapping[str, State | str] | None = None,
    ) -> StateTable:
        """Return a table of the states of lifecycles under their names and codes.

        Args:
            lifecycles: The lifecycles; if two have a state of the same name, that of the first
                lifecycle is used.
            codes: Further codes or names, with the name of the state for each.
            by_category: The state for each category, as in the attribute of the same name.

        >>> from incidentcore.lifecycle import SERVICENOW_INCIDENT
        >>> from incidentcore.vendors.kit.tables import StateTable
        >>> StateTable.of(SERVICENOW_INCIDENT, codes={"3": "On Hold"}).find(3)[0].name
        'On Hold'
        """
        states = {s.name: s for lifecycle in reversed(lifecycles) for s in lifecycle.states}
        states |= {code: states[name] for code, name in (codes or {}).items()}
        return cls(states, by_category or {})

    def find(self, name: object, category: object = None) -> tuple[State | None, bool]:
        """Return the state for a name or code, and whether the name or code itself decided it.

        If the table lacks the name, the state is that of the category. If it lacks both, but
        ``name`` translates an English name in the table, it is the state of that name and counts
        as decided by the name. Failing these, it is None if ``unknown`` is ``"refuse"``, else the
        state of a known name with which ``name`` begins (see ``StateTable``), or an open state.
        """
        word = fold(name)
        if word not in self.states:
            word = _NUMBERED.sub("", word)
        state = self.states.get(word)
        if state is not None:
            return state, True
        kind = "" if category is None else fold(category)
        group = self.by_category.get(kind) or self.by_category.get(ENGLISH.get(kind, ""))
        state = self._in_english(word)
        if group is not None:
            pauses = group.pauses or (group.open and state is not None and state.pauses)
            return attrs.evolve(group, name=str(name), pauses=pauses), False
        if state is not None:
            return state, True
        if self.unknown == "refuse":
            return None, False
        guess = self._guess(word) or State(str(name), open=True)
        return attrs.evolve(guess, name=str(name)), False

    def _guess(self, word: str) -> State | None:
        """Return the state in which a longer name begins, or ends in another language than English.

        An open state that does not pause is not guessed, as any unknown name is read as one.
        """
        if not NEGATED.isdisjoint(word.split()):
            return None
        names = word.split()
        for count in range(len(names) - 1, 0, -1):
            begin, end = " ".join(names[:count]), " ".join(names[-count:])
            for part in (begin, *((end,) if end in ENGLISH else ())):
                state = self.states.get(part) or self._in_english(part)
                if state is not None and (state.pauses or not state.open):
                    return state
        return None

    def _in_english(self, word: str) -> State | None:
        """Return the state for a name in another language, or for one that is alike."""
        english = ENGLISH.get(word, "")
        known = (self.states.get(one) for one in (english, *ALIKE.get(english, ())))
        return next(filter(None, known), None)

    def __or__(self, other: StateTable | Mapping[str, State | str]) -> StateTable:
        """Return this table with the states of another, which take precedence."""
        if not isinstance(other, StateTable):
            other = StateTable(other)
        return StateTable(
            {**self.states, **other.states},
            {**self.by_category, **other.by_category},
            unknown=other.unknown,
        )


UNKNOWN_STATE: Final = (
    "read as a state that is {flags}; say what it means with {option}, {line} in [import] or {code}"
)
_ANY: Final = "STATE"
GUESSED_STATE: Final = (
    "read as a state that is {flags}; say what it means with {option}, {line} in [import] or "
    "{code}, where {name} is one of {states}"
)
UNDONE: Final = (
    "read as a state that is {flags}, so that its resolution does not count; say what it means "
    "with {option}, {line} in [import] or {code}, where {name} is one of {states}"
)


def lines_for(word: str, state: State | None) -> dict[str, object]:
    """Return what to write to make a word mean a state, or ``STATE`` if no state is guessed."""
    alike = (
        one.name
        for one in _STANDARD[1:]
        if state is not None and attrs.evolve(state, name=one.name) == one
    )
    name = next(alike, _ANY)
    key = json.dumps(word[:_LONGEST], ensure_ascii=False)
    return {
        "option": f"--states {shlex.quote(f'{word[:_LONGEST]}={name}')}",
        "line": f'states = {{ {key} = "{name}" }}',
        "code": f'states=... | {{{key}: "{name}"}}',
        "name": _ANY,
        "states": tuple(one.name for one in _STANDARD),
    }


_EVERYDAY: Final = {
    "solved": "resolved",
    "done": "resolved",
    "cancelled": "canceled",
    "work in progress": "in_progress",
    **dict.fromkeys(("open", "opened", "to do", "triggered", "firing"), "new"),
    **dict.fromkeys(("assigned", "active", "acknowledged", "reopened", "planned"), "in_progress"),
    **dict.fromkeys(("investigating", "identified", "monitoring"), "in_progress"),
}
STANDARD_STATES: Final = StateTable({state.name: state.name for state in _STANDARD} | _EVERYDAY)
"""The states of the standard incident lifecycle, by their names and by common words."""


def _levels(kind: str, given: Any) -> FrozenMap[Level]:
    scale = SCALES[kind]
    if given is None:
        return FrozenMap({level.name: level for level in scale})
    need_kind(kind, given, Mapping, allowed="a mapping from the tool's words to levels")
    table: dict[str, Level] = {}
    allowed = f"a Level, or one of {', '.join(scale.names)}"
    for word, value in given.items():
        need_kind(f"{kind}[{word}]", value, (str, Level), allowed=allowed)
        table[fold(word)] = scale[value] if isinstance(value, str) else value
    return FrozenMap(table)


def _priorities(given: Mapping[str, Level | str] | None) -> FrozenMap[Level]:
    return _levels("priority", given)


def _impacts(given: Mapping[str, Level | str] | None) -> FrozenMap[Level]:
    return _levels("impact", given)


def _urgencies(given: Mapping[str, Level | str] | None) -> FrozenMap[Level]:
    return _levels("urgency", given)


@attrs.frozen(kw_only=True)
class LevelTable:
    """The meanings of a tool's words or codes for priority, impact and urgency.

    By default a level is recognized only by its name, in any language that ``StateTable`` knows,
    never by a number, since numbers mean opposite things in different tools (rule P1). A code
    before the name, as in ``"1 - Critical"``, is used if the table has it but not the name.
    "Medium" is read as moderate if the table has no medium, and vice versa, with a finding.

    Args:
        priority: The level for each word or code; a value may also be the name of a level of the
            standard scale.
        impact: The impact for each word or code.
        urgency: The urgency for each word or code.

    Raises:
        InvalidValueError: A value is not a level.

    >>> from incidentcore.vendors.kit.tables import LevelTable
    >>> LevelTable(priority={"Urgent": "critical"}).find("priority", "urgent").rank
    1
    """

    priority: FrozenMap[Level] = attrs.field(default=None, converter=_priorities, repr=count_shown)
    impact: FrozenMap[Level] = attrs.field(default=None, converter=_impacts, repr=count_shown)
    urgency: FrozenMap[Level] = attrs.field(default=None, converter=_urgencies, repr=count_shown)

    def find(self, kind: str, value: object) -> Level | None:
        """Return the level of ``kind``, such as ``"impact"``, for a word or code.

        If the table lacks the word, this is the level of a similar word; None if there is none.
        """
        return self.match(kind, value)[0]

    def match(self, kind: str, value: object) -> tuple[Level | None, bool]:
        """Return the level as ``find`` does, and whether it matches exactly (False for None)."""
        if isinstance(value, Level):
            return value, True
        table: FrozenMap[Level] = getattr(self, kind)
        text = str(value)
        words = [fold(text)]
        if words[0] in table:
            return table[words[0]], True
        if (ranked := _RANKED.fullmatch(text)) is not None:
            words += [fold(ranked[2]), fold(ranked[1] or "")]
        english = [ENGLISH_LEVELS.get(word, word) for word in words]
        for word in (*words, *english):
            if word in table:
                return table[word], True
        near = (table.get(name) for word in english for name in NEAREST.get(word, ()))
        return next(filter(None, near), None), False


NEAREST_LEVEL: Final = "read as {level}, the nearest level there is"
_PRECEDENCE: Final = ("systems", "requesters", "agents")


def _ids(given: Collection[object]) -> frozenset[str]:
    need_several("roles", given, "a collection of ids")
    return frozenset(map(str, given))


@attrs.frozen(kw_only=True)
class Roles:
    """The roles of actors, on which acknowledgement and first response depend.

    A role that is stated here takes precedence over one in the source. An actor without a role in
    either has the role ``default``. If that is None, the actor counts as a system, which never
    responds to a record or acknowledges it, and there is a finding ``unknown_actor``.

    Attributes:
        agents: Ids of the people who work on records.
        requesters: Ids of requesters.
        systems: Ids of bots, rules and integrations.
        default: The role of everybody else; None if that is not known.

    >>> from incidentcore.vendors.kit.tables import Roles
    >>> Roles(systems={"autoclose"}, default="agent").find("autoclose")
    'system'
    """

    agents: frozenset[str] = attrs.field(default=frozenset(), converter=_ids)
    requesters: frozenset[str] = attrs.field(default=frozenset(), converter=_ids)
    systems: frozenset[str] = attrs.field(default=frozenset(), converter=_ids)
    default: str | None = None

    def find(self, actor: str, hint: str | None = None, *, also: Iterable[str] = ()) -> str | None:
        """Return the role of an actor, or None if it is not known.

        Args:
            actor: The actor's id.
            hint: The role that the source states; None if it states none.
            also: Other ids of the same actor, such as a login or an address.
        """
        for name in _PRECEDENCE:
            if not getattr(self, name).isdisjoint((actor, *also)):
                return name.removesuffix("s")
        return hint or self.default


UNKNOWN: Final = Actor("unknown", "system")
"""The actor of an event for which the source names nobody."""
