# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Models of the addon, in the order in which they extend each other.

The order of import is the order of ``super()``: of the classes that extend a model, the
one that is imported last is called first. The packages below are ordered as well;
``tests/test_model_order.py`` lists each method that depends on it.
"""

# ruff: noqa: I001
from . import access_guard  # mixins first: the models below inherit them
from . import loose
from . import of_backend
from . import base
from . import delayable_base
from . import linked_base  # after base: events fire before links are removed
from . import binding
from . import binding_preview
from . import binding_lines
from . import binding_state  # after binding: what becomes an alias changes its state
from . import binding_flows
from . import binding_export
from . import binding_trigger
from . import binding_conflict
from . import binding_export_now
from . import checkpoint
from . import backend
from . import link  # after checkpoint: relations are its last kind of source
from . import connector_log
from . import ir_actions
from . import denied
from . import ir_actions_server
from . import queue
from . import queue_job
from . import monitoring
from . import stream
from . import value_map
from . import conflict
from . import defaults
from . import tombstone  # bindings write them before they are gone
from . import match  # after stream: its button makes a report
from . import request
from . import webhook  # after request: a backend that is gone takes all along
from . import traffic  # after defaults: its fields are added to their forms
