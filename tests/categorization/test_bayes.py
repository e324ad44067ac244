"""Naive Bayes (rule G4): worked out, by scikit-learn, as a value, in any order of training."""

from __future__ import annotations

import math
import pickle
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.categorization import NaiveBayes
from incidentcore.categorization.tokens import tokenize
from incidentcore.errors import DefinitionError, FormatError, InvalidValueError
from incidentcore.serialization import dumps, from_plain, loads, to_plain

LABELLED = [
    ("vpn drops", "network"),
    ("vpn slow slow", "network"),
    ("printer", "hardware"),
]
# 4 words. network: 2 texts, vpn 2, drops 1, slow 2: 5 in all. hardware: 1 text, printer 1.

PAIRS = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abcdefg"), max_size=8).map(" ".join),
        st.sampled_from([("x",), ("x", "y"), ("z",)]),
    ),
    min_size=1,
    max_size=12,
)


def test_probabilities_worked_by_hand():
    """(2/3)(3/9)(1/9)^2 against (1/3)(1/5)(2/5)^2 for 'vpn printer printer'."""
    network = 2 / 3 * 3 / 9 * (1 / 9) ** 2
    hardware = 1 / 3 * 1 / 5 * (2 / 5) ** 2
    model = NaiveBayes.train(LABELLED)

    logs = model.log_probabilities("VPN printer printer mystery")

    assert logs[("network",)] == pytest.approx(math.log(network / (network + hardware)), abs=1e-12)
    assert logs[("hardware",)] == pytest.approx(
        math.log(hardware / (network + hardware)), abs=1e-12
    )
    answer = model("VPN printer printer mystery")
    assert answer.category == ("hardware",)
    root = 2**0.5  # of the two different words that the model knows
    tempered = hardware ** (1 / root) / (network ** (1 / root) + hardware ** (1 / root))
    assert answer.confidence == pytest.approx(tempered, abs=1e-12)
    assert dict(answer.probabilities) == pytest.approx(
        {("hardware",): tempered, ("network",): 1 - tempered}
    )


def test_evidence_sums_to_the_odds():
    """Words and prior add up to the logarithm of the odds against the next category."""
    answer = NaiveBayes.train(LABELLED)("VPN printer printer mystery")

    weights = {(each.kind, each.what): each.weight for each in answer.evidence}
    assert weights == {
        ("word", "printer"): pytest.approx(2 * math.log((2 / 5) / (1 / 9)) / 2**0.5),
        ("word", "vpn"): pytest.approx(math.log((1 / 5) / (3 / 9)) / 2**0.5),
        ("prior", "hardware"): pytest.approx(math.log((1 / 3) / (2 / 3)) / 2**0.5),
    }
    odds = answer.confidence / (1 - answer.confidence)
    assert sum(weights.values()) == pytest.approx(math.log(odds))


def test_text_without_known_words_is_no_answer():
    """Without a known word the model abstains; its probabilities are the categories' shares."""
    model = NaiveBayes.train(LABELLED)

    assert model("mystery").abstained
    assert model("").abstained
    assert math.exp(model.log_probabilities("mystery")[("network",)]) == pytest.approx(2 / 3)


def test_one_category_is_certain():
    """A model of one category knows no other."""
    answer = NaiveBayes.train([("vpn", "network")])("vpn")

    assert (answer.category, answer.confidence) == (("network",), 1.0)


@given(PAIRS, st.randoms(use_true_random=False), st.text("abcdefgh ", max_size=12))
def test_order_of_training_changes_nothing(pairs, shuffler, text):
    """The same texts in any order are an equal model with equal answers."""
    shuffled = list(pairs)
    shuffler.shuffle(shuffled)

    model, other = NaiveBayes.train(pairs), NaiveBayes.train(shuffled)

    assert model == other
    assert model(text) == other(text)


@given(PAIRS, PAIRS)
def test_learning_more_is_training_on_all(first, second):
    """A model that learns others later equals one trained on all at once."""
    assert NaiveBayes.train(first).learn(second) == NaiveBayes.train(first + second)


