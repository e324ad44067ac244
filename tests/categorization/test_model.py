"""The adapter for models of other libraries, with the real scikit-learn."""

from __future__ import annotations

import pytest

from incidentcore.categorization import ModelCategorizer, evaluate_categorizer
from incidentcore.errors import DefinitionError, InvalidValueError

LABELLED = [
    ("vpn drops every hour", ("network", "vpn")),
    ("vpn tunnel closed", ("network", "vpn")),
    ("no toner", "hardware"),
    ("printer has no paper", "hardware"),
    ("rows lost in the ledger", "data"),
]


class Flat:
    """A model whose answer is what it was told."""

    def __init__(self, chances):
        self.chances = chances
        self.classes_ = list(range(len(chances)))

    def fit(self, texts, labels):
        """Learn nothing."""
        return self

    def predict_proba(self, texts):
        """Return the same for every text."""
        return [self.chances for _ in texts]


def test_scikit_learn_pipeline_becomes_a_categorizer():
    """A real pipeline is trained and asked; the answer is its most probable class."""
    text = pytest.importorskip(
        "sklearn.feature_extraction.text", reason="scikit-learn is not installed"
    )
    linear = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
    pipeline = pytest.importorskip("sklearn.pipeline", reason="scikit-learn is not installed")
    model = pipeline.make_pipeline(text.TfidfVectorizer(), linear.LogisticRegression(C=100))

    desk = ModelCategorizer.train(model, LABELLED, id="desk-1")

    facts = {"title": "VPN tunnel", "description": "drops"}
    answer = desk(facts)
    theirs = model.predict_proba(["VPN tunnel\ndrops"])[0]
    assert desk.categories == (("data",), ("hardware",), ("network", "vpn"))
    assert answer.category == ("network", "vpn")
    assert answer.confidence == pytest.approx(max(theirs))
    assert [each.weight for each in answer.evidence] == pytest.approx(sorted(theirs, reverse=True))
    assert evaluate_categorizer(desk, LABELLED).accuracy == 1.0


def test_trained_model_is_wrapped_as_it_is():
    """A model that was trained elsewhere needs only its categories in the order of its classes."""
    desk = ModelCategorizer("flat-1", Flat([0.2, 0.5, 0.3]), ["b", "a", "c"])

    answer = desk("x")

    assert (answer.category, answer.confidence) == (("a",), 0.5)
    assert [(each.kind, each.what, each.category) for each in answer.evidence] == [
        ("model", "flat-1", ("a",)),
        ("model", "flat-1", ("c",)),
        ("model", "flat-1", ("b",)),
    ]


def test_confidence_stays_a_fraction():
    """A probability that rounding has lifted over 1 is 1."""
    assert ModelCategorizer("m", Flat([1.0000000001, 0.0]), ["a", "b"])("x").confidence == 1.0


@pytest.mark.parametrize("chances", [[float("nan"), 1.0], [1.0]])
def test_strange_probabilities_are_refused(chances):
    """What a model answers is checked, since it is not ours."""
    model = Flat([0.5, 0.5])
    desk = ModelCategorizer("m", model, ["a", "b"])
    model.chances = chances

    with pytest.raises(InvalidValueError, match="probabilities of m"):
        desk("x")


@pytest.mark.parametrize(
    "build",
    [
        lambda: ModelCategorizer("", Flat([1.0]), ["a"]),
        lambda: ModelCategorizer("m", object(), ["a"]),
        lambda: ModelCategorizer("m", Flat([1.0]), ["a", "b"]),
        lambda: ModelCategorizer("m", Flat([]), []),
    ],
)
def test_models_that_cannot_be_are_refused(build):
    """A model needs an id, predict_proba, and a category for each class."""
    with pytest.raises(DefinitionError):
        build()


def test_nothing_to_learn_is_refused():
    """A model cannot be trained on nothing."""
    with pytest.raises(InvalidValueError):
        ModelCategorizer.train(Flat([]), [], id="m")


def test_id_stands_for_the_model():
    """Two categorizers around models of one id are equal."""
    assert ModelCategorizer("m", Flat([1.0]), ["a"]) == ModelCategorizer("m", Flat([0.9]), ["a"])
