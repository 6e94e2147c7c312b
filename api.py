# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Public names of the framework, for authors of connectors.

``from odoo.addons.connector.api import Backend, Binder, ImportMapper, job`` is all the
import that a connector needs. What is not listed here may change without notice, apart
from the classic import paths, which stay for ports (``docs/classic_names.rst``).
"""

from .backend import Backend, get_backend
from .components.backend_adapter import BackendAdapter, CRUDAdapter
from .components.binder import Binder
from .components.changed_since import ChangedSince
from .components.core import ConnectorEnvironment, ConnectorUnit
from .components.deletions import FullPass, Listed, Token
from .components.folder_adapter import FolderAdapter
from .components.list_adapter import ListAdapter
from .components.list_filter import ListFilter
from .components.map_child import ExportMapChild, ImportMapChild
from .components.map_record import MapRecord
from .components.mapper import ExportMapper, ImportMapper, Mapper
from .components.mapping import changed_by, mapping, only_create
from .components.modifier import (
    backend_to_m2o,
    convert,
    follow_m2o_relations,
    m2o_to_backend,
    none,
)
from .components.paged_adapter import PagedAdapter
from .components.related_action import unwrap_binding
from .components.synchronizer import Deleter, Exporter, Importer, Synchronizer
from .components.token_adapter import Changes, TokenAdapter
from .event import Event, on_record_create, on_record_unlink, on_record_write
from .exception import (
    AlreadyBoundError,
    AmbiguousUnitError,
    ChangedThereError,
    ChannelNotFound,
    ConnectorException,
    DryRunError,
    FailedJobError,
    IDMissingInBackend,
    InvalidDataError,
    InvalidUsageError,
    JobError,
    JobTimeoutError,
    LinkError,
    ManyIDSInBackend,
    MappingError,
    MissingDependencyError,
    NetworkRetryableError,
    NoConnectorUnitError,
    NoExternalId,
    NoSuchJobError,
    NothingToDoJob,
    NotReadableJobError,
    NotSentError,
    RetryableJobError,
    SetupError,
    SyncError,
    SystemicError,
    UnclearMatchError,
    UnmappedValueError,
    UnserializableArgumentError,
    WrongArgumentsError,
)
from .flows.binding_declare import MatchKey
from .flows.declare import Stream
from .flows.exporting.changes_exporter import ChangesExporter
from .flows.exporting.compare_exporter import CompareExporter
from .flows.exporting.export_deleter import ExportDeleter
from .flows.exporting.export_on import ExportOn, Watch
from .flows.exporting.record_exporter import RecordExporter
from .flows.importing.batch_importer import BatchImporter
from .flows.importing.import_deleter import ImportDeleter
from .flows.importing.record_importer import RecordImporter
from .flows.importing.result import ImportResult
from .flows.values.converter import UnfitValueError, converter
from .flows.values.files import base64, data_uri, image
from .flows.values.languages import translated
from .flows.values.numbers import boolean, decimal, integer, money
from .flows.values.places import (
    country,
    find_country,
    find_state,
    language,
    place_names,
    place_values,
)
from .flows.values.relations import many2many, many2one, names, related
from .flows.values.times import day, utc
from .flows.values.value_map import ValueMap, mapped
from .magic import Magic, declare_sync, log_about, on_sync_create, on_sync_update
from .models.checkpoint.add import add_checkpoint, add_checkpoint_message
from .queue.current import current_job
from .queue.delay.options import JobKeywords
from .queue.graph import chain, group
from .queue.job import identity_exact, job, related_action
from .queue.job_function import JobFunction
from .queue.testing import mock_job_delay_to_direct, run_jobs, trap_jobs
from .secret import Secret, SecretText
from .session import ConnectorSession, ConnectorSessionHandler
from .wire.auth import Basic, Bearer, Header, Query
from .wire.content_lines import (
    ContentLine,
    ContentLines,
    escape_value,
    find_news,
    new_head,
)
from .wire.content_values import LineDay, LinePicture, LineText, LineTexts
from .wire.graphql import GraphQLAdapter
from .wire.oauth import OAuth2ClientCredentials, OAuth2RefreshToken
from .wire.pages import (
    CursorParam,
    LinkHeader,
    NextLink,
    Offset,
    PageNumber,
    RelayPages,
)
from .wire.rest import RestAdapter
from .wire.schemes import Hmac, PathSecret, SharedHeader, StandardWebhooks
from .wire.session_token import SessionToken
from .wire.status import Status
from .wire.vcard import VCard, new_vcard
from .wire.webdav import CalDavAdapter, CardDavAdapter, DavAdapter
from .wire.webhook import Subscription, Webhook
from .wire.xml import parse_xml

__all__ = [
    "AlreadyBoundError",
    "AmbiguousUnitError",
    "Backend",
    "BackendAdapter",
    "Basic",
    "BatchImporter",
    "Bearer",
    "Binder",
    "CRUDAdapter",
    "CalDavAdapter",
    "CardDavAdapter",
    "ChangedSince",
    "ChangedThereError",
    "Changes",
    "ChangesExporter",
    "ChannelNotFound",
    "CompareExporter",
    "ConnectorEnvironment",
    "ConnectorException",
    "ConnectorSession",
    "ConnectorSessionHandler",
    "ConnectorUnit",
    "ContentLine",
    "ContentLines",
    "CursorParam",
    "DavAdapter",
    "Deleter",
    "DryRunError",
    "Event",
    "ExportDeleter",
    "ExportMapChild",
    "ExportMapper",
    "ExportOn",
    "Exporter",
    "FailedJobError",
    "FolderAdapter",
    "FullPass",
    "GraphQLAdapter",
    "Header",
    "Hmac",
    "IDMissingInBackend",
    "ImportDeleter",
    "ImportMapChild",
    "ImportMapper",
    "ImportResult",
    "Importer",
    "InvalidDataError",
    "InvalidUsageError",
    "JobError",
    "JobFunction",
    "JobKeywords",
    "JobTimeoutError",
    "LineDay",
    "LinePicture",
    "LineText",
    "LineTexts",
    "LinkError",
    "LinkHeader",
    "ListAdapter",
    "ListFilter",
    "Listed",
    "Magic",
    "ManyIDSInBackend",
    "MapRecord",
    "Mapper",
    "MappingError",
    "MatchKey",
    "MissingDependencyError",
    "NetworkRetryableError",
    "NextLink",
    "NoConnectorUnitError",
    "NoExternalId",
    "NoSuchJobError",
    "NotReadableJobError",
    "NotSentError",
    "NothingToDoJob",
    "OAuth2ClientCredentials",
    "OAuth2RefreshToken",
    "Offset",
    "PageNumber",
    "PagedAdapter",
    "PathSecret",
    "Query",
    "RecordExporter",
    "RecordImporter",
    "RelayPages",
    "RestAdapter",
    "RetryableJobError",
    "Secret",
    "SecretText",
    "SessionToken",
    "SetupError",
    "SharedHeader",
    "StandardWebhooks",
    "Status",
    "Stream",
    "Subscription",
    "SyncError",
    "Synchronizer",
    "SystemicError",
    "Token",
    "TokenAdapter",
    "UnclearMatchError",
    "UnfitValueError",
    "UnmappedValueError",
    "UnserializableArgumentError",
    "VCard",
    "ValueMap",
    "Watch",
    "Webhook",
    "WrongArgumentsError",
    "add_checkpoint",
    "add_checkpoint_message",
    "backend_to_m2o",
    "base64",
    "boolean",
    "chain",
    "changed_by",
    "convert",
    "converter",
    "country",
    "current_job",
    "data_uri",
    "day",
    "decimal",
    "declare_sync",
    "escape_value",
    "find_country",
    "find_news",
    "find_state",
    "follow_m2o_relations",
    "get_backend",
    "group",
    "identity_exact",
    "image",
    "integer",
    "job",
    "language",
    "log_about",
    "m2o_to_backend",
    "many2many",
    "many2one",
    "mapped",
    "mapping",
    "mock_job_delay_to_direct",
    "money",
    "names",
    "new_head",
    "new_vcard",
    "none",
    "on_record_create",
    "on_record_unlink",
    "on_record_write",
    "on_sync_create",
    "on_sync_update",
    "only_create",
    "parse_xml",
    "place_names",
    "place_values",
    "related",
    "related_action",
    "run_jobs",
    "translated",
    "trap_jobs",
    "unwrap_binding",
    "utc",
]
