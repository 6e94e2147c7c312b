# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a type checker sees of a connector's code: checked by ``bin/lint``, never run.

A line that is wrong on purpose names the error that is expected there. Where it is not
found any more, mypy reports the comment as unused.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from odoo import models

from ..api import (
    Backend,
    ConnectorSession,
    ImportMapper,
    JobFunction,
    JobKeywords,
    Magic,
    chain,
    declare_sync,
    identity_exact,
    job,
    mapping,
    on_record_write,
    on_sync_create,
    related_action,
)
from ..magic.links.link import Link, Links
from ..magic.sync.result import SyncResult
from ..queue.delay.delayed import Delayed
from ..queue.graph import Delayable, DelayableCalls, DelayableJob

if TYPE_CHECKING:
    from typing_extensions import Unpack, assert_type

MODEL = "shop.order"


@job
def export_order(
    session: ConnectorSession,
    model_name: str,
    order_id: int,
    fields: list[str] | None = None,
) -> bool:
    return bool(fields)


@job(default_channel="root.orders", timeout=60)
@related_action(action=lambda session, job: None)
def import_order(
    session: ConnectorSession, model_name: str, values: dict[str, Any], **more: Any
) -> None:
    pass


@job
def refund(connector: ConnectorSession, amount: float) -> float:
    return amount


@job
def untyped(session, model_name, record_id=None):  # type: ignore[no-untyped-def]
    pass


class Order(models.Model):
    @job
    def cancel(self, reason: str, vals: Any = None) -> bool:
        return bool(reason)

    @job(on_missing="done")
    def push(self, vals: dict[str, Any]) -> int:
        return len(vals)


def call_functions(session: ConnectorSession) -> None:
    assert_type(export_order(session, MODEL, 5), bool)
    export_order(session, MODEL, "5")  # type: ignore[arg-type]
    export_order(session, MODEL)  # type: ignore[call-arg]
    import_order(session, MODEL, {}, flag=True)
    import_order(session, MODEL, "order")  # type: ignore[arg-type]


def call_methods(order: Order) -> None:
    assert_type(order.cancel("late"), bool)
    order.cancel(5)  # type: ignore[arg-type]
    assert_type(order.push({}), int)
    order.push()  # type: ignore[call-arg]


def delay_functions(session: ConnectorSession) -> None:
    assert_type(export_order.delay(session, MODEL, 5), str)
    assert_type(export_order.delay(session, MODEL, 5, fields=["name"]), str)
    assert_type(import_order.delay(session, MODEL, {}, flag=True), str)
    export_order.delay(session, MODEL, "5")  # type: ignore[call-overload]
    export_order.delay(session, MODEL)  # type: ignore[call-overload]
    assert_type(refund.delay(session, 9.5), str)
    refund.delay(session, "9.5")  # type: ignore[call-overload]
    untyped.delay(session, MODEL, record_id=5, priority=1)


def delay_functions_with_options(session: ConnectorSession) -> None:
    export_order.delay(session, MODEL, 5, priority=1, eta=timedelta(hours=1))
    export_order.delay(session, MODEL, 5, fields=["name"], eta=60, tags=["a"])
    export_order.delay(session, MODEL, 5, identity_key=identity_exact, mode="replace")
    export_order.delay(session, MODEL, 5, prioritty=1)  # type: ignore[call-overload]
    export_order.delay(session, MODEL, 5, eta="noon")  # type: ignore[call-overload]
    export_order.delay(session, MODEL, 5, identity_key=5)  # type: ignore[call-overload]
    export_order.delay(session, MODEL, 5, identity_key="", mode="some")  # type: ignore[call-overload]


def delay_many_functions(session: ConnectorSession) -> None:
    many = [(5,), (6,)]
    assert_type(export_order.delay_many(session, MODEL, many), list[str])
    assert_type(export_order.delay_many(session, MODEL, many, eta=60), list[str])
    export_order.delay_many(session, MODEL, many, priorities=5)  # type: ignore[call-arg]
    export_order.delay_many(session, MODEL, many, channel=5)  # type: ignore[arg-type]
    export_order.delay_many(session, MODEL, [5, 6])  # type: ignore[list-item]


