"""Parts as Ray actors on this machine. The one file that imports Ray.

Ray is kept small and closed: one node, loopback, a token of its own, no dashboard, nothing written
outside a short folder under /tmp that only this user can open.
"""

import asyncio
import importlib
import os
import pickle
import secrets
import signal
import sys
import threading
import traceback
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from engine.errors import EngineError, OwnershipLost
from engine.logs import log_to_stderr
from engine.runtime.part import Calls, Factory, Mortal, Part, PartLost
from engine.runtime.processes.family import children_of
from engine.runtime.processes.process import Process
from engine.runtime.processes.session_folder import SessionFolder

# Ray reads its settings when it is imported: a worker has them from its parent.
if "ray" not in sys.modules:
    os.environ.pop("RAY_ADDRESS", None)
    os.environ.update(
        RAY_AUTH_MODE="token",
        RAY_AUTH_TOKEN=secrets.token_hex(32),
        RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER="0",  # which means: bind to loopback
        RAY_ENABLE_UV_RUN_RUNTIME_ENV="0",
        RAY_USAGE_STATS_ENABLED="0",
        RAY_ROTATION_BACKUP_COUNT="2",
        RAY_ROTATION_MAX_BYTES=str(10 * 2**20),
        RAY_prestart_worker_first_driver="0",
        RAY_task_events_report_interval_ms="0",
        RAY_worker_niceness="0",
    )
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import ray
import ray._private.worker  # the only way to the process ids of Ray's own services
from ray.exceptions import RayError

NAMESPACE = "relance"
_OBJECT_STORE = 80 * 2**20
_OVERLAPPING = 10_000
_FAILED = 70
"""Exit code of a part that can work no more (EX_SOFTWARE of sysexits.h)."""
_NAME_PAUSE = 0.02
_NAME_TRIES = 500


class _RayCalls:
    """Calls to parts by name; a name is resolved anew after its actor was lost."""

    def __init__(self) -> None:
        self._actors: dict[str, Any] = {}

    async def call(self, part: str, method: str, body: bytes) -> bytes:
        try:
            actor = self._actors.get(part)
            if actor is None:
                actor = self._actors[part] = await asyncio.to_thread(ray.get_actor, part, NAMESPACE)
            answer = await actor.call.remote(method, body)
        except (RayError, ValueError) as lost:
            self.forget(part)
            raise PartLost(f"{part}: {type(lost).__name__}") from lost
        return cast("bytes", _opened(answer))

    def forget(self, part: str) -> None:
        self._actors.pop(part, None)


def _opened(answer: object) -> object:
    """An answer, or the error that was sent in its place."""
    if isinstance(answer, BaseException):
        raise answer
    return answer


def _portable(error: Exception) -> Exception:
    """The error itself when it survives the way to another process, else its text.

    A bug brings its traceback along as a note.
    """
    if not isinstance(error, EngineError | PartLost):
        error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    except Exception:  # noqa: BLE001  # whatever a foreign class does when it is pickled
        return EngineError(f"{type(error).__name__}: {error}")
    return error.with_traceback(None)


class _Actor:
    """Hosts one part in a worker process. Errors are values here: Ray would wrap and log them."""

    def __init__(self, name: str, factory: str, spec: bytes) -> None:
        self._name = name
        self._making = (factory, spec)
        self._part: Part | None = None

    async def pid(self) -> int:
        return os.getpid()

    async def start(self) -> Exception | None:
        log_to_stderr()  # Ray keeps it in a file of this process
        factory, spec = self._making
        module, _, function = factory.partition(":")
        try:
            make: Factory = getattr(importlib.import_module(module), function)
            part = make(self._name, spec, _RayCalls())
            await part.start()
        except Exception as error:  # noqa: BLE001  # shown by the supervisor
            return _portable(error)
        self._part = part
        if isinstance(part, Mortal):
            self._watching = asyncio.create_task(_end_with(part))
        return None

    async def call(self, method: str, body: bytes) -> bytes | Exception:
        if self._part is None:
            return PartLost(f"{self._name} is not started")
        try:
            return await self._part.call(method, body)
        except OwnershipLost:
            os._exit(_FAILED)
        except Exception as error:  # noqa: BLE001  # raised again by the caller
            return _portable(error)

    async def stop(self) -> Exception | None:
        part, self._part = self._part, None
        try:
            if part is not None:
                await part.stop()
        except Exception as error:  # noqa: BLE001  # raised again by the caller
            return _portable(error)
        return None


async def _end_with(part: Mortal) -> None:
    """Leave at once: what runs the part sees its process end, and nothing of it is written any more."""
    await part.failed()
    os._exit(_FAILED)


class Coordinator(_Actor):
    """Serves RPC and routes batches."""


class ContactHost(_Actor):
    """Contacts of some slots and their store."""


class Sender(_Actor):
    """Channels."""


_ROLES: Mapping[str, type[_Actor]] = MappingProxyType(
    {"coordinator": Coordinator, "host": ContactHost, "sender": Sender}
)


class _Running:
    """An actor and its process."""

    def __init__(self, actor: Any, process: Process) -> None:
        self.actor = actor
        self.process = process


