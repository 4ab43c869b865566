from tenants.organizations.roles import Role
from tests.support.scene import page_state

NO_PAGE = ""  # the address is another page's, or nobody's


@page_state(NO_PAGE, Role.HELP_DESK)
def not_allowed(scene):
    scene.goto("services:index")


@page_state(NO_PAGE, Role.VIEWER)
def not_found(scene):
    scene.page.goto("/harbor/no/such/page/")


@page_state(NO_PAGE)
def not_found_by_a_stranger(scene):
    scene.page.goto("/no/such/page/")


@page_state(NO_PAGE, Role.VIEWER)
def not_from_here(scene):
    scene.goto("account_logout")
    scene.page.context.clear_cookies(name="csrf")
    scene.click_button("Sign out")
