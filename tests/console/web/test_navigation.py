from collections import Counter

from console.web.navigation import MENU


def test_menu_items_have_different_icons():
    icons = Counter(item.icon for _heading, items in MENU for item in items)

    assert {icon for icon, count in icons.items() if count > 1} == set()
