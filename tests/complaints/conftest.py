"""A whole engine for complaints that only a whole one can answer."""

from tests.unit.runtime.conftest import started

__all__ = ["started"]
