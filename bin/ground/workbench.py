# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Workbench: all that Odoo needs to run with the addons of this repository."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ground import addons, cache, cluster
from ground.odoo_home import OdooHome, find_odoo
from ground.postgres import Server
from ground.python_env import find_python
from ground.say import StepFailed

CONFIG = """\
[options]
addons_path = {addons_path}
data_dir = {data_dir}
http_interface = 127.0.0.1
"""


@dataclass(frozen=True)
class Workbench:
    """An Odoo, a Python that runs it, a database server, a configuration file."""

    odoo: OdooHome
    python: Path
    server: Server
    config: Path
    extra_packages: Path | None = None  # a folder with more Python packages

    def command(self, *arguments: str) -> list[str]:
        """Return the words that start Odoo."""
        return [str(self.python), str(self.odoo.script), *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment Odoo and its companions run in."""
        # A reload starts "python" anew: the first on PATH must be this one. Odoo looks
        # for pg_dump there, which reads no server that is newer than itself.
        folders = (self.python.parent, self.server.programs, os.environ.get("PATH", ""))
        path = os.pathsep.join(map(str, folders))
        base = self.server.connection_environment()
        extra = {"PYTHONPATH": str(self.extra_packages)} if self.extra_packages else {}
        # Each start would compile all of Odoo where nobody may write beside it.
        compiled = {
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(cache.folder("bytecode")),
        }
        own = {"PATH": path, "ODOO_RC": str(self.config)}
        return {**base, **extra, **compiled, **own, **more}

    def filestore(self, database: str) -> Path:
        """Return where Odoo keeps the files of a database."""
        return data_folder() / "filestore" / database


def prepare() -> Workbench:
    """Set up what is missing and return the workbench."""
    odoo = find_odoo()
    python = find_python("odoo")
    server = cluster.find_server()
    config = write_config("odoo", addons.find_addons_path(), odoo, server)
    return Workbench(odoo, python, server, config, find_extra_packages(os.environ))


def find_extra_packages(environment: Mapping[str, str]) -> Path | None:
    """Return the folder with Python packages that ``ODOO_PACKAGES`` names, if any."""
    named = environment.get("ODOO_PACKAGES")
    if not named:
        return None
    folder = Path(named).expanduser().resolve()
    if not folder.is_dir():
        raise StepFailed(
            "find the Python packages of your addons",
            f"ODOO_PACKAGES is {named!r}, which is no folder",
            f"Fill it by pip install --target {folder} PACKAGE, then run it again.",
        )
    return folder


def write_config(
    name: str, folders: Sequence[Path], odoo: OdooHome, server: Server
) -> Path:
    """Write a configuration file with ``folders`` before Odoo's own addons."""
    path = [str(folder) for folder in (*folders, *odoo.addons_path)]
    text = CONFIG.format(addons_path=",".join(path), data_dir=data_folder())
    given = {"db_host": server.host, "db_port": server.port, "db_user": server.user}
    text += "".join(f"{key} = {value}\n" for key, value in given.items() if value)
    # Commands with different servers may run at the same time.
    folder = cache.folder("repositories", cache.repository_key(), server.key)
    file = folder / f"{name}.conf"
    if not file.exists() or file.read_text() != text:
        fresh = file.with_name(f"{file.name}.{os.getpid()}")
        fresh.write_text(text)
        fresh.replace(file)
    return file


def data_folder() -> Path:
    """Return Odoo's data folder."""
    return cache.folder("data")
