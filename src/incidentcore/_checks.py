"""Checks of arguments, which raise the error class of their caller, and one ``__repr__`` for all.

They are called at the edge, in the constructors of rules and in the first lines of functions. Hot
paths check inline.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sized
from datetime import date, datetime, timedelta
from fractions import Fraction
from inspect import Parameter, Signature, signature
from math import inf
from types import NoneType, UnionType
from typing import Any, Final, TypeAlias, TypeGuard, TypeVar, get_args

import attrs

from incidentcore.errors import DefinitionError, InvalidValueError

T = TypeVar("T")

_ZERO: Final = timedelta()

# The signature of a method that only refuses what a class forgot, for readers of its help.
NO_ARGUMENTS: Final = Signature([Parameter("self", Parameter.POSITIONAL_ONLY)])

Refusal: TypeAlias = type[InvalidValueError] | type[DefinitionError]
Kind: TypeAlias = type | UnionType | tuple[type, ...]
Validator: TypeAlias = Callable[[Any, Any, Any], None]

_NAMES: Final[dict[type, str]] = {
    str: "text",
    bool: "True or False",
    int: "a whole number",
    datetime: "an aware datetime",
    NoneType: "None",
}


class SharedRepr:
    """The base of attrs classes that share one ``__repr__``.

    attrs would compile one for each class, which takes a sixth of the time of a star import. It
    leaves out a method that a class has of its own, so each subclass gets this one as its own.
    """

    __slots__ = ()

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        if cls.__repr__ is SharedRepr.__repr__:
            cls.__repr__ = SharedRepr.__repr__  # type: ignore[method-assign]

    def __repr__(self) -> str:
        of_dataclass = getattr(self, "__dataclass_fields__", None)  # which lets this method stand
        fields: Any = getattr(self, "__attrs_attrs__", of_dataclass and of_dataclass.values())
        if fields is None:  # a plain class
            return super().__repr__()
        shown = [
            f"{field.name}={(repr if field.repr is True else field.repr)(value)}"
            for field in fields
            if field.repr
            for value in (getattr(self, field.name, attrs.NOTHING),)
        ]
        return f"{type(self).__qualname__.rpartition('>.')[2]}({', '.join(shown)})"


def count_shown(values: Sized) -> str:
    """Return how many values a field has, as its ``repr`` where they would fill a screen."""
    return f"'{len(values)} in total'"  # an expression, as a signature must be parsed


def need_kind(
    where: str, value: object, kind: Kind, error: Refusal = InvalidValueError, allowed: str = ""
) -> None:
    """Raise an error, which says ``allowed`` or the right type, if a value has the wrong type."""
    if not isinstance(value, kind):
        hints = (getattr(each, "_mistaken", {}).get(type(value), "") for each in _kinds(kind))
        raise error(where, value, f"{allowed or _named(kind)}{''.join(hints)}")


def need_each(
    where: str,
    values: Iterable[object],
    kind: Kind,
    error: Refusal = InvalidValueError,
    allowed: str = "",
) -> None:
    """Raise an error for the first of several values that has the wrong type."""
    for value in values:
        need_kind(where, value, kind, error, allowed)


def each_of(
    where: str, values: Iterable[T], kind: Kind, error: Refusal = InvalidValueError
) -> Iterator[T]:
    """Yield several values; raise an error if one has the wrong type, or they are not several."""
    for value in need_several(where, values, f"several {where}, such as a list", error):
        need_kind(where, value, kind, error)
        yield value


def one_or_each(where: str, values: Iterable[T] | T, kind: type[T]) -> Iterator[T]:
    """Yield one value, or each of several as ``each_of`` does."""
    several: Any = (values,) if isinstance(values, kind) else values
    need_several(where, several, f"{_named(kind)}, or several, such as a list")
    return each_of(where, several, kind)


def _kinds(kind: Any) -> tuple[type, ...]:
    return kind if type(kind) is tuple else get_args(kind) or (kind,)


def _named(kind: Any) -> str:
    names = [_NAMES.get(each) or with_article(each.__name__) for each in _kinds(kind)]
    return ", or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def with_article(name: str) -> str:
    if name.endswith("s"):  # BusinessDays, Versions, bytes
        return name
    return f"{'an' if name[0] in 'AEIOUaeio' or name.startswith('Sla') else 'a'} {name}"


def need_text(
    where: str,
    value: object,
    error: Refusal = InvalidValueError,
    allowed: str = "",
    *,
    empty: bool = False,
) -> None:
    """Raise an error if a value is not text, or is empty unless ``empty`` is True."""
    if not isinstance(value, str) or not (value or empty):
        raise error(where, value, allowed or ("text" if empty else "non-empty text"))


# Validators of attrs fields: what an attribute of a class accepts, said beside its type.


def a_text(_: object, field: Any, value: Any) -> None:
    """Accept non-empty text."""
    need_text(field.name, value)


def any_text(_: object, field: Any, value: Any) -> None:
    """Accept text, which may be empty."""
    need_text(field.name, value, empty=True)


def of_type(kind: Kind, allowed: str = "") -> Validator:
    """Return a validator that accepts values of a type."""
    return lambda _, field, value: need_kind(field.name, value, kind, allowed=allowed)


def checked(need: Callable[..., None], *given: Any, **options: Any) -> Validator:
    """Return a validator that calls a ``need_*`` function with what else it is given."""
    return lambda _, field, value: need(field.name, value, *given, **options)


def one_of(words: Any) -> Validator:
    """Return a validator that accepts one of several words, which may be those of a Literal."""
    return lambda _, field, value: need_word(field.name, value, words)


def are_texts(values: Iterable[object]) -> bool:
    """Return whether there are values, and all of them are non-empty texts."""
    found = False
    for value in values:  # a loop takes half as long as all() of a generator
        if not isinstance(value, str) or not value:
            return False
        found = True
    return found


def is_number(value: object) -> TypeGuard[float]:
    """Return whether a value is an int or a float; True and False are not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_whole(value: object) -> TypeGuard[int]:
    """Return whether a value is an int; True and False are not."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_day(value: object) -> TypeGuard[date]:
    """Return whether a value is a date; a datetime is not."""
    return isinstance(value, date) and not isinstance(value, datetime)


def need_day(where: str, value: object) -> None:
    """Raise an error unless a value is a date without a time."""
    if not is_day(value):
        raise InvalidValueError(where, value, "a date")


def need_several(
    where: str,
    value: object,
    allowed: str,
    error: Refusal = InvalidValueError,
    single: Kind = (str, bytes, Mapping),
) -> Iterable[Any]:
    """Return an iterable of values; raise an error for anything else, or a ``single`` value."""
    if not isinstance(value, Iterable) or isinstance(value, single):
        raise error(where, value, allowed)
    return value


def need_keys(already: object) -> None:
    """Raise an error for keys in a text, of which each part would match, or that can be read once.

    A generator is used up by the first look-up, so what was delivered would be due again.
    """
    if not isinstance(already, Collection) or isinstance(already, (str, bytes)):
        raise InvalidValueError("already", already, "a collection of keys, such as a set")


def need_span(
    where: str,
    value: object,
    error: Refusal = InvalidValueError,
    allowed: str = "",
    *,
    more_than_zero: bool = False,
) -> None:
    """Raise an error if a value is not a ``timedelta``, is negative or, if refused, is zero."""
    if not isinstance(value, timedelta) or value < _ZERO or (more_than_zero and not value):
        said = "a positive timedelta" if more_than_zero else "a timedelta that is not negative"
        raise error(where, value, allowed or said)


def need_whole(
    where: str, value: object, error: Refusal = InvalidValueError, *, least: int = 1
) -> None:
    """Raise an error if a value is not a whole number of at least ``least``."""
    if type(value) is not int or value < least:
        raise error(where, value, f"a whole number from {least}")


def need_positive(where: str, value: object, error: Refusal = InvalidValueError) -> None:
    """Raise an error if a value is not a finite number above 0."""
    if not is_number(value) or not 0 < value < inf:
        raise error(where, value, "a positive number")


def need_share(where: str, value: object, error: Refusal = InvalidValueError) -> None:
    """Raise an error if a value is not a number from 0 to 1."""
    if not is_number(value) or not 0 <= value <= 1:
        raise error(where, value, "a number from 0 to 1")


def exact_fraction(
    where: str, value: object, allowed: str, error: Refusal = InvalidValueError
) -> Fraction:
    """Return a number as it is written: 0.8 means 8/10, not the binary number nearest to it."""
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise error(where, value, allowed) from None


def need_key_part(
    where: str, value: object, error: Refusal = InvalidValueError, sign: str = "/"
) -> None:
    """Raise an error if a value cannot be a part of a key or path, whose parts a sign separates."""
    if not isinstance(value, str) or not value or sign in value:
        raise error(where, value, f"non-empty text without a {'slash' if sign == '/' else 'dot'}")


def need_word(where: str, value: object, words: Any, error: Refusal = InvalidValueError) -> None:
    """Raise an error if a value is not one of several words, which may be those of a Literal."""
    known = get_args(words) or tuple(words)
    kinds = tuple(map(type, known))  # since a data frame does not answer a comparison
    if not isinstance(value, kinds) or value not in known:
        raise error(where, value, f"one of {', '.join(map(str, known))}")


def need_keywords(
    function: Callable[..., object],
    given: Iterable[str],
    more: Iterable[str],
    error: Refusal = InvalidValueError,
) -> None:
    """Raise an error for the first keyword argument that a function does not accept.

    Args:
        function: The function, whose name the error states.
        given: The names of the keyword arguments that were passed.
        more: Names that are accepted besides the keyword-only parameters of the function.
        error: The class of the error.
    """
    known = set(more)
    for name in given:
        if name not in known:
            parameters = signature(function).parameters.values()
            known.update(one.name for one in parameters if one.kind is Parameter.KEYWORD_ONLY)
            names = sorted(known)
            allowed = f"one of {', '.join(names)}{nearest(name, names)}"
            raise error(f"argument of {function.__name__}", name, allowed)


def nearest_names(name: object, names: Iterable[str]) -> list[str]:
    """Return at most three names that contain a given one or are in it, or else resemble it."""
    from difflib import get_close_matches  # noqa: PLC0415  only to word an error

    wrong, known = str(name), list(dict.fromkeys(names))
    own = wrong.split("_")
    parts = [one for one in known if one in own or (len(wrong) > 2 and wrong in one.split("_"))]
    alike = {each.casefold(): each for each in known}
    close = [alike[each] for each in get_close_matches(wrong.casefold(), alike)]
    return sorted(parts, key=len)[:3] or close


def nearest(name: object, names: Iterable[str]) -> str:
    """Return the end of an error text that lists similar names; empty if there are none."""
    return f"; nearest: {', '.join(near)}" if (near := nearest_names(name, names)) else ""


def misspelt(word: object, names: Iterable[str]) -> str:
    """Return the name that a word probably misspells, such as "high" for "hgih"; empty if none."""
    from difflib import get_close_matches  # noqa: PLC0415  only to word an error

    # 0.75 is between "hgih" or "reslove", which are one, and "highest" or "dance", which are not.
    return "".join(get_close_matches(str(word), list(names), 1, 0.75))


def as_tuple(value: Any, kind: type[T] | tuple[type[T], ...]) -> tuple[T, ...]:
    """Return several values, a single value of the given type, or a text as a tuple."""
    return (value,) if isinstance(value, (str, kind)) else tuple_of(value)


def as_texts(texts: Iterable[str] | str) -> tuple[str, ...]:
    """Return several texts, or a single one, as a tuple."""
    return as_tuple(texts, str)


def tuple_of(values: Iterable[Any]) -> tuple[Any, ...]:
    """Return values as a tuple: a converter whose signature, unlike ``tuple``'s, is cheap to read.

    attrs reads the signature of each converter, which takes it a millisecond for ``tuple``.
    """
    if type(values) is tuple or type(values) is list:  # asking the base classes takes long
        return tuple(values)
    return tuple(need_several("value", values, "several in a list, such as [value]", single=()))


def as_pairs(value: Any) -> list[tuple[Any, Any]]:
    """Return the items of a mapping, or an iterable of pairs, as a list of pairs."""
    return list(value.items() if isinstance(value, Mapping) else tuple_of(value))
