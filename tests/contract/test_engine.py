"""What the whole engine promises to its callers, whatever it runs on.

Two hosts, time ten times as fast, real SMTP; everything goes through the doors.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from engine.bootstrap import Spec, init_data, part
from engine.clock import SystemClock
from engine.domain.profile.attribute import MISFIT
from engine.domain.rulebooks.definitions import encode
from engine.errors import BadRequest, Busy, NotAllowed, Unknown
from engine.loading.definitions import load
from engine.rpc.client import Relance
from engine.runtime.part import Runtime
from engine.runtime.processes.in_process import InProcessRuntime
from engine.settings import Email, Rpc, Settings
from engine.settings import Runtime as RuntimeSettings
from tests.acceptance import shop
from tests.acceptance.engine_process import wait_until
from tests.acceptance.sink import sink
from tests.conftest import SharedRay
from tests.contract.running_engine import HOSTS, RunningEngine

OWN = {"in-process-dedicated": 100, "ray-dedicated": 8}
"""Contacts that have a host of their own; on Ray each takes a second to start."""
RATE = 10.0
SECOND = """\
scenario: reminder
trigger: {event: Product Added}
reentry: never
steps:
  - {do: send, id: instead, channel: email, template: greeting}
"""


@pytest.fixture(
    scope="module",
    params=[
        "in-process",
        "in-process-dedicated",
        pytest.param("ray", marks=pytest.mark.ray),
        pytest.param("ray-dedicated", marks=pytest.mark.ray),
    ],
)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningEngine]:
    """One for all tests of the module: each brings people of its own."""
    folder = tmp_path_factory.mktemp(request.param)
    with sink() as smtp:
        workspace = shop.write(folder / "workspace", smtp.url, HOSTS)
        origin = SystemClock().now()
        dedicated = OWN.get(request.param, 0)
        settings = Settings(
            runtime=RuntimeSettings(
                hosts=HOSTS,
                placement="dedicated" if dedicated else "pooled",
                dedicated_limit=dedicated or 1,
                clock_rate=RATE,
                clock_origin=origin,
            ),
            rpc=Rpc(grpc="127.0.0.1:0", http="127.0.0.1:0"),
            email=Email(route=smtp.url),
        )
        data = folder / "data"
        init_data(data, settings)
        spec = msgspec.msgpack.encode(Spec(str(data), settings, HOSTS, encode(load(workspace))))
        running = RunningEngine(_runtime(request, spec), data, workspace, smtp, dedicated)
        running.start()
        yield running
        running.stop()


def _runtime(request: pytest.FixtureRequest, spec: bytes) -> Runtime:
    if request.param.startswith("in-process"):
        return InProcessRuntime(part, spec)
    started: SharedRay = request.getfixturevalue("ray_runtime")
    runtime = SharedRay("engine.bootstrap:part", spec)
    runtime._services = started._services
    return runtime


@pytest.fixture
def someone(_numbers: Iterator[int]) -> list[shop.Item]:
    """The events of a person who was never here."""
    return shop.person(next(_numbers))


another = someone


@pytest.fixture(scope="module")
def _numbers() -> Iterator[int]:
    return iter(range(1_000))


def user(events: list[shop.Item]) -> str:
    return f"user_id:{events[2]['userId']}"


def address(events: list[shop.Item]) -> str:
    return str(events[1]["traits"]["email"])


def name(events: list[shop.Item]) -> str:
    return str(events[1]["traits"]["first_name"])


def rows_of(engine: RunningEngine, events: list[shop.Item], message: str) -> list[dict[str, Any]]:
    """The newest first, without what the engine's parts told one another."""
    rows = engine.contact(user(events))["timeline"]
    return [row for row in rows if row["message"] == message]


def at_rest(engine: RunningEngine) -> Callable[[], bool]:
    def resting() -> bool:
        try:
            status = engine.operator.status()
        except Busy:  # a host is being started
            return False
        under_way = status["messages"]["queued"] or status["runs"]["waiting"] or status["hops"]
        return not (under_way or status["placement"].get("starting"))

    return resting


