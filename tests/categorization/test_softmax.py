"""The softmax categorizer (rule G4): worked out, its laws, and scikit-learn on the same texts."""

from __future__ import annotations

import math
import pickle
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.categorization import SoftmaxCategorizer, evaluate_categorizer
from incidentcore.categorization.softmax import _temperature
from incidentcore.categorization.tokens import tokenize
from incidentcore.errors import DefinitionError, FormatError, InvalidValueError
from incidentcore.records import Incident
from incidentcore.serialization import dumps, from_plain, loads, to_plain

PAIRS = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abcdefg"), max_size=8).map(" ".join),
        st.sampled_from([("x",), ("x", "y"), ("z",)]),
    ),
    min_size=1,
    max_size=12,
)
TEXTS = st.text("abcdefgh ", max_size=12)
NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
DESK = [
    ("vpn drops every hour", "network"),
    ("vpn login fails", "network"),
    ("printer out of toner", "hardware"),
    ("printer jams", "hardware"),
]


def corpus(size: int, seed: int) -> list[tuple[str, tuple[str, ...]]]:
    """Return made texts of 5 to 40 words, of which about one in six suggests the category."""
    draw = random.Random(seed)  # noqa: S311  made texts, no secret
    labeled = []
    for _ in range(size):
        place = min(int(draw.expovariate(0.5)), 5)
        words = [
            f"k{place}x{draw.randrange(60)}"
            if draw.random() < 0.16
            else f"w{int(draw.paretovariate(0.9)) % 900}"
            for _ in range(draw.randrange(5, 40))
        ]
        if draw.random() < 0.04:  # labels of people are not all right
            place = draw.randrange(6)
        labeled.append((" ".join(words), (f"c{place}",)))
    return labeled


def test_the_rarity_of_a_word_worked_out():
    """Two of four texts have each word that counts: ln(5 / 3) + 1, to three digits."""
    model = SoftmaxCategorizer.train(DESK)
    rarity = {word: rarity for word, rarity, _ in model.words}
    assert rarity["vpn"] == rarity["printer"] == 1.511


def test_scores_worked_out():
    """Counts times rarity, scaled to length one, times the weights, plus the bias."""
    model = SoftmaxCategorizer(
        ["hardware", "network"],
        [0.5, 0.0],
        [("toner", 1.5, [2.0, -1.0]), ("vpn", 2.0, [-1.0, 3.0])],
    )
    # toner occurs twice: 2 * 1.5 = 3; vpn once: 2. The length is the root of 13.
    toner, vpn = 3 / math.sqrt(13), 2 / math.sqrt(13)
    hardware = math.exp(0.5 + 2 * toner - vpn)
    network = math.exp(-toner + 3 * vpn)

    answer = model("Toner, toner and VPN")

    assert answer.category == ("hardware",)
    assert answer.confidence == pytest.approx(hardware / (hardware + network))
    assert dict(answer.probabilities) == pytest.approx(
        {
            ("hardware",): hardware / (hardware + network),
            ("network",): network / (hardware + network),
        }
    )
    assert [(each.kind, each.what, pytest.approx(each.weight)) for each in answer.evidence] == [
        ("word", "toner", 3 * toner),
        ("word", "vpn", -4 * vpn),
        ("prior", "hardware", 0.5),
    ]


def test_a_record_is_read_by_its_fields():
    """Records are read like texts, by title and description unless other fields are named."""
    model = SoftmaxCategorizer.train(DESK, fields=["title"])
    incident = Incident.open(id="INC-1", title="VPN", description="toner", at=NINE, by="kim")

    assert model(incident) == model("VPN") == model({"title": "vpn"})
    assert model(incident).category == ("network",)


def test_text_without_known_words_is_no_answer():
    """Without a known word the model abstains."""
    model = SoftmaxCategorizer.train(DESK)

    assert model("mystery").abstained
    assert model("").abstained
    assert SoftmaxCategorizer.train([("", "a"), ("?", "b")])("x").abstained


def test_one_category_is_certain():
    """A model of one category knows no other."""
    answer = SoftmaxCategorizer.train([("vpn", "network")])("vpn")

    assert (answer.category, answer.confidence) == (("network",), 1.0)


@given(PAIRS, st.randoms(use_true_random=False), TEXTS)
def test_order_of_training_changes_nothing(pairs, shuffler, text):
    """The same texts in any order give an equal model with equal answers."""
    shuffled = list(pairs)
    shuffler.shuffle(shuffled)

    model, other = SoftmaxCategorizer.train(pairs), SoftmaxCategorizer.train(shuffled)

    assert model == other
    assert model(text) == other(text)


@given(PAIRS, st.lists(st.sampled_from("abcdefgh"), max_size=12), st.randoms(use_true_random=False))
def test_order_of_words_changes_nothing(pairs, words, shuffler):
    """The same words in any order get the very same answer."""
    model = SoftmaxCategorizer.train(pairs)
    shuffled = list(words)
    shuffler.shuffle(shuffled)

    assert model(" ".join(words)) == model(" ".join(shuffled))


@given(PAIRS, TEXTS, st.booleans())
def test_probabilities_sum_to_one(pairs, text, balanced):
    """Probabilities are a distribution over the categories, and the answer is its greatest."""
    model = SoftmaxCategorizer.train(pairs, balanced=balanced)
    answer = model(text)

    assert math.fsum(model.probabilities(text).values()) == pytest.approx(1)
    if not answer.abstained:
        chances = dict(answer.probabilities)
        assert chances == model.probabilities(text)
        assert tuple(chances) == model.categories
        assert math.fsum(chances.values()) == pytest.approx(1)
        assert answer.confidence == chances[answer.category] == max(chances.values())


