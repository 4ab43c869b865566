"""What a server refuses in a client, with the codes of api.md, section 3.4."""

from tenants.sandbox.wire import Members


def check(client: Members) -> None:
    """Raises `Refusal`, 400, naming the first member that cannot be."""
