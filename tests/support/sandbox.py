"""Helpers for the tests of sandbox."""

import httpx

SERVICE = 1001
CLIENT = f"/api/{SERVICE}/client"
TOKEN = f"/api/{SERVICE}/auth/token"
FAR_FUTURE = 4_102_444_800_000  # 1 January 2100, in milliseconds


class QuotedPathTransport(httpx.BaseTransport):
    """Hands requests over with their paths as they were sent, still quoted."""

    def __init__(self, sandbox):
        self.sandbox = sandbox

    def handle_request(self, request):
        raw = request.url.raw_path.decode("ascii")

        def app(environ, start):
            return self.sandbox(environ | {"RAW_URI": raw}, start)

        return httpx.WSGITransport(app=app).handle_request(request)


class SandboxClient(httpx.Client):
    """Speaks to one place of a sandbox, with a token that may do everything."""

    def __init__(self, sandbox, place="us", token="full"):
        host = "login" if place == "idp" else place
        super().__init__(
            transport=QuotedPathTransport(sandbox),
            base_url=f"https://{host}.authlete.com",
            headers={"Authorization": f"Bearer {token}"},
        )

    def update(self, body, **options):
        return self.post(f"/api/{SERVICE}/service/update", json=body, **options)

    def service(self):
        return self.get(f"/api/{SERVICE}/service/get").json()


def status_and_code(response):
    return response.status_code, response.json()["resultCode"]
