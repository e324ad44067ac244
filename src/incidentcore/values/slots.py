"""Fast constructors for attrs classes, for callers whose values are already valid."""

from __future__ import annotations

from collections.abc import Callable
from types import new_class
from typing import Any, TypeVar, cast

import attrs

T = TypeVar("T")


def slot_maker(kind: type[T], *parameters: str, **computed: str) -> Callable[..., T]:
    """Return a function that makes instances of an attrs class without checks or conversion.

    The function's source is written for the class, as attrs does: a loop over the attributes takes
    nearly twice the time. It sets the attributes of an instance of a subclass that is not frozen,
    and then changes its class: the setters of frozen slots take twice the time.

    Its parameters are those given, as in a ``def``, or all attributes in their order; ``computed``
    has expressions over them for attributes that are not passed as they are.
    """
    names = [field.name for field in attrs.fields(cast("Any", kind))]
    lines = [
        f"def make({', '.join(parameters or names)}):",
        " _made = _open()",
        *(f" _made.{name} = {computed.get(name, name)}" for name in names),
        " _made.__class__ = _kind",
        " return _made",
    ]
    plain = {name: getattr(object, name) for name in ("__init__", "__setattr__", "__delattr__")}
    plain["__slots__"] = ()
    scope: dict[str, Any] = {"_kind": kind}
    scope["_open"] = new_class("_open", (kind,), exec_body=lambda body: body.update(plain))
    exec("\n".join(lines), scope)  # noqa: S102  of names of attributes alone
    return cast("Callable[..., T]", scope["make"])
