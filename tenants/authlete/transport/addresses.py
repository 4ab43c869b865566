"""Which network addresses are public, and lists of private hosts that are allowed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

NAT64_NETWORK = IPv6Network("64:ff9b::/96")  # RFC 6052
GLOBAL_UNICAST = IPv6Network("2000::/3")  # all that was ever given out
# All of IANA's special-purpose address registries (RFC 6890), globally reachable ones too,
# multicast, and what clouds answer from inside. IPv6 outside `GLOBAL_UNICAST` is refused anyway.
SPECIAL_NETWORKS = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",  # Azure's host agent
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "2001::/23",
            "2001:db8::/32",
            "2620:4f:8000::/48",
            "3fff::/20",
        ),
    )
)

type IPAddress = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class HostList:
    """Private hosts, addresses and networks that an operator allows."""

    names: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def parse(cls, entries: Iterable[str]) -> "HostList":
        """Parse host names, addresses and networks; raise `ValueError`."""
        names, networks = set(), []
        for entry in map(str.strip, entries):
            try:
                networks.append(ip_network(entry))
            except ValueError:
                if "/" in entry or not entry.replace("-", "").replace(".", "").isalnum():
                    raise ValueError(f"{entry!r} is neither a host nor a network") from None
                names.add(_normalize_host(entry))
        return cls(frozenset(names), tuple(networks))

    def find_unlisted(self, host: str, addresses: Iterable[str]) -> Iterator[IPAddress]:
        """Yield the addresses of ``host`` that are neither public nor listed."""
        if self.lists_name(host):
            return
        for address in map(ip_address, addresses):
            if not (is_public(address) or self.lists_address(address)):
                yield address

    def lists_name(self, host: str) -> bool:
        """Return whether a host is listed by its name."""
        return _normalize_host(host) in self.names

    def lists_address(self, address: IPAddress) -> bool:
        """Return whether an address is in a listed network."""
        return any(
            address in network for network in self.networks if network.version == address.version
        )


def is_public(address: IPAddress) -> bool:
    """Return whether an address is public, including embedded IPv4 addresses."""
    if any(address in network for network in SPECIAL_NETWORKS):
        return False
    if isinstance(address, IPv4Address):
        return address.is_global
    if address in NAT64_NETWORK:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    if inner := address.ipv4_mapped or address.sixtofour:
        return is_public(inner)
    return address in GLOBAL_UNICAST and address.is_global


def _normalize_host(host: str) -> str:
    return host.lower().rstrip(".")
