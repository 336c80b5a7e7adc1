"""The statements of the control store, from its tables. ``control`` runs them."""

from sqlalchemy import Integer, cast, func, literal_column, select, update

from engine.store.control_tables import (
    ApiKey,
    Audit,
    Erasure,
    ImportJob,
    Pause,
    Product,
    Rejected,
    RejectedCount,
    Rulebook,
    Setting,
)
from engine.store.statement import delete, find, insert, number, page, table, text, upsert

_setting, _key, _rulebook, _pause = table(Setting), table(ApiKey), table(Rulebook), table(Pause)
_rejected, _count, _audit = table(Rejected), table(RejectedCount), table(Audit)
_erasure = table(Erasure)

SETTING = select(_setting.c.value).where(_setting.c.name == text("name"))
PUT_SETTING = upsert(Setting)

ADD_KEY = insert(ApiKey)
REVOKE_KEY = (
    update(_key)
    .values(revoked=number("at"))
    .where(_key.c.id == text("key"), _key.c.revoked == literal_column("0"))
)
KEYS = select(_key).order_by(_key.c.created, _key.c.id)

NEXT_VERSION = select(
    func.coalesce(func.max(_rulebook.c.version), literal_column("0")) + literal_column("1")
)
ADD_RULEBOOK = insert(Rulebook)
RULEBOOKS = select(_rulebook.c.version, _rulebook.c.definitions).order_by(_rulebook.c.version)
PUBLISHED = select(_rulebook.c.version, _rulebook.c.at, _rulebook.c.by, _rulebook.c.note).order_by(
    _rulebook.c.version
)

PUT_PAUSE = upsert(Pause)
DROP_PAUSE = delete(Pause)
PAUSED = select(_pause.c.kind, _pause.c.name)

PUT_PRODUCT = upsert(Product)
PRODUCTS = find(Product)

ADD_REJECTED = insert(Rejected, "at", "source", "code", "reason", "body", "public")
_rejected_item = (
    _rejected.c.at, _rejected.c.source, _rejected.c.code, _rejected.c.reason, _rejected.c.body,
    _rejected.c.public,
)  # fmt: skip
REJECTED = page(select(*_rejected_item).order_by(_rejected.c.id.desc()))
REJECTED_AS = page(
    select(*_rejected_item).where(_rejected.c.code == text("code")).order_by(_rejected.c.id.desc())
)
COUNT = select(_count.c["count"]).where(
    _count.c.code == text("code"),
    _count.c.source == text("source"),
    _count.c.day == number("day"),
)
PUT_COUNT = upsert(RejectedCount)
COUNTS = select(_count.c.code, cast(func.sum(_count.c["count"]), Integer)).group_by(_count.c.code)

_import = table(ImportJob)
PUT_IMPORT = upsert(ImportJob)
IMPORTS = select(_import).order_by(_import.c.id.desc())

ADD_AUDIT = insert(Audit, "at", "by", "act", "subject")
AUDIT = page(
    select(_audit.c.at, _audit.c.by, _audit.c.act, _audit.c.subject).order_by(_audit.c.id.desc())
)
RENAME = update(_audit).values(subject=text("new")).where(_audit.c.subject == text("old"))
OLD_AUDIT = page(select(_audit.c.id).where(_audit.c.at < number("before")).order_by(_audit.c.id))
DROP_AUDIT = delete(Audit)

REJECTED_AFTER = page(
    select(_rejected.c.id, *_rejected_item)
    .where(_rejected.c.id > number("after"))
    .order_by(_rejected.c.id)
)
OLD_REJECTED = page(
    select(_rejected.c.id).where(_rejected.c.at < number("before")).order_by(_rejected.c.id)
)
DROP_REJECTED = delete(Rejected)

PUT_ERASURE = upsert(Erasure)
ERASURES = page(select(_erasure).order_by(_erasure.c.at.desc(), _erasure.c.id.desc()))
OPEN_ERASURES = (
    select(_erasure)
    .where(_erasure.c.done == literal_column("0"))
    .order_by(_erasure.c.at, _erasure.c.id)
)
