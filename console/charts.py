"""Charts as SVG without scripts: columns, lines and bars.

Each has a title for screen readers and a table with the same numbers. Coordinates are percentages,
so that a chart fits any width; all text is HTML beside it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.templatetags.text import grouped

COLUMN_SHARE = 0.8  # of the width that a column takes; the rest is a gap
NICE_STEPS = (1, 2, 4, 5, 10)
DAY_LABEL = _("Day")
MIN_SEGMENT_HEIGHT = 1.5  # percent, so that a single rejection is visible beside thousands


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """A place on the horizontal axis, such as a day."""

    label: str
    axis_label: str = ""
    path: str = ""  # of the list behind it


@dataclass(frozen=True, slots=True)
class ChartSeries:
    """Values with one meaning, one per point; None where unknown."""

    label: str | Promise
    style: str  # CSS class of its colour
    values: Sequence[float | None]
    path: str = ""  # of the list behind it
    shows_last: bool = False  # the legend has the last value instead of the sum

    @property
    def legend_value(self) -> str:
        if self.shows_last:
            return grouped(self.values[-1])
        return grouped(sum(value or 0 for value in self.values))


@dataclass(frozen=True, slots=True)
class ChartSegment:
    """A rectangle of one series in a column, in percent of the drawing area."""

    style: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class ChartColumn:
    """The segments of one point, and its text for the mouse."""

    title: str
    x: str
    width: str
    segments: Sequence[ChartSegment]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart over points, and what its template draws."""

    id: str
    title: str | Promise
    points: Sequence[ChartPoint]
    series: Sequence[ChartSeries]
    unit: str = ""  # follows each value
    point_label: str | Promise = DAY_LABEL
    maximum: float = 0  # of the vertical axis; 0: by the values
    is_line: bool = False

    @property
    def has_values(self) -> bool:
        return any(value for series in self.series for value in series.values)

    @property
    def has_legend(self) -> bool:
        return len(self.series) > 1

    @property
    def top(self) -> float:
        """The value at the top of the vertical axis."""
        if self.maximum:
            return self.maximum
        return round_up(max(map(self._total, range(len(self.points))), default=0))

    @property
    def ticks(self) -> list[str]:
        """The labels of the vertical axis, from top to bottom."""
        middle = self.top / 2
        halves = [self._format(middle)] if middle == int(middle) else []
        return [self._format(self.top), *halves, self._format(0)]

    @property
    def axis_labels(self) -> list[str]:
        return [point.axis_label for point in self.points if point.axis_label]

    @property
    def labels_each_point(self) -> bool:
        return len(self.axis_labels) == len(self.points)

    @property
    def columns(self) -> Iterator[ChartColumn]:
        """The columns of stacked segments, the first series at the bottom."""
        step = 100 / max(len(self.points), 1)
        width = step * COLUMN_SHARE
        for index, point in enumerate(self.points):
            x, bottom, segments = index * step + (step - width) / 2, 100.0, []
            for series in self.series:
                if not (value := series.values[index]) or self.is_line:
                    continue
                height = max(value * 100 / self.top, MIN_SEGMENT_HEIGHT)
                bottom -= height
                segments.append(
                    ChartSegment(series.style, _r(x), _r(bottom), _r(width), _r(height))
                )
            yield ChartColumn(self._describe(index, point), _r(index * step), _r(step), segments)

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        """The style, points and last point of each line; a gap where a value is unknown."""
        if not self.is_line:
            return []
        step = 100 / max(len(self.points), 1)
        lines = []
        for series in self.series:
            places = [
                f"{_r(index * step + step / 2)},{_r(100 - value * 100 / self.top)}"
                for index, value in enumerate(series.values)
                if value is not None
            ]
            if places:
                lines.append((series.style, " ".join(places), places[-1]))
        return lines

    @property
    def rows(self) -> Iterator[tuple[ChartPoint, list[str]]]:
        """The rows of the table, the last point first."""
        for index in reversed(range(len(self.points))):
            yield self.points[index], [self._format(one.values[index]) for one in self.series]

    def _total(self, index: int) -> float:
        return sum(series.values[index] or 0 for series in self.series)

    def _format(self, value: float | None) -> str:
        return "–" if value is None else f"{grouped(round(value))}{self.unit}"

    def _describe(self, index: int, point: ChartPoint) -> str:
        values = [(one.label, one.values[index]) for one in self.series]
        if len(values) == 1:
            return f"{point.label}: {self._format(values[0][1])}"
        parts = [f"{label} {self._format(value)}" for label, value in values if value]
        return f"{point.label}: {', '.join(parts) or '0'}"


@dataclass(frozen=True, slots=True)
class Bar:
    """A labelled horizontal bar."""

    label: str
    value: float | None
    share: str  # percent of the whole width
    path: str = ""  # of the list behind it

    @property
    def text(self) -> str:
        return grouped(self.value)


def make_bars(rows: Sequence[tuple[str, float | None, str]], whole: float = 0) -> list[Bar]:
    """Return bars of label, value and path; the width stands for ``whole`` or the largest value."""
    longest = whole or max((value or 0 for _label, value, _path in rows), default=0) or 1
    return [
        Bar(label, value, _r((value or 0) * 100 / longest), path) for label, value, path in rows
    ]


def round_up(value: float) -> float:
    """Return the next value that suits the end of an axis: 1, 2, 4, 5, 10, 20 and so on."""
    magnitude = 1
    while magnitude * 10 < value:
        magnitude *= 10
    return next(step * magnitude for step in NICE_STEPS if step * magnitude >= value)


def day_points(days: Sequence[date], paths: Sequence[str] = ()) -> list[ChartPoint]:
    """Return a point per day; the axis names the first, the middle and the last one."""
    named = {0, len(days) // 2, len(days) - 1}
    return [
        ChartPoint(
            date_format(day, "j M Y"),
            date_format(day, "j M") if index in named else "",
            paths[index] if paths else "",
        )
        for index, day in enumerate(days)
    ]


def _r(value: float) -> str:
    """Format a coordinate, independent of the reader's language."""
    return f"{value:.6g}"