def test_an_event_is_accepted_once_and_its_retry_is_a_duplicate(
    engine: RunningEngine, someone: list[shop.Item]
) -> None:
    before = engine.events()

    assert engine.push(someone[0]) == ["accepted"]
    assert engine.push(someone[0]) == ["duplicate"]
    assert engine.push(someone[0], someone[0]) == ["duplicate"] * 2

    after = engine.events()
    assert after["accepted"] - before["accepted"] == 1
    assert after["duplicates"] - before["duplicates"] == 3
    rows = engine.contact(f"anonymous_id:{someone[0]['anonymousId']}")["timeline"]
    assert [row["message"] for row in rows] == ["event"]


def test_an_event_that_names_nobody_is_refused_with_its_reason_and_counted(
    engine: RunningEngine,
) -> None:
    before = engine.events()["rejected"]

    (answer,) = engine.service.push([{"type": "track", "event": "Signed Up"}])

    assert engine.operator.rejected(1)[0]["code"] == answer.code == "no_user_anon_id"
    assert engine.events()["rejected"] == before + 1


def test_a_value_of_the_wrong_type_is_refused_alone_with_its_reason_and_kept(
    engine: RunningEngine, someone: list[shop.Item]
) -> None:
    engine.push(*someone)
    before = engine.operator.status()["rejected"].get(MISFIT, 0)

    told = {**someone[1], "messageId": "wrong", "traits": {"size": "XXL", "city": "Lyon"}}
    (answer,) = engine.service.push([told])

    assert (answer.outcome, answer.code) == ("accepted", MISFIT)
    assert answer.reason == 'size takes one of S, M, L, not "XXL"'
    assert engine.operator.status()["rejected"][MISFIT] == before + 1
    found = engine.contact(user(someone))
    assert (found["attributes"]["city"], found["undeclared"]) == ("Lyon", ["city"])
    assert "size" not in found["attributes"]
    with pytest.raises(BadRequest, match="size takes one of"):
        engine.operator.act(user(someone), "set", "size", "XXL")


def test_a_company_is_what_its_contacts_made_of_it(
    engine: RunningEngine, someone: list[shop.Item], another: list[shop.Item]
) -> None:
    group = f"acme-{user(someone)}"
    for person, traits in ((someone, {"industry": "software"}), (another, {})):
        engine.push(*person)
        name = user(person).partition(":")[2]
        call = {"type": "group", "userId": name, "groupId": group, "traits": traits}
        assert engine.push(call) == ["accepted"]

    def contacts() -> list[int]:
        return (engine.operator.company(group) or {"contacts": []})["contacts"]

    wait_until(lambda: len(contacts()) == 2, "both contacts have told their company")
    ids = [engine.contact(user(person))["id"] for person in (someone, another)]
    found = engine.operator.company(group) or {}
    assert (sorted(contacts()), found["attributes"]) == (
        sorted(ids),
        {"industry": "software"},
    )
    wait_until(
        lambda: engine.contact(user(another))["company"] == found["attributes"], "it answered"
    )
    assert group in [one["company"] for one in engine.operator.companies()]
    assert engine.operator.company("nobody") is None


def test_two_devices_of_a_person_become_one_contact(
    engine: RunningEngine, someone: list[shop.Item]
) -> None:
    engine.push(*someone)
    wait_until(at_rest(engine), "the devices are claimed")

    contact = engine.contact(user(someone))
    for device in ("phone", "laptop"):
        key = f"anonymous_id:{device}-{someone[2]['userId'][1:]}"
        assert engine.contact(key)["id"] == contact["id"]
        assert key in contact["keys"]
    assert contact["attributes"]["first_name"] == someone[1]["traits"]["first_name"]
    assert contact["aggregates"] == {
        "views_30d": 4,
        "put_into_cart": someone[3]["properties"]["price"],
    }


