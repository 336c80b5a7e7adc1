"""The mapping file of an import: which column is what, and what no column says.

country: FR                       # of telephone numbers without one; else the workspace's
zone: Europe/Paris                # of dates without one
columns:
  Courriel: email
  "N° client": user_id
  Carte: key.loyalty              # a key of another kind
  Né le: {to: birthday, type: date, format: "%d/%m/%Y"}
  Newsletter: {to: consent_email, yes: [oui]}
  Notes: null                     # left out
constants: {source: crm}
rest: keep                        # or skip: columns that are not named
"""

from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import msgspec

from engine.cli.bulk.value import TYPES
from engine.errors import ConfigError


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``to``: a key, an attribute or a field; ``format`` as strptime takes it; ``yes`` the words for yes."""

    to: str = ""
    type: str = ""
    format: str = ""
    yes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.type and self.type not in TYPES:
            text = f"type {self.type!r} is none of {', '.join(TYPES)}"
            raise ValueError(text)


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    columns: dict[str, Column | str | None] = {}
    constants: dict[str, Any] = {}
    country: str = ""
    zone: str = ""
    encoding: str = ""
    delimiter: str = ""
    event: str = ""
    rest: Literal["keep", "skip"] = "keep"

    def column(self, name: str) -> Column | None:
        """None: left out. A column that is not named keeps its own name."""
        if name not in self.columns:
            return Column(name) if self.rest == "keep" else None
        found = self.columns[name]
        if isinstance(found, str):
            return Column(found)
        if found is None:
            return None
        return found if found.to else msgspec.structs.replace(found, to=name)

    def always(self, constants: dict[str, Any]) -> "Mapping":
        """With these besides, whatever it says of columns that are not named."""
        return msgspec.structs.replace(
            self,
            constants=self.constants | constants,
            columns=self.columns | dict(zip(constants, constants, strict=True)),
        )

    def of_country(self, workspace: str) -> "Mapping":
        """Where it names no country of its own, the workspace's counts."""
        return msgspec.structs.replace(self, country=self.country or workspace)

    @property
    def digest(self) -> str:
        return sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()


def read_mapping(file: Path | None) -> Mapping:
    """Raises ConfigError."""
    if file is None:
        return Mapping()
    from engine.loading.yaml_file import read

    document = read(file, str(file))
    try:
        return msgspec.convert(document.data or {}, Mapping)
    except (msgspec.ValidationError, ValueError) as error:
        raise ConfigError(f"{file}: {error}") from None
