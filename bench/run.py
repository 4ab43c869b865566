"""Run all measurements, or those named: ``python -m bench.run service_page``."""

import os
import sys
import time
from importlib import import_module

from bench.environment import BenchEnvironment
from bench.report import print_lines

PARTS = {  # what runs on the servers' core: a server, or the measurement itself
    "service_page": False,
    "service_list": False,
    "user_lookup": False,
    "revoke_user": True,  # of whom nothing is left after it
    "pages": False,
    "client_lists": False,
    "fanout": True,
    "audit_writer": True,  # after it the record is not whole, since it writes without keys
    "audit_search": True,
    "audit_page": False,
    "audit_export": True,
    "audit_verify": True,
    "evidence_package": True,
    "settings_form": True,
    "read_service": True,
    "inventory_sync": False,  # last: it fills the inventory
}


def main(names: list[str]) -> None:
    if unknown := set(names) - set(PARTS):
        raise SystemExit(f"no such part: {', '.join(unknown)}; {', '.join(PARTS)}")
    began = time.monotonic()
    with BenchEnvironment() as stage:
        for name, inside in PARTS.items():
            if name in names or not names:  # imported late: they need its settings
                os.sched_setaffinity(0, stage.servers if inside else stage.askers)
                import_module(f"bench.{name}").measure(stage)
    print_lines("", f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
