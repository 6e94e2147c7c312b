# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, TransactionCase, tagged
from odoo.tests.common import get_db_name

from ..backend import BACKENDS, Backend
from ..components.core import ConnectorEnvironment, ConnectorUnit
from ..event import Consumer, Event
from ..queue.testing import mock_job_delay_to_direct  # noqa: F401 its classic path
from ..session import ConnectorSession


@contextmanager
def mock_session_commit() -> Iterator[mock.Mock]:
    """Keep sessions from committing inside the block; their commits only flush.

    As in series 7 to 9, where a commit did nothing while tests ran.

    Returns:
        The mock of the commits, which counts them.
    """

    def flush(session):
        session.env.flush_all()

    with mock.patch.object(ConnectorSession, "commit", autospec=True) as commit:
        commit.side_effect = flush
        yield commit


@tagged("post_install", "-at_install")
class ConnectorCase(TransactionCase):
    """A test with a session; backends and consumers it declares end with it."""

    def setUp(self):
        super().setUp()
        self.session = ConnectorSession.from_env(self.env)
        self.patch(BACKENDS, "backends", set())

    def subscribe(
        self, event: Event, consumer: Consumer, model_names=None, **options
    ) -> None:
        """Subscribe a consumer until the end of the test."""
        event.subscribe(consumer, model_names, **options)
        self.addCleanup(event.unsubscribe, consumer, model_names)

    def listen(self, event: Event, model_names=None, **options) -> list[tuple]:
        """Return a list that grows by (model, arguments…) whenever an event fires."""
        heard = []

        def hear(_session, *facts):
            heard.append(facts)

        self.subscribe(event, hear, model_names, **options)
        return heard


class UnitCase(ConnectorCase):
    """A test of units; it needs the models of the addon ``connector_test``.

    ``self.backend`` is the Backend of ``self.backend_record``; nothing is
    registered on it.
    """

    partner_binding = "connector.test.partner"  # connector.binding, odoo_id
    category_binding = "connector.test.category"  # classic: openerp_id

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        backends = cls.env["connector.test.backend"]
        cls.backend_record = backends.create({"name": "Shop", "version": "1"})

    def setUp(self):
        super().setUp()
        self.backend = Backend("connector_test", version="1")

    def environment(self, model_name: str) -> ConnectorEnvironment:
        """Return the scope of a model on the backend record."""
        return ConnectorEnvironment(self.backend_record, self.session, model_name)

    def unit(
        self, cls: type[ConnectorUnit], model_name: str = partner_binding
    ) -> ConnectorUnit:
        """Return a unit of a class, registered or not, in the scope of a model."""
        return cls(self.environment(model_name))

    def create_partner_binding(self, external_id=None, **values):
        """Create a binding of a partner on the backend record."""
        values = {"name": "Ada", "backend_id": self.backend_record.id, **values}
        return self.env[self.partner_binding].create(
            {"external_id": external_id, **values}
        )


@tagged("post_install", "-at_install", "race")
class RaceCase(BaseCase):
    """A test with several real transactions; what it commits, it deletes."""

    def open_env(self, **context) -> api.Environment:
        """Return an environment on a cursor of its own, closed after the test."""
        cr = Registry(get_db_name()).cursor()
        self.addCleanup(cr.close)
        return api.Environment(cr, SUPERUSER_ID, context)