def _init(folder: str, cpus: int) -> None:
    """Options with an underscore are Ray's own; its version is pinned."""
    ray.init(
        address="local",
        namespace=NAMESPACE,
        num_cpus=cpus,
        num_gpus=0,
        include_dashboard=False,
        object_store_memory=_OBJECT_STORE,
        log_to_driver=False,
        configure_logging=False,
        _temp_dir=f"{folder}/ray",
        _plasma_directory=folder,
    )


def _keep_what_matters() -> list[Process]:
    """End the services that one local node has no use for; answer those it cannot live without."""
    node: Any = ray._private.worker._global_node  # noqa: SLF001
    ray._private.worker._worker_logs_enabled = False  # noqa: SLF001  # it prints to our stdout
    node.kill_monitor(check_alive=False)
    node.kill_log_monitor(check_alive=False)
    node.kill_dashboard(check_alive=False)
    needed = [*node.all_processes["gcs_server"], *node.all_processes["raylet"]]
    return [Process(one.process.pid) for one in needed]


def _actor_class(role: type[_Actor], name: str) -> Any:
    anything: Any = ray.remote(role)
    return anything.options(
        name=name,
        num_cpus=0,
        max_concurrency=_OVERLAPPING,
        max_restarts=0,
        max_task_retries=0,
        enable_task_events=False,
    )


class RayRuntime:
    """One Ray node of our own, one actor a part. ``factory`` is ``module:function``."""

    def __init__(self, factory: str, spec: bytes = b"", *, cpus: int = 1) -> None:
        self._factory = factory
        self._spec = spec
        self._cpus = cpus
        self._running: dict[str, _Running] = {}
        self._services: list[Process] = []
        self._agents: list[Process] = []
        self._folder: SessionFolder | None = None
        self._calls = _RayCalls()

    @property
    def calls(self) -> Calls:
        return self._calls

    async def start(self) -> None:
        """Start Ray: some seconds in which the loop stands still.

        On the main thread only: the kernel ends Ray's services with the thread that started them.
        """
        if threading.current_thread() is not threading.main_thread():
            raise EngineError("start Ray on the main thread: its services end with their thread")
        self._folder = SessionFolder()
        before = signal.getsignal(signal.SIGTERM)
        try:
            _init(str(self._folder.path), self._cpus)
        except Exception as error:
            raise EngineError(f"Ray did not start: {error}") from error
        finally:
            signal.signal(signal.SIGTERM, before)
        self._services = _keep_what_matters()
        self._agents = [Process(pid) for pid in children_of(self._services[-1].pid)]

    async def start_part(self, name: str) -> None:
        await self.kill(name)
        role = _ROLES.get(name.partition("-")[0])
        if role is None:
            raise EngineError(f"no part is called {name}: coordinator, host-<n> or sender")
        actor = await self._create(name, role)
        try:
            process = Process(await actor.pid.remote())
        except BaseException as error:
            self._free_name(actor)
            if isinstance(error, RayError | ProcessLookupError):
                raise PartLost(f"{name} died before its start") from error
            raise
        self._running[name] = _Running(actor, process)
        try:
            _opened(await actor.start.remote())
        except BaseException as error:
            await self.kill(name)
            if isinstance(error, RayError):
                raise PartLost(f"{name} died at its start") from error
            raise

    async def _create(self, name: str, role: type[_Actor]) -> Any:
        """Ray frees the name of a dead actor a moment after its process is gone."""
        making = _actor_class(role, name)
        for _ in range(_NAME_TRIES):
            try:
                return making.remote(name, self._factory, self._spec)
            except ValueError:
                await asyncio.sleep(_NAME_PAUSE)
        raise PartLost(f"Ray still holds the name {name}")

    async def stop_part(self, name: str) -> None:
        running = self._running.get(name)
        if running is None or running.process.ended():
            return
        try:
            _opened(await running.actor.stop.remote())
        except RayError as lost:
            raise PartLost(f"{name} died while it drained") from lost
        finally:
            await self.kill(name)

    async def kill(self, name: str) -> None:
        running = self._running.get(name)
        if running is None:
            return
        running.process.kill()
        await running.process.end()
        if self._running.get(name) is running:
            del self._running[name]
            running.process.close()
            self._calls.forget(name)
            self._free_name(running.actor)

    def _free_name(self, actor: Any) -> None:
        """Ray would see by itself that the process is gone, but late; without its services it hangs."""
        if not self._is_lost():
            ray.kill(actor)

    def _is_lost(self) -> bool:
        return any(service.ended() for service in self._services)

    async def died(self, name: str) -> None:
        running = self._running.get(name)
        if running is not None:
            await running.process.end()

    async def lost(self) -> str:
        """Ray is gone when its store of actors or its node manager is."""
        waiting = [asyncio.ensure_future(service.end()) for service in self._services]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()
        return "a service process of Ray has ended"

    def pids(self) -> dict[str, int]:
        return {
            name: running.process.pid
            for name, running in self._running.items()
            if not running.process.ended()
        }

    async def stop(self) -> None:
        for name in reversed(list(self._running)):
            await self.kill(name)
        ray.shutdown(wait_for_processes=not self._is_lost())
        for service in [*self._services, *self._agents]:
            service.kill()
            await service.end()
            service.close()
        if self._folder is not None:
            self._folder.remove()
