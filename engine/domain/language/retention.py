"""How long what is known is kept, as it is published."""

import msgspec


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds; 0 keeps for ever. First the classes of the log, then what was refused and who did what.

    Of people: ``anonymous``, known ones who never ordered (``prospects``), and ``customers``, whose
    relation ends with their last own act.
    """

    person: int = 0
    deeds: int = 0
    navigation: int = 0
    time: int = 0
    rejected: int = 0
    audit: int = 0
    anonymous: int = 0
    prospects: int = 0
    customers: int = 0