def delay_any(function: JobFunction[[str, int], bool]) -> None:
    assert_type(function.default_channel, str)
    delay_any(export_order)


def connect_functions(session: ConnectorSession) -> None:
    first = export_order.delayable(session, MODEL, 5)
    assert_type(first, DelayableJob)
    assert_type(chain(first, export_order.delayable(session, MODEL, 6)), Delayable)
    assert_type(first.delay(), str)
    export_order.delayable(session, MODEL, "5")  # type: ignore[call-overload]


def delay_methods(
    one: Delayed[str], many: Delayed[list[str]], later: DelayableCalls
) -> None:
    assert_type(one.push({}), str)
    assert_type(many.push(), list[str])
    assert_type(later.push({}), DelayableJob)


def name_options(**options: "Unpack[JobKeywords]") -> None:
    name_options(priority=1, eta=60, tags=("a",), scope="failed", identity_key=None)
    name_options(prioritty=1)  # type: ignore[call-arg]
    name_options(scope="done")  # type: ignore[arg-type]
    name_options(tags="a")  # type: ignore[arg-type]


# === UNITS AND EVENTS === #

shop = Backend("shop")


@shop
class OrderMapper(ImportMapper):
    @mapping
    def number(self, record: dict[str, str]) -> dict[str, str]:
        return {"name": record["number"]}


@on_record_write(model_names=MODEL)
def write_down(
    session: ConnectorSession, model_name: str, record_id: int, vals: dict[str, Any]
) -> int:
    return record_id


def look_up(mapper: OrderMapper, session: ConnectorSession) -> None:
    assert_type(mapper.number({}), dict[str, str])
    assert_type(mapper.unit_for(OrderMapper), OrderMapper)
    assert_type(shop.get_class(OrderMapper, session, MODEL), type[OrderMapper])
    assert_type(write_down(session, MODEL, 5, {}), int)


# === SYNCS AND LINKS === #


@declare_sync("shop_orders")
def order_sync(MAGIC: Magic) -> dict[str, Any]:
    return {"x": {"create": lambda order: MAGIC.env.uid}}


@on_sync_create(model_names=MODEL)
def note(
    session: ConnectorSession, model_name: str, relation: str, refs: dict[str, Any]
) -> None:
    pass


def synchronize(MAGIC: Magic, orders: Order) -> None:
    order_sync.push_on(MODEL, write=True, fields=["name"])
    assert_type(MAGIC.sync_odoo2x([orders], order_sync, create=True), SyncResult)
    assert_type(MAGIC.sync_x2odoo([{}], "rel", delay=True), list[str])
    assert_type(MAGIC.sync_x2odoo([{}], "rel", delay={"priority": 5}), list[str])
    assert_type(MAGIC.sync_external([{}], "rel", delay=False).created, int)
    MAGIC.sync_odoo2x(5, order_sync)  # type: ignore[call-overload]
    MAGIC.sync_odoo2x([orders], order_sync, updated=True)  # type: ignore[call-overload]
    MAGIC.sync_external([{}], "rel", delay="now")  # type: ignore[call-overload]


def link(MAGIC: Magic, order: Order) -> None:
    made = MAGIC.set_link("rel", {"odoo": order, "shop": 5}, sync_date=False)
    assert_type(made, Link)
    assert_type(MAGIC.search_links("rel", [5, "6"]), Links)
    assert_type(MAGIC.search_links("rel").as_one(), Link)
    MAGIC.get_link(5, order)  # type: ignore[arg-type]
    MAGIC.set_link("rel", [order])  # type: ignore[arg-type]


def log(MAGIC: Magic) -> None:
    MAGIC.log({"any": "data"}, MAGIC.LOG_WARNING, relation="rel")
    MAGIC.log("text", level=5)  # type: ignore[arg-type]
    assert_type(MAGIC.url2base64("https://example.com", max_bytes=5), bytes)
