"""What revoking everything would end, as far as it could be seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from console.subjects.apps import App, Told, Unchecked


@dataclass(frozen=True)
class Preview:
    """What all regions told, in numbers; what did not answer counts for nothing."""

    told: Sequence[Told]

    @cached_property
    def apps(self) -> list[App]:
        return [app for one in self.told for app in one.apps]

    @property
    def live(self) -> int:
        return sum(app.live for app in self.apps)

    @property
    def expired(self) -> int:
        return sum(app.expired for app in self.apps)

    @property
    def uncounted(self) -> int:
        """Apps whose tokens are not all known."""
        return sum(not app.is_known for app in self.apps)

    @property
    def granted(self) -> int:
        """Apps of which granted scopes are remembered."""
        return sum(app.granted is not None for app in self.apps)

    @property
    def services(self) -> int:
        return sum(len(one.places) for one in self.told)

    @cached_property
    def down(self) -> list[Told]:
        """Regions whose services are not known, or not all."""
        return [one for one in self.told if one.error]

    @cached_property
    def unchecked(self) -> list[Unchecked]:
        """Services that did not answer, but for those of a region that told nothing."""
        return [found for one in self.told if one.answered for found in one.unchecked]

    @property
    def is_whole(self) -> bool:
        return not self.down and not self.unchecked
