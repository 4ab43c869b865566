"""CPU per page, each against a page that others would write with Django.

Peers: the baseline views with the same call, and the Django admin's list of 100 rows and
change page of 183 fields. All are asked by one user, in turns.
"""

from collections.abc import Mapping
from functools import partial
from statistics import median

from bench.client_lists import fill_inventory
from bench.environment import ORGANIZATION, BenchEnvironment, RunningServer
from bench.load_generator import generate_load
from bench.report import Ratio, print_lines

ROUNDS = 5  # of all pages, one after the other
SECONDS = 1.0  # a run
SERVICES_PER_REGION = 1  # in the inventory, of 1,000 clients each

OF_LIST = "<= 0.2x"
PAGES = {  # path, peer, goal
    "a service": ("services/us/{service}/", "bare service", "<= 2x"),
    "100 clients of a service": (
        "services/us/{service}/clients/?size=100",
        "bare clients",
        "<= 2x",
    ),
    "50 clients of a service": ("services/us/{service}/clients/?size=50", "admin list", OF_LIST),
    "50 clients of the organization": ("clients/?size=50", "admin list", OF_LIST),
    "50 of 200 services": ("services/?size=50", "admin list", OF_LIST),
    "50 entries of the audit log": ("audit/?reads=1", "admin list", OF_LIST),
    "home": ("", "admin list", OF_LIST),
    "all 183 settings": ("services/us/{service}/edit/all/", "admin change page", "<= 0.2x"),
}


def measure(stage: BenchEnvironment) -> None:
    print_lines("", "CPU per page, against pages of the baseline and of the Django admin")
    stage.wait(0)
    fill_inventory(0, SERVICES_PER_REGION)
    service = stage.world["service"]
    with stage.console() as console, stage.floor() as floor, stage.admin() as admin:
        ours = {stage.upstream, console.process, floor.process, admin.process}
        run = partial(_cpu, ours)
        peers = {
            "bare service": (floor, f"/service/{service}"),
            "bare clients": (floor, f"/clients/{service}"),
            "admin list": (admin, "/admin/bench/narrow/"),
            "admin change page": (admin, "/admin/bench/wide/1/change/"),
        }
        found: dict[str, list[tuple[float, float]]] = {}
        for _ in range(ROUNDS):
            for peer, (server, path) in peers.items():
                found.setdefault(peer, []).append(run(server, path))
            for name, (path, _peer, _goal) in PAGES.items():
                url = f"/{ORGANIZATION}/{path.format(service=service)}"
                found.setdefault(name, []).append(run(console, url))
    _report(found)


def _cpu(ours: set[int], server: RunningServer, path: str) -> tuple[float, float]:
    """Return the server's CPU milliseconds per page, and what other programs used."""
    result = generate_load(
        server.url + path,
        seconds=SECONDS,
        cookie=server.cookie,
        server=server.process,
        ours=ours - {server.process},
    )
    return result.cpu, result.other


def _report(found: Mapping[str, list[tuple[float, float]]]) -> None:
    for name, (_path, peer, goal) in PAGES.items():
        mine, theirs = (median(cpu for cpu, _ in found[key]) for key in (name, peer))
        other = median(other for _, other in found[name])
        print_lines(Ratio(f"{name} / {peer}", mine, theirs, goal=goal, note=f"other {other:.2f}"))
