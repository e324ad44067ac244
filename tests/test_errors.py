"""What each error says: what was given, what is allowed, how to go on."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, timedelta
from inspect import signature
from typing import Any

import pytest

from incidentcore import errors

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Broken:
    """A value whose own text cannot be made."""

    def __repr__(self) -> str:
        raise ValueError("broken")


class Refusal:
    """What a lifecycle says when it refuses an action."""

    reason = "a closed incident is not changed"


SAID: list[tuple[type[Exception], tuple[Any, ...], str]] = [
    (errors.InvalidValueError, ("at", 5, "a datetime"), "at: got 5; allowed: a datetime"),
    (
        errors.InvalidValueError,
        ("x", "a" * 198, "less"),
        f"x: got '{'a' * 198}'; allowed: less",  # 200 characters with the quotes
    ),
    (
        errors.InvalidValueError,
        ("x", "a" * 199, "less"),
        f"x: got '{'a' * 199}… (201 characters); allowed: less",
    ),
    (
        errors.NaiveDatetimeError,
        ("now", datetime(2026, 6, 1, 9)),  # noqa: DTZ001  it is what the error is about
        (
            "now: got 2026-06-01T09:00:00; "
            "allowed: a datetime with a time zone, such as tzinfo=UTC or ZoneInfo"
        ),
    ),
    (
        errors.InvalidIntervalError,
        (NINE, NINE - HOUR),
        (
            "end: got 2026-06-01T08:00:00+00:00; allowed: an instant not before the start "
            "2026-06-01T09:00:00+00:00"
        ),
    ),
    (errors.DefinitionError, ("zone", None, "a zone"), "zone: got None; allowed: a zone"),
    (errors.TransitionNotAllowedError, ("not now",), "not now"),
    (
        errors.UnreachableDeadlineError,
        (NINE, None, None),
        "nothing found from 2026-06-01T09:00:00+00:00 within the horizon",
    ),
    (
        errors.UnreachableDeadlineError,
        (NINE, 3 * HOUR, HOUR),
        (
            "1:00:00 of 3:00:00 open time is still unspent at the horizon, counting from "
            "2026-06-01T09:00:00+00:00"
        ),
    ),
    (errors.FormatError, ("bad @ $.a",), "bad @ $.a"),
    (errors.FormatError, (("one", "two"),), "one\ntwo"),
    (errors.FormatError, (("x" * 400,),), "x" * 400),
    (errors.FormatError, (("x" * 401,),), "x" * 200 + " … " + "x" * 200),
    (errors.FormatError, (tuple("abcdefghij"),), "\n".join("abcdefghij")),
    (errors.FormatError, (tuple("abcdefghijkl"),), "\n".join("abcdefghij") + "\n… and 2 more"),
    (
        errors.MissingExtraError,
        ("frames", "clock_table"),
        "clock_table needs the extra 'frames': python -m pip install 'incidentcore[frames]'",
    ),
    (errors.RecordNotFoundError, ("INC-1",), "no record 'INC-1' in this store"),
    (
        errors.StaleRecordError,
        ("INC-1", 0, 2),
        (
            "the id is taken: record 'INC-1' exists, at version 2; choose another id, or load that "
            "record and change it"
        ),
    ),
    (
        errors.StaleRecordError,
        ("INC-1", 2, 0),
        "record 'INC-1' is not in this store: it was removed or never added; expected version 2",
    ),
    (
        errors.StaleRecordError,
        ("INC-1", 2, 3),
        "record 'INC-1' is at version 3, not 2: load it again and repeat the change",
    ),
    (
        errors.DuplicateEventError,
        ("INC-1", "E-1", 3),
        "record 'INC-1' already holds another event with id 'E-1' or sequence 3",
    ),
]


@pytest.mark.parametrize(("kind", "given", "said"), SAID, ids=[row[0].__name__ for row in SAID])
def test_an_error_says_what_was_given_and_how_to_go_on(
    kind: type[Exception], given: tuple[Any, ...], said: str
) -> None:
    """Read in another process it says the same, and its attributes are the same."""
    error = kind(*given)
    assert str(error) == said
    for same in (copy.copy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301  our own bytes
        assert type(same) is kind
        assert (str(same), same.args, vars(same)) == (said, error.args, vars(error))


def test_a_refused_action_is_reported_by_its_reason() -> None:
    """The whole answer is an attribute."""
    refusal = Refusal()
    error = errors.TransitionNotAllowedError(refusal)
    assert str(error) == "a closed incident is not changed"
    assert error.refusal is refusal


def test_a_value_that_cannot_be_shown_does_not_hide_the_error() -> None:
    """Its kind is named, and what its text raised."""
    error = errors.InvalidValueError("x", Broken(), "a number")
    assert str(error) == "x: got <Broken, whose repr raises ValueError>; allowed: a number"


@pytest.mark.parametrize(("kind", "given"), [row[:2] for row in SAID])
def test_an_error_that_is_made_by_keywords_comes_back_from_a_pickle(
    kind: type[Exception], given: tuple[Any, ...]
) -> None:
    """Python keeps only arguments by position; the error keeps all of them."""
    error = kind(**dict(zip(signature(kind).parameters, given, strict=False)))
    assert error.args == kind(*given).args
    back = pickle.loads(pickle.dumps(error))  # noqa: S301  our own bytes
    assert (str(back), back.args) == (str(error), error.args)
