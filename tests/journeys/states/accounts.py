from tenants.audit.actor import Actor
from tenants.organizations.members import create_password_link
from tenants.organizations.roles import Role
from tests.support.scene import state


@state("account_login")
def open_(scene):
    scene.goto("account_login")


@state("account_login")
def refused(scene):
    scene.goto("account_login")
    scene.page.get_by_label("E-mail").fill("nobody@harbor.example")
    scene.page.get_by_label("Password").fill("not the password")
    scene.press("Sign in")
    scene.page.get_by_role("alert").first.wait_for()


@state("account_logout", Role.VIEWER)
def asked(scene):
    scene.goto("account_logout")


@state("account_inactive")
def open__(scene):
    scene.goto("account_inactive")


@state("account_reauthenticate")
def open___(scene):
    scene.sign_in()
    scene.goto("account_reauthenticate")


@state("account_change_password")
def open____(scene):
    scene.sign_in()
    scene.goto("account_change_password")


@state("account_change_password")
def with_mistakes(scene):
    scene.sign_in()
    scene.goto("account_change_password")
    for field in scene.page.locator("input[type=password]").all():
        field.fill("short")
    scene.press("Change password")


@state("account_change_password", Role.VIEWER)
def without_one(scene):
    scene.user.set_unusable_password()
    scene.user.save()
    scene.be_again()
    scene.goto("account_change_password")


@state("account_reset_password_from_key")
def good(scene):
    user = scene.add(Role.EDITOR).user
    scene.page.goto(create_password_link(Actor(0, "setup"), user))


@state("account_reset_password_from_key")
def used_up(scene):
    scene.goto("account_reset_password_from_key", uidb36="1", key="no-such")


@state("account_reset_password_from_key_done")
def open_____(scene):
    scene.goto("account_reset_password_from_key_done")


@state("mfa_index")
def no_factor(scene):
    scene.sign_in()
    scene.goto("mfa_index")


@state("mfa_index")
def with_a_factor(scene):
    scene.sign_in()
    scene.add_factor()
    scene.goto("mfa_index")


@state("mfa_authenticate")
def asked_(scene):
    scene.sign_in()
    scene.add_factor()
    scene.page.context.clear_cookies()
    scene.enter_password()


@state("mfa_reauthenticate")
def asked__(scene):
    scene.sign_in()
    scene.add_factor()
    scene.goto("mfa_reauthenticate")


@state("mfa_activate_totp")
def open______(scene):
    scene.sign_in()
    scene.goto("mfa_activate_totp")


@state("mfa_activate_totp")
def wrong_code(scene):
    scene.sign_in()
    scene.goto("mfa_activate_totp")
    scene.page.locator("input[name=code]").fill("000000")
    scene.press("Use this app")


@state("mfa_deactivate_totp")
def asked___(scene):
    scene.sign_in()
    scene.add_factor()
    scene.goto("mfa_deactivate_totp")


@state("mfa_generate_recovery_codes")
def asked____(scene):
    scene.sign_in()
    scene.add_factor()
    scene.goto("mfa_generate_recovery_codes")


@state("mfa_view_recovery_codes")
def shown(scene):
    scene.sign_in()
    scene.add_factor()
    scene.goto("mfa_generate_recovery_codes")
    scene.press("Make new codes")


@state("usersessions_list")
def two(scene):
    scene.sign_in()
    scene.goto("usersessions_list")
