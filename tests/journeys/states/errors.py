from tenants.organizations.roles import Role
from tests.support.scene import state

NO_PAGE = ""  # the address is another page's, or nobody's


@state(NO_PAGE, Role.HELP_DESK)
def not_allowed(scene):
    scene.goto("services:index")


@state(NO_PAGE, Role.VIEWER)
def not_found(scene):
    scene.page.goto("/harbor/no/such/page/")


@state(NO_PAGE)
def not_found_by_a_stranger(scene):
    scene.page.goto("/no/such/page/")


@state(NO_PAGE, Role.VIEWER)
def not_from_here(scene):
    scene.goto("account_logout")
    scene.page.context.clear_cookies(name="csrf")
    scene.press("Sign out")
