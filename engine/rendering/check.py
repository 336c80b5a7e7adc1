"""What is wrong with a template, and which variables it names, found without running any of it.

What is allowed is a list, not what is forbidden: a template prints, decides and loops over what it
was given. It calls nothing, imports nothing, defines no macro. The last look compiles it in a process
with limits, for compiling folds constants, that is, runs part of the text.
"""

import re
from collections.abc import Iterator

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError

from engine.domain.language.template import Template
from engine.rendering.compiling import compile_apart
from engine.rendering.environment import COLLECTION, ENVIRONMENTS, LOOP, ROOTS, Kind
from engine.rendering.filters import ALLOWED

LONGEST = 200_000
DEPTH = 2
PARTS = 200
"""Operators, values and filters of one expression."""
NUMBER = 10**15
PRODUCT, PRODUCTS, ANY_PRODUCT = "product", "products", "products.*"
"""``item.product`` and ``products[id]`` are looked up in the catalog."""
MESSAGE = (
    "id", "key", "address", "scenario", "template", "unsubscribe_url", "confirm_url", "tracking",
    "handoff_url", "accept_url", "return_url", "reject_url",
)  # fmt: skip

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign, nodes.Name,
    nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Const, nodes.List, nodes.Tuple, nodes.Filter,
    nodes.Test, nodes.Keyword, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or,
    nodes.Not, nodes.Neg, nodes.Pos, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv,
    nodes.Mod, nodes.Concat,
)  # fmt: skip
_LINK = re.compile(
    r"""\b(?:href|src|action|background|poster)\s*=\s*(["'])([^"'<>]*)$""", re.IGNORECASE
)
_UNQUOTED = re.compile(r"""<[a-z][^<>]*=\s*[^\s"'<>]*$""", re.IGNORECASE)
_SETTLED = re.compile(r"^\s*(?:[a-z]+://[^/]+/|mailto:|tel:|#|/)", re.IGNORECASE)
_ACTIVE = re.compile(r"<\s*(?:script|iframe|object|embed)\b|<[^<>]*\son[a-z]+\s*=", re.IGNORECASE)


def check_template(template: Template, roots: frozenset[str] = ROOTS) -> list[str]:
    """Every problem, each a sentence that names the part and the line; empty when there is none.

    ``roots`` are the names that it may start from: ROOTS and the workspace's collections.
    """
    problems = [*_outline(template)]
    problems += [
        f"{kind if kind != 'header' else 'subject'}: {problem}"
        for kind, source in parts_of(template)
        for problem in problems_of(kind, source, roots)
    ]
    if not problems:
        problems = compile_apart(parts_of(template))
    return problems


def _outline(template: Template) -> Iterator[str]:
    """What its channel asks of a template as a whole."""
    if template.channel == "email":
        if not template.subject:
            yield "subject: is missing; every email has one"
        return
    if template.subject:
        yield "subject: a text message has none; leave it out"
    if template.html:
        yield "html: a text message has none; take html.html away"
    if not template.text.strip():
        yield "text: is empty"


def variables_of(template: Template, roots: frozenset[str] = ROOTS) -> tuple[str, ...]:
    """The paths that the text names, of what a contact has (``contact.first_name``, ``cart.items``), sorted.

    ``products.*`` stands for products of the catalog that only the values tell.

    Empty for a text that does not parse: ``check_template`` says why.
    """
    try:
        found = {path for _, path, _ in named(template, roots) if "." in path}
    except (TemplateSyntaxError, RecursionError):
        return ()
    return tuple(sorted(path for path in found if not path.startswith("message.")))


def named(template: Template, roots: frozenset[str] = ROOTS) -> Iterator[tuple[Kind, str, int]]:
    """(part, path, line) of everything that it names. Raises TemplateSyntaxError, RecursionError."""
    for kind, source in parts_of(template):
        tree = ENVIRONMENTS[kind].parse(source)
        yield from ((kind, path, line) for path, line in paths_of(tree, roots))
        for node in tree.find_all(nodes.Getattr):
            if node.attr == PRODUCT:
                yield kind, ANY_PRODUCT, node.lineno


def parts_of(template: Template) -> list[tuple[Kind, str]]:
    return [("header", template.subject), ("text", template.text), ("html", template.html)]


def problems_of(kind: Kind, source: str, roots: frozenset[str] = ROOTS) -> list[str]:
    """What may not stand in this part; nothing of it is compiled or run."""
    if len(source) > LONGEST:
        return [f"has more than {LONGEST:,} characters"]
    try:
        tree = ENVIRONMENTS[kind].parse(source)
        found = [*_nodes(tree), *_names(tree, roots), *_loops(tree, 0), *_expressions(tree)]
        found += _paths(tree, roots)
        return list(dict.fromkeys(found + _links(tree) if kind == "html" else found))
    except TemplateSyntaxError as error:
        return [f"line {error.lineno}: {error.message}"]
    except RecursionError:
        return ["is nested too deep"]


