"""Naive Bayes beside scikit-learn on the same words, and what hostile text costs."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator
from functools import partial as bind
from random import Random
from typing import Any

from benchmarks.harness import print_table, ratio
from incidentcore.categorization import KeywordCategorizer, NaiveBayes, tokenize

Labelled = list[tuple[str, tuple[str, ...]]]

TEXTS = 2_000
CATEGORIES = 12
VOCABULARY = 3_000
MEGABYTE = 1_000_000


def make_texts(n: int, seed: int) -> Labelled:
    """Return made-up texts of 5 to 60 words, some of which set their category apart."""
    random = Random(seed)  # noqa: S311  made-up data
    labelled: Labelled = []
    for _ in range(n):
        place = random.randrange(CATEGORIES)
        own = place * VOCABULARY // CATEGORIES
        words = [
            f"w{own + random.randrange(100)}"
            if random.random() < 0.3
            else f"w{int(random.paretovariate(1.1)) % VOCABULARY}"
            for _ in range(random.randrange(5, 60))
        ]
        labelled.append((" ".join(words), ("kind", f"{place:02}")))
    return labelled


class ScikitLearn:
    """The same model by scikit-learn, with our words."""

    def __init__(self, labelled: Labelled, categories: tuple[tuple[str, ...], ...]) -> None:
        extraction: Any = importlib.import_module("sklearn.feature_extraction.text")
        bayes: Any = importlib.import_module("sklearn.naive_bayes")
        self.vectors: Any = extraction.CountVectorizer(analyzer=tokenize)
        self.model: Any = bayes.MultinomialNB()
        counts = self.vectors.fit_transform([text for text, _ in labelled])
        self.model.fit(counts, [categories.index(path) for _, path in labelled])

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
    print_table("Categorization", [*train_and_ask(), *hostile()])


if __name__ == "__main__":
    main()