@given(PAIRS, st.lists(st.sampled_from("abcdefgh"), max_size=12), st.randoms(use_true_random=False))
def test_order_of_words_changes_nothing(pairs, words, shuffler):
    """The same words in any order get the very same answer."""
    model = NaiveBayes.train(pairs)
    shuffled = list(words)
    shuffler.shuffle(shuffled)

    assert model(" ".join(words)) == model(" ".join(shuffled))


@given(PAIRS, st.text("abcdefgh ", max_size=12))
def test_probabilities_sum_to_one(pairs, text):
    """The categories' probabilities are a distribution, and the answer is its greatest."""
    model = NaiveBayes.train(pairs)
    logs = model.log_probabilities(text)

    assert math.fsum(map(math.exp, logs.values())) == pytest.approx(1)
    answer = model(text)
    if not answer.abstained:
        assert logs[answer.category] == pytest.approx(max(logs.values()), abs=1e-12)
        chances = dict(answer.probabilities)
        assert math.fsum(chances.values()) == pytest.approx(1)
        assert answer.confidence == chances[answer.category] == max(chances.values())


@given(PAIRS, st.sampled_from("abcdefgh"))
def test_one_word_has_its_textbook_probability(pairs, word):
    """The root of one word is one."""
    model = NaiveBayes.train(pairs)
    answer = model(word)

    if not answer.abstained:
        textbook = model.log_probabilities(word)[answer.category]
        assert answer.confidence == pytest.approx(math.exp(textbook))


def test_long_texts_do_not_make_certain():
    """Forty words that each suggest one category a little do not make the model certain."""
    words = " ".join(f"w{n}" for n in range(40))
    others = " ".join(f"v{n}" for n in range(40))
    model = NaiveBayes.train([(words, "a"), (f"{words} {others}", "b")])
    odds = (4 / 3) ** 40  # each word has 2 of 120 in one category and 2 of 160 in the other

    assert model.log_probabilities(words)[("b",)] == pytest.approx(-math.log(1 + odds))
    assert odds > 99_000
    assert model(words).confidence == pytest.approx(1 / (1 + (3 / 4) ** (40 / 40**0.5)))
    assert 0.8 < model(words).confidence < 0.9


def test_accents_are_folded_where_the_model_says_so():
    """``conexao`` finds ``conexão`` with ``accents=False`` only, also after learning more."""
    labeled = [("sem conexão", "network"), ("impressora", "hardware")]
    folded = NaiveBayes.train(labeled, accents=False).learn([("vírus", "security")])

    assert NaiveBayes.train(labeled)("conexao").abstained
    assert folded("CONEXAO").category == folded("conexão").category == ("network",)
    assert folded("virus").category == ("security",)


def corpus(size: int, seed: int) -> list[tuple[str, tuple[str, ...]]]:
    """Return made-up texts in which categories share words and lengths vary."""
    draw = random.Random(seed)  # noqa: S311  texts to compare, no secret
    words = [f"w{n}" for n in range(400)]
    categories = [("data",), ("hardware",), ("hardware", "printer"), ("network", "vpn"), ("zzz",)]
    labeled = []
    for _ in range(size):
        place = min(int(draw.expovariate(0.7)), len(categories) - 1)
        own = words[place * 60 : place * 60 + 150]
        text = " ".join(draw.choice(own) for _ in range(draw.randrange(0, 60)))
        labeled.append((text, categories[place]))
    return labeled


