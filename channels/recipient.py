"""Addresses as SMTP can carry them: ASCII, with international domains in their A-label form."""

from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from engine.errors import Refused


@lru_cache(maxsize=4096)
def ascii_address(address: str) -> str:
    """The address to write in RCPT and To.

    Raises Refused: bad form, control characters, a local part that is not ASCII.
    """
    try:
        checked = validate_email(
            address,
            check_deliverability=False,
            globally_deliverable=False,
            allow_smtputf8=False,
        )
    except EmailNotValidError as error:
        raise Refused(f"the address cannot be written to: {error}") from None
    if checked.ascii_email is None:
        raise Refused("the address has no ASCII form")
    return checked.ascii_email
