"""The adapter for models of other libraries, with the real scikit-learn."""

from __future__ import annotations

import pytest

from incidentcore.categorization import FallbackChain, ModelCategorizer, evaluate_categorizer
from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.serialization import dumps

LABELLED = [
    ("vpn drops every hour", ("network", "vpn")),
    ("vpn tunnel closed", ("network", "vpn")),
    ("no toner", "hardware"),
    ("printer has no paper", "hardware"),
    ("rows lost in the ledger", "data"),
]


class Flat:
    """A model that always gives the same probabilities."""

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
    text = pytest.importorskip("sklearn.feature_extraction.text", reason="needs the extra 'check'")
    linear = pytest.importorskip("sklearn.linear_model", reason="needs the extra 'check'")
    pipeline = pytest.importorskip("sklearn.pipeline", reason="needs the extra 'check'")
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


class Named(Flat):
    """A fitted model whose classes are names."""

    def __init__(self, chances, classes):
        super().__init__(chances)
        self.classes_ = classes


def test_categories_are_the_fitted_models_classes():
    """Without categories, the model's own classes are the categories, in its order."""
    desk = ModelCategorizer("m", Named([0.2, 0.8], ["network", "hardware"]))

    assert desk.categories == (("network",), ("hardware",))
    assert desk("x").category == ("hardware",)


def test_classes_may_be_mapped_to_categories():
    """A mapping names the category of each class, in any order."""
    categories = {"vpn": ("network", "vpn"), "hw": "hardware"}
    desk = ModelCategorizer("m", Named([0.2, 0.8], ["hw", "vpn"]), categories)

    assert desk.categories == (("hardware",), ("network", "vpn"))
    assert desk("x").category == ("network", "vpn")


@pytest.mark.parametrize(
    ("classes", "categories"),
    [
        (["hardware", "network"], ["network", "hardware"]),
        (["hardware", "vpn"], [("network", "vpn"), "hardware"]),
        (["hardware", "network / vpn"], [("network", "vpn"), "hardware"]),
        (["hardware", "vpn"], {"hardware": "a"}),
        (["hardware", "vpn"], {"hardware": "a", "vpn": "b", "more": "c"}),
    ],
)
def test_an_order_against_the_classes_is_refused(classes, categories):
    """Categories in another order than the classes would swap the answers in silence."""
    with pytest.raises(DefinitionError, match="categories"):
        ModelCategorizer("m", Named([0.2, 0.8], classes), categories)


@pytest.mark.parametrize("categories", [["hardware", "network"], ["devices", "links"]])
def test_categories_in_the_order_of_the_classes_are_taken(categories):
    """Equal names in the same order, or names of one's own."""
    desk = ModelCategorizer("m", Named([0.2, 0.8], ["hardware", "network"]), categories)

    assert desk("x").category == (categories[1],)


def test_a_fitted_pipeline_of_scikit_learn_brings_its_classes():
    """Its array of names is read like a list: taken, checked against an order, and mapped."""
    text = pytest.importorskip("sklearn.feature_extraction.text", reason="needs the extra 'check'")
    linear = pytest.importorskip("sklearn.linear_model", reason="needs the extra 'check'")
    pipeline = pytest.importorskip("sklearn.pipeline", reason="needs the extra 'check'")
    model = pipeline.make_pipeline(text.TfidfVectorizer(), linear.LogisticRegression())
    model.fit(["toner", "vpn", "paper", "dns"], ["hw", "net", "hw", "net"])

    desk = ModelCategorizer("m", model)
    assert repr(desk.categories) == "(('hw',), ('net',))"
    assert ModelCategorizer("m", model, [("desk", "hw"), "net"])("vpn").category == ("net",)
    assert ModelCategorizer("m", model, {"net": "b", "hw": "a"}).categories == (("a",), ("b",))
    with pytest.raises(DefinitionError, match="categories"):
        ModelCategorizer("m", model, ["net", "hw"])


def test_numbered_classes_need_categories():
    """Numbers say nothing about categories."""
    with pytest.raises(DefinitionError, match="classes"):
        ModelCategorizer("m", Flat([0.5, 0.5]))


def test_a_model_without_probabilities_is_told_what_adds_them():
    """The error names what calibrates a model that only decides."""
    svm = pytest.importorskip("sklearn.svm", reason="needs the extra 'check'")

    with pytest.raises(DefinitionError, match="CalibratedClassifierCV"):
        ModelCategorizer("m", svm.LinearSVC(), ["a", "b"])


def test_many_records_are_one_call():
    """A batch is one call of the model, and the answers are those of one by one."""
    calls = []

    class Counted(Flat):
        def predict_proba(self, texts):
            calls.append(len(texts))
            return super().predict_proba(texts)

    desk = ModelCategorizer("m", Counted([0.2, 0.8]), ["a", "b"])

    assert desk.answers(["x", "y", "z"]) == [desk("x")] * 3
    assert desk.answers([]) == []
    assert calls == [3, 1]


def test_probabilities_are_given_with_the_answer():
    """All probabilities come along, so that levels can be added up."""
    desk = ModelCategorizer("m", Flat([0.2, 0.8]), ["a", "b"])

    assert desk("x").probabilities == ((("a",), 0.2), (("b",), 0.8))


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


@pytest.mark.parametrize(
    "build", [lambda desk: desk, lambda desk: FallbackChain([desk]), lambda desk: (1, desk)]
)
def test_writing_it_says_what_to_store_instead(build):
    """A model of another library has no written form; the error says what to store."""
    desk = ModelCategorizer("m", Flat([1.0]), ["a"])

    with pytest.raises(InvalidValueError, match="stored by its own library"):
        dumps(build(desk))


def test_a_model_without_classes_takes_the_order_that_is_given():
    """It says nothing of its own; with nothing said on either side it is refused."""
    model = Flat([0.3, 0.7])
    del model.classes_

    assert ModelCategorizer("m", model, ["b", "a"])("x").category == ("a",)
    for categories in ((), None, {"b": "b"}):
        with pytest.raises(DefinitionError, match="categories"):
            ModelCategorizer("m", model, categories)
