"""Evaluate categorizers on records whose category is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from incidentcore.categorization.categorizer import Categorization, Categorizer, answer_all
from incidentcore.categorization.categorizer_report import (
    CategorizerReport,
    CategoryScore,
    Confusion,
    number_text,
)
from incidentcore.categorization.taxonomy import Labeled, Path, labeled_pairs
from incidentcore.errors import InvalidValueError


def evaluate_categorizer(
    categorizer: Categorizer, labeled: Labeled, /, *, depth: int | None = None
) -> CategorizerReport:
    """Return a report on a categorizer, evaluated on records whose category is known.

    Use records other than those that the categorizer was trained on. An abstention lowers coverage,
    accuracy and recall, never precision. A categorizer with a method ``answers`` gets all records
    in one call.

    Args:
        categorizer: The categorizer.
        labeled: Pairs of (record, category), in any order.
        depth: The number of levels to compare; 1 for only the top level, None for the whole path.

    Raises:
        InvalidValueError: ``labeled`` is empty, or a category is neither a name nor a path.

    >>> from incidentcore.categorization import evaluate_categorizer
    >>> from incidentcore.categorization.keywords import KeywordCategorizer
    >>> by_words = KeywordCategorizer({"network": ["vpn"], "hardware": ["printer"]})
    >>> report = evaluate_categorizer(
    ...     by_words, [("vpn down", "network"), ("printer", "hardware"), ("slow", "network")]
    ... )
    >>> report.correct, report.answered, report.n, round(report.macro_f1, 3)
    (2, 2, 3, 0.833)
    """
    pairs = list(labeled_pairs(labeled))
    answers = answer_all(categorizer, [record for record, _ in pairs])
    if depth is not None:
        answers = [attrs.evolve(each, category=each.category[:depth]) for each in answers]
    return _report([actual[:depth] for _, actual in pairs], answers)


def _report(actuals: list[Path], answers: list[Categorization]) -> CategorizerReport:
    if not actuals:
        raise InvalidValueError("labeled", [], "at least one labeled record")
    pairs: Counter[tuple[Path, Path]] = Counter()
    confidences: list[tuple[float, bool]] = []
    for actual, answer in zip(actuals, answers, strict=True):
        pairs[actual, answer.category] += 1
        if not answer.abstained:
            confidences.append((answer.confidence, answer.category == actual))
    support: Counter[Path] = Counter()
    predicted: Counter[Path] = Counter()
    for (actual, guess), count in pairs.items():
        support[actual] += count
        predicted[guess] += count
    return CategorizerReport(
        n=len(actuals),
        categories=tuple(
            CategoryScore(
                category=path,
                support=support[path],
                predicted=predicted[path],
                correct=pairs[path, path],
            )
            for path in sorted((set(support) | set(predicted)) - {()})
        ),
        confusion=tuple(
            Confusion(actual=actual, predicted=guess, count=pairs[actual, guess])
            for actual, guess in sorted(pairs)
        ),
        confidences=tuple(sorted(confidences)),
    )


def cross_validate(
    train: Callable[[list[tuple[Any, Path]]], Categorizer], labeled: Labeled, /, *, folds: int = 5
) -> CategorizerReport:
    """Return a report in which each record is categorized by a model that was not trained on it.

    Use this function if there are too few records to set some aside. The records are divided into
    folds in their order, with each category spread evenly over the folds.

    Args:
        train: A function that takes labeled records and returns a categorizer, such as
            ``SoftmaxCategorizer.train``.
        labeled: Pairs of (record, category).
        folds: The number of folds. For each fold, a model is trained on all the others.

    Raises:
        InvalidValueError: There are fewer than two folds, or fewer records than folds.

    >>> from incidentcore.categorization import cross_validate
    >>> from incidentcore.categorization.bayes import NaiveBayes
    >>> tickets = [("vpn down", "network"), ("no toner", "hardware")] * 4
    >>> cross_validate(NaiveBayes.train, tickets, folds=4).accuracy
    1.0
    """
    pairs = list(labeled_pairs(labeled))
    if type(folds) is not int or not 2 <= folds <= len(pairs):
        raise InvalidValueError("folds", folds, f"from 2 to the number of records, {len(pairs)}")
    spread = sorted(range(len(pairs)), key=lambda place: pairs[place][1])
    answers: dict[int, Categorization] = {}
    for fold in range(folds):
        tried = spread[fold::folds]
        left_out = set(tried)
        model = train([pair for place, pair in enumerate(pairs) if place not in left_out])
        replies = answer_all(model, [pairs[place][0] for place in tried])
        answers.update(zip(tried, replies, strict=True))
    in_order = [answers[place] for place in range(len(pairs))]
    return _report([actual for _, actual in pairs], in_order)


def compare_categorizers(categorizers: Mapping[str, Categorizer], labeled: Labeled, /) -> str:
    """Return a table of several categorizers, evaluated on the same records.

    For example, compare a model alone with the same model used after keyword rules: ``gain`` is the
    difference in accuracy from the first one, in percentage points. A categorizer made by
    ``KeywordCategorizer.train`` can serve as the baseline.

    Args:
        categorizers: The categorizers by name.
        labeled: Pairs of (record, category), in any order.

    Raises:
        InvalidValueError: ``labeled`` is empty, or a category is neither a name nor a path.

    >>> from incidentcore.categorization import compare_categorizers
    >>> from incidentcore.categorization.keywords import KeywordCategorizer
    >>> desk = {"words": KeywordCategorizer({"network": ["vpn"]})}
    >>> print(compare_categorizers(desk, [("vpn down", "network"), ("no toner", "hardware")]))
                              accuracy    gain  coverage  macro-F1    ECE  Brier
    words                        50.0%    +0.0     50.0%     0.500  0.000  0.000
    always the most frequent     50.0%    +0.0
    """
    pairs = list(labeled_pairs(labeled))
    reports = {name: evaluate_categorizer(each, pairs) for name, each in categorizers.items()}
    majority = "always the most frequent"
    wide = max(len(majority), *map(len, reports))
    lines = [f"{'':<{wide}}  accuracy    gain  coverage  macro-F1    ECE  Brier"]
    first = next(iter(reports.values()))
    for name, each in reports.items():
        gain = 100 * (each.accuracy - first.accuracy)
        lines.append(
            f"{name:<{wide}}  {each.accuracy:>8.1%}  {gain:>+6.1f}  {each.coverage:>8.1%}  "
            f"{each.macro_f1:>8.3f}  {number_text(each.ece)}  {number_text(each.brier)}"
        )
    gain = 100 * (first.majority - first.accuracy)
    return "\n".join([*lines, f"{majority:<{wide}}  {first.majority:>8.1%}  {gain:>+6.1f}"])
