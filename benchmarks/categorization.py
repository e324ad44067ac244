"""Categorizers beside scikit-learn on the same texts, and what hostile text costs.

``python -m benchmarks.categorization TEXTS.csv`` (or ``.csv.gz``) also measures accuracy and
calibration on texts of yours: a table with the columns ``text`` and ``category``, whose last 30 %
are held out.
"""

from __future__ import annotations

import csv
import gzip
import importlib
import importlib.util
import pickle
import sys
from collections.abc import Callable, Iterator
from functools import partial as bind
from math import exp
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.harness import print_table, ratio
from incidentcore.categorization import (
    Calibrated,
    Categorization,
    Categorizer,
    FallbackChain,
    KeywordCategorizer,
    ModelCategorizer,
    NaiveBayes,
    SoftmaxCategorizer,
    compare_categorizers,
)
from incidentcore.categorization.tokens import tokenize
from incidentcore.serialization import dumps

Labeled = list[tuple[str, tuple[str, ...]]]

TEXTS = 2_000
CATEGORIES = 12
VOCABULARY = 3_000
MEGABYTE = 1_000_000


def make_texts(n: int, seed: int) -> Labeled:
    """Return made-up texts of 5 to 60 words, some of which set their category apart."""
    random = Random(seed)  # noqa: S311  made-up data
    labeled: Labeled = []
    for _ in range(n):
        place = random.randrange(CATEGORIES)
        own = place * VOCABULARY // CATEGORIES
        words = [
            f"w{own + random.randrange(100)}"
            if random.random() < 0.3
            else f"w{int(random.paretovariate(1.1)) % VOCABULARY}"
            for _ in range(random.randrange(5, 60))
        ]
        labeled.append((" ".join(words), ("kind", f"{place:02}")))
    return labeled


class ScikitLearn:
    """The same model by scikit-learn, with our words."""

    def __init__(self, labeled: Labeled, categories: tuple[tuple[str, ...], ...]) -> None:
        extraction: Any = importlib.import_module("sklearn.feature_extraction.text")
        bayes: Any = importlib.import_module("sklearn.naive_bayes")
        self.vectors: Any = extraction.CountVectorizer(analyzer=tokenize)
        self.model: Any = bayes.MultinomialNB()
        counts = self.vectors.fit_transform([text for text, _ in labeled])
        self.model.fit(counts, [categories.index(path) for _, path in labeled])

    def logs(self, texts: list[str]) -> Any:
        """Return the log-probabilities of all texts in one call."""
        return self.model.predict_log_proba(self.vectors.transform(texts))

    def one_by_one(self, texts: list[str]) -> None:
        """Ask for one text at a time, as a service desk does."""
        for text in texts:
            self.model.predict_proba(self.vectors.transform([text]))


def ask(model: Callable[[str], object], texts: list[str]) -> None:
    """Categorize one text after the other."""
    for text in texts:
        model(text)


def train_and_ask() -> Iterator[tuple[str, float | str, str]]:
    """Yield how training grows, and how predictions compare."""
    training, trial = make_texts(TEXTS, seed=1), make_texts(200, seed=2)
    texts = [text for text, _ in trial]
    model = NaiveBayes.train(training)
    growth = ratio(
        bind(NaiveBayes.train, make_texts(4 * TEXTS, seed=3)),
        bind(NaiveBayes.train, training),
        rounds=7,
    )
    yield "train 8,000 texts / 2,000 texts", growth, "<= 4.8 (linear)"
    yield (
        "probabilities with evidence / without",
        ratio(bind(ask, model, texts), bind(ask, model.log_probabilities, texts), rounds=15),
        "-",
    )
    if importlib.util.find_spec("sklearn") is None:
        yield "scikit-learn", "not installed", "-"
        return
    peer = ScikitLearn(training, model.categories)
    worst = 0.0
    for (text, _), row in zip(trial, peer.logs(texts), strict=True):
        ours = model.log_probabilities(text).values()
        worst = max(worst, *(abs(a - b) for a, b in zip(ours, row, strict=True)))
    assert worst < 1e-9, worst
    yield "log-probabilities, greatest difference", f"{worst:.1e}", "< 1e-9"
    yield (
        "one text at a time / scikit-learn",
        ratio(bind(ask, model, texts), bind(peer.one_by_one, texts), rounds=15),
        "<= 1",
    )
    yield (
        "train / scikit-learn",
        ratio(
            bind(NaiveBayes.train, training),
            bind(ScikitLearn, training, model.categories),
            rounds=7,
        ),
        "-",
    )


