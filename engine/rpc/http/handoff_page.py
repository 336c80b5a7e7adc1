"""The page behind the links of a hand-off: who it is, why, and the three decisions."""

from datetime import UTC, datetime
from html import escape
from typing import Any, Literal

from engine.domain.profile.calendar import zone_named
from engine.domain.profile.offer import Decision, Status
from engine.rpc.http.consent_page import Language

DECISIONS: tuple[Decision, ...] = ("accept", "return", "reject")
_TEXTS: dict[Language, dict[str, str]] = {
    "fr": {
        "deadline": "Échéance", "reason": "Raison", "name": "Nom", "company": "Société",
        "email": "E-mail", "phone": "Téléphone", "owner": "Pour", "scores": "Scores",
        "actions": "Dernières actions", "accept": "Accepter", "return": "Rendre au nurturing",
        "reject": "Refuser", "why": "Pourquoi ?", "note": "Note (facultatif)", "until": "Jusqu'au",
        "accepted": "C'est accepté : ce contact est à vous.",
        "returned": "Ce contact est rendu au nurturing.", "rejected": "Ce contact est refusé.",
        "late": "Ce lien ne vaut plus : il est trop ancien, ou la décision est déjà prise.",
        "decided": "Décision déjà prise",
    },
    "en": {
        "deadline": "Deadline", "reason": "Reason", "name": "Name", "company": "Company",
        "email": "Email", "phone": "Phone", "owner": "For", "scores": "Scores",
        "actions": "Last actions", "accept": "Accept", "return": "Return to nurturing",
        "reject": "Reject", "why": "Why?", "note": "Note (optional)", "until": "Until",
        "accepted": "Accepted: this contact is yours.",
        "returned": "This contact is back in nurturing.", "rejected": "This contact is rejected.",
        "late": "This link holds no more: it is too old, or the decision was made before.",
        "decided": "Decided before",
    },
}  # fmt: skip
_CLOCK: dict[Language, str] = {"fr": "%d/%m/%Y %H:%M", "en": "%Y-%m-%d %H:%M"}


def offer_page(language: Language, held: dict[str, Any], first: str = "", problem: str = "") -> str:
    """``first`` is the decision that the link named; ``problem`` what was missing the last time."""
    texts, title = _TEXTS[language], held["title"] or held["handoff"]
    rows = "".join(
        f"<dt>{texts[name]}</dt><dd>{escape(value)}</dd>"
        for name, value in _facts(language, held)
        if value
    )
    if held["status"] != "open":
        return _page(
            language, title, f"<dl>{rows}</dl><p>{texts['decided']} : {texts[held['status']]}</p>"
        )
    order = sorted(DECISIONS, key=lambda one: one != first)
    forms = "".join(_form(texts, one) for one in order)
    warning = f"<p role='alert'>{escape(problem)}</p>" if problem else ""
    return _page(language, title, f"{warning}<dl>{rows}</dl>{forms}")


def done_page(language: Language, became: Status | Literal["late"]) -> str:
    text = _TEXTS[language][became]
    return _page(language, text, "")


def _facts(language: Language, held: dict[str, Any]) -> list[tuple[str, str]]:
    known, company = held["attributes"], held["company"]
    name = " ".join(str(known[part]) for part in ("first_name", "last_name") if part in known)
    scores = ", ".join(f"{line['score']} {line['value']:g}" for line in held["lines"])
    actions = "; ".join(
        f"{_clock(language, one['at'], held)} {one['name']}" for one in reversed(held["actions"])
    )
    return [
        ("reason", held["reason"]),
        ("deadline", _clock(language, held["deadline"], held)),
        ("owner", str(held["reader"])),
        ("name", name or str(known.get("name", "")) or ", ".join(held["keys"])),
        ("company", str(company.get("name", known.get("company", "")))),
        ("email", str(known.get("email", ""))),
        ("phone", str(known.get("phone", ""))),
        ("scores", scores),
        ("actions", actions),
    ]


def _clock(language: Language, instant: int, held: dict[str, Any]) -> str:
    zone = zone_named(held["zone"]) or UTC
    return datetime.fromtimestamp(instant / 1_000, zone).strftime(_CLOCK[language])


def _form(texts: dict[str, str], decision: Decision) -> str:
    """A note goes with an acceptance if somebody likes; anything else needs its reason, a return a date."""
    needed = "" if decision == "accept" else " required"
    label = texts["note" if decision == "accept" else "why"]
    fields = f'<label>{escape(label)}<input name="reason" maxlength="500"{needed}></label>'
    if decision == "return":
        fields += f'<label>{texts["until"]}<input type="date" name="until" required></label>'
    button = f'<button name="do" value="{decision}">{texts[decision]}</button>'
    return f'<form method="post" action="?">{fields}{button}</form>'


def _page(language: Language, title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style>"
        f"<main><h1>{escape(title)}</h1>{body}</main></html>"
    )


_STYLE = (
    "body{font:17px/1.5 sans-serif;color:#222;background:#fff;margin:0;padding:6vh 24px}"
    "main{max-width:560px;margin:0 auto}h1{font-size:22px}dt{color:#666;font-size:14px}"
    "dd{margin:0 0 8px}form{border-top:1px solid #ddd;padding:14px 0}label{display:block;margin:0 0 8px}"
    "input{font:inherit;display:block;width:100%;box-sizing:border-box;padding:6px}"
    "button{font:inherit;padding:8px 20px;border:1px solid #222;border-radius:6px;background:#222;"
    "color:#fff;cursor:pointer}[role=alert]{color:#a00}"
)
