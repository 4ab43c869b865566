from collections import Counter

import pytest

from console.web.navigation import MENU


@pytest.mark.parametrize("attribute", ["icon", "key"])
def test_menu_items_differ(attribute):
    values = Counter(getattr(item, attribute) for _heading, items in MENU for item in items)

    assert {value for value, count in values.items() if count > 1} == set()
