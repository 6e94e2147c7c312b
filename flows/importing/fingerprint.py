# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fingerprint of a mapping: changes when the code of its mapper does.

A record that did not change is imported again where it would be mapped in another way.
"""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from types import CodeType, FunctionType

from ...addon import addon_of

SIZE = 8  # characters


@cache
def fingerprint_of(*classes: type) -> str:
    """Return the fingerprint of mapper and importer classes of a connector."""
    digest = sha256()
    for cls in classes:
        for base in cls.mro():
            if base is not object and addon_of(base) != "connector":
                for part in _parts_of_class(base):
                    digest.update(part.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:SIZE]


def _parts_of_class(cls: type) -> Iterator[str]:
    for name, member in sorted(vars(cls).items()):
        if not name.startswith("__"):
            yield name
            yield from _parts(member)


def _parts(member) -> Iterator[str]:
    if isinstance(member, FunctionType):
        yield from _parts(member.__code__)
        for cell in member.__closure__ or ():
            yield from _parts(cell.cell_contents)
    elif isinstance(member, CodeType):
        yield f"{member.co_code.hex()} {member.co_names}"
        for constant in member.co_consts:
            yield from _parts(constant)
    elif isinstance(member, list | tuple):
        for one in member:
            yield from _parts(one)
    elif isinstance(member, dict):
        yield from _parts([*member.items()])
    elif isinstance(member, str | int | float | bool | None):
        yield repr(member)
    else:  # its text may hold an address, which is another one in each process
        yield type(member).__qualname__
