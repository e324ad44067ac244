"""A codec for a caller's own classes: written, read strictly, with a schema, among ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import ClassVar

import attrs
import pytest

from incidentcore import Actor, Incident
from incidentcore.categorization import Categorization, FallbackChain, KeywordCategorizer
from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.records import Event
from incidentcore.serialization import Codec, dumps, json_schema, loads
from incidentcore.values import FrozenMap

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


@attrs.frozen(kw_only=True)
class Visited(Event):
    """An engineer was on site."""

    kind: ClassVar[str] = "visited"

    site: str
    stay: timedelta


@attrs.frozen
class Always:
    """A categorizer with one answer."""

    category: tuple[str, ...]

    def __call__(self, text: str) -> Categorization:
        """Answer."""
        return Categorization(category=self.category, confidence=1.0)


@attrs.frozen
class Contract:
    """What was agreed with a customer."""

    customer: str
    hours: int = 8


CODEC = Codec({"AcmeVisited": Visited, "AcmeAlways": Always, "AcmeContract": Contract})


def test_a_value_of_the_caller_comes_back() -> None:
    """Field by field, with defaults left out when it is read."""
    text = CODEC.dumps(Contract("north", 4))
    assert text == '{"type":"AcmeContract","version":1,"value":{"customer":"north","hours":4}}'
    assert CODEC.loads(text, Contract) == Contract("north", 4)
    short = '{"type":"AcmeContract","version":1,"value":{"customer":"north"}}'
    assert CODEC.loads(short, Contract) == Contract("north", 8)


def test_a_kind_of_event_of_the_caller_stands_in_a_history() -> None:
    """A class that derives from a base of ours is a member of its family."""
    record = Incident.open(id="INC-1", title="Mail is down", at=AT, by=Actor("kim", "requester"))
    record = record.with_event(Visited, at=AT, by=Actor("ada"), site="hall 3", stay=timedelta(1))
    again = CODEC.loads(CODEC.dumps(record), Incident)
    assert again == record
    assert type(again.history[-1]) is Visited
    codec = r"pass a class of your own to Codec\(\{name: class\}\)"
    with pytest.raises(InvalidValueError, match=f"{codec}; a function cannot be written"):
        dumps(record)
    with pytest.raises(FormatError, match=f"AcmeVisited'; {codec}; allowed: "):
        loads(CODEC.dumps(record), Incident)


def test_a_class_with_the_members_of_a_protocol_is_in_its_family() -> None:
    """A caller's categorizer stands in a chain of ours."""
    chain = FallbackChain((KeywordCategorizer({("mail",): ("smtp",)}), Always(("other",))))
    assert CODEC.loads(CODEC.dumps(chain), FallbackChain) == chain


def test_a_custom_field_holds_a_value_of_the_caller() -> None:
    """What says itself what it is, says so with the caller's name."""
    record = Incident.open(
        id="INC-1", title="t", at=AT, by="kim", custom={"contract": Contract("north")}
    )
    again = CODEC.loads(CODEC.dumps(record), Incident)
    assert again.custom == FrozenMap({"contract": Contract("north")})


def test_reading_is_as_strict_as_for_ours() -> None:
    """Every problem is listed with its path."""
    wrong = '{"type":"AcmeContract","version":1,"value":{"customer":5,"price":1}}'
    with pytest.raises(FormatError) as caught:
        CODEC.loads(wrong, Contract)
    assert sorted(caught.value.problems) == [
        "got 5; allowed: text @ $.value.customer",
        "not a field of AcmeContract; allowed: customer, hours @ $.value.price",
    ]


def test_the_schema_knows_the_class() -> None:
    """Beside ours, in the schema of a document and of a family."""
    schema = CODEC.json_schema(Contract)
    assert schema["$defs"]["AcmeContract"]["required"] == ["customer"]
    assert "AcmeVisitedTagged" in CODEC.json_schema(Incident)["$defs"]
    assert "AcmeVisitedTagged" not in json_schema(Incident)["$defs"]


def test_a_codec_without_extras_is_the_functions() -> None:
    """``dumps`` and ``Codec().dumps`` give the same text; codecs compare by their classes."""
    assert Codec().dumps(Actor("ada")) == dumps(Actor("ada"))
    assert Codec({"AcmeContract": Contract}) == Codec({"AcmeContract": Contract})


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"Incident": Contract}, "no class of the library has"),
        ({"KpiPartialRow": Contract}, "no class of the library has"),
        ({"a b": Contract}, "letters, digits"),
        ({"AcmePlain": int}, "an attrs class"),
        ({"AcmeActor": Actor}, "it is 'Actor'"),
    ],
)
def test_what_cannot_be_registered_is_refused(extra: dict[str, type], message: str) -> None:
    """A name that is taken or no name, a class of another kind, or one that is written already."""
    with pytest.raises(InvalidValueError, match=message):
        Codec(extra)


@attrs.frozen
class Tree:
    """A class of one's own whose parts are of the same class."""

    name: str
    parts: tuple[Tree, ...] = ()


def test_a_class_may_contain_itself() -> None:
    """Written and read to any depth, and described by one definition."""
    codec, tree = Codec({"AcmeTree": Tree}), Tree("a", (Tree("b", (Tree("c"),)), Tree("d")))
    assert codec.to_plain(tree)["value"]["parts"][0]["parts"][0]["name"] == "c"
    assert codec.loads(codec.dumps(tree), Tree) == tree
    parts = codec.json_schema(Tree)["$defs"]["AcmeTree"]["properties"]["parts"]
    assert parts == {"type": "array", "items": {"$ref": "#/$defs/AcmeTree"}}
