"""The order in which what asks about one another is asked."""


def in_order(asks: dict[str, set[str]]) -> list[str]:
    """Names so that each comes after those it asks about. Raises ValueError naming a cycle."""
    done: list[str] = []
    open_: list[str] = []

    def visit(name: str) -> None:
        if name in done:
            return
        if name in open_:
            cycle = " -> ".join([*open_[open_.index(name) :], name])
            message = f"segments ask about one another in a circle: {cycle}"
            raise ValueError(message)
        open_.append(name)
        for other in sorted(asks.get(name, ())):
            visit(other)
        open_.pop()
        done.append(name)

    for name in sorted(asks):
        visit(name)
    return done
