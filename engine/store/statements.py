"""The statements of a host's file, from its tables. ``sqlite`` runs them."""

from sqlalchemy import bindparam, delete, func, select, tuple_, update
from sqlalchemy.sql import ColumnElement

from engine.store.statement import insert, insert_missing, number, page, sql, table, text, upsert
from engine.store.tables import (
    Contact,
    Directory,
    Forgotten,
    Hop,
    Log,
    Mark,
    Outbox,
    Quarantine,
    Reply,
    Suppression,
    Wakeup,
)

_log, _contact, _directory, _wakeup = table(Log), table(Contact), table(Directory), table(Wakeup)
_outbox, _hop, _reply, _mark = table(Outbox), table(Hop), table(Reply), table(Mark)
_suppression, _quarantine, _forgotten = table(Suppression), table(Quarantine), table(Forgotten)


def _asked_for(column: ColumnElement[object]) -> ColumnElement[bool]:
    """The column is in a JSON list: one statement for any number of keys."""
    listed = func.json_each(bindparam("keys")).table_valued("value")
    return column.in_(select(listed.c.value))


ADD_LOG = insert(Log)
LOG_ROW = sql(select(_log).where(_log.c.id == number("id")))
LOG_AFTER = page(select(_log).where(_log.c.id > number("after")).order_by(_log.c.id))

PUT_CONTACT = upsert(Contact)
CONTACTS = sql(select(_contact).where(_asked_for(_contact.c.id)))
CONTACTS_AFTER = page(
    select(_contact).where(_contact.c.id > number("after")).order_by(_contact.c.id)
)

PUT_DIRECTORY = upsert(Directory)
DIRECTORY = sql(select(_directory).where(_asked_for(_directory.c.key)))
DIRECTORY_AFTER = page(
    select(_directory).where(_directory.c.key > text("after")).order_by(_directory.c.key)
)

PUT_WAKEUP = upsert(Wakeup)
DROP_WAKEUP = sql(
    delete(_wakeup).where(_wakeup.c.due == number("due"), _wakeup.c.contact == number("contact"))
)
WAKEUPS = page(
    select(_wakeup)
    .where(
        tuple_(_wakeup.c.due, _wakeup.c.contact)
        > tuple_(number("after_due"), number("after_contact")),
        _wakeup.c.due < number("before"),
    )
    .order_by(_wakeup.c.due, _wakeup.c.contact)
)

PUT_OUTBOX = upsert(Outbox)
DROP_OUTBOX = sql(delete(_outbox).where(_outbox.c.key == text("key")))
OUTBOX = sql(select(_outbox).order_by(_outbox.c.key))

ADD_HOP = insert(Hop)
DROP_HOP = sql(delete(_hop).where(_hop.c.number == number("number")))
HOPS = sql(select(_hop).order_by(_hop.c.number))

PUT_REPLY = upsert(Reply)
REPLIES = sql(
    select(_reply.c.coordinator, _reply.c.number, _reply.c.body).order_by(
        _reply.c.coordinator, _reply.c.number
    )
)

ADD_SUPPRESSION = insert_missing(Suppression)
SUPPRESSIONS = sql(select(_suppression).order_by(_suppression.c.address))

ADD_QUARANTINE = sql(
    _quarantine.insert().values(
        contact=number("contact"), now=number("now"), body=bindparam("body"), error=text("error")
    )
)
QUARANTINE = page(
    select(
        _quarantine.c.contact, _quarantine.c.now, _quarantine.c.body, _quarantine.c.error
    ).order_by(_quarantine.c.id.desc())
)

FIRST_MARK = insert_missing(Mark)
MARK = sql(select(_mark))
MOVE_MARK = sql(
    update(_mark).values(
        now=number("to_now"),
        next_log=number("to_log"),
        next_contact=number("to_contact"),
        next_hop=number("to_hop"),
    )
)
PUT_COUNTERS = sql(update(_mark).values(counters=bindparam("to_counters")))

FORGOTTEN = sql(select(_forgotten.c.below).where(_forgotten.c.klass == number("klass")))
PUT_FORGOTTEN = upsert(Forgotten)
OLDEST = page(
    select(_log.c.id)
    .where(
        _log.c.id >= number("since"), _log.c.id < number("below"), _log.c.klass == number("klass")
    )
    .order_by(_log.c.id)
)
DROP_LOG = sql(delete(_log).where(_log.c.id == number("id")))
