"""The pages behind the links of a message: one sentence and one button, in French and in English."""

from collections.abc import Sequence
from html import escape
from typing import Literal

from engine.domain.consents.topic import Topic

Language = Literal["fr", "en"]

_TEXTS: dict[Language, dict[str, str]] = {
    "fr": {
        "unsubscribe": "Ne plus recevoir ces messages ?",
        "unsubscribe_topic": "Ne plus recevoir « {} » ?",
        "leave": "Me désinscrire",
        "leave_all": "Ne plus rien recevoir",
        "left": "C'est fait : vous ne recevrez plus ces messages.",
        "confirm": "Recevoir nos messages à cette adresse ?",
        "choose": "Ou choisir ce que je reçois",
        "save": "Enregistrer mon choix",
        "saved": "C'est enregistré.",
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
        "choose": "Or choose what I receive",
        "save": "Save my choice",
        "saved": "Your choice is saved.",
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


def unsubscribe_page(
    language: Language, topic: Topic | None, topics: Sequence[Topic], chosen: frozenset[str]
) -> str:
    """A button for the topic, where there is one, one for the whole channel, and every topic to choose."""
    texts, choice = _TEXTS[language], _choice(language, topics, chosen)
    if topic is None:
        return _page(language, texts["unsubscribe"], (("", texts["leave"]),), choice)
    buttons = (("", texts["leave"]), ("?all=1", texts["leave_all"]))
    sentence = texts["unsubscribe_topic"].format(_title(language, topic))
    return _page(language, sentence, buttons, choice)


def _title(language: Language, topic: Topic) -> str:
    return getattr(topic.title, language) or topic.title.fr or topic.title.en or topic.topic


def _choice(language: Language, topics: Sequence[Topic], chosen: frozenset[str]) -> str:
    """A box for each topic, ticked where the person gets it."""
    if not topics:
        return ""
    boxes = "".join(
        f'<label><input type="checkbox" name="topic" value="{escape(one.topic)}"'
        f"{' checked' if one.topic in chosen else ''}> {escape(_title(language, one))}</label>"
        for one in topics
    )
    texts = _TEXTS[language]
    return (
        f'<form method="post" action="?choose=1"><fieldset><legend>{texts["choose"]}</legend>'
        f"{boxes}</fieldset><button>{texts['save']}</button></form>"
    )


def confirm_page(language: Language) -> str:
    return _page(language, _TEXTS[language]["confirm"], (("", _TEXTS[language]["yes"]),))


def answer_page(language: Language, answer: Literal["left", "confirmed", "late", "saved"]) -> str:
    return _page(language, _TEXTS[language][answer], ())


def _page(
    language: Language, sentence: str, buttons: tuple[tuple[str, str], ...], more: str = ""
) -> str:
    """``buttons``: where each posts to, seen from this page, and what it says; ``more`` is HTML."""
    forms = "".join(
        f'<form method="post" action="{where}"><button>{escape(text)}</button></form>'
        for where, text in buttons
    )
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(sentence)}</title><style>{_STYLE}</style>"
        f"<main><p>{escape(sentence)}</p>{forms}{more}</main></html>"
    )


_STYLE = (
    "body{font:18px/1.6 sans-serif;color:#222;background:#fff;margin:0;padding:15vh 24px}"
    "main{max-width:480px;margin:0 auto}button{font:inherit;padding:8px 20px;margin:0 0 12px;"
    "border:1px solid #222;border-radius:6px;background:#222;color:#fff;cursor:pointer}"
    "fieldset{border:1px solid #767676;border-radius:6px;margin:24px 0 12px;padding:8px 16px}"
    "label{display:block;padding:6px 0}input{width:20px;height:20px;vertical-align:middle}"
)
