# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of outbound requests, whose answers are lost at will."""

from datetime import timedelta

from requests import ReadTimeout

from .export_case import ExportCase


class RequestCase(ExportCase):
    """A test whose adapter has some of the declarations that prevent duplicates."""

    members: dict = {}  # noqa: RUF012 replaced by subclasses

    def adapter_class(self, **members):
        return super().adapter_class(**{**self.members, **members})

    def lose_answer(self, binding, error=None):
        """Export a contact whose answer is lost: it is there, and nobody knows."""
        self.shop.late_error = error or ReadTimeout("no answer")
        self.env.flush_all()
        with self.assertRaisesOnly(ReadTimeout if error is None else type(error)):
            self.exporter().run(binding.id)

    def assertRaisesOnly(self, kind):
        """Expect an error, without the rollback of Odoo's assertRaises."""
        return _Raises(self, kind)

    def age(self, **delta):
        """Let the requests be older."""
        self.env.cr.execute(
            "UPDATE connector_request SET sent_at = sent_at - %(age)s,"
            " first_sent_at = first_sent_at - %(age)s, opened_at = opened_at - %(age)s,"
            " ended_at = ended_at - %(age)s",
            {"age": timedelta(**delta)},
        )
        self.env.invalidate_all()


class _Raises:
    def __init__(self, case, kind):
        self.case, self.kind = case, kind

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _traceback):
        self.case.assertIsNotNone(kind, "no error")
        self.case.env.invalidate_all()
        self.error = error
        return issubclass(kind, self.kind)