@given(PAIRS, TEXTS)
def test_saved_model_answers_the_same(pairs, text):
    """Written as a document and read again, a model is equal and answers the same."""
    model = SoftmaxCategorizer.train(pairs, fields=["title"], accents=False)
    again = loads(dumps(model), SoftmaxCategorizer)

    assert again == model
    assert again(text) == model(text)


@given(PAIRS, st.booleans())
def test_training_never_runs_away(pairs, balanced):
    """Weights stay finite for every number of texts."""
    model = SoftmaxCategorizer.train(pairs, balanced=balanced)

    numbers = [each for _, _, row in model.words for each in row]
    assert all(math.isfinite(each) and abs(each) < 1_000 for each in [*numbers, *model.bias])


def test_made_texts_beside_scikit_learn():
    """On made texts it is within a point of logistic regression, and its ECE is at most 0.07."""
    extraction = pytest.importorskip(
        "sklearn.feature_extraction.text", reason="needs the extra 'check'"
    )
    linear = pytest.importorskip("sklearn.linear_model", reason="needs the extra 'check'")
    pipeline = pytest.importorskip("sklearn.pipeline", reason="needs the extra 'check'")
    training, trial = corpus(900, seed=1), corpus(900, seed=2)
    theirs = pipeline.make_pipeline(
        extraction.TfidfVectorizer(analyzer=tokenize), linear.LogisticRegression(C=10)
    )
    theirs.fit([text for text, _ in training], [path[0] for _, path in training])
    accuracy = theirs.score([text for text, _ in trial], [path[0] for _, path in trial])

    report = evaluate_categorizer(SoftmaxCategorizer.train(training), trial)

    assert report.majority < 0.5 < accuracy < 0.95
    assert report.accuracy >= accuracy - 0.01
    assert report.ece <= 0.07


def test_weights_find_a_rare_category_more_often():
    """A category that counts as much as the others together is answered more often."""
    common = [(f"mail w{n} slow", "software") for n in range(20)]
    training = [*common, ("mail slow phishing link", "security"), ("mail odd link", "security")]
    trial = "mail slow w1 link"

    plain = SoftmaxCategorizer.train(training)(trial)
    balanced = SoftmaxCategorizer.train(training, balanced=True)(trial)

    before = dict(plain.probabilities)[("security",)]
    assert before < dict(balanced.probabilities)[("security",)]
    assert balanced.category == ("security",)


def test_words_of_one_text_can_be_left_out():
    """With ``least_texts`` no word that occurred in one text only stays in the model."""
    model = SoftmaxCategorizer.train([*DESK, ("printer of ms doe", "hardware")], least_texts=2)

    assert [word for word, _, _ in model.words] == ["of", "printer", "vpn"]


def test_accents_are_folded_where_the_model_says_so():
    """``conexao`` finds ``conexão`` with ``accents=False`` only."""
    labeled = [("sem conexão", "network"), ("impressora", "hardware")]

    assert SoftmaxCategorizer.train(labeled)("conexao").abstained
    folded = SoftmaxCategorizer.train(labeled, accents=False)
    assert folded("CONEXAO").category == folded("conexão").category == ("network",)
    assert folded.accents is False


def test_options_out_of_range_are_refused():
    """The error names the option."""
    with pytest.raises(InvalidValueError, match="least_texts"):
        SoftmaxCategorizer.train(DESK, least_texts=0)


def test_nothing_to_learn_is_refused():
    """A model of no text has no category."""
    with pytest.raises(InvalidValueError, match="labeled"):
        SoftmaxCategorizer.train([])


@pytest.mark.parametrize(
    ("categories", "bias", "words"),
    [
        ([], [], []),
        (["b", "a"], [0.0, 0.0], []),
        (["a", "a"], [0.0, 0.0], []),
        (["a", "b"], [0.0], []),
        (["a", "b"], [0.0, float("nan")], []),
        (["a"], [0.0], [("w", 1.0, [0.0, 0.0])]),
        (["a"], [0.0], [("w", 0.0, [0.0])]),
        (["a"], [0.0], [("w", 1.0, [True])]),
        (["a"], [0.0], [("w", 1.0, [0.0]), ("w", 2.0, [0.0])]),
    ],
)
def test_numbers_that_do_not_fit_are_refused(categories, bias, words):
    """A model is checked when it is built."""
    with pytest.raises(DefinitionError):
        SoftmaxCategorizer(categories, bias, words)


def test_strange_documents_are_a_format_error():
    """What ``dumps`` does not write is refused with its place."""
    document = to_plain(SoftmaxCategorizer.train(DESK))
    document["value"]["bias"] = [0.0]

    with pytest.raises(FormatError, match="@ \\$"):
        from_plain(document, SoftmaxCategorizer)


def test_model_is_a_value():
    """A model hashes, pickles and shows its size."""
    model = SoftmaxCategorizer.train(DESK)
    again = pickle.loads(pickle.dumps(model))  # noqa: S301  our own pickle

    assert again == model
    assert hash(again) == hash(model)
    assert again("vpn") == model("vpn")
    assert "<11 words>" in repr(model)


def test_texts_without_a_known_word_do_not_temper_the_confidence() -> None:
    """Sixty texts are judged right, so the least temperature is best, whatever the others say."""
    known = [([("a", 1)], 0)] * 60
    unknown = [([("z", 1)], 1)] * 60

    def learn(_: object) -> tuple[dict[str, float], dict[str, list[float]], list[float]]:
        return {"a": 1.0}, {"a": [2.0, 0.0]}, [1.0, 0.0]

    assert _temperature(known, learn) == _temperature(known + unknown, learn) == 0.3