def read_texts(path: Path) -> Labeled:
    """Return the texts and categories of a table."""
    opened: Any = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as lines:
        return [(row["text"], (row["category"],)) for row in csv.DictReader(lines)]


def logistic_regression(labeled: Labeled) -> ModelCategorizer:
    """Return scikit-learn's logistic regression on TF-IDF, trained."""
    extraction: Any = importlib.import_module("sklearn.feature_extraction.text")
    linear: Any = importlib.import_module("sklearn.linear_model")
    pipeline: Any = importlib.import_module("sklearn.pipeline")
    model = pipeline.make_pipeline(
        extraction.TfidfVectorizer(), linear.LogisticRegression(C=10, max_iter=1000)
    )
    return ModelCategorizer.train(model, labeled, id="logistic regression")


def compare(labeled: Labeled) -> None:
    """Print accuracy and calibration on the last 30 % of texts, then time and size."""
    cut = round(0.7 * len(labeled))
    training, trial = labeled[:cut], labeled[cut:]
    part = round(0.8 * cut)
    softmax = SoftmaxCategorizer.train(training)
    keywords = KeywordCategorizer.train(training)
    categorizers: dict[str, Categorizer] = {
        "softmax": softmax,
        "softmax, balanced": SoftmaxCategorizer.train(training, balanced=True),
        "naive Bayes": NaiveBayes.train(training),
        "naive Bayes, textbook": textbook(NaiveBayes.train(training)),
        "keywords": keywords,
        "keywords, calibrated": Calibrated.train(
            KeywordCategorizer.train(training[:part]), training[part:]
        ),
        "keywords, then softmax": FallbackChain([keywords, softmax]),
    }
    rows: list[tuple[str, float | str, str]] = [
        ("softmax as JSON, MB", len(dumps(softmax)) / 1e6, "-"),
    ]
    if importlib.util.find_spec("sklearn") is not None:
        peer = logistic_regression(training)
        categorizers["scikit-learn"] = peer
        texts = [text for text, _ in trial[:300]]
        rows += [
            ("scikit-learn pickled, MB", len(pickle.dumps(peer.model)) / 1e6, "-"),
            (
                "one text / scikit-learn",
                ratio(bind(ask, softmax, texts), bind(ask, peer, texts), rounds=9),
                "< 1",
            ),
            (
                "many texts / scikit-learn",
                ratio(bind(ask, softmax, texts), bind(peer.answers, texts), rounds=9),
                "-",
            ),
            (
                "scikit-learn: one by one / in a batch",
                ratio(bind(ask, peer, texts), bind(peer.answers, texts), rounds=9),
                "-",
            ),
            (
                "train / scikit-learn",
                ratio(
                    bind(SoftmaxCategorizer.train, training),
                    bind(logistic_regression, training),
                    rounds=3,
                ),
                "-",
            ),
        ]
    print(compare_categorizers(categorizers, trial))
    print_table(f"{len(training)} texts learned, {len(trial)} held out", rows)


def textbook(model: NaiveBayes) -> Categorizer:
    """Return naive Bayes with the probability that takes every word as independent."""

    def answer(record: Any) -> Categorization:
        given = model(record)
        if given.abstained:
            return given
        return Categorization(
            given.category, min(exp(model.log_probabilities(record)[given.category]), 1.0)
        )

    return answer


def hostile() -> Iterator[tuple[str, float | str, str]]:
    """Yield what four times as much of a hostile text costs: 4 where time is linear."""
    desk = KeywordCategorizer({"network": ["vpn", "a a a a b"], "data": ["lost rows"]})
    for name, unit in (
        ("one letter", "a"),
        ("one letter apart", "a "),
        ("combining marks out of order", "\u0315\u0300"),
        ("bidirectional marks", "\u202e\u2066a"),
    ):
        small, large = unit * (MEGABYTE // 16), unit * (MEGABYTE // 4)
        growth = ratio(bind(desk, large), bind(desk, small), rounds=5)
        yield f"{name}: 4 times the text", growth, "about 4"


def main() -> None:
    """Print the table."""
    for path in sys.argv[1:]:
        compare(read_texts(Path(path)))
    print_table("Categorization", [*train_and_ask(), *hostile()])


if __name__ == "__main__":
    main()
