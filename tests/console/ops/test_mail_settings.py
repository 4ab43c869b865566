import pytest
from django.core.exceptions import ImproperlyConfigured

from console.ops.environment import mailer_config


def test_mail_url_is_parsed():
    config = mailer_config("smtp+tls://ida%40acme.example:p%2Fw@mail.example")

    options = config["default"]["OPTIONS"]
    assert (options["host"], options["port"]) == ("mail.example", 587)
    assert (options["username"], options["password"]) == ("ida@acme.example", "p/w")
    assert (options["use_tls"], options["use_ssl"]) == (True, False)


@pytest.mark.parametrize("url", ["mail.example", "http://mail", "smtp://:25", "smtp://h:x"])
def test_invalid_mail_url_is_explained_without_the_password(url):
    with pytest.raises(ImproperlyConfigured, match="expected smtp"):
        mailer_config(url)
