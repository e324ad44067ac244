"""A condition that calls a custom function."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from incidentcore._checks import checked, need_text
from incidentcore.conditions.condition import Condition, Test, set_test
from incidentcore.errors import DefinitionError


@attrs.frozen
class Opaque(Condition):
    """A condition that calls a custom function.

    It cannot be stored or analyzed: lint functions return ``unknown`` for it, and ``dumps`` refuses
    it. Two such conditions are equal if their ids are equal.

    Attributes:
        id: The condition's name, which must change whenever its meaning does.
        function: A function of the subject; the condition matches if the result is true.
    """

    id: str = attrs.field(validator=checked(need_text, DefinitionError))
    function: Callable[[object], object] = attrs.field(eq=False)
    test: Test = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        function = self.function
        if not callable(function):
            raise DefinitionError("function", function, "a callable that takes the subject")
        set_test(self, lambda subject, _: bool(function(subject)))

    def __str__(self) -> str:
        return self.id
