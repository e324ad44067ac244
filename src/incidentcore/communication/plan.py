"""The communication plan: who must be informed, of what, and by when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final, Literal, TypeAlias, get_args

import attrs

from incidentcore._checks import (
    SharedRepr,
    as_pairs,
    as_texts,
    as_tuple,
    need_each,
    need_key_part,
    need_kind,
    need_span,
    need_text,
)
from incidentcore.communication.template import UpdateTemplate
from incidentcore.conditions import ALWAYS, NEVER, Condition, field
from incidentcore.conditions.instants import timed_tests
from incidentcore.errors import DefinitionError
from incidentcore.schedule import Calendar

_ZERO: Final = timedelta(0)
_RESOLVED: Final = field("state.resolved").is_true()

PUBLIC_REPLY: Final = field("by.role").equals("agent") & (
    field("kind").equals("commented") & field("visibility").equals("public")
)
"""A condition on an event: an agent's public comment, for plans that count it as an update."""


UpdateKind: TypeAlias = Literal["first", "next", "change", "final"]
"""The kind of an update."""


_KINDS: Final = get_args(UpdateKind)


def _templates(
    given: UpdateTemplate
    | Mapping[str, UpdateTemplate]
    | Iterable[tuple[str, UpdateTemplate]]
    | None,
) -> tuple[tuple[str, UpdateTemplate], ...]:
    if given is None:
        return ()
    if isinstance(given, UpdateTemplate):
        return tuple((kind, given) for kind in _KINDS if kind != "change")
    return tuple(as_pairs(given))


