"""Process settings: ``engine.toml`` and ``RELANCE_*`` variables, read once in bootstrap, passed as values."""

from typing import Literal

import msgspec

SQLITE = "sqlite"


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Workspace(_Section, frozen=True, kw_only=True):
    """``zone``: IANA time zone of contacts whose own is unknown. ``country``: ISO 3166-1 alpha-2; a phone

    number without country code is of that country.
    """

    name: str = "relance"
    zone: str = "UTC"
    country: str = "FR"
    max_age: str = "1d"
    late: str = "1d"
    visit_gap: str = "30m"


class Runtime(_Section, frozen=True, kw_only=True):
    """``hosts`` and ``placement`` are fixed when the data folder is made.

    ``memory`` is the bytes of resident contacts a host. Under ``dedicated`` placement a contact has a
    host of its own, up to ``dedicated_limit`` contacts; later ones are pooled.
    """

    runtime: Literal["ray", "in-process"] = "ray"
    hosts: int = 1
    placement: Literal["pooled", "dedicated"] = "pooled"
    dedicated_limit: int = 100
    memory: int = 256 * 2**20
    clock_rate: float = 1.0
    clock_origin: int = 0


class Retention(_Section, frozen=True, kw_only=True):
    """How long what is known is kept: a duration, or ``never``: it is never deleted.

    Of the log: ``person`` (identity, messages, operators' acts), ``deeds`` (track events), ``navigation``
    (pages and screens), ``time`` (timers); then refused items and the audit trail. Of people, since their
    last own act: ``anonymous``, ``prospects`` (known, no order), ``customers``.
    """

    person: str = "never"
    deeds: str = "never"
    navigation: str = "396d"
    time: str = "396d"
    rejected: str = "90d"
    audit: str = "1095d"
    anonymous: str = "396d"
    prospects: str = "1095d"
    customers: str = "1095d"


class Store(_Section, frozen=True, kw_only=True):
    """``url``: ``sqlite`` keeps files in the data folder; else ``postgresql://[user@]host[:port]/database``.

    The password comes from ``PGPASSWORD`` or a password file, as libpq reads them.
    """

    url: str = SQLITE


class Rpc(_Section, frozen=True, kw_only=True):
    """``reflection``: whether the gRPC address tells anybody, without a key, which calls there are.

    ``public_rate``: events a second that one address may send with a public key, twenty seconds' worth
    at once; 0 for any. ``proxies``: the addresses or networks, by commas, whose X-Forwarded-For says who
    sends: without it behind a proxy every page has the proxy's address.
    ``public_url``: where people's mail programs reach the HTTP address; without it no message
    carries a link that unsubscribes or confirms.
    """

    grpc: str = "127.0.0.1:8470"
    http: str = "127.0.0.1:8471"
    backlog: int = 20_000
    public_rate: int = 100
    proxies: str = ""
    reflection: bool = False
    public_url: str = ""


class Email(_Section, frozen=True, kw_only=True):
    """``route``: ``mailbox`` writes .eml files and sends nothing; else an SMTP URL

    ``smtp://[user@]host:port`` (``smtps://`` for TLS from the start; ``?starttls=require|auto|never``).
    The password comes from the variable ``RELANCE_SMTP_PASSWORD``.
    """

    route: str = "mailbox"
    sender: str = "Relance <relance@localhost.localdomain>"
    connections: int = 10
    per_connection: int = 100
    data_timeout: float = 300.0


class Sms(_Section, frozen=True, kw_only=True):
    """Twilio. ``account`` (AC...) "" means that no text message leaves; its token comes from the variable

    ``RELANCE_TWILIO_AUTH_TOKEN``. ``sender``: a messaging service (MG...), or a number. Twilio calls
    back at ``callback_url``, the public address of ``rpc.http``. ``validity`` and ``timeout`` in seconds.
    """

    account: str = ""
    sender: str = ""
    callback_url: str = ""
    per_second: float = 10.0
    connections: int = 10
    timeout: float = 15.0
    validity: int = 14_400
    most_parts: int = 6
    plain: bool = False
    base_url: str = ""
    proxy: str = ""


class Webhooks(_Section, frozen=True, kw_only=True):
    """``allow``: networks that webhooks may reach although they are not public, as ``10.0.0.0/8, ::1``;

    with any of them plain HTTP and every port are allowed too. "" keeps to HTTPS on public addresses.
    """

    allow: str = ""


class Enrichment(_Section, frozen=True, kw_only=True):
    """What the doors learn of a visitor. ``ip_database``: a MaxMind database (.mmdb) that tells country,

    region and city of an address, "" for none; ``company_database`` another that tells its owner.
    ``ip``: what is stored of the address: truncated (IPv4 /24, IPv6 /48), kept, or dropped.
    """

    ip_database: str = ""
    company_database: str = ""
    ip: Literal["truncated", "kept", "dropped"] = "truncated"


class Settings(_Section, frozen=True, kw_only=True):
    workspace: Workspace = Workspace()
    runtime: Runtime = Runtime()
    retention: Retention = Retention()
    store: Store = Store()
    rpc: Rpc = Rpc()
    email: Email = Email()
    sms: Sms = Sms()
    enrichment: Enrichment = Enrichment()
    webhooks: Webhooks = Webhooks()