@pytest.mark.parametrize("smoothing", [1.0, 0.1, 2.5])
def test_equals_scikit_learn(smoothing):
    """Same words and smoothing: equal predictions, log-probabilities within 1e-9."""
    text = pytest.importorskip("sklearn.feature_extraction.text", reason="needs the extra 'check'")
    bayes = pytest.importorskip("sklearn.naive_bayes", reason="needs the extra 'check'")
    training, trial = corpus(600, seed=1), corpus(400, seed=2)
    trial += [("", ("data",)), ("nothing known here", ("data",)), ("w1 " * 5_000, ("data",))]
    ours = NaiveBayes.train(training, smoothing=smoothing)
    vectors = text.CountVectorizer(analyzer=tokenize)
    theirs = bayes.MultinomialNB(alpha=smoothing)
    labels = [ours.categories.index(path) for _, path in training]
    theirs.fit(vectors.fit_transform([words for words, _ in training]), labels)
    matrix = vectors.transform([words for words, _ in trial])
    expected, predicted = theirs.predict_log_proba(matrix), theirs.predict(matrix)

    assert len(ours.words) == len(vectors.vocabulary_)
    answered = 0
    for (words, _), row, place in zip(trial, expected, predicted, strict=True):
        logs = ours.log_probabilities(words)
        assert list(logs.values()) == pytest.approx(list(row), abs=1e-9)
        assert max(logs, key=logs.__getitem__) == ours.categories[place]
        answer = ours(words)
        if not answer.abstained:
            answered += 1
            assert answer.category == ours.categories[place]
    assert answered > 300


@given(PAIRS)
def test_saved_model_is_the_model(pairs):
    """Written as a document and read again, a model is equal."""
    model = NaiveBayes.train(pairs, smoothing=0.5, fields=["title"], accents=False)

    assert loads(dumps(model), NaiveBayes) == model


@pytest.mark.parametrize(
    "change",
    [
        {"smoothing": 0},
        {"categories": []},
        {"categories": [["network"], ["hardware"]]},
        {"texts": [1]},
        {"texts": [1, 0]},
        {"words": [["vpn", [1]]]},
        {"words": [["vpn", [1, -1]]]},
    ],
)
def test_strange_documents_are_a_format_error(change):
    """Counts that do not fit are refused with their place."""
    document = to_plain(NaiveBayes.train(LABELLED))
    document["value"].update(change)

    with pytest.raises(FormatError, match="@ \\$"):
        from_plain(document, NaiveBayes)


def test_a_word_that_no_text_has_is_not_learned():
    """A model of counts of your own may list one; what it learns from has none of it."""
    model = NaiveBayes(["a", "b"], [3, 2], {"mail": [1, 0], "zero": [0, 0], "print": [0, 2]})
    learned = model.learn([("mail down", "a"), ("new thing", "c")])
    assert [word for word, _ in learned.words] == ["down", "mail", "new", "print", "thing"]


def test_nothing_to_learn_is_refused():
    """A model of no text has no category."""
    with pytest.raises(InvalidValueError):
        NaiveBayes.train([])


@pytest.mark.parametrize("smoothing", [0, -1, float("inf"), float("nan"), "1", True])
def test_smoothing_is_positive(smoothing):
    """Without smoothing a new word would rule every category out."""
    with pytest.raises(DefinitionError):
        NaiveBayes.train(LABELLED, smoothing=smoothing)


@pytest.mark.parametrize("words", [[("a", (1,)), ("a", (2,))], [(1, (1,))]])
def test_words_stand_once(words):
    """A word written twice would count twice."""
    with pytest.raises(DefinitionError, match="words"):
        NaiveBayes([("x",)], [1], words)


def test_model_is_a_value():
    """A model hashes, pickles and shows its size."""
    model = NaiveBayes.train(LABELLED)
    again = pickle.loads(pickle.dumps(model))  # noqa: S301  our own pickle

    assert again == model
    assert hash(again) == hash(model)
    assert again("vpn") == model("vpn")
    assert "<4 words>" in repr(model)


def test_texts_without_words_count_too():
    """Texts without a word still count for the categories' shares."""
    model = NaiveBayes.train([("", "a"), ("...", "a"), ("?", "b")])

    assert math.exp(model.log_probabilities("x")[("a",)]) == pytest.approx(2 / 3)
    assert model("x").abstained
