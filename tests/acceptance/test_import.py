"""The import campaign, small: one kill of the engine and one of the client."""

from pathlib import Path

import pytest

from tests.acceptance.import_ import ROOT, campaign


@pytest.mark.slow
def test_no_row_goes_in_twice_or_is_lost_though_engine_and_client_are_killed(
    tmp_path: Path,
) -> None:
    done, wrong = campaign(tmp_path, 6_000, 6_000, 2, "in-process", 1, ROOT / "config")
    assert wrong == []
    assert sum(one.kills for one in done) >= 2
