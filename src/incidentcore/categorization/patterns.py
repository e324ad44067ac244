"""Categorize records by patterns in their text: literal text, or regular expressions.

The standard library's engine has no time limit: ``(a+)+$`` took 37 s on 29 characters. So a pattern
is literal by default. A regular expression runs in RE2, whose time is linear in the length of the
text, or in the standard library's engine if its author is trusted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final, Literal, TypeAlias

import attrs

from incidentcore._checks import need_each, need_positive, need_text, need_word, tuple_of
from incidentcore.categorization.categorizer import Categorization, weigh
from incidentcore.categorization.taxonomy import Path, as_path
from incidentcore.categorization.tokens import TEXT_FIELDS, field_names, fold_text, text_of
from incidentcore.errors import DefinitionError

_Search = Callable[[str], object]

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


PatternEngine: TypeAlias = Literal["literal", "re2", "trusted"]
"""How a pattern is interpreted."""


@attrs.frozen
class PatternRule:
    """A pattern and the category that it suggests.

    Attributes:
        pattern: The text or expression to search for, ignoring case, even within words.
        category: The category that the pattern suggests.
        weight: The pattern's weight relative to other patterns; positive.
        engine: ``"literal"``, the default: plain text, found if the record's text contains it after
            ``fold_text`` has been applied to both. ``"re2"``: a regular expression of RE2, which
            needs the ``re2`` extra. ``"trusted"``: a regular expression of the standard library,
            which may never finish on some texts; never use it for a pattern that came from a user.
        name: The name of the pattern in evidence; the pattern itself by default.
        search: Computed: a function that searches a text; for ``literal``, pass it text from
            ``fold_text``.

    Raises:
        DefinitionError: The pattern cannot be read by its engine, RE2 is not installed, or the
            weight is not positive.
        InvalidValueError: The category is neither a name nor a path.
    """

    pattern: str
    category: Path = attrs.field(converter=as_path)
    weight: float = attrs.field(default=1.0, kw_only=True)
    engine: PatternEngine = attrs.field(default="literal", kw_only=True)
    name: str = attrs.field(default="", kw_only=True)
    search: _Search = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        need_text("pattern", self.pattern, DefinitionError)
        need_positive(f"weight of {self.pattern}", self.weight, DefinitionError)
        need_word("engine", self.engine, PatternEngine, DefinitionError)
        compilers = {"literal": _literal, "re2": _re2, "trusted": _trusted}
        object.__setattr__(self, "search", compilers[self.engine](self.pattern))

    def __reduce__(self) -> tuple[object, ...]:
        rule = partial(PatternRule, weight=self.weight, engine=self.engine, name=self.name)
        return rule, (self.pattern, self.category)


def _literal(pattern: str) -> _Search:
    wanted = fold_text(pattern)
    if not wanted:
        raise DefinitionError("pattern", pattern, "a text with something visible in it")
    return lambda folded: wanted in folded


def _trusted(pattern: str) -> _Search:
    try:
        return re.compile(pattern, re.IGNORECASE).search
    except re.error as error:
        raise DefinitionError("pattern", pattern, f"a regular expression; {error}") from None


def _re2(pattern: str) -> _Search:
    try:
        import re2  # noqa: PLC0415  an extra, loaded only where a pattern asks for it
    except ImportError:
        raise DefinitionError(
            "engine",
            "re2",
            'an engine that is installed: RE2 comes with the extra "re2" (google-re2)',
        ) from None
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as error:
        reason = error.args[0] if isinstance(error, re2.error) else error
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise DefinitionError("pattern", pattern, f"a regular expression of RE2; {text}") from None
    # RE2 reads UTF-8, which has no form for an unpaired surrogate.
    return lambda text: compiled.search(_SURROGATE.sub("\ufffd", text))


def _rules(rules: Iterable[PatternRule]) -> tuple[PatternRule, ...]:
    return tuple_of(rules)


@attrs.frozen
class PatternCategorizer:
    """A categorizer that adds up the weights of the patterns in a record's text.

    Each pattern counts once. The category with the greatest sum of weights wins; confidence is its
    share of the weights of all matches. The categorizer abstains if two categories have the same
    greatest sum, or if that sum is 0 or below ``minimum``.

    Attributes:
        rules: The patterns, in any order.
        minimum: The lowest sum of weights that gives a category.
        fields: The record's fields to read.

    Raises:
        DefinitionError: An item of ``rules`` is not a ``PatternRule``.

    >>> from incidentcore.categorization import PatternCategorizer, PatternRule
    >>> by_pattern = PatternCategorizer(
    ...     [PatternRule("c++", "software"), PatternRule("vpn", "network")]
    ... )
    >>> print(by_pattern("Cannot install C++"))
    software (1.00): pattern 'c++' +1 for software
    """

    rules: tuple[PatternRule, ...] = attrs.field(converter=_rules)
    minimum: float = attrs.field(default=0.0, kw_only=True)
    fields: tuple[str, ...] = attrs.field(default=TEXT_FIELDS, converter=field_names, kw_only=True)

    def __attrs_post_init__(self) -> None:
        need_each("rules", self.rules, PatternRule, DefinitionError)

    def __call__(self, record: Any, /) -> Categorization:
        """Return the category with the greatest weight, with each pattern's weight as evidence."""
        text = text_of(record, self.fields)
        folded = fold_text(text)
        matches = [
            (rule.category, rule.name or rule.pattern, rule.weight)
            for rule in self.rules
            if rule.search(folded if rule.engine == "literal" else text)
        ]
        return weigh("pattern", matches, self.minimum)
