"""Whether a machine opened a message or followed a link in it, as far as its user agent tells.

Mail scanners and proxies open what they pass on. Apple's privacy proxy calls itself ``Mozilla/5.0`` and
no more; libraries and crawlers say what they are. Who hides behind a browser's name is not found here.
"""

import re

import ua_parser

from engine.rpc.items.device import LONGEST

APPLE = "Mozilla/5.0"
_LIBRARY = re.compile(
    r"bot\b|crawl|spider|scan|preview|prefetch|monitor|headless|curl/|wget/|python|java/|okhttp"
    r"|go-http-client|libwww|axios|node-fetch",
    re.IGNORECASE,
)
_PROXIES = ("GoogleImageProxy", "YahooMailProxy")
"""They fetch an image when somebody looks at it."""


def by_machine(agent: str) -> bool:
    """False for a user agent that is not known (empty), and for one that a person's reader sends."""
    agent = agent[:LONGEST].strip()
    if not agent or any(name in agent for name in _PROXIES):
        return False
    if agent == APPLE or _LIBRARY.search(agent):
        return True
    device = ua_parser.parse(agent).device
    return device is not None and device.brand == "Spider"
