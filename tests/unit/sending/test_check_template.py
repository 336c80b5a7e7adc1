import pytest

from engine.domain.language.template import Template
from engine.rendering.check import check_template, problems_of, variables_of
from engine.rendering.compiling import compile_apart


def test_a_usual_template_has_no_problem() -> None:
    usual = Template(
        template="cart",
        channel="email",
        subject="Hi {{ contact.first_name|default('you') }}",
        text="{% for line in event.lines %}{{ loop.index }}. {{ line.name }}\n{% endfor %}",
        html="<a href='https://shop.example/?c={{ event.cart|urlencode }}'>{{ message.id }}</a>",
    )

    assert check_template(usual) == []


def test_the_variables_are_the_paths_that_the_whole_text_names() -> None:
    named = Template(
        template="cart",
        channel="email",
        subject="{{ contact.first_name }}",
        text="{% set n = event['Product Name'] %}{{ n }}{% for l in event.lines %}{{ l.x }}{% endfor %}",
        html="{{ event.lines[0].name }} {{ contact.address.city|upper }} {{ message.id }}",
    )

    assert variables_of(named) == (
        "contact.address.city", "contact.first_name", "event.Product Name", "event.lines",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{{ contact.name() }}", "call may not"),
        ("{% include 'other' %}", "include may not"),
        ("{% import 'other' as o %}", "import may not"),
        ("{% macro m() %}{% endmacro %}", "macro may not"),
        ("{{ 10 ** 10 }}", "pow may not"),
        ("{{ 'a'|center(9) }}", "no filter 'center'"),
        ("{{ contact.name|attr('x') }}", "no filter 'attr'"),
        ("{{ contact.name|safe }}", "no filter 'safe'"),
        ("{{ contact.name is weird }}", "no test 'weird'"),
        ("{{ range(3) }}", "'range' is unknown"),
        ("{{ first_name }}", "write contact.first_name"),
        ("{{ contact }}", "name what you want of contact"),
        ("{{ contact[event.x] }}", "name what you want of contact"),
        ("{{ event['a.b'] }}", "name what you want of event"),
        ("{{ message.secret }}", "no 'secret'"),
        ("{{ 9999999999999999 }}", "a number above"),
        ("{% set a = contact.x %}{% set b = a ~ a %}{{ b }}", "set may not use 'a'"),
        ("{% set contact = 1 %}", "name contact is taken"),
        ("{% set a %}x{% endset %}", "assignblock may not"),
        ("{% for a in event.x recursive %}{% endfor %}", "recursive"),
        ("{% for a in event.x %}" * 3 + "{% endfor %}" * 3, "at most 2 deep"),
        ("{{ " + "~".join(["event.x"] * 300) + " }}", "more than 200 parts"),
        ("x" * 200_001, "more than 200,000 characters"),
        ("{{ " + "(" * 5_000, "nested too deep"),
        ("{{ contact.name", "line 1"),
    ],
)
def test_what_a_template_may_not_do_is_named(text: str, says: str) -> None:
    found = problems_of("text", text)

    assert any(says in problem for problem in found), found


@pytest.mark.parametrize(
    ("html", "says"),
    [
        ("<a href='{{ event.link }}'>", "needs the filter url"),
        ('<img src="{{ event.image }}">', "needs the filter url"),
        ('<a href="https://{{ event.host }}">', "needs the filter url"),
        ("<a href={{ event.link|url }}>", "quotes"),
        ("<td width={{ event.width }}>", "quotes"),
        ("<script>", "scripts"),
        ("<p onclick='x'>", "scripts"),
    ],
)
def test_what_escaping_does_not_protect_is_named(html: str, says: str) -> None:
    found = problems_of("html", html)

    assert any(says in problem for problem in found), found


@pytest.mark.parametrize(
    "html",
    [
        "<a href='{{ event.link|url }}'>", "<a href='https://x.example/{{ event.path }}'>",
        "<a href='mailto:{{ event.email }}'>", "a < b = {{ event.x }}", "<td width='{{ event.w }}'>",
    ],
)  # fmt: skip
def test_what_escaping_protects_is_allowed(html: str) -> None:
    assert problems_of("html", html) == []


def test_a_text_too_deep_for_the_compiler_is_a_problem_and_no_crash() -> None:
    deep = "{% if contact.x %}" * 500 + "{% endif %}" * 500

    assert compile_apart([("text", deep)]) == ["text: is nested too deep"]


def test_a_compilation_that_takes_too_long_is_ended_from_outside() -> None:
    (problem,) = compile_apart([("text", "{{ contact.x|upper }}" * 200_000)], seconds=1)

    assert problem.startswith("needs more than 1 s")
