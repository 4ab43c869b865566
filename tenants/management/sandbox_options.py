"""Command line options for the amount of data in the sandbox and its speed."""

import argparse
from collections.abc import Mapping
from typing import Any

SIZE_OPTIONS = ("services", "clients", "tokens", "latency", "seed")


def add_size_options(parser: argparse.ArgumentParser) -> None:
    """Add the options in `SIZE_OPTIONS`."""
    parser.add_argument(
        "--services", type=parse_count, help="services per region of the largest organization"
    )
    parser.add_argument("--clients", type=parse_count, help="clients per service")
    parser.add_argument("--tokens", type=parse_count, help="access tokens per service")
    parser.add_argument(
        "--latency", type=parse_count, default=0, help="milliseconds before each response"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the generated data")


def format_size_options(options: Mapping[str, Any]) -> list[str]:
    """Return the options as arguments for another command."""
    return [f"--{name}={options[name]}" for name in SIZE_OPTIONS if options.get(name) is not None]


def parse_count(text: str) -> int:
    """Parse a non-negative integer."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number