@attrs.frozen(kw_only=True)
class UpdateRule(SharedRepr):
    """A rule for how often audiences are informed while a condition on the record holds.

    When a rule begins to apply, a first update is required. Each further update is due ``every``
    after the previous one was sent. Once ``ends`` holds, one final update is required if ``final``
    is set. No update is required for a canceled record, unless ``ends`` holds for it too.

    Attributes:
        name: The rule's name.
        audiences: The names of the audiences to inform; you choose these names.
        when: The condition on the records that the rule applies to. In a plan, the first rule that
            matches applies for each audience; in a desk, every rule that matches does. Tests of the
            time of day are evaluated at the instant at which the other tests become true (rule U1).
        first: The time from when the rule begins to apply until the first update is due. Defaults
            to ``every``.
        every: How long after an update the next one is due; None for no regular updates.
        on_hold: Used instead of ``every`` while the record is on hold. Defaults to ``every``.
        on_change: Fields such as ``"custom.status"``; a change of any of them requires an update
            within the time that ``first`` sets, unless one is due earlier.
        final: The time from when ``ends`` holds until a final update is due; None for no final one.
        stop: A condition under which no regular update is due, only the final one. With
            ``before("snoozed_until")``, a snooze also pauses the updates.
        ends: The condition that ends all updates but the final one. By default, the resolution.
        calendar: The calendar in whose open time the spans above and the lateness of updates are
            counted. None for wall-clock time; lateness is then open time of ``during``, if set.
        during: The contact hours, as a calendar; None for any hour. An update that would become due
            outside these hours waits until their next opening.
        notice: How long before its due time ``due_updates`` lists an update; counted in contact
            hours, if set. An update that waits for the contact hours to open is due when they have
            been open for ``notice``, so that there is time to write it.
        channel: The channel of the updates; a name that you choose.
        templates: The text of the updates: one template for all, or a mapping from ``first``,
            ``next``, ``change`` and ``final`` to templates. Without a template for ``change``, the
            one for ``next`` is used.

    Raises:
        DefinitionError: An argument is invalid, or two contradict each other.

    Source: our choice; ITIL 4, incident management practice (keep users and sponsors informed).

    >>> from datetime import timedelta
    >>> from incidentcore.communication import UpdateRule
    >>> rule = UpdateRule(
    ...     name="critical",
    ...     audiences="customers",
    ...     first=timedelta(minutes=15),
    ...     every=timedelta(minutes=30),
    ... )
    >>> str(rule.span("first")), str(rule.span("next"))
    ('0:15:00', '0:30:00')
    """

    name: str
    audiences: tuple[str, ...] = attrs.field(converter=as_texts)
    when: Condition = ALWAYS
    first: timedelta | None = None
    every: timedelta | None = None
    on_hold: timedelta | None = None
    on_change: tuple[str, ...] = attrs.field(
        default=(), converter=as_texts, metadata={"later": True}
    )
    final: timedelta | None = None
    stop: Condition = NEVER
    ends: Condition = _RESOLVED
    calendar: Calendar | None = None
    during: Calendar | None = None
    notice: timedelta = _ZERO
    channel: str = ""
    templates: tuple[tuple[str, UpdateTemplate], ...] = attrs.field(
        default=(), converter=_templates
    )

    def __attrs_post_init__(self) -> None:
        need_key_part("name", self.name, DefinitionError)
        if not self.audiences or len(set(self.audiences)) != len(self.audiences):
            raise DefinitionError(
                f"{self.name}.audiences", self.audiences, "one or more names, each once"
            )
        for audience in self.audiences:
            need_key_part(f"{self.name}.audiences", audience, DefinitionError)
        for name in ("when", "stop", "ends"):
            need_kind(f"{self.name}.{name}", getattr(self, name), Condition, DefinitionError)
        for name in ("calendar", "during"):
            value = getattr(self, name)
            need_kind(f"{self.name}.{name}", value, Calendar | None, DefinitionError)
        for path in self.on_change:
            need_text(f"{self.name}.on_change", path, DefinitionError, "the path of a field")
        if self.on_change and self.first is None and self.every is None:
            raise DefinitionError(
                f"{self.name}.on_change", self.on_change, "first or every as well"
            )
        self._check_times()
        need_kind(f"{self.name}.channel", self.channel, str, DefinitionError)
        for kind, template in self.templates:
            where = f"{self.name}.templates"
            allowed = f"an UpdateTemplate, or one for each of {', '.join(_KINDS)}"
            need_kind(where, template, UpdateTemplate, DefinitionError, allowed)
            if kind not in _KINDS:
                raise DefinitionError(where, (kind, template), allowed)

    def _check_times(self) -> None:
        for name in ("first", "every", "on_hold", "final", "notice"):
            span = getattr(self, name)
            if span is None and name != "notice":
                continue
            need_span(f"{self.name}.{name}", span, DefinitionError)
        for name in ("every", "on_hold"):
            span = getattr(self, name)
            if span is not None and span <= self.notice:
                raise DefinitionError(
                    f"{self.name}.{name}", span, f"a time longer than the notice of {self.notice}"
                )
        if self.on_hold is not None and self.every is None:
            raise DefinitionError(f"{self.name}.on_hold", self.on_hold, "None, or every as well")
        if self.first is None and self.every is None and self.final is None:
            raise DefinitionError(self.name, None, "at least one of first, every and final")

    def span(self, kind: str, *, on_hold: bool = False) -> timedelta | None:
        """Return the time after which an update of a kind is due; None if there is no such update.

        Args:
            kind: ``first``, ``next``, ``change`` or ``final``.
            on_hold: Whether the record is on hold.
        """
        if kind == "final":
            return self.final
        if kind in ("first", "change") and self.first is not None:
            return self.first
        return self.on_hold if on_hold and self.on_hold is not None else self.every

    def template(self, kind: str) -> UpdateTemplate | None:
        """Return the template for a kind of update, such as ``first``; None if there is none."""
        templates = dict(self.templates)
        return templates.get(kind, templates.get("next") if kind == "change" else None)


def _lead(rule: UpdateRule) -> timedelta:
    """Return a lower bound for the time between an update's start and its listing."""
    if rule.notice and rule.during is not None:
        return _ZERO  # the notice is open time, which may be days
    spans = (rule.first, rule.every, rule.on_hold, rule.final)
    return min(span for span in spans if span is not None) - rule.notice


