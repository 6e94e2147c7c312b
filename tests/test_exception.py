# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the tree of errors."""

from odoo.tests import BaseCase, tagged

from .. import exception
from ..exception import (
    AmbiguousUnitError,
    ConnectorException,
    InvalidUsageError,
    NetworkRetryableError,
    NoExternalId,
    RetryableJobError,
)

PARENTS = {
    "ConnectorException": RuntimeError,
    "NoConnectorUnitError": exception.ConnectorException,
    "InvalidDataError": exception.ConnectorException,
    "MappingError": exception.ConnectorException,
    "ChannelNotFound": exception.ConnectorException,
    "JobError": exception.ConnectorException,
    "NoSuchJobError": exception.JobError,
    "NotReadableJobError": exception.JobError,
    "FailedJobError": exception.JobError,
    "RetryableJobError": exception.JobError,
    "NetworkRetryableError": exception.RetryableJobError,
    "NoExternalId": exception.RetryableJobError,
    "NothingToDoJob": exception.JobError,
    "IDMissingInBackend": exception.JobError,
    "ManyIDSInBackend": exception.JobError,
}


@tagged("post_install", "-at_install")
class TestTree(BaseCase):
    def test_each_classic_error_has_its_classic_parent(self):
        for name, parent in PARENTS.items():
            with self.subTest(name=name):
                self.assertEqual(getattr(exception, name).__bases__, (parent,))

    def test_errors_with_a_name_of_their_own_are_still_assertion_errors(self):
        for cls in (AmbiguousUnitError, InvalidUsageError):
            with self.subTest(cls=cls):
                self.assertEqual(cls.__bases__, (ConnectorException, AssertionError))

    def test_tree_in_the_docstring_names_every_error(self):
        names = [
            name
            for name, cls in vars(exception).items()
            if isinstance(cls, type) and issubclass(cls, exception.ConnectorException)
        ]

        self.assertGreater(len(names), len(PARENTS))
        for name in names:
            with self.subTest(name=name):
                self.assertIn(f" {name}", f" {exception.__doc__}".replace("\n", " "))


@tagged("post_install", "-at_install")
class TestRetryableJobError(BaseCase):
    def test_message_is_all_that_is_needed(self):
        error = RetryableJobError("the far side is busy")

        self.assertEqual(str(error), "the far side is busy")
        self.assertIsNone(error.seconds)
        self.assertIs(error.ignore_retry, False)

    def test_delay_and_counting_can_be_told(self):
        for cls in (RetryableJobError, NetworkRetryableError, NoExternalId):
            with self.subTest(cls=cls):
                error = cls("busy", seconds=5, ignore_retry=True)
                self.assertEqual((error.seconds, error.ignore_retry), (5, True))
