"""A condition that calls a function of yours."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from incidentcore._checks import need_text
from incidentcore.conditions.condition import Condition, Test, set_test
from incidentcore.errors import DefinitionError

__all__ = ["Opaque"]


@attrs.frozen
class Opaque(Condition):
    """A condition that calls a function of yours.

    It cannot be stored or analyzed: the lint's result for it is "unknown", and serializing it is
    refused. Its id is compared in place of its content.

    Attributes:
        id: A name for it that changes whenever its meaning does.
        function: Called with the subject; the truth value of its result counts.
    """

    id: str
    function: Callable[[object], object] = attrs.field(eq=False)
    test: Test = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        need_text("id", self.id, DefinitionError)
        function = self.function
        if not callable(function):
            raise DefinitionError("function", function, "a callable that takes the subject")
        set_test(self, lambda subject, _: bool(function(subject)))

    def __str__(self) -> str:
        return self.id
