"""Generated keys and their signatures."""

import pytest
from joserfc import jws
from joserfc.jwk import import_key

from console.keys.jwks.forms import DECRYPTION_ALGORITHMS, SIGNING_ALGORITHMS
from tenants.authlete.documents.jwks.generation import generate_key, generate_like


@pytest.mark.parametrize("alg", SIGNING_ALGORITHMS)
def test_new_key_signs_with_its_algorithm(alg):
    key = import_key(generate_key(alg, "k"))

    signed = jws.serialize_compact({"alg": alg}, b"x", key, algorithms=[alg])

    assert jws.deserialize_compact(signed, key, algorithms=[alg]).payload == b"x"


def test_decryption_keys_have_use_enc():
    assert {generate_key(alg)["use"] for alg in DECRYPTION_ALGORITHMS} == {"enc"}


@pytest.mark.parametrize(
    ("old", "bits", "more"),
    [
        ({"kty": "EC", "crv": "P-384", "alg": "ES384", "use": "sig"}, 0, {}),
        ({"kty": "OKP", "crv": "Ed448", "key_ops": ["sign"]}, 0, {}),
        ({"kty": "RSA", "e": "AQAB", "alg": "PS256"}, 2048, {"n": 512}),
    ],
)
def test_successor_has_the_same_type(old, bits, more):
    new = generate_like(old | {"x5c": ["of the old one"]}, "new", bits)

    assert new.items() >= (old | {"kid": "new"}).items()
    assert {name: len(new[name]) for name in more} == more  # 3072 bits in base64
    assert "d" in new
    assert "x5c" not in new
