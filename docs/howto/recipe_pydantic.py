"""pydantic: records and definitions as fields of models, read and written as their documents."""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from incidentcore import Incident, SlaDefinition
from incidentcore.errors import FormatError
from incidentcore.serialization import from_plain, to_plain

T = TypeVar("T")

SCHEMAS = "http://localhost/schemas"  # where you serve the files of ``json_schema``


def document(kind: type[T]) -> Any:
    """Return a field type for a class of the library."""

    def read(value: Any) -> T:
        if isinstance(value, kind):
            return value
        try:
            return from_plain(value, kind)
        except FormatError as error:
            text = str(error).replace("{", "{{").replace("}", "}}")
            raise PydanticCustomError("document", text) from error

    return Annotated[
        Any,
        BeforeValidator(read),
        PlainSerializer(to_plain),
        WithJsonSchema({"$ref": f"{SCHEMAS}/{kind.__name__}.json"}),
    ]


class Handover(BaseModel):
    incident: document(Incident)
    promise: document(SlaDefinition)
    note: str = ""
