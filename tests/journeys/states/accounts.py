from django.contrib.auth.models import User
from django.test import override_settings

from tenants.audit.actor import Actor
from tenants.models import Organization, PrivateCredentials
from tenants.organizations import invitations
from tenants.organizations.members import add_member
from tenants.organizations.roles import Role
from tests.support.scene import NO_MAIL, PASSWORD, page_state

SETUP = Actor(0, "manage.py setup")
MEI = "mei@harbor.example"


@page_state("account_login")
def initial(scene):
    scene.goto("account_login")


@page_state("account_login")
def rejected(scene):
    scene.goto("account_login")
    scene.page.get_by_label("Email").fill("nobody@harbor.example")
    scene.page.get_by_label("Password").fill("not the password")
    scene.click_button("Sign in")
    scene.page.get_by_role("alert").first.wait_for()


@page_state("account_logout", Role.VIEWER)
def confirming(scene):
    scene.goto("account_logout")


@page_state("account_inactive")
def initial_(scene):
    scene.goto("account_inactive")


@page_state("account_reauthenticate")
def initial__(scene):
    scene.sign_in_with_password()
    scene.goto("account_reauthenticate")


@page_state("account_change_password")
def initial___(scene):
    scene.sign_in_with_password()
    scene.goto("account_change_password")


@page_state("account_change_password")
def invalid(scene):
    scene.sign_in_with_password()
    scene.goto("account_change_password")
    for field in scene.page.locator("input[type=password]").all():
        field.fill("short")
    scene.click_button("Change password")


@page_state("account_change_password", Role.VIEWER)
def no_password(scene):
    scene.user.set_unusable_password()
    scene.user.save()
    scene.sign_in_again()
    scene.goto("account_change_password")


def create_account():
    return User.objects.create_user(MEI, MEI, PASSWORD)


def open_invitation(scene):
    """Open the link of an invitation to Harbor."""
    harbor = Organization.objects.get(slug="harbor")
    with override_settings(MAILERS=NO_MAIL):
        sent = invitations.invite(SETUP, harbor, MEI, Role.EDITOR, "Mei", scene.url)
    scene.page.goto(sent.link)


@page_state("account_invitation")
def new_person(scene):
    open_invitation(scene)


@page_state("account_invitation")
def invalid_(scene):
    open_invitation(scene)
    for field in scene.page.locator("input[type=password]").all():
        field.fill("short")
    scene.click_button("Set password")


@page_state("account_invitation")
def sign_in_first(scene):
    create_account()
    open_invitation(scene)


@page_state("account_invitation")
def accepting(scene):
    scene.user = create_account()
    PrivateCredentials.objects.create(user=scene.user)
    scene.sign_in_again()
    open_invitation(scene)


@page_state("account_invitation")
def replacing_credentials(scene):
    scene.user = create_account()
    scene.sign_in_again()
    open_invitation(scene)


@page_state("account_invitation", Role.VIEWER)
def other_account(scene):
    create_account()
    open_invitation(scene)


@page_state("account_invitation")
def shared_link_refused(scene):
    elsewhere = Organization.objects.create(slug="elsewhere", name="Elsewhere")
    add_member(SETUP, elsewhere, MEI, Role.VIEWER)
    open_invitation(scene)


@page_state("account_invitation")
def new_password(scene):
    member = scene.add_member(Role.EDITOR)
    with override_settings(MAILERS=NO_MAIL):
        sent = invitations.send_password_link(SETUP, member, scene.url)
    scene.page.goto(sent.link)


@page_state("account_open_invitation")
def used_link(scene):
    scene.goto("account_open_invitation", token="no-such")


@page_state("account_invitation_done")
def initial____(scene):
    scene.goto("account_invitation_done")


@page_state("mfa_index")
def without_2fa(scene):
    scene.sign_in_with_password()
    scene.goto("mfa_index")


@page_state("mfa_index")
def with_2fa(scene):
    scene.sign_in_with_password()
    scene.enable_two_factor()
    scene.goto("mfa_index")


@page_state("mfa_authenticate")
def confirming_(scene):
    scene.sign_in_with_password()
    scene.enable_two_factor()
    scene.page.context.clear_cookies()
    scene.enter_password()


@page_state("mfa_reauthenticate")
def confirming__(scene):
    scene.sign_in_with_password()
    scene.enable_two_factor()
    scene.goto("mfa_reauthenticate")


@page_state("mfa_activate_totp")
def initial_____(scene):
    scene.sign_in_with_password()
    scene.goto("mfa_activate_totp")


@page_state("mfa_activate_totp")
def wrong_code(scene):
    scene.sign_in_with_password()
    scene.goto("mfa_activate_totp")
    scene.page.locator("input[name=code]").fill("000000")
    scene.click_button("Turn on")


@page_state("mfa_deactivate_totp")
def confirming___(scene):
    scene.sign_in_with_password()
    scene.enable_two_factor()
    scene.goto("mfa_deactivate_totp")


@page_state("mfa_generate_recovery_codes")
def confirming____(scene):
    scene.sign_in_with_password()
    scene.enable_two_factor()
    scene.goto("mfa_generate_recovery_codes")


@page_state("mfa_view_recovery_codes")
def codes_shown(scene):
    scene.sign_in_with_password()
    scene.enable_two_factor()
    scene.goto("mfa_generate_recovery_codes")
    scene.click_button("Generate new codes")


@page_state("usersessions_list")
def two_sessions(scene):
    scene.sign_in_with_password()
    scene.goto("usersessions_list")
