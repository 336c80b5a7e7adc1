"""The private folder of one run: closed to others, swept when its process has ended."""

import stat
import subprocess
import sys
from pathlib import Path

from engine.runtime.processes.session_folder import SessionFolder


def test_only_its_user_may_look_inside(tmp_path: Path) -> None:
    folder = SessionFolder(tmp_path)

    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    folder.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    used = SessionFolder(tmp_path)

    another = SessionFolder(tmp_path)

    assert used.path.exists()
    used.remove()
    another.remove()


def test_a_folder_of_a_process_that_ended_is_removed_by_the_next(tmp_path: Path) -> None:
    leave = "import sys, pathlib; from engine.runtime.processes.session_folder import SessionFolder as F; "
    leave += "f = F(pathlib.Path(sys.argv[1])); (f.path / 'socket').touch()"
    subprocess.run([sys.executable, "-c", leave, str(tmp_path)], check=True)
    (left,) = tmp_path.iterdir()

    folder = SessionFolder(tmp_path)

    assert not left.exists()
    folder.remove()


def test_what_others_named_after_the_product_is_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "relance-data"
    data.mkdir()

    SessionFolder(tmp_path).remove()

    assert data.exists()
