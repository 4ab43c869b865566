"""Sample keys and certificates of services and clients."""

import json
from base64 import b64encode
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone
from joserfc.jwk import ECKey

WEAK_RSA_KEY = {"kty": "RSA", "e": "AQAB", "n": "u" * 171}


def make_jwk_set(*keys):
    return json.dumps({"keys": keys})


def make_key_pair(kid, **more):
    return ECKey.generate_key("P-256").as_dict(private=True) | {"kid": kid, **more}


def make_public_key(kid, **more):
    return ECKey.generate_key("P-256").as_dict(private=False) | {"kid": kid, **more}


def make_certified_key(kid, days, name="gateway"):
    """Return a public JWK with a certificate that expires in ``days``."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = timezone.now()
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 7)
        .not_valid_before(now - timedelta(days=900))
        .not_valid_after(now + timedelta(days=days, hours=1))
        .sign(key, SHA256())
    )
    der = b64encode(certificate.public_bytes(Encoding.DER)).decode()
    return ECKey.import_key(key).as_dict(private=False) | {"kid": kid, "x5c": [der]}
