"""What stands around random scenarios: rules on consent, an endpoint, and a hand-off with its owners."""

from engine.domain.consents.topic import ConsentRules, DoubleOptIn, Topic
from engine.domain.language.endpoint import Endpoint
from engine.domain.language.moment import Moment
from engine.domain.language.team import Escalation, Handoff, Owner, Reminder
from tests.unit.domain import builders as build

RULES = ConsentRules(
    topics=(Topic(topic="news"),), confirm={"email": DoubleOptIn(template="ask", within="40ms")}
)
ASKING = build.template("ask", transactional=True)
OWNERS = (
    Owner(owner="ann", name="Ann", email="ann@sales.example"),
    Owner(owner="bob", name="Bob", email="bob@sales.example", weight=2),
)
HOT = Handoff(
    handoff="hot",
    deadline="40ms",
    alert="ask",
    reminder=Reminder(template="ask", before=("15ms",), after=("10ms",)),
    escalation=Escalation(template="ask", to="bob", after="20ms"),
    leaves="all",
    again="30ms",
)
HOOK = Endpoint(
    webhook="crm",
    url="https://crm.example/",
    on=(Moment(event="Ate"), Moment(message="sent"), Moment(enters="s0")),
    attributes=("x",),
)
