# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Exporter that compares and sets: for values that both sides change, such as stock.

What was known of such a value is old when it is sent: a sale there would be undone. It
is read, compared and set in one go, and only where it differs.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from ...components.map_record import MapRecord
from ...exception import IDMissingInBackend, RetryableJobError, message_of
from .record_exporter import RecordExporter
from .refusal import is_outdated
from .sent import Answer
from .update import SKIPPED, UNCHANGED, UPDATED

FRESH = timedelta(minutes=1)  # orders that came in before are in hand
TRIES = 3  # of one job, before another one takes its turn
WAIT_S = 5  # between two looks whether the orders are in


class CompareExporter(RecordExporter):
    """Exports values by compare and set; the record has to be there.

    ::

        class StockExporter(CompareExporter):
            _model_name = "shop.product.product"
            _allocated = {"on_hand": "allocated"}
            _streams_first = ["orders"]
    """

    _allocated: Mapping[str, str] = {}
    """Numbers there of which a part is promised to orders, with the field that holds
    this part. What is mapped for such a number is what may be sold: the part there is
    taken off before the two are compared, and is added to what is set."""

    _streams_first: Sequence[str] = ()
    """Streams that are imported before: those of the orders, without which the stock
    here knows nothing of the last sales there."""

    compare_first = False  # it reads the record anyway

    # === STEPS === #

    def _compare(self, key: str, there: object, new: object) -> bool:
        """Return whether a value there is the one that is mapped here.

        Numbers are equal whatever their form: 5, 5.0 and "5.00".
        """
        return there == new or (
            (number := _number(new)) is not None and number == _number(there)
        )

    def _value_to_set(self, key: str, there: Mapping, new: object) -> object:
        """Return what a value has to become there.

        By default what is mapped, together with what is allocated of it there.
        """
        allocated = self._allocated.get(key)
        if allocated is None or new is None:
            return new
        total = (_number(new) or Decimal()) + (_number(there.get(allocated)) or 0)
        return type(new)(total) if isinstance(new, int | float | Decimal) else total

    # === HELPERS === #

    def _run(self) -> str:
        if self.external_id is None:
            return f"{SKIPPED}: it is not there yet."
        self._wait_for_streams()
        return super()._run()

    def _wait_for_streams(self) -> None:
        """Have the streams imported that come first, and try again after that.

        Raises:
            RetryableJobError: one of them had no success in the last minute.
        """
        for name in self._streams_first:
            with self.own_transaction():  # the error below takes nothing back
                streams_sudo = self.env["connector.stream"].sudo()  # of managers
                is_in = streams_sudo._refresh(self.backend_record, name, FRESH)
            if is_in:
                continue
            raise RetryableJobError(
                f"Cannot export {self.describe()} yet: stream {name!r} is imported "
                f"first. Trying again in {WAIT_S} s.",
                seconds=WAIT_S,
                ignore_retry=True,
            )

    def _update_there(self, map_record: MapRecord) -> str:
        for _try in range(TRIES):
            try:
                return self._compare_and_set(map_record)
            except IDMissingInBackend as error:
                return self._report_gone(error)
            except Exception as error:
                if not is_outdated(error, is_conditional=True):
                    raise
                meanwhile = error
        raise RetryableJobError(
            f"Cannot export {self.describe()}: it changes there all the time, the last "
            f"answer was {message_of(meanwhile)}. Trying again in {WAIT_S} s.",
            seconds=WAIT_S,
        ) from meanwhile

    def _compare_and_set(self, map_record: MapRecord) -> str:
        there = self._read_there()
        data = self._different(there, self._sent_values(map_record))
        if not data:
            self._note(Answer(), None, is_new=False)
            return UNCHANGED
        self._validate_update_data(data)
        answer = self._asking(data, self.backend_adapter.version_of(there))
        self._note(answer, None)
        self._remember(answer)
        return UPDATED

    def _sent_values(self, map_record: MapRecord) -> dict:
        """Return all values: what is there decides what is set, not what was sent."""
        return self._update_data(map_record, missing_as_none=True)

    def _different(self, there: Mapping, data: Mapping) -> dict:
        """Return the values that differ from those there, as they are to be set."""
        wanted = {key: self._value_to_set(key, there, new) for key, new in data.items()}
        return {
            key: new
            for key, new in wanted.items()
            if key not in there or not self._compare(key, there[key], new)
        }


def _number(value: object) -> Decimal | None:
    """Return a value as an exact number, None where it is none."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
