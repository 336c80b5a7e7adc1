from typing import Any

import msgspec
import pytest

from engine.domain.language.template import Template
from engine.rendering.check import variables_of
from engine.rendering.filters import ROWS
from engine.rendering.render import CannotRender, render


def template(text: str = "Hi", *, subject: str = "Hello", html: str = "") -> Template:
    written = Template(template="hello", channel="email", subject=subject, text=text, html=html)
    return msgspec.structs.replace(written, variables=variables_of(written))


def text_of(text: str, **variables: Any) -> str:
    return render(template(text), {"contact": {}, "event": {}, "message": {}, **variables})[1]


def test_variables_are_printed() -> None:
    written = text_of(
        "Hi {{ contact.name }}: {{ event.total * 2 }}", contact={"name": "Ada"}, event={"total": 4}
    )

    assert written == "Hi Ada: 8"


def test_html_is_escaped_and_text_is_not() -> None:
    both = template("{{ contact.name }}", html="<b>{{ contact.name }}</b>")

    _, text, html = render(both, {"contact": {"name": "<i>"}})

    assert (text, html) == ("<i>", "<b>&lt;i&gt;</b>")


@pytest.mark.parametrize(
    "given", [{}, {"first_name": None}, {"first_name": ""}, {"first_name": "  "}]
)
def test_a_missing_variable_is_never_an_empty_greeting(given: dict[str, Any]) -> None:
    with pytest.raises(CannotRender, match=r"^missing_variable: contact\.first_name$"):
        text_of("Bonjour {{ contact.first_name }},", contact=given)


def test_a_text_that_comes_out_empty_is_no_message() -> None:
    nothing = "{% for item in digest.items %}{{ item.name }}{% endfor %}\n"
    with pytest.raises(CannotRender, match="empty_text"):
        text_of(nothing, digest={"items": []})
    assert text_of(nothing, digest={"items": [{"name": "Lamp"}]}) == "Lamp\n"
    assert render(template(" ", html="<p>Hi</p>"), {"contact": {}})[2] == "<p>Hi</p>"


@pytest.mark.parametrize("given", [{}, {"first_name": None}, {"first_name": ""}])
def test_a_default_stands_in_for_a_missing_variable(given: dict[str, Any]) -> None:
    assert text_of("Hi {{ contact.first_name|default('you') }}", contact=given) == "Hi you"


@pytest.mark.parametrize(
    "expression",
    [
        "event.a.b", "event.a.b|upper", "event.a.b|join(', ')", "event.a.b ~ 'x'", "event.a.b * 2",
        "event.a.b + 1", "event.a.b|round(2)", "event.a.b|urlencode", "event.a.b|length",
        "event.a.b|url", "event.a.b|money", "event.a.b|sum", "event.a.b.c|int",
    ],
)  # fmt: skip
def test_no_filter_and_no_sum_makes_a_missing_variable_printable(expression: str) -> None:
    with pytest.raises(CannotRender, match=r"missing_variable: event\.a\.b"):
        text_of("{{ " + expression + " }}", event={"a": {}})


@pytest.mark.parametrize(
    ("given", "written"),
    [(37, "37.00"), (18.5, "18.50"), (0.125, "0.12"), ("37 euros", "37 euros")],
)
def test_a_price_has_two_decimals_and_a_text_stays_one(given: object, written: str) -> None:
    assert text_of("{{ event.total|money }}", event={"total": given}) == written


def test_a_missing_variable_is_false_and_an_empty_list() -> None:
    text = (
        "{% if contact.vip %}VIP{% else %}no{% endif %}{% for item in event.lines %}x{% endfor %}"
    )

    assert text_of(text) == "no"


def test_a_property_called_items_is_the_property() -> None:
    assert (
        text_of(
            "{% for i in event.items %}{{ i.name }};{% endfor %}", event={"items": [{"name": "a"}]}
        )
        == "a;"
    )


def test_no_control_character_reaches_the_subject() -> None:
    subject, _, _ = render(
        template(subject="Hi {{ contact.name }}"),
        {"contact": {"name": "A\r\nBcc: eve@example.com\x00\u2028B"}},
    )

    assert subject == "Hi A Bcc: eve@example.com B"


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:x", "java\nscript:x",
        "data:text/html,x", "//x.example", "x",
    ],
)  # fmt: skip
def test_a_link_with_another_scheme_is_refused(link: str) -> None:
    with pytest.raises(CannotRender, match="a link"):
        render(template(html="<a href='{{ event.link|url }}'>go</a>"), {"event": {"link": link}})


def test_a_link_is_escaped_like_all_else() -> None:
    page = template(html="<a href='{{ event.link|url }}'>go</a>")

    _, _, html = render(page, {"event": {"link": "https://x.example/?a=1&b='"}})

    assert html == "<a href='https://x.example/?a=1&amp;b=&#39;'>go</a>"


@pytest.mark.parametrize(
    "text",
    [
        "{{ 'a' * 1000000000 }}",
        "{{ event.text * event.many }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ [1] * 1000000000 }}",
        "{{ event.text|replace('a', event.text)|replace('a', event.text)|replace('a', event.text) }}",
        "{{ event.text|replace('', event.text) }}",
        "{{ event.list|join(event.text)|replace('a', event.text) }}",
        "{% for letter in event.text %}x{% endfor %}",
        "{% for a in event.long %}x{% endfor %}",
        "{% for a in event.list %}{% for b in event.list %}{{ event.text }}{% endfor %}{% endfor %}",
        "{{ 1 / 0 }}",
        "{{ event.text|round(10) }}",
        "{{ 2.5|round(1000000000, 'ceil') }}",
    ],
)
def test_a_text_that_asks_for_too_much_fails_alone_and_at_once(text: str) -> None:
    event = {
        "text": "a" * 1_000,
        "many": 10**9,
        "list": list(range(100)),
        "long": list(range(ROWS + 1)),
    }

    with pytest.raises(CannotRender):
        text_of(text, event=event)


def test_a_template_that_never_was_checked_is_refused_before_it_is_compiled() -> None:
    with pytest.raises(CannotRender, match="may not be used"):
        text_of("{{ 'a'|center(1000000000) }}")


def test_nothing_of_python_can_be_reached() -> None:
    for text in ("{{ contact.name.__class__ }}", "{{ contact['__class__'] }}", "{{ ''['upper'] }}"):
        with pytest.raises(CannotRender, match="missing_variable"):
            text_of(text, contact={"name": "Ada"})
