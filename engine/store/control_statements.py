"""The statements of the control file, from its tables. ``control`` runs them."""

from sqlalchemy import bindparam, delete, func, literal_column, select, update

from engine.store.control_tables import (
    ApiKey,
    Audit,
    Pause,
    Rejected,
    RejectedCount,
    Rulebook,
    Setting,
)
from engine.store.statement import insert, number, page, sql, table, text, upsert

_setting, _key, _rulebook, _pause = table(Setting), table(ApiKey), table(Rulebook), table(Pause)
_rejected, _count, _audit = table(Rejected), table(RejectedCount), table(Audit)

SETTING = sql(select(_setting.c.value).where(_setting.c.name == text("name")))
PUT_SETTING = upsert(Setting)

ADD_KEY = insert(ApiKey)
REVOKE_KEY = sql(
    update(_key)
    .values(revoked=number("at"))
    .where(_key.c.id == text("key"), _key.c.revoked == literal_column("0"))
)
KEYS = sql(select(_key).order_by(_key.c.created, _key.c.id))

NEXT_VERSION = sql(
    select(func.coalesce(func.max(_rulebook.c.version), literal_column("0")) + literal_column("1"))
)
ADD_RULEBOOK = insert(Rulebook)
RULEBOOKS = sql(select(_rulebook.c.version, _rulebook.c.definitions).order_by(_rulebook.c.version))

PUT_PAUSE = upsert(Pause)
DROP_PAUSE = sql(
    delete(_pause).where(_pause.c.kind == text("of_kind"), _pause.c.name == text("of_name"))
)
PAUSED = sql(select(_pause.c.kind, _pause.c.name))

ADD_REJECTED = sql(
    _rejected.insert().values(
        at=number("at"),
        source=text("source"),
        code=text("code"),
        reason=text("reason"),
        body=bindparam("body"),
    )
)
_rejected_item = (
    _rejected.c.at, _rejected.c.source, _rejected.c.code, _rejected.c.reason, _rejected.c.body,
)  # fmt: skip
REJECTED = page(select(*_rejected_item).order_by(_rejected.c.id.desc()))
COUNT = sql(
    select(_count.c["count"]).where(
        _count.c.code == text("code"),
        _count.c.source == text("source"),
        _count.c.day == number("day"),
    )
)
PUT_COUNT = upsert(RejectedCount)
COUNTS = sql(select(_count.c.code, func.sum(_count.c["count"])).group_by(_count.c.code))

ADD_AUDIT = sql(
    _audit.insert().values(at=number("at"), by=text("by"), act=text("act"), subject=text("subject"))
)
AUDIT = page(
    select(_audit.c.at, _audit.c.by, _audit.c.act, _audit.c.subject).order_by(_audit.c.id.desc())
)
