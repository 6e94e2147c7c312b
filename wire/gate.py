# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Gate of a backend: what its requests pass before they are sent, and are noted by."""

from collections.abc import Mapping


class Gate:
    """Lets all requests pass, and notes nothing."""

    patience_s: float | None = None
    """For how long jobs are retried after network errors, in seconds; None: as the
    setting says."""

    def enter(self) -> None:
        """Return when a request may be sent.

        Raises:
            NetworkRetryableError: not now; the job comes back later.
        """

    def reserve(self, count: int) -> None:
        """Reserve the turns of some requests that come now, one after the other."""

    def failed(self, error: Exception) -> None:
        """Note that no answer came."""

    def answered(self, status: int, headers: Mapping[str, str], means: str) -> None:
        """Note an answer.

        Args:
            status: number, such as 200.
            headers: by names in any case.
            means: one of ``wire.status.MEANINGS``.
        """


OPEN_GATE = Gate()
