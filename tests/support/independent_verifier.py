"""Verifiers of a service's signatures that cache its keys for a while.

Both speak to the sandbox as programs outside of this console do.
"""

import json
import time

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from tenants.sandbox.http_messages import SandboxRequest


class VerificationError(Exception):
    """A signature that was good could not be checked."""


class TokenIssuer:
    """One service of the sandbox, asked for keys and tokens."""

    def __init__(self, sandbox, region, number):
        self.sandbox, self.region, self.number = sandbox, region, number
        (self.credential,) = (
            token.value
            for token in sandbox.state.tokens.values()
            if token.preset == "full"
            and token.regions == (region,)
            and token.organization == sandbox.region(region).owner(number)
        )

    def call_api(self, method, path, **members):
        headers = {"authorization": f"Bearer {self.credential}", "content-type": "application/json"}
        body = json.dumps(members).encode() if members else b""
        path = f"/api/{self.number}/{path}"
        answer = self.sandbox.answer(self.region, SandboxRequest(method, path, {}, headers, body))
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def published_keys(self):
        """Its public keys."""
        return self.call_api("GET", "service/jwks/get")["keys"]

    def mint(self, client):
        """An access token as a JWT, and an ID token."""
        response = self.call_api(
            "POST",
            "auth/token/create",
            grantType="AUTHORIZATION_CODE",
            clientId=client,
            subject="ann",
            scopes=["openid"],
        )
        issued = self.call_api(
            "POST",
            "idtoken/reissue",
            accessToken=response["accessToken"],
            refreshToken=response["refreshToken"],
        )
        return [response["jwtAccessToken"], issued["idToken"]]


class TokenVerifier:
    """Keeps a key set for so many seconds, and never fetches it sooner."""

    def __init__(self, issuer, keeps):
        self.issuer, self.keeps = issuer, keeps
        self.fetched_at, self.keys = float("-inf"), {}

    def verify(self, token):
        """Whether the token still works; raises `Unverified`."""
        if time.time() - self.fetched_at >= self.keeps:
            self.keys = {
                published_key["kid"]: published_key
                for published_key in self.issuer.published_keys()
            }
            self.fetched_at = time.time()
        kid = jws.extract_compact(token.encode()).headers()["kid"]
        if kid not in self.keys:
            raise VerificationError(f"no key {kid}")
        try:
            key = ECKey.import_key(self.keys[kid])
            claims = jws.deserialize_compact(token, key, algorithms=["ES256"])
        except JoseError as error:
            raise VerificationError(str(error)) from None
        return json.loads(claims.payload)["exp"] > time.time()
