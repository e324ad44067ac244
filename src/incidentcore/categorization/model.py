"""A categorizer around a model of another library: anything with ``fit`` and ``predict_proba``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any, Final, Protocol, Self

import attrs

from incidentcore.categorization.categorizer import Categorization, Evidence, share
from incidentcore.categorization.taxonomy import Path, as_path
from incidentcore.categorization.tokens import TEXT_FIELDS, field_names, text_of
from incidentcore.errors import DefinitionError, InvalidValueError

__all__ = ["ModelCategorizer", "ProbabilityModel"]

_TOLD: Final = 3


class ProbabilityModel(Protocol):
    """What is asked of a model: scikit-learn's classifiers and pipelines have it."""

    def fit(self, texts: Sequence[str], labels: Sequence[Any], /) -> Any:
        """Learn from texts and their labels."""
        ...

    def predict_proba(self, texts: Sequence[str], /) -> Any:
        """Return for each text the probability of each class, in the order of ``classes_``."""
        ...


def _categories(given: Iterable[Any]) -> tuple[Path, ...]:
    return tuple(as_path(category) for category in given)


@attrs.frozen
class ModelCategorizer:
    """Categorizes by the probabilities that a trained model of another library gives a text.

    The model itself is no value: it is compared by the id, which must change whenever the model
    does.

    Attributes:
        id: A name for the trained model.
        model: The trained model.
        categories: The categories in the order of the model's classes.
        fields: The record's fields that are read.

    Raises:
        DefinitionError: The id is empty, or the model has other classes than there are categories.
    """

    id: str
    model: ProbabilityModel = attrs.field(eq=False, repr=False)
    categories: tuple[Path, ...] = attrs.field(converter=_categories)
    fields: tuple[str, ...] = attrs.field(default=TEXT_FIELDS, converter=field_names, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.id, str) or not self.id:
            raise DefinitionError("id", self.id, "a non-empty text")
        if not callable(getattr(self.model, "predict_proba", None)):
            raise DefinitionError("model", self.model, "a model with predict_proba")
        classes = getattr(self.model, "classes_", self.categories)
        if not self.categories or len(classes) != len(self.categories):
            raise DefinitionError(
                "categories", self.categories, f"one for each of the model's {len(classes)} classes"
            )

    @classmethod
    def train(
        cls,
        model: ProbabilityModel,
        labelled: Iterable[tuple[Any, Iterable[str] | str]],
        *,
        id: str,  # noqa: A002  the field's name
        fields: Iterable[str] = TEXT_FIELDS,
    ) -> Self:
        """Fit a model to labelled texts and return the categorizer around it.

        Args:
            model: The model, which takes texts; it is fitted in place.
            labelled: Pairs of (record or text, category).
            id: A name for the trained model.
            fields: The record's fields that are read.

        Raises:
            InvalidValueError: There is no pair, or a category is no path.
        """
        read = field_names(fields)
        pairs = [(text_of(subject, read), as_path(category)) for subject, category in labelled]
        if not pairs:
            raise InvalidValueError("labelled", [], "at least one labelled text")
        categories = sorted({path for _, path in pairs})
        place = {path: number for number, path in enumerate(categories)}
        # Whole numbers sort as the paths do, so that the model's classes keep this order.
        model.fit([text for text, _ in pairs], [place[path] for _, path in pairs])
        return cls(id, model, categories, fields=read)

    def __call__(self, record: Any, /) -> Categorization:
        """Return the most probable category, with the most probable ones as evidence."""
        given = list(self.model.predict_proba([text_of(record, self.fields)])[0])
        chances = [float(chance) for chance in given]
        if len(chances) != len(self.categories) or not all(isfinite(chance) for chance in chances):
            raise InvalidValueError(
                f"probabilities of {self.id}", chances, f"{len(self.categories)} finite numbers"
            )
        places = sorted(range(len(chances)), key=lambda place: (-chances[place], place))
        evidence = [
            Evidence("model", self.id, chances[place], self.categories[place])
            for place in places[:_TOLD]
        ]
        best = places[0]
        return Categorization(self.categories[best], share(chances[best], 1.0), evidence)
