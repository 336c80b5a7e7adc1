"""Templates: the text of a message before it is one contact's."""

from engine.domain.channel import Channel
from engine.domain.definition import Definition, Name


class Template(Definition, frozen=True, kw_only=True):
    """``variables`` are the paths that the text names (``contact.first_name``), found when compiled.

    A transactional template needs no consent: it answers what the contact did (receipt, reset).
    An email has a subject, and may have html; an SMS has neither. ``version`` is the hash of the text,
    ``""`` until loaded.
    """

    template: Name
    channel: Channel
    subject: str = ""
    text: str
    html: str = ""
    transactional: bool = False
    variables: tuple[str, ...] = ()
    version: str = ""
