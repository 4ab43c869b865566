"""Print measurements: two figures and their ratio."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """``ours`` divided by ``theirs``, in the same unit."""

    what: str
    ours: float
    theirs: float
    unit: str = "ms"
    goal: str = ""  # such as "<= 1.3x"; see docs/performance.md
    note: str = ""

    def __str__(self) -> str:
        ratio = self.ours / self.theirs if self.theirs else float("nan")
        line = (
            f"{self.what:<52} {self.ours:9.2f} /{self.theirs:9.2f} {self.unit:<4}"
            f"{ratio:7.2f}x  {self.goal:<8}"
        )
        return f"{line} {self.note}".rstrip()


def print_lines(*lines: object) -> None:
    for line in lines:
        print(line, flush=True)
