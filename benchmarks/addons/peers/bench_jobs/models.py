# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The same jobs as ours, for queue_job."""

import time

from odoo import fields, models


class BenchNote(models.Model):
    """A record with one field to write."""

    _name = "bench.note"
    _description = "Note of a Benchmark"

    value = fields.Integer()

    def do_nothing(self, number):
        """Do nothing."""

    def write_field(self, number):
        """Write one field of one record."""
        self.browse(1 + number % 1000).value = number

    def wait(self, number):
        """Wait 20 ms, as for an answer of another system."""
        time.sleep(0.02)

    def tell_time(self, number):
        """Return when the job started."""
        return time.time()
