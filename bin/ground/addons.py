# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Addons of this repository, and the addons path of Odoo."""

import ast
import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from ground import cache
from ground.say import StepFailed

MAIN = "connector"  # the repository's root is this addon, whatever its folder's name
ALWAYS = {"base", "mail"}  # what every template has
MORE = ("examples", "tests/addons")  # folders of further addons
OWN = "ODOO_ADDONS"  # variable with more folders of addons, outside of the repository


@dataclass(frozen=True)
class Addon:
    """An addon of this repository."""

    name: str
    folder: Path

    @property
    def depends(self) -> set[str]:
        """Return the addons its manifest names."""
        manifest = self.folder / "__manifest__.py"
        try:
            return set(ast.literal_eval(manifest.read_text()).get("depends", ()))
        except (OSError, SyntaxError, ValueError) as error:
            remedy = "Mend the manifest, then run the command again."
            raise StepFailed(f"read {manifest}", str(error), remedy) from error

    @property
    def test_files(self) -> list[Path]:
        """Return the Python files of its tests."""
        return sorted((self.folder / "tests").glob("*.py"))


def find_addons() -> list[Addon]:
    """Return the addons of this repository, the framework first."""
    more = [addon for folder in _folders() for addon in _addons_in(folder)]
    return [Addon(MAIN, cache.REPOSITORY), *more]


def find_dependencies(addon: Addon) -> set[str]:
    """Return the addons of Odoo that ``addon`` needs, directly or through ours."""
    ours = {one.name: one for one in find_addons()}
    needed, seen, waiting = set(ALWAYS), set(), [addon]
    while waiting:
        one = waiting.pop()
        seen.add(one.name)
        needed |= one.depends - ours.keys()
        waiting += [ours[name] for name in one.depends & ours.keys() - seen]
    return needed


def find_addons_path() -> list[Path]:
    """Return folders for Odoo's addons path that hold our addons."""
    folder = cache.folder("repositories", cache.repository_key(), "addons")
    link = folder / MAIN
    if not link.is_symlink() or link.readlink() != cache.REPOSITORY:
        # Renaming puts the link there at once, also beside another command.
        fresh = folder / f"{MAIN}.{os.getpid()}"
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
        fresh.symlink_to(cache.REPOSITORY, target_is_directory=True)
        fresh.replace(link)
    # Odoo refuses a folder without any addon.
    more = [path for path in _folders() if _addons_in(path)]
    return [folder, *more]


def _folders() -> list[Path]:
    """Return the folders of further addons, those of the user last."""
    own = filter(None, os.environ.get(OWN, "").split(os.pathsep))
    folders = [Path(name).expanduser().resolve() for name in own]
    for folder in folders:
        if not folder.is_dir():
            raise StepFailed(
                "find your addons",
                f"{OWN} names {str(folder)!r}, which is no folder",
                f"Correct it: {OWN}=FOLDER or {OWN}=FOLDER{os.pathsep}FOLDER.",
            )
    return [*(cache.REPOSITORY / name for name in MORE), *folders]


def _addons_in(folder: Path) -> list[Addon]:
    """Return the addons in a folder."""
    manifests = sorted(folder.glob("*/__manifest__.py"))
    return [
        Addon(manifest.parent.name, manifest.parent)
        for manifest in manifests
        if (manifest.parent / "__init__.py").exists()
    ]