def paths_of(node: nodes.Node, roots: frozenset[str] = ROOTS) -> Iterator[tuple[str, int]]:
    """Each path that starts at a root (``contact``), with its line; a bare root has no dot."""
    path = _path(node, roots)
    if path:
        yield path, node.lineno
    elif isinstance(node, nodes.Getattr | nodes.Getitem) and (inner := _path(node.node, roots)):
        yield (ANY_PRODUCT if inner == PRODUCTS else inner), node.lineno
        if isinstance(node, nodes.Getitem):
            yield from paths_of(node.arg, roots)
    else:
        for child in node.iter_child_nodes():
            yield from paths_of(child, roots)


def _path(node: nodes.Node, roots: frozenset[str]) -> str:
    match node:
        case nodes.Name(name=name, ctx="load") if name in roots:
            return str(name)
        case nodes.Getattr(node=inner, attr=name):
            pass
        case nodes.Getitem(node=inner, arg=nodes.Const(value=str(name))) if "." not in name:
            pass
        case _:
            return ""
    start = _path(inner, roots)
    return f"{start}.{name}" if start else ""


def _nodes(tree: nodes.Template) -> Iterator[str]:
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            yield f"line {node.lineno}: {type(node).__name__.lower()} may not stand in a template"
        elif isinstance(node, nodes.For) and node.recursive:
            yield f"line {node.lineno}: a loop may not be recursive"
        elif isinstance(node, nodes.Const) and isinstance(node.value, int | float):
            if abs(node.value) > NUMBER:
                yield f"line {node.lineno}: a number above {NUMBER:,}"
        elif isinstance(node, nodes.Filter) and node.name not in ALLOWED:
            yield f"line {node.lineno}: there is no filter {node.name!r}"
        elif isinstance(node, nodes.Test) and node.name not in ENVIRONMENTS["text"].tests:
            yield f"line {node.lineno}: there is no test {node.name!r}"


def _names(tree: nodes.Template, roots: frozenset[str]) -> Iterator[str]:
    """A name is a root, the loop, or made by this template; a set name is not made from another one."""
    stored = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
    for name in tree.find_all(nodes.Name):
        if name.ctx == "store" and name.name in {*roots, "loop"}:
            yield f"line {name.lineno}: the name {name.name} is taken"
        elif name.ctx == "load" and name.name not in {*stored, *roots, "loop"}:
            yield f"line {name.lineno}: {name.name!r} is unknown; write contact.{name.name}"
    assigned = list(tree.find_all(nodes.Assign))
    made = {name.name for assign in assigned for name in assign.target.find_all(nodes.Name)}
    made |= {assign.target.name for assign in assigned if isinstance(assign.target, nodes.Name)}
    for assign in assigned:
        for used in (assign.node, *assign.node.find_all(nodes.Name)):
            if isinstance(used, nodes.Name) and used.name in made:
                yield f"line {assign.lineno}: set may not use {used.name!r}, which set made"


def _loops(node: nodes.Node, depth: int) -> Iterator[str]:
    inside = depth + isinstance(node, nodes.For)
    if inside > DEPTH:
        yield f"line {node.lineno}: loops nest at most {DEPTH} deep"
        return
    for child in node.iter_child_nodes():
        yield from _loops(child, inside)


def _expressions(node: nodes.Node) -> Iterator[str]:
    for child in node.iter_child_nodes():
        if not isinstance(child, nodes.Expr):
            yield from _expressions(child)
        elif sum(1 for _ in child.find_all(nodes.Node)) > PARTS:
            yield f"line {child.lineno}: an expression of more than {PARTS} parts"


def _paths(tree: nodes.Template, roots: frozenset[str]) -> Iterator[str]:
    for path, line in paths_of(tree, roots):
        root, _, rest = path.partition(".")
        if not rest:
            example = "id" if root in ROOTS else "items"
            yield f"line {line}: name what you want of {root}, for example {root}.{example}"
        elif root == "message" and rest not in MESSAGE:
            yield f"line {line}: a message has {', '.join(MESSAGE)}, and no {rest!r}"
        elif root not in ROOTS and rest.partition(".")[0] not in COLLECTION:
            yield f"line {line}: {root} has {', '.join(COLLECTION)}, and no {rest!r}"
    for node in tree.find_all(nodes.Getattr):
        if isinstance(node.node, nodes.Name) and node.node.name == "loop" and node.attr not in LOOP:
            yield f"line {node.lineno}: a loop has {', '.join(LOOP)}, and no {node.attr!r}"


def _links(tree: nodes.Template) -> list[str]:
    """Escaping protects neither a link's scheme nor an unquoted attribute, nor a script."""
    problems, before = [], ""
    for output in tree.find_all(nodes.Output):
        for node in output.nodes:
            if isinstance(node, nodes.TemplateData):
                before = before[-500:] + node.data
                if _ACTIVE.search(before):
                    problems.append(
                        f"line {node.lineno}: scripts and frames may not stand in a mail"
                    )
                    before = ""
            elif link := _LINK.search(before):
                filtered = isinstance(node, nodes.Filter) and node.name == "url"
                if not filtered and not _SETTLED.match(link[2]):
                    problems.append(
                        f"line {node.lineno}: a link needs the filter url: {{{{ ...|url }}}}"
                    )
            elif _UNQUOTED.search(before):
                problems.append(f"line {node.lineno}: put quotes around this attribute's value")
    return problems
