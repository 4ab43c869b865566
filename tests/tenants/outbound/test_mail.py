"""Mail on the wire."""

import re

from tenants.outbound import mail


def test_long_lines_and_headers_survive(mailoutbox):
    line = '{"size":1,"root":"' + "ab" * 200 + '"}'
    subject = "Schlüssel und Zertifikate von Läden, die in den nächsten Tagen ablaufen"

    mail.send(["a@acme.example"], subject * 2, f"Hello,\n\n{line}\n", message_id="1@x")

    (sent,) = mailoutbox
    text = sent.message().as_bytes().decode()
    words = re.findall(r"=\?utf-8\?.*?\?=", text)
    assert len(words) > 1
    assert max(map(len, words)) <= 75  # RFC 2047, section 2
    assert line in text