def test_two_known_people_are_merged_and_parted_again(engine: RunningEngine) -> None:
    """What came by the other's key in between is the other's afterwards, and its retry a duplicate."""
    keys = ("user_id:merged-ada", "user_id:merged-bob")
    for number, key in enumerate(keys):
        who = {"userId": key.removeprefix("user_id:"), "traits": {"first_name": f"M{number}"}}
        assert engine.push({"type": "identify", **who, "messageId": f"m{number}"}) == ["accepted"]
    wait_until(at_rest(engine), "both are there")
    ada, bob = (engine.contact(key)["id"] for key in keys)
    merged = engine.operator.merge(*keys)
    assert (merged["survivor"], merged["merged"]) == (ada, bob)
    viewed = shop.track("Product Viewed", {"userId": "merged-bob"}, "m2")
    wait_until(lambda: engine.contact(keys[1])["id"] == ada, "bob is a part of ada")
    assert engine.push(viewed) == ["accepted"]
    assert engine.contact(keys[0])["aggregates"]["views_30d"] == 1
    assert engine.operator.unmerge(keys[0])["restored"] == bob
    wait_until(lambda: engine.contact(keys[1])["id"] == bob, "bob is himself again")
    assert engine.push(viewed) == ["duplicate"]
    views = [engine.contact(key)["aggregates"].get("views_30d", 0) for key in keys]
    names = [engine.contact(key)["attributes"]["first_name"] for key in keys]
    assert (views, names) == ([0, 1], ["M0", "M1"])


def test_a_message_without_a_wait_leaves_at_once_with_the_persons_name(
    engine: RunningEngine, someone: list[shop.Item]
) -> None:
    engine.push(*someone[1:3])

    wait_until(lambda: engine.mails_to(address(someone)), "the greeting has arrived")
    wait_until(at_rest(engine), "its answer is known")
    assert engine.mails_to(address(someone)) == [f"Hello {name(someone)}"]
    (receipt,) = rows_of(engine, someone, "receipt")
    assert receipt["fields"]["outcome"] == "sent"


def test_a_wait_ends_when_it_is_due_and_not_before(
    engine: RunningEngine, someone: list[shop.Item]
) -> None:
    engine.push(someone[1], someone[3])

    wait_until(lambda: engine.mails_to(address(someone)), "the reminder has arrived")
    added = rows_of(engine, someone, "event")[0]
    (fired,) = rows_of(engine, someone, "timer")
    assert fired["at"] >= added["at"] + 2_000


def test_a_paused_scenario_starts_no_run_and_goes_on_afterwards(
    engine: RunningEngine, someone: list[shop.Item]
) -> None:
    engine.push(someone[1])
    engine.operator.pause("scenario", "reminder")
    engine.push(someone[3])
    assert engine.contact(user(someone))["runs"] == []

    engine.operator.pause("scenario", "reminder", paused=False)
    engine.push(someone[3] | {"messageId": f"again-{user(someone)}"})

    wait_until(lambda: engine.mails_to(address(someone)), "the reminder has arrived")


def test_a_paused_channel_holds_messages_until_it_goes_on(
    engine: RunningEngine, someone: list[shop.Item]
) -> None:
    wait_until(at_rest(engine), "nothing else is queued")
    engine.operator.pause("channel", "email")
    engine.push(*someone[1:3])
    queued = engine.operator.status()["messages"]["queued"]
    assert engine.mails_to(address(someone)) == []

    engine.operator.pause("channel", "email", paused=False)

    wait_until(lambda: engine.mails_to(address(someone)), "the message has left")
    assert queued == 1


def test_pausing_what_does_not_exist_names_what_there_is(engine: RunningEngine) -> None:
    with pytest.raises(Unknown, match="greeting, reminder"):
        engine.operator.pause("scenario", "remainder")


