# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What was sent: its hash, and what the backend answered."""

from dataclasses import dataclass, field
from hashlib import sha256

from ...components.backend_adapter import BackendAdapter
from ...exception import InvalidDataError
from ...text import is_missing
from ..importing.changes import canonical_text


def hash_of_sent(values: dict) -> str:
    """Return a hash that is the same for equal values, whatever the order of keys.

    The order of lists counts: what they are over there, only the backend knows.
    """
    text = canonical_text(values)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True)
class Answer:
    """What a backend answered to a request.

    Args:
        external_id: of the record; None where the answer does not say.
        version: of the record after the request; None where it does not say.
        record: what it answered of the record; None where that was no dictionary.
    """

    external_id: str | None = None
    version: str | None = None
    record: dict | None = field(default=None, compare=False)


def read_answer(adapter: BackendAdapter, answer: object) -> Answer:
    """Return what an answer says of the record: a dictionary all, else its id only."""
    if not isinstance(answer, dict):
        return Answer(None if is_missing(answer) else str(answer))
    external_id = answer.get(getattr(adapter, "_id", "id"))
    find_version = getattr(adapter, "version_of", None)
    version = find_version(answer) if find_version else None
    known_id = None if is_missing(external_id) else str(external_id)
    return Answer(known_id, version, answer)


def id_in(answer: Answer, adapter: BackendAdapter, what: str) -> str:
    """Return the external id in the answer to a create.

    Raises:
        InvalidDataError: there is none.
    """
    if answer.external_id is None:
        name = type(adapter).__qualname__
        raise InvalidDataError(
            f"Cannot bind {what}: {name}.create returned no id, expected the external "
            f"id, or the record with it under {getattr(adapter, '_id', 'id')!r}. "
            "Return it: the record is there, and would be created again without."
        )
    return answer.external_id
