"""What is remembered of a key that must not be kept: a hash only this workspace can make."""

from hashlib import blake2b

SIZE = 16


def pepper_of(secret: bytes) -> bytes:
    """The key of these hashes, from the workspace's secret."""
    return blake2b(secret, digest_size=32, person=b"erasure").digest()


def key_hash(pepper: bytes, key: str) -> bytes:
    """What is remembered of a key whose contact was erased."""
    return _hash(pepper, key, b"key")


def _hash(pepper: bytes, text: str, purpose: bytes) -> bytes:
    raw = text.encode("utf-8", "surrogatepass")
    return blake2b(raw, digest_size=SIZE, key=pepper, person=purpose).digest()
