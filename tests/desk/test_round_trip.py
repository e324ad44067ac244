"""A desk is written and read back, as a file, as a mapping and as a document (rule B6)."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import Phase, given, settings
from tests.desk.drawn import desks

from incidentcore.desk import Desk, desk_mapping, dump_desk, load_desk
from incidentcore.serialization import dumps, loads

ACME = (Path(__file__).parent / "acme.toml").read_text(encoding="utf-8")


# A desk is large and shrinks for minutes: what is dumped says enough.
@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(desks())
def test_what_is_dumped_loads_to_an_equal_desk(desk: Desk) -> None:
    """``load_desk(dump_desk(d)) == d``, and the same of its form as a mapping."""
    text = dump_desk(desk)
    assert load_desk(text) == desk, text
    assert load_desk(desk_mapping(desk)) == desk


def test_the_customer_s_file_is_the_same_after_a_dump() -> None:
    """The policy of the how-to, with country holidays, variants and on-call layers."""
    desk = load_desk(ACME)
    assert load_desk(dump_desk(desk)) == desk
    assert "DE-BY, 2026 to 2028" in desk.sources[0]


@given(desks(small=True))
def test_a_desk_is_a_document_too(desk: Desk) -> None:
    """The codec writes and reads a desk as any other value."""
    assert loads(dumps(desk), Desk) == desk


def test_json_says_the_same_as_toml() -> None:
    """The same form as JSON, with dates as texts."""
    desk = load_desk(ACME)
    text = json.dumps(desk_mapping(desk), default=str)
    assert load_desk(json.loads(text)) == desk
