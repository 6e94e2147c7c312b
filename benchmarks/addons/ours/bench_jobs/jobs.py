# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The jobs that are measured."""

import time

from odoo.addons.connector.queue.job import job


@job
def do_nothing(session, model_name, number):
    """Do nothing."""


@job
def write_field(session, model_name, number):
    """Write one field of one record."""
    session.env[model_name].browse(1 + number % 1000).value = number


@job
def wait(session, model_name, number):
    """Wait 20 ms, as for an answer of another system."""
    time.sleep(0.02)


@job
def tell_time(session, model_name, number):
    """Return when the job started."""
    return time.time()
