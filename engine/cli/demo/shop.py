"""A small shop: what it sells and who its people are. The same seed gives the same ones."""

import unicodedata
from random import Random
from typing import NamedTuple


class Good(NamedTuple):
    """``names`` by language; ``price`` in euros."""

    path: str
    names: dict[str, str]
    price: float

    @property
    def url(self) -> str:
        return f"https://boutique.example/{self.path}"


class Person(NamedTuple):
    """``zone`` is the IANA zone of its devices; ``tracked``: may be known to open its mail."""

    user_id: str
    first_name: str
    email: str
    language: str
    zone: str
    consents: bool
    newsletter: bool
    tracked: bool


GOODS = (
    Good("vase-dune", {"fr": "Vase Dune en grès", "en": "Dune stoneware vase"}, 59.0),
    Good("bol-ardoise", {"fr": "Bol Ardoise", "en": "Ardoise bowl"}, 18.5),
    Good("lampe-phare", {"fr": "Lampe Phare", "en": "Phare lamp"}, 129.0),
    Good("plaid-brume", {"fr": "Plaid Brume en laine", "en": "Brume wool throw"}, 89.0),
    Good("carafe-onde", {"fr": "Carafe Onde", "en": "Onde carafe"}, 42.0),
    Good("bougie-figuier", {"fr": "Bougie Figuier", "en": "Fig tree candle"}, 24.0),
    Good(
        "torchons-lin", {"fr": "Torchons en lin, les trois", "en": "Three linen tea towels"}, 29.0
    ),
)
FRENCH = (
    "Chloé", "Jérôme", "Noémie", "Théo", "Hélène", "Loïc", "Anaïs", "François", "Zoé", "Maël",
    "Inès", "Étienne", "Camille", "Rémi", "Léa", "Benoît", "Gaëlle", "Hugo", "Salomé", "Raphaël",
    "Aurélie", "Cédric", "Maïwenn", "Ugo", "Océane", "Yanis", "Thaïs", "Bastien", "Ambre", "Jules",
)  # fmt: skip
ENGLISH = ("Ada", "Grace", "Edwin", "Mabel", "Oscar", "Nora", "Felix", "Edith", "Siân", "Ruth")
FAMILIES = (
    "Martin", "Lefèvre", "Moreau", "Garnier", "Faure", "Rousseau", "Blanchet", "Mercier", "Girard",
    "Noël", "Perrin", "Clément", "Gauthier", "Masson", "Lemoine", "Marchand", "Dufour",
)  # fmt: skip


def person(seed: int, number: int) -> Person:
    """The n-th person; about every fourth writes English, about every seventh wants no mail."""
    random = Random(f"{seed}/person/{number}")  # noqa: S311 - a story, not a secret
    english = random.random() < 1 / 4
    names = ENGLISH if english else FRENCH
    first, family = names[(seed + number) % len(names)], random.choice(FAMILIES)
    return Person(
        user_id=f"{10_000 + number}",
        first_name=first,
        email=f"{_plain(first)}.{_plain(family)}{number % 100:02}@example.com",
        language="en" if english else "fr",
        zone="Europe/London" if english else "Europe/Paris",
        consents=random.random() > 1 / 7,
        newsletter=random.random() < 1 / 3,
        tracked=random.random() < 2 / 3,
    )


def _plain(name: str) -> str:
    """Without accents, as people write their addresses."""
    letters = unicodedata.normalize("NFD", name.lower())
    return "".join(letter for letter in letters if letter.isascii())
