# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dictionaries whose keys can be read as attributes."""


class AttrDict(dict):
    """A dict whose keys can be read as attributes, nested dicts included.

    ``AttrDict(order).customer.name`` reads ``order["customer"]["name"]``. A key that
    is called like a method of dict, such as ``items``, is read with brackets.

    Raises:
        AttributeError: there is no such key.
    """

    def __getattr__(self, name: str):
        try:
            value = self[name]
        except KeyError:
            keys = ", ".join(map(repr, self)) or "none"
            raise AttributeError(
                f"Cannot read {name!r}: there is no such key. Keys are: {keys}."
            ) from None
        return _readable(value)

    def __setattr__(self, name: str, value) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        del self[name]


def _readable(value):
    """Return a value with every dict in it as an AttrDict."""
    if type(value) is dict:
        return AttrDict(value)
    if type(value) is list:
        return [_readable(one) for one in value]
    return value
