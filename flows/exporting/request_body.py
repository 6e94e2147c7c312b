# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Body and key of an outbound request, which can be sent again as it was."""

from hashlib import sha256
from uuid import UUID

from odoo import api

from ...queue.delay import codec
from ...secret import known_secrets

UUID_SIZE = 16  # bytes


def write_body(env: api.Environment, data: dict) -> str:
    """Return values as text that keeps them, and the order of their keys.

    Raises:
        UnserializableArgumentError: a value is no data, such as an open file.
    """
    return codec.encode((data,), {}, known_secrets(env.cr))


def read_body(env: api.Environment, body: str) -> dict:
    """Return the values of a body."""
    (data,), _keywords = codec.decode(body, env)
    return data


def key_of(env: api.Environment, place: dict, body: str, ended_count: int) -> str:
    """Return the idempotency key of a request.

    It is the same for the same request, also where a backup without it was restored;
    after a refusal it is another one, as the backend may remember the refusal.

    Args:
        place: backend, model and binding of the record.
        body: of the request.
        ended_count: how many requests of the record there were before.
    """
    # which database it is may be known to nobody else, and is no secret
    database = env["ir.config_parameter"].sudo().get_param("database.uuid")
    parts = database, place["backend"], place["model"], place["binding_id"], ended_count
    digest = sha256(repr((*parts, body)).encode("utf-8", "surrogatepass")).digest()
    return str(UUID(bytes=digest[:UUID_SIZE]))
