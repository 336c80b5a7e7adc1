"""When a text message asks for no more, or for more again: STOP, START and their like.

Twilio acts on some English words by itself; ours are known in addition, whoever else has acted.
"""

import re
import unicodedata

ALONE = frozenset({
    "STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "REVOKE", "OPTOUT", "CANCEL",
    "ARRET", "ARRETE", "ARRETT", "ARRETER", "DESINSCRIPTION", "DESABONNER", "DESABONNEMENT", "RESIL",
})  # fmt: skip
FIRST = frozenset({"STOP", "ARRET"})
"""Words that say it whatever follows: ``stop svp``."""


BACK = frozenset({"START", "UNSTOP", "REPRISE"})


def asks_to_start(text: str) -> bool:
    """One word, and nothing else."""
    words = _words(text)
    return len(words) == 1 and words[0] in BACK


def asks_to_stop(text: str) -> bool:
    words = _words(text)
    return bool(words) and (words[0] in FIRST or (len(words) == 1 and words[0] in ALONE))


def _words(text: str) -> list[str]:
    """Without regard to case, accents and punctuation."""
    apart = unicodedata.normalize("NFKD", text).upper()
    plain = "".join(mark for mark in apart if not unicodedata.combining(mark))
    return re.findall(r"[A-Z0-9]+", plain)
