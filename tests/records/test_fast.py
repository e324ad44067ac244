"""Events made without checks are those that their classes make."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incidentcore.records import Commented, Event, FieldsChanged
from incidentcore.records._fast import trusted
from incidentcore.values import Actor, FrozenMap

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
ADA = Actor("ada")


def test_the_event_is_the_one_that_its_class_makes() -> None:
    """With the id of its place, or one of its own."""
    for own_id in (None, "mail-7"):
        made = trusted(Commented)("INC-1", 2, AT, ADA, AT, "hello", "internal", id=own_id)
        more = {} if own_id is None else {"id": own_id}
        checked = Commented(
            record_id="INC-1",
            sequence=2,
            at=AT,
            by=ADA,
            recorded_at=AT,
            text="hello",
            visibility="internal",
            **more,
        )

        assert made == checked
        assert hash(made) == hash(checked)
        assert made.id == (own_id or "INC-1:2")


@pytest.mark.parametrize("parts", [(), (FrozenMap(), "too many")])
def test_every_part_must_be_given(parts: tuple[object, ...]) -> None:
    """A part of the kind has no default here, so that none is left unset."""
    make = trusted(FieldsChanged)
    assert isinstance(make("INC-1", 2, AT, ADA, AT, FrozenMap()), Event)

    with pytest.raises(TypeError, match="argument"):
        make("INC-1", 2, AT, ADA, AT, *parts)
