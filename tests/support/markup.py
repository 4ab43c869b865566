"""HTML without the whitespace that depends on how a template is formatted."""

import re

from django.http import HttpResponse

TAG = re.compile(r" ?(<[^<>]*?) ?(/?>) ?")


def compact(page: HttpResponse | str) -> str:
    """Return the HTML of a page with single spaces, and none around tags."""
    html = page if isinstance(page, str) else page.content.decode()
    return TAG.sub(r"\1\2", re.sub(r"\s+", " ", html))
