"""Settings from engine.toml and the environment."""

from pathlib import Path

import pytest

from engine.errors import SettingsError
from engine.loading.settings import load_settings
from engine.settings import Settings


def problems(folder: Path, text: str = "", **environ: str) -> list[str]:
    (folder / "engine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(folder, environ)
    return str(caught.value).splitlines()


def test_without_a_file_every_setting_has_its_default(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {"PATH": "/bin", "RELANCE_KEY": "k"}) == Settings()


def test_the_default_file_names_every_key() -> None:
    text = Path("config/engine.toml").read_text(encoding="utf-8")
    keys = [line.split(" =")[0] for line in text.splitlines() if " = " in line and line[0] != "#"]
    sections = [getattr(Settings(), name) for name in Settings.__struct_fields__]
    assert keys == [key for section in sections for key in section.__struct_fields__]


def test_a_variable_goes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "engine.toml").write_text('[rpc]\ngrpc = "127.0.0.1:1"\nhttp = "127.0.0.1:2"\n')
    environ = {"RELANCE_RPC__GRPC": "0.0.0.0:3", "RELANCE_RUNTIME__HOSTS": "4",
               "RELANCE_EMAIL__DATA_TIMEOUT": "1.5"}  # fmt: skip

    settings = load_settings(tmp_path, environ)

    assert (settings.rpc.grpc, settings.rpc.http) == ("0.0.0.0:3", "127.0.0.1:2")
    assert (settings.runtime.hosts, settings.email.data_timeout) == (4, 1.5)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[rpc]\n\ngrcp = 'a:1'", "engine.toml:3: rpc.grcp: unknown key; did you mean grpc?"),
        ("[rcp]\n", "engine.toml:1: rcp: unknown key; did you mean rpc?"),
        ("[rpc]\ngrpc = 8470", "engine.toml:2: rpc.grpc: expected text, got a whole number 8470;"),
        ("[rpc]\ngrpc = '8470'", "engine.toml:2: rpc.grpc: '8470' is no HOST:PORT"),
        ("[rpc]\nhttp = 'a:70000'", "engine.toml:2: rpc.http: 'a:70000' is no HOST:PORT"),
        ("[workspace]\nzone = 'Paris'", "engine.toml:2: workspace.zone: 'Paris' is no time zone;"),
        ("[workspace]\nlate = '1 day'", "engine.toml:2: workspace.late: '1 day' is no duration;"),
        ("[runtime]\nruntime = 'rya'",
         "engine.toml:2: runtime.runtime: 'rya' is not allowed; expected in-process or ray"),
        ("[runtime]\nhosts = 257", "engine.toml:2: runtime.hosts: 257 is not from 1 to 256"),
        ("[runtime]\nclock_rate = 0", "engine.toml:2: runtime.clock_rate: 0 must be over 0"),
        ("[store]\nurl = 'mysql://a'",
         "engine.toml:2: store.url: 'mysql://a' is neither sqlite nor a postgresql:// URL"),
        ("[email]\nroute = 'sendmail'", "engine.toml:2: email.route: 'sendmail' is neither mailbox"),
        ("[email]\nsender = 'shop'", "engine.toml:2: email.sender: 'shop' has no email address"),
        ("[email]\ngrpc = 1\n[rpc]\n", "engine.toml:2: email.grpc: unknown key;"),
        ("[email", "engine.toml: is not TOML: "),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_used_is_told_with_its_line(
    tmp_path: Path, text: str, problem: str
) -> None:
    [found] = problems(tmp_path, text)
    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("RELANCE_RPC__GRCP", "a:1", "unknown variable; did you mean RELANCE_RPC__GRPC?"),
        ("RELANCE_RPC_GRPC", "a:1", "unknown variable; did you mean RELANCE_RPC__GRPC?"),
        ("RELANCE_RPC__GRPC", "a", "'a' is no HOST:PORT"),
        ("RELANCE_RUNTIME__HOSTS", "two", "'two' is not allowed: Expected `int`, got `str`"),
        ("RELANCE_RUNTIME__RUNTIME", "x", "'x' is not allowed: Invalid enum value 'x'"),
        ("RELANCE_WORKSPACE__ZONE", "UTC", "belongs to what is published; write it in engine.toml"),
    ],
)
def test_a_variable_that_cannot_be_used_is_told(
    tmp_path: Path, name: str, value: str, problem: str
) -> None:
    assert problems(tmp_path, "", **{name: value}) == [f"{name}: {problem}"]


def test_every_problem_of_file_and_environment_is_told_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, "[rpc]\na = 1\nb = 2\n", RELANCE_X="1", RELANCE_WORKSPACE__X="1")
    assert len(found) == 4


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "engine.toml").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match=r"engine\.toml:1: cannot be read"):
        load_settings(tmp_path, {})


def test_a_proxy_that_is_no_address_is_told(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, '[rpc]\nproxies = "10.0.0.0/8, balancer"\n')
    assert "are no addresses or networks" in found
