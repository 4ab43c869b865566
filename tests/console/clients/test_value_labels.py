"""A value has the same label on every page."""

import re

import pytest

from tests.support.clients import CLIENT


@pytest.mark.parametrize("path", ["services/us/17/clients/", "", "secret/", "fields/"])
def test_authentication_method_has_one_label(admin, path):
    response = admin.get(f"/acme/{path}" if path.startswith("services") else f"{CLIENT}{path}")
    text = re.sub(r"<[^>]*>", " ", response.content.decode())

    assert "Client secret (Basic)" in text
    assert "client_secret_basic" not in text.casefold()