def test_nobody_writes_to_a_suppressed_address(
    engine: RunningEngine, someone: list[shop.Item]
) -> None:
    engine.operator.suppress("email", address(someone), "asked by letter")

    engine.push(*someone[1:3])

    wait_until(at_rest(engine), "the message is decided")
    assert engine.mails_to(address(someone)) == []
    (receipt,) = rows_of(engine, someone, "receipt")
    told = receipt["fields"]
    assert (told["outcome"], told["reason"]) == ("failed", "suppressed")


def test_an_operator_sets_an_attribute_and_the_log_says_who(
    engine: RunningEngine, someone: list[shop.Item]
) -> None:
    engine.push(someone[1])
    assert "city" not in engine.contact(user(someone))["attributes"]

    engine.operator.act(user(someone), "set", "city", "Lyon")

    contact = engine.contact(user(someone))
    assert contact["attributes"]["city"] == "Lyon"
    (act,) = rows_of(engine, someone, "act")
    assert "operator" in act["fields"]["by"]


def test_a_killed_host_comes_back_with_all_it_had(
    engine: RunningEngine, someone: list[shop.Item]
) -> None:
    before = engine.events()["stored"]
    assert engine.push(*someone[:5]) == ["accepted"] * 5

    for host in range(HOSTS):
        engine.within(engine.runtime.kill(f"host-{host}"))

    assert engine.push(*someone) == ["duplicate"] * 5 + ["accepted"] * 5
    wait_until(at_rest(engine), "the devices are claimed")
    assert engine.events()["stored"] - before == len(someone)


def test_a_key_that_is_revoked_or_invented_opens_nothing(engine: RunningEngine) -> None:
    secret = engine.operator.create_key("server", "partner")
    with Relance(engine.grpc, secret) as partner:
        assert partner.push([shop.track("Product Viewed", {"userId": "partner"}, "partner-1")])
        listed = engine.operator.keys()
        known = {key["name"]: key["id"] for key in listed}
        engine.operator.revoke_key(known["partner"])
        with pytest.raises(NotAllowed):
            partner.push([shop.track("Product Viewed", {"userId": "partner"}, "partner-2")])
    with Relance(engine.grpc, "rl_server_0_invented") as stranger, pytest.raises(NotAllowed):
        stranger.push([shop.track("Product Viewed", {"userId": "stranger"}, "stranger-1")])


def test_a_new_rulebook_is_in_force_at_once_and_runs_under_way_keep_theirs(
    engine: RunningEngine, someone: list[shop.Item], another: list[shop.Item]
) -> None:
    engine.push(someone[1], someone[3])
    before = engine.operator.status()["rulebook"]
    (engine.workspace / "scenarios" / "reminder.yaml").write_text(SECOND)

    version = engine.operator.apply(encode(load(engine.workspace)))
    engine.push(another[1], another[3])

    assert version == before + 1
    assert engine.operator.apply(encode(load(engine.workspace))) == version
    wait_until(at_rest(engine), "both messages have left")
    assert engine.mails_to(address(another)) == [f"Hello {name(another)}"]
    (subject,) = engine.mails_to(address(someone))
    assert subject == f"{name(someone)}, your {someone[3]['properties']['name']}"
    assert engine.contact(user(someone))["timeline"][-1]["rulebook"] == before
    assert engine.contact(user(another))["timeline"][0]["rulebook"] == version


def test_figures_and_stores_agree_when_everything_is_at_rest(engine: RunningEngine) -> None:
    wait_until(at_rest(engine), "nothing is under way")

    status, report = engine.operator.status(), engine.operator.fsck()

    assert report["findings"] == []
    assert report["totals"]
    assert status["events"]["accepted"] == report["checked"]["events"]
    messages = status["messages"]
    assert messages["intended"] == sum(messages[one] for one in ("sent", "failed", "unknown"))
    assert set(engine.smtp.taken.values()) == {1}
    assert messages["sent"] == len(engine.smtp.taken)
    reminders = next(s for s in engine.operator.scenarios() if s["scenario"] == "reminder")
    assert reminders["entered"] == reminders["ended"] > 0
