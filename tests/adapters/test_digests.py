"""Digests: any change of a column, or of its place, gives another one."""

from __future__ import annotations

from incidentcore.adapters.digests import as_bytes, digest_of


def test_a_digest_tells_columns_apart() -> None:
    """Neither a shift from one column to the next nor another type goes unseen."""
    digests = {
        digest_of(*parts)
        for parts in [("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""), ("abc", None), ("abc", 1)]
    }

    assert len(digests) == 6


def test_a_digest_is_the_same_in_every_release() -> None:
    """SHA-256 of each column behind its length: what is stored must stay readable."""
    # printf '1:12:bc' | sha256sum
    expected = "8470cd31c593074b9b47f7eb3f3234b56ed68342a2914590c2e9f4fc607b148c"
    assert digest_of(1, "bc").hex() == expected


def test_a_column_of_another_type_is_no_bytes() -> None:
    """It cannot fit a digest then."""
    assert as_bytes(b"x") == as_bytes(memoryview(b"x")) == b"x"
    assert as_bytes(None) == as_bytes(7) == as_bytes("x") == b""
