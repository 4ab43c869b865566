import re
from pathlib import Path

import console
from console.templatetags.text import highlight_json

STYLESHEETS = Path(console.__file__).parent / "static" / "console" / "css"


def test_highlighted_json_uses_classes_of_the_stylesheets():
    html = highlight_json('{"name": "<b>", "age": 7, "locked": true}')

    classes = re.findall(r'class="([^"]+)">([^<]+)<', html)
    assert classes == [
        ("json-key", "&quot;name&quot;"),
        ("json-string", "&quot;&lt;b&gt;&quot;"),
        ("json-key", "&quot;age&quot;"),
        ("json-number", "7"),
        ("json-key", "&quot;locked&quot;"),
        ("json-number", "true"),
    ]
    styles = " ".join(sheet.read_text() for sheet in STYLESHEETS.rglob("*.css"))
    assert all(f".{name} " in styles for name, _ in classes)
