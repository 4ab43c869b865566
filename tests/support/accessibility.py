"""Accessibility violations, found by axe in a fifth of a full scan's time.

Most of a scan goes into color contrast, which axe checks for each text. Texts that are
drawn alike (element, parent, classes and colors) are checked once per test process.
"""

import json

# The settings of the tests serve it, so that Chromium reads it once and keeps it.
LOAD_AXE_JS = """async () => {
    if (window.axe) return;
    const script = document.createElement("script");
    script.src = "/static/axe.min.js";
    await new Promise((done, failed) => {
        Object.assign(script, { onload: done, onerror: failed });
        document.head.append(script);
    });
    script.remove();
}"""
RUN_AXE_JS = f"""async (asked) => {{
    await ({LOAD_AXE_JS})();
    return (await axe.run(asked)).violations;
}}"""
CONTRAST_RULE = "color-contrast"
# To find a selector for each node costs a sixth of a scan; its HTML is enough.
AXE_OPTIONS = {"resultTypes": ["violations"], "selectors": False}
CONTRAST_OPTIONS = {**AXE_OPTIONS, "runOnly": [CONTRAST_RULE]}
OTHER_RULES_OPTIONS = {**AXE_OPTIONS, "rules": {CONTRAST_RULE: {"enabled": False}}}
CHECK_NEW_STYLES_JS = """async ([known, asked]) => {
    const seen = new Set(JSON.parse(known)), grounds = new Map(), fresh = new Map();
    // What is behind an element, up to the first that lets nothing through.
    const ground = (one) => {
        if (!one) return "";
        if (!grounds.has(one)) {
            const own = getComputedStyle(one);
            const { backgroundColor: color, backgroundImage: image, opacity } = own;
            const clear = color.startsWith("rgba") || !color.startsWith("rgb");
            const through = clear || opacity !== "1";
            const under = through ? ground(one.parentElement) : "";
            grounds.set(one, [color, image, opacity, own.filter, under].join());
        }
        return grounds.get(one);
    };
    const named = (one) => `${one.tagName}.${one.className.baseVal ?? one.className}`;
    const off = ":disabled, :disabled *, [aria-disabled=true], [aria-disabled=true] *";
    const drawn = (one) => {
        const own = getComputedStyle(one);
        const { color, fontSize, fontWeight, textShadow, position } = own;
        const exempt = one.matches(off) || one.closest("label")?.control?.disabled;
        const style = [color, fontSize, fontWeight, textShadow, position, exempt];
        return [named(one), named(one.parentElement), ...style, ground(one)].join(" ");
    };
    const says = (one) => one.matches("input, select, textarea")
        || [...one.childNodes].some((it) => it.nodeType === 3 && it.data.trim());
    for (const one of document.querySelectorAll("body *")) {
        if (!one.checkVisibility() || !says(one)) continue;
        const way = drawn(one);
        if (!seen.has(way) && !fresh.has(way)) fresh.set(way, one);
    }
    if (!fresh.size) return [[], []];
    await (LOADED)();
    const include = [...fresh.values()];
    const { violations } = await axe.run({ include }, asked);
    return [[...fresh.keys()], violations];
}""".replace("LOADED", LOAD_AXE_JS)

checked_styles: set[str] = set()  # ways that were found well


def find_violations(page):
    """Return the WCAG rules that the page violates, and where.

    Runs axe in the page itself. The package's own runner opens another page for each scan
    to support frames, which the console doesn't have.
    """
    assert page.frames == [page.main_frame]
    return _summarize(page.evaluate(RUN_AXE_JS, OTHER_RULES_OPTIONS)) + find_contrast_violations(
        page
    )


def find_contrast_violations(page):
    """Return texts with too little contrast, the only rule that a theme can violate."""
    # As one text, since Playwright looks at each of many for itself.
    ways, violations = page.evaluate(
        CHECK_NEW_STYLES_JS, [json.dumps([*checked_styles]), CONTRAST_OPTIONS]
    )
    if not violations:
        checked_styles.update(ways)
    return _summarize(violations)


def _summarize(violations):
    return [
        (violation["id"], node["html"][:200])
        for violation in violations
        for node in violation["nodes"]
    ]