def _rules(rules: UpdateRule | Iterable[UpdateRule]) -> tuple[UpdateRule, ...]:
    return as_tuple(rules, UpdateRule)


def _also(
    given: Mapping[str, Condition] | Iterable[tuple[str, Condition]],
) -> tuple[tuple[str, Condition], ...]:
    return tuple(as_pairs(given))


@attrs.frozen
class CommunicationPlan(SharedRepr):
    """A communication plan: who must be informed of what, and by when. It sends nothing itself.

    Attributes:
        name: The plan's id, which is part of the keys of its updates.
        rules: The rule or rules; for each audience, the first whose condition holds applies.
        also: For each audience, a condition, such as ``PUBLIC_REPLY``, on events that count as
            updates in addition to those logged with ``records.log_update_sent``.

    Raises:
        DefinitionError: ``rules`` is empty, two rules have the same name, or ``also`` names an
            audience that is in no rule.

    >>> from datetime import timedelta
    >>> from incidentcore.communication import PUBLIC_REPLY, CommunicationPlan, UpdateRule
    >>> from incidentcore.conditions import field
    >>> minute = timedelta(minutes=1)
    >>> critical = field("priority.name").equals("critical")
    >>> plan = CommunicationPlan(
    ...     "status",
    ...     [
    ...         UpdateRule(
    ...             name="critical",
    ...             audiences=["customers", "executives"],
    ...             when=critical,
    ...             first=15 * minute,
    ...             every=30 * minute,
    ...             final=30 * minute,
    ...         ),
    ...         UpdateRule(name="rest", audiences="customers", every=240 * minute),
    ...     ],
    ...     also={"customers": PUBLIC_REPLY},
    ... )
    >>> plan.audiences
    ('customers', 'executives')
    """

    name: str
    rules: tuple[UpdateRule, ...] = attrs.field(converter=_rules)
    also: tuple[tuple[str, Condition], ...] = attrs.field(default=(), converter=_also, kw_only=True)
    # Which facts decide what is owed, so that no other change asks the conditions again; None where
    # a condition reads the time of day or is a function of the caller's.
    watched: frozenset[str] | None = attrs.field(init=False, eq=False, repr=False, default=None)
    # The simple tests whose results can change with time alone.
    timed: tuple[Condition, ...] = attrs.field(init=False, eq=False, repr=False, default=())
    # How long after its opening a record is owed nothing that is listed.
    lead: timedelta = attrs.field(init=False, eq=False, repr=False, default=_ZERO)

    def __attrs_post_init__(self) -> None:
        need_key_part("name", self.name, DefinitionError)
        need_each(f"{self.name}.rules", self.rules, UpdateRule, DefinitionError)
        names = [rule.name for rule in self.rules]
        if not names or len(set(names)) != len(names):
            allowed = "one or more rules with different names"
            raise DefinitionError(f"{self.name}.rules", names, allowed)
        known = self.audiences
        seen: set[str] = set()
        for audience, condition in self.also:
            allowed = f"a condition for each of {', '.join(known)} at most"
            need_kind(f"{self.name}.also", condition, Condition, DefinitionError, allowed)
            if audience not in known or audience in seen:
                raise DefinitionError(f"{self.name}.also", (audience, condition), allowed)
            seen.add(audience)
        asked = [one for rule in self.rules for one in (rule.when, rule.stop, rule.ends)]
        paths = [path for one in asked for path in one.fields]
        paths += [path for rule in self.rules for path in rule.on_change]
        watched = frozenset({"state", *(path.partition(".")[0] for path in paths)})
        knows = all(one.reads_only_fields for one in asked)
        object.__setattr__(self, "timed", timed_tests(asked))
        object.__setattr__(self, "lead", min(_lead(rule) for rule in self.rules))
        object.__setattr__(self, "watched", watched if knows else None)

    @property
    def audiences(self) -> tuple[str, ...]:
        """Return the names of all audiences, in the order of the rules."""
        return tuple(dict.fromkeys(name for rule in self.rules for name in rule.audiences))
