"""API keys: made once, shown once, stored hashed, compared in constant time."""

import hmac
import secrets
from hashlib import blake2b, sha256

from engine.domain.consents.suppression import address_hash
from engine.domain.link import Link, link_key, read
from engine.ports.control_store import ApiKey, ControlStore, KeyKind
from engine.runtime.fingerprint import pepper_of

PREFIX = "rl"


def make_key(kind: KeyKind, name: str, now: int, origins: str = "") -> tuple[ApiKey, str]:
    """A new key and its secret ``rl_<kind>_<id>_<random>`` (192 random bits)."""
    number = secrets.token_hex(5)
    secret = f"{PREFIX}_{kind}_{number}_{secrets.token_urlsafe(24)}"
    return ApiKey(number, kind, name, sha256(secret.encode()).digest(), now, 0, origins), secret


def user_token_secret(workspace: bytes) -> str:
    """What a site's server signs its users' ids with."""
    return blake2b(workspace, digest_size=32, person=b"user token").hexdigest()


class Keyring:
    """``workspace`` is the workspace's secret: the key of fingerprints and user tokens."""

    def __init__(self, store: ControlStore, workspace: bytes) -> None:
        self._store = store
        self._fingerprint = blake2b(workspace, digest_size=32, person=b"fingerprint").digest()
        self.user_token_secret = user_token_secret(workspace)
        self.pepper = pepper_of(workspace)
        self._links = link_key(self.pepper)
        self._keys: dict[str, ApiKey] = {}
        self.refresh()

    def refresh(self) -> None:
        known = self._store.keys()
        self._keys = {key.id: key for key in known if not key.revoked}

    def authenticate(self, secret: str) -> ApiKey | None:
        parts = secret.split("_", 3)
        known = self._keys.get(parts[2]) if len(parts) == 4 else None  # noqa: PLR2004
        given = sha256(secret.encode("utf-8", "replace")).digest()
        fits = hmac.compare_digest(given, known.hash if known else bytes(32))
        return known if known is not None and fits else None

    def fingerprint(self, source: str, message_id: str) -> bytes:
        text = f"{source}\0{message_id}".encode("utf-8", "surrogatepass")
        return blake2b(text, digest_size=6, key=self._fingerprint).digest()

    def subject(self, contact: int) -> str:
        """What the audit trail knows a contact by once it was erased."""
        return self.fingerprint("subject", str(contact)).hex()

    def user_token_fits(self, user_id: str, token: str) -> bool:
        wanted = hmac.new(self.user_token_secret.encode(), user_id.encode(), sha256).hexdigest()
        return hmac.compare_digest(wanted.encode(), token.encode("utf-8", "replace"))

    def hashed(self, address: str) -> str:
        """An address as the audit trail and suppressions name it."""
        return address_hash(self.pepper, address).hex()

    def link(self, token: str) -> Link | None:
        """What a link in a message stands for; None when this workspace has not made it."""
        return read(self._links, token)
