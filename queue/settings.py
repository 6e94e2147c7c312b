# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How is the engine configured, and is the configuration right?"""

import configparser
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches

from odoo.tools import config

SECTION = "connector"
PREFIX = "CONNECTOR_"


@dataclass(frozen=True)
class Settings:
    """What can be set in section ``[connector]`` or as ``CONNECTOR_<NAME>``.

    The environment wins over the file.
    """

    workers: int = 1  # job processes beside a prefork server; 0 runs no jobs there
    poll_s: float = 30.0  # how long a lost NOTIFY can go unnoticed
    heartbeat_s: float = 5.0  # how often a worker says that it is alive
    recover_s: float = 5.0  # how often a watcher looks for dead workers
    grace_s: float = 60.0  # how long a stopping process waits for its job

    @classmethod
    def load(cls, values: Mapping[str, str]) -> "Settings":
        """Return the settings with some given values.

        Raises:
            ValueError: a name is unknown or a value unreadable.
        """
        return cls(**{name: _read(cls, name, text) for name, text in values.items()})

    @classmethod
    def find(cls) -> "Settings":
        """Return the settings of this server.

        Raises:
            ValueError: a name is unknown or a value unreadable.
        """
        return cls.load({**_from_file(config["config"]), **_from_environment()})


def _read(cls: type, name: str, text: str):
    types = {field.name: field.type for field in fields(cls)}
    if name not in types:
        near = get_close_matches(name, types, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(
            f"Unknown setting {name!r} in [{SECTION}]{hint} "
            f"Known are {', '.join(types)}."
        )
    try:
        value = types[name](text)
    except ValueError as error:
        raise ValueError(
            f"Unreadable setting {name!r} in [{SECTION}]: {text!r}, expected a "
            f"number such as {getattr(cls, name)}."
        ) from error
    if not 0 <= value < math.inf:
        raise ValueError(f"Setting {name!r} in [{SECTION}] is {text}, expected >= 0.")
    return value


def _from_file(path: str | None) -> dict[str, str]:
    parser = configparser.RawConfigParser()
    if path:
        parser.read(path)
    return dict(parser[SECTION]) if parser.has_section(SECTION) else {}


def _from_environment() -> dict[str, str]:
    return {
        name[len(PREFIX) :].lower(): text
        for name, text in os.environ.items()
        if name.startswith(PREFIX)
    }
