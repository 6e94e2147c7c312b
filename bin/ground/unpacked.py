# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Unpacked Debian packages in the cache, without installation."""

import platform
from dataclasses import dataclass
from pathlib import Path

from ground import cache, debian
from ground.say import StepFailed


@dataclass(frozen=True)
class Unpacked:
    """A file of a package: the system's, else one that is downloaded and unpacked.

    It must fit the libraries of this system, so it comes from this Debian's own suite.
    """

    package: str
    file: str  # below the root; a pattern
    folder: str  # in the cache
    others: tuple[str, ...] = ()  # packages with libraries it needs, unpacked with it

    def find(self) -> Path:
        """Return the file; download it when it is missing.

        Raises:
            StepFailed: there is none, and none can be downloaded.
        """
        target = cache.folder() / self.folder
        found = self._look_in(Path("/")) or self._look_in(target)
        if not found:
            with cache.only_one(f"get {self.package}"):
                found = self._look_in(target)
                if not found:
                    found = self._download(target)
        return found

    def _look_in(self, root: Path) -> Path | None:
        return next(iter(sorted(root.glob(self.file))), None)

    def _download(self, target: Path) -> Path:
        step = f"get {self.package}"
        try:
            files = self._fetch()
        except StepFailed as failure:
            remedy = f"Install the package {self.package}, then run the command again."
            raise StepFailed(step, str(failure), remedy) from failure
        with cache.build_folder(target) as partial:
            for file in files:
                debian.extract_package(file, partial)
        for file in files:
            file.unlink()
        found = self._look_in(target)
        if not found:
            why = f"Debian's package has no {self.file}."
            raise StepFailed(step, why, "Install one that has it.")
        return found

    def _fetch(self) -> list[Path]:
        suite = platform.freedesktop_os_release().get("VERSION_CODENAME", "stable")
        downloads = debian.Downloads(cache.folder("downloads", self.package), (suite,))
        downloads.update()
        return downloads.fetch(
            [self.package, *self.others], f"download {self.package} (below 1 MB)"
        )
