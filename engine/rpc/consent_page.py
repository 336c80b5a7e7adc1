"""The pages behind the links of a message: one sentence and one button, in French and in English."""

from html import escape
from typing import Literal

from engine.domain.topic import Topic

Language = Literal["fr", "en"]

_TEXTS: dict[Language, dict[str, str]] = {
    "fr": {
        "unsubscribe": "Ne plus recevoir ces messages ?",
        "unsubscribe_topic": "Ne plus recevoir « {} » ?",
        "leave": "Me désinscrire",
        "leave_all": "Ne plus rien recevoir",
        "left": "C'est fait : vous ne recevrez plus ces messages.",
        "confirm": "Recevoir nos messages à cette adresse ?",
        "yes": "Confirmer",
        "confirmed": "Merci, c'est confirmé.",
        "late": "Ce lien ne vaut plus. Demandez-en un autre.",
    },
    "en": {
        "unsubscribe": "Stop receiving these messages?",
        "unsubscribe_topic": "Stop receiving “{}”?",
        "leave": "Unsubscribe",
        "leave_all": "Stop receiving anything",
        "left": "Done: you will not receive these messages any more.",
        "confirm": "Receive our messages at this address?",
        "yes": "Confirm",
        "confirmed": "Thank you, it is confirmed.",
        "late": "This link holds no more. Ask for another one.",
    },
}


def language_of(accepted: str) -> Language:
    """The first of ours in Accept-Language (RFC 9110, 12.5.4), whose usual order is that of wish."""
    wished = [part.strip()[:2].lower() for part in accepted.split(",")]
    for one in wished:
        if one == "fr":
            return "fr"
        if one == "en":
            return "en"
    return "en"


def unsubscribe_page(language: Language, topic: Topic | None) -> str:
    """A button for the topic, where there is one, and a button for the whole channel."""
    texts = _TEXTS[language]
    if topic is None:
        return _page(language, texts["unsubscribe"], (("", texts["leave"]),))
    title = getattr(topic.title, language) or topic.title.fr or topic.title.en or topic.topic
    buttons = (("", texts["leave"]), ("?all=1", texts["leave_all"]))
    return _page(language, texts["unsubscribe_topic"].format(title), buttons)


def confirm_page(language: Language) -> str:
    return _page(language, _TEXTS[language]["confirm"], (("", _TEXTS[language]["yes"]),))


def answer_page(language: Language, answer: Literal["left", "confirmed", "late"]) -> str:
    return _page(language, _TEXTS[language][answer], ())


def _page(language: Language, sentence: str, buttons: tuple[tuple[str, str], ...]) -> str:
    """``buttons``: where each posts to, seen from this page, and what it says."""
    forms = "".join(
        f'<form method="post" action="{where}"><button>{escape(text)}</button></form>'
        for where, text in buttons
    )
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(sentence)}</title><style>{_STYLE}</style>"
        f"<main><p>{escape(sentence)}</p>{forms}</main></html>"
    )


_STYLE = (
    "body{font:18px/1.6 sans-serif;color:#222;background:#fff;margin:0;padding:15vh 24px}"
    "main{max-width:480px;margin:0 auto}button{font:inherit;padding:8px 20px;margin:0 0 12px;"
    "border:1px solid #222;border-radius:6px;background:#222;color:#fff;cursor:pointer}"
)
