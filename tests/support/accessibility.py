"""What axe finds wrong with a page, in a fifth of the time of its scan of everything.

Most of a scan goes into contrast, which looks at each text of the page for itself. So
that one rule is asked about every way of drawing a text once: its element and the one
around it by tag and classes, with all that decides on contrast. A text that is drawn as
one that was judged before, on whatever page, is not judged again.
"""

import json

# The settings of the tests serve it, so that Chromium reads it once and keeps it.
LOADED = """async () => {
    if (window.axe) return;
    const script = document.createElement("script");
    script.src = "/static/axe.min.js";
    await new Promise((done, failed) => {
        Object.assign(script, { onload: done, onerror: failed });
        document.head.append(script);
    });
    script.remove();
}"""
ALL = f"""async (asked) => {{
    await ({LOADED})();
    return (await axe.run(asked)).violations;
}}"""
RULE = "color-contrast"
# To find a selector for each node costs a sixth of a scan; its HTML is enough.
ASKED = {"resultTypes": ["violations"], "selectors": False}
CONTRAST = {**ASKED, "runOnly": [RULE]}
OTHERS = {**ASKED, "rules": {RULE: {"enabled": False}}}
NEW = """async ([known, asked]) => {
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
}""".replace("LOADED", LOADED)

judged: set[str] = set()  # ways that were found well


def broken(page):
    """The rules of WCAG that the page breaks, and where.

    Axe is asked in the page itself: the package's own way around it opens another
    page for each scan, for the sake of frames, of which there are none.
    """
    assert page.frames == [page.main_frame]
    return _told(page.evaluate(ALL, OTHERS)) + faint(page)


def faint(page):
    """What has too little contrast, which is all that a theme can break."""
    # As one text, since Playwright looks at each of many for itself.
    ways, found = page.evaluate(NEW, [json.dumps([*judged]), CONTRAST])
    if not found:
        judged.update(ways)
    return _told(found)


def _told(violations):
    return [(one["id"], node["html"][:200]) for one in violations for node in one["nodes"]]
