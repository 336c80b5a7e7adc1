"""The statements of a host's store, from its tables. ``host`` runs them."""

from sqlalchemy import delete as without
from sqlalchemy import select, tuple_

from engine.store.statement import (
    blob,
    delete,
    find,
    insert,
    insert_missing,
    number,
    page,
    table,
    text,
    upsert,
)
from engine.store.tables import (
    Company,
    Contact,
    Directory,
    Erased,
    Erasing,
    Flow,
    Forgotten,
    Handoff,
    Hop,
    Imported,
    Log,
    Mark,
    OrderKey,
    Outbox,
    Quarantine,
    Quota,
    Reply,
    Reserved,
    Review,
    Shelf,
    Suppression,
    Wakeup,
)

_log, _contact, _directory, _wakeup = table(Log), table(Contact), table(Directory), table(Wakeup)
_outbox, _hop, _reply, _mark = table(Outbox), table(Hop), table(Reply), table(Mark)
_review = table(Review)
_suppression, _quarantine, _forgotten = table(Suppression), table(Quarantine), table(Forgotten)

_erasing, _erased = table(Erasing), table(Erased)
_company, _quota = table(Company), table(Quota)

ADD_LOG = insert(Log)
PUT_LOG = upsert(Log)
LOG_ROW = select(_log).where(_log.c.id == number("id"))
LOG_AFTER = page(select(_log).where(_log.c.id > number("after")).order_by(_log.c.id))

PUT_CONTACT = upsert(Contact)
DROP_CONTACT = delete(Contact)
CONTACTS = find(Contact)
CONTACTS_AFTER = page(
    select(_contact).where(_contact.c.id > number("after")).order_by(_contact.c.id)
)

PUT_SHELF = upsert(Shelf)
DROP_SHELF = delete(Shelf)
SHELVES = find(Shelf)

PUT_DIRECTORY = upsert(Directory)
DROP_DIRECTORY = delete(Directory)
DIRECTORY = find(Directory)
DIRECTORY_AFTER = page(
    select(_directory).where(_directory.c.key > text("after")).order_by(_directory.c.key)
)

PUT_COMPANY = upsert(Company)
COMPANIES = find(Company)
COMPANIES_AFTER = page(
    select(_company).where(_company.c.key > text("after")).order_by(_company.c.key)
)

PUT_QUOTA = upsert(Quota)
QUOTAS = find(Quota)
ALL_QUOTAS = select(_quota).order_by(_quota.c.scenario)

PUT_WAKEUP = upsert(Wakeup)
DROP_WAKEUP = delete(Wakeup)
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
DROP_OUTBOX = delete(Outbox)
OUTBOX = select(_outbox).order_by(_outbox.c.key)

ADD_HOP = insert(Hop)
DROP_HOP = delete(Hop)
HOPS = select(_hop).order_by(_hop.c.number)

PUT_REPLY = upsert(Reply)
REPLIES = select(_reply.c.coordinator, _reply.c.number, _reply.c.body).order_by(
    _reply.c.coordinator, _reply.c.number
)

_imported, _order_key = table(Imported), table(OrderKey)
PUT_IMPORTED = upsert(Imported)
DROP_IMPORTED = delete(Imported)
IMPORTED = select(_imported).order_by(_imported.c.job, _imported.c.chunk)
ADD_ORDER_KEY = upsert(OrderKey)
DROP_ORDER_KEY = delete(OrderKey)
DROP_ORDERS = without(_order_key).where(_order_key.c.contact == number("contact"))
ORDERS_OF = (
    select(_order_key.c.key)
    .where(_order_key.c.contact == number("contact"))
    .order_by(_order_key.c.key)
)
ORDER_KEY = select(_order_key.c.contact).where(
    _order_key.c.contact == number("contact"), _order_key.c.key == blob("key")
)

_reserved = table(Reserved)
PUT_RESERVED = upsert(Reserved)
DROP_RESERVED = delete(Reserved)
RESERVED = select(_reserved).order_by(_reserved.c.at, _reserved.c.fingerprint)

PUT_SUPPRESSION = upsert(Suppression)
DROP_SUPPRESSION = delete(Suppression)
SUPPRESSIONS = select(_suppression).order_by(_suppression.c.address, _suppression.c.scope)

ADD_QUARANTINE = insert(Quarantine, "contact", "now", "body", "error")
QUARANTINE = page(
    select(
        _quarantine.c.contact,
        _quarantine.c.now,
        _quarantine.c.body,
        _quarantine.c.error,
        _quarantine.c.id,
    ).order_by(_quarantine.c.id.desc())
)
DROP_QUARANTINE = delete(Quarantine)

PUT_ERASING = upsert(Erasing)
DROP_ERASING = delete(Erasing)
ERASING = select(_erasing).order_by(_erasing.c.contact)

PUT_ERASED = upsert(Erased)
DROP_ERASED = delete(Erased)
ERASED = select(_erased).order_by(_erased.c.key)

PUT_REVIEW = upsert(Review)
DROP_REVIEW = delete(Review)
REVIEWS = page(select(_review).order_by(_review.c.at.desc(), _review.c.contact, _review.c.other))

_handoff = table(Handoff)
PUT_HANDOFF = upsert(Handoff)
DROP_HANDOFF = delete(Handoff)
HANDOFFS = page(
    select(_handoff).order_by(
        _handoff.c.open.desc(), _handoff.c.rank, _handoff.c.contact, _handoff.c.handoff
    )
)

_flow = table(Flow)
PUT_FLOW = upsert(Flow)
FLOWS = select(_flow).order_by(_flow.c.day, _flow.c.source, _flow.c.target)

FIRST_MARK = insert_missing(Mark)
MARK = select(_mark)
PUT_MARK = upsert(Mark)

FORGOTTEN = select(_forgotten.c.below).where(_forgotten.c.klass == number("klass"))
PUT_FORGOTTEN = upsert(Forgotten)
OLDEST = page(
    select(_log.c.id)
    .where(
        _log.c.id >= number("since"), _log.c.id < number("below"), _log.c.klass == number("klass")
    )
    .order_by(_log.c.id)
)
DROP_LOG = delete(Log)
