"""Where the TCP doors listen, or an error that says what to do."""

import socket

from engine.errors import SettingsError

_BACKLOG = 1_024
_LAST_PORT = 65_535


def taken(address: str, setting: str, error: object) -> SettingsError:
    """What to tell when nothing can listen on an address."""
    return SettingsError(
        f"cannot listen on {address}: {error}. Stop what uses it (`ss -ltnp`), "
        f"or choose another address in engine.toml, [rpc] {setting}"
    )


def parted(address: str, setting: str) -> tuple[str, int]:
    """``127.0.0.1:8471`` or ``[::1]:8471`` to host and port. Raises SettingsError."""
    host, colon, port = address.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > _LAST_PORT:
        raise SettingsError(f"[rpc] {setting} is {address!r}: write host:port, as 127.0.0.1:8471")
    return host.strip("[]"), int(port)


def tcp(address: str, setting: str) -> socket.socket:
    """A listening socket; port 0 lets the system choose. Raises SettingsError."""
    host, port = parted(address, setting)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise taken(address, setting, error.strerror or error) from None
    listener.setblocking(False)
    return listener


def named(listener: socket.socket) -> str:
    """The address that a socket is really bound to."""
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
