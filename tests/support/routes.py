"""Every named page of the console, from its URL patterns."""

from django.urls import URLPattern, get_resolver


def routes():
    """Return the path parameters of each page, by the page's name."""

    def walk(resolver, area="", places=()):
        for entry in resolver.url_patterns:
            names = (*places, *entry.pattern.regex.groupindex)
            if isinstance(entry, URLPattern):
                yield f"{area}:{entry.name}" if area else entry.name, names
            else:
                yield from walk(entry, entry.app_name or area, names)

    return dict(walk(get_resolver()))


ROUTES = routes()
