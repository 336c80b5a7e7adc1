"""Protections at the doors: links that scanners follow, addresses that we are made to call."""

from tests.mutants.mutant import Mutant

MUTANTS = [
    Mutant(
        "looking_at_an_unsubscribe_link_does_nothing",
        "engine/rpc/http/consent_http.py",
        'if request.method != "POST":\n            topics = self._engine.consents.topics()',
        "if False:\n            topics = self._engine.consents.topics()",
        ("tests/integration/test_rpc_consent.py::test_looking_at_a_link_changes_nothing",),
    ),
    Mutant(
        "a_hand_off_is_decided_once",
        "engine/domain/runs/closing.py",
        "open_ = (one for one in turn.contact.handoffs.values() if one.open)",
        "open_ = (one for one in turn.contact.handoffs.values() if one)",
        ("tests/unit/domain/test_handoff.py::test_who_comes_too_late_changes_nothing",),
    ),
    Mutant(
        "private_addresses_are_not_called",
        "channels/outside.py",
        "if not is_public(address):",
        "if False:",
        (
            (
                "tests/contract/test_webhook.py"
                "::test_private_addresses_are_refused_where_they_are_connected_to"
            ),
        ),
    ),
    Mutant(
        "only_https_is_spoken",
        "channels/outside.py",
        'if parts.scheme != "https":',
        "if False:",
        (
            (
                "tests/contract/test_webhook.py"
                "::test_without_an_allowance_only_https_on_its_ports_is_spoken"
            ),
        ),
    ),
]
