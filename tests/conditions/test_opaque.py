"""Conditions that only code can answer."""

from __future__ import annotations

import pytest

from incidentcore.conditions import (
    Opaque,
    field,
)
from incidentcore.digest import content_id
from incidentcore.errors import DefinitionError

A = field("a").is_true()


class TestOpaque:
    """A caller's own function."""

    def test_function_answers_by_its_truth(self):
        """Whatever the function returns counts as its truth."""
        rule = Opaque("has tags", lambda subject: subject["tags"])

        assert rule.matches({"tags": ["x"]})
        assert not rule.matches({"tags": []})
        assert (~rule | A).matches({"tags": [], "a": False})

    def test_id_stands_for_the_function(self):
        """Two functions under one id are one condition, so the id must change with them."""
        assert Opaque("x", bool) == Opaque("x", len)
        assert hash(Opaque("x", bool)) == hash(Opaque("x", len))
        assert content_id(Opaque("x", bool)) == content_id(Opaque("x", len))

    @pytest.mark.parametrize("build", [lambda: Opaque("", bool), lambda: Opaque("x", "bool")])
    def test_needs_an_id_and_a_function(self, build):
        """Both are checked when it is built."""
        with pytest.raises(DefinitionError):
            build()
