"""A categorizer that wraps a model from another library with ``fit`` and ``predict_proba``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, ClassVar, Final, Protocol, Self

import attrs

from incidentcore._checks import checked, need_text
from incidentcore.categorization.categorizer import Categorization, Evidence, share
from incidentcore.categorization.taxonomy import (
    Labeled,
    Path,
    as_path,
    as_paths,
    labeled_pairs,
    path_text,
)
from incidentcore.categorization.tokens import TEXT_FIELDS, field_names, text_of
from incidentcore.errors import DefinitionError, InvalidValueError

_SHOWN: Final = 3


class ProbabilityModel(Protocol):
    """The protocol for models that ``ModelCategorizer`` takes, such as scikit-learn's."""

    def fit(self, texts: Sequence[str], labels: Sequence[Any], /) -> Any:
        """Learn from texts and their labels."""
        ...

    def predict_proba(self, texts: Sequence[str], /) -> Any:
        """Return the probability of each class for each text, in the order of ``classes_``."""
        ...


def _categories(values: Any) -> Any:
    if values is None or isinstance(values, Mapping):
        return values
    return as_paths(values)


@attrs.frozen
class ModelCategorizer:
    """A categorizer that uses the probabilities computed by a trained model of another library.

    Two such categorizers are equal if their ids are equal, so change the id whenever the model
    changes. They cannot be serialized: store the model with its own library, together with the id.

    Attributes:
        id: A name for the trained model.
        model: The trained model.
        categories: The categories in the order of the model's classes; by default, the model's
            ``classes_``. You may pass a mapping from class to category.
        fields: The record's fields to read.

    Raises:
        DefinitionError: The id is empty, the model has no ``predict_proba``, or the categories do
            not match the model's classes.

    >>> from incidentcore.categorization import ModelCategorizer
    >>> class Coin:
    ...     classes_ = ["hardware", "network"]
    ...
    ...     def fit(self, texts, labels): ...
    ...     def predict_proba(self, texts):
    ...         return [[0.3, 0.7] for text in texts]
    >>> print(ModelCategorizer("coin-1", Coin())("vpn"))
    network (0.70): model 'coin-1' +0.7 for network; model 'coin-1' +0.3 for hardware
    """

    id: str = attrs.field(validator=checked(need_text, DefinitionError))
    model: ProbabilityModel = attrs.field(eq=False, repr=False)
    categories: tuple[Path, ...] = attrs.field(default=None, converter=_categories)
    fields: tuple[str, ...] = attrs.field(default=TEXT_FIELDS, converter=field_names, kw_only=True)
    write_instead: ClassVar[str] = (
        "the model stored by its own library, such as by joblib or skops, and the id, categories "
        "and fields beside it; or a SoftmaxCategorizer, which has a written form"
    )

    def __attrs_post_init__(self) -> None:
        if not callable(getattr(self.model, "predict_proba", None)):
            wanted = (
                "a model with predict_proba; in scikit-learn, CalibratedClassifierCV(model) adds "
                "probabilities to one that only decides"
            )
            raise DefinitionError("model", self.model, wanted)
        classes = getattr(self.model, "classes_", None)
        if classes is not None:  # a numpy string compares with a tuple item by item
            classes = [str(each) if isinstance(each, str) else each for each in classes]
        ordered = _ordered(self.categories, classes)
        object.__setattr__(self, "categories", ordered)

    @classmethod
    def train(
        cls,
        model: ProbabilityModel,
        labeled: Labeled,
        *,
        id: str,  # noqa: A002  the field's name
        fields: Iterable[str] = TEXT_FIELDS,
    ) -> Self:
        """Fit a model to labeled texts and return a categorizer that wraps it.

        Args:
            model: The model, which takes texts; it is fitted in place.
            labeled: Pairs of (record or text, category).
            id: A name for the trained model.
            fields: The record's fields to read.

        Raises:
            InvalidValueError: ``labeled`` is empty, or a category is neither a name nor a path.
        """
        read = field_names(fields)
        pairs = [(text_of(subject, read), path) for subject, path in labeled_pairs(labeled)]
        if not pairs:
            raise InvalidValueError("labeled", [], "at least one labeled text")
        categories = sorted({path for _, path in pairs})
        place = {path: number for number, path in enumerate(categories)}
        # Whole numbers sort as the paths do, so that the model's classes keep this order.
        model.fit([text for text, _ in pairs], [place[path] for _, path in pairs])
        return cls(id, model, categories, fields=read)

    def __call__(self, record: Any, /) -> Categorization:
        """Return the most probable category, with the highest probabilities as evidence."""
        return self.answers((record,))[0]

    def answers(self, records: Iterable[Any], /) -> list[Categorization]:
        """Return the results for many records; the model is called once, which is much faster."""
        texts = [text_of(record, self.fields) for record in records]
        return [self._answer(row) for row in self.model.predict_proba(texts)] if texts else []

    def _answer(self, row: Iterable[Any]) -> Categorization:
        chances = [float(chance) for chance in row]
        if len(chances) != len(self.categories) or not all(isfinite(chance) for chance in chances):
            raise InvalidValueError(
                f"probabilities of {self.id}", chances, f"{len(self.categories)} finite numbers"
            )
        chances = [share(chance, 1.0) for chance in chances]
        places = sorted(range(len(chances)), key=lambda place: (-chances[place], place))
        evidence = [
            Evidence("model", self.id, chances[place], self.categories[place])
            for place in places[:_SHOWN]
        ]
        best = places[0]
        probabilities = zip(self.categories, chances, strict=True)
        return Categorization(self.categories[best], chances[best], evidence, probabilities)


def _ordered(categories: Any, classes: list[Any] | None) -> tuple[Path, ...]:
    """Return the category of each class, in the order of the classes."""
    named = classes is not None and all(isinstance(each, (str, tuple)) for each in classes)
    if classes is None and isinstance(categories, tuple) and categories:
        return categories
    if classes is None or (categories is None and not named):
        raise DefinitionError(
            "categories", categories, f"one for each of the model's classes {classes}"
        )
    if isinstance(categories, Mapping):
        paths = {label: as_path(category) for label, category in categories.items()}
        if set(paths) != set(classes):
            raise DefinitionError(
                "categories", categories, f"a category for each class of {classes}"
            )
        return tuple(paths[label] for label in classes)
    if categories is None:
        return as_paths(classes)
    if not categories or len(categories) != len(classes):
        wanted = f"one for each of the model's {len(classes)} classes"
        raise DefinitionError("categories", categories, wanted)
    for place, label in enumerate(classes):
        matches = [n for n, path in enumerate(categories) if named and _means(label, path)]
        if matches and place not in matches:
            wanted = f"the order of the model's classes_: {', '.join(map(str, classes))}"
            raise DefinitionError("categories", categories, wanted)
    return tuple(categories)


def _means(label: Any, path: Path) -> bool:
    return label in (path, path[-1], path_text(path), "/".join(path))
