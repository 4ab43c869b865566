"""Choose the page states that ``make test`` looks at.

``make page-states`` runs every state with ``STATE_FEATURES=folder``. Each leaves there
the templates that its page was rendered with and the shapes of its elements; this
module then takes the states that add most of these, until ``SHARE`` of all is covered.

usage: python -m tests.support.representative_states FOLDER
"""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.signals import request_started
from django.test.signals import template_rendered

SHARE = 0.89
TESTS = Path(__file__).parents[1]
LIST = TESTS / "journeys" / "representative_states.txt"
TEMPLATES = TESTS.parent / "console" / "templates"
# An element and the one around it, each by its tag, classes and what changes its look.
SHAPES_JS = """() => {
    const shape = (one) => [
        one.tagName.toLowerCase(),
        ...[...one.classList].sort().map((name) => "." + name),
        ...["type", "role", "disabled", "open", "aria-current", "aria-invalid"]
            .filter((name) => one.hasAttribute(name))
            .map((name) => `[${name}=${one.getAttribute(name)}]`),
    ].join("");
    const all = document.querySelectorAll("body *:not(svg *)");
    return [...new Set([...all].map((one) => `${shape(one.parentElement)} > ${shape(one)}`))];
}"""


def load() -> set[str]:
    """Return the states that were chosen last, by their names."""
    return set(LIST.read_text().splitlines())


@contextmanager
def recorded_templates() -> Iterator[set[str]]:
    """Collect the templates of the page that a browser shows, not those of clients."""
    rendered: set[str] = set()
    main = threading.current_thread()

    def on_request(environ: dict[str, Any], **_: object) -> None:
        if environ.get("HTTP_SEC_FETCH_DEST") == "document":
            rendered.clear()

    def on_render(template: Any, **_: object) -> None:
        if threading.current_thread() is not main and template.name:
            rendered.add(template.name)

    request_started.connect(on_request)
    template_rendered.connect(on_render)
    try:
        yield rendered
    finally:
        request_started.disconnect(on_request)
        template_rendered.disconnect(on_render)


def choose(features: dict[str, set[str]], share: float = SHARE) -> list[str]:
    """Return the states that together have ``share`` of all features, the best first."""
    wanted = len(set().union(*features.values())) * share
    covered: set[str] = set()
    chosen: list[str] = []
    while len(covered) < wanted:
        best = max(sorted(features), key=lambda name: len(features[name] - covered))
        chosen.append(best)
        covered |= features[best]
    return chosen


def main() -> None:
    features = {
        path.stem: set(json.loads(path.read_text())) for path in Path(sys.argv[1]).glob("*.json")
    }
    chosen = choose(features)
    LIST.write_text("".join(f"{name}\n" for name in sorted(chosen)))
    rendered = set().union(*features.values())
    templates = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}
    print(f"{len(chosen)} of {len(features)} states cover {SHARE:.0%} of {len(rendered)} features.")
    print("Templates that no state renders:", *sorted(templates - rendered), sep="\n  ")


if __name__ == "__main__":
    main()
