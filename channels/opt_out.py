"""When a text message asks for no more: STOP and its like, in English and in French.

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


def asks_to_stop(text: str) -> bool:
    """Without regard to case, accents and punctuation."""
    apart = unicodedata.normalize("NFKD", text).upper()
    plain = "".join(mark for mark in apart if not unicodedata.combining(mark))
    words = re.findall(r"[A-Z0-9]+", plain)
    return bool(words) and (words[0] in FIRST or (len(words) == 1 and words[0] in ALONE))
