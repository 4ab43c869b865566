"""The geometry and texts of charts."""

from datetime import date, timedelta

import pytest

from console.charts import Chart, ChartPoint, ChartSeries, day_points, make_bars, round_up


def make_chart(*values, **more):
    points = [ChartPoint(f"day {index}") for index in range(len(values[0]))]
    series = [ChartSeries(f"series {index}", "", row) for index, row in enumerate(values)]
    return Chart("chart", "Title", points, series, **more)


def test_columns_are_stacked_from_the_bottom():
    first, second = make_chart([2, 10], [2, 0]).columns

    assert [(part.y, part.height) for part in first.segments] == [("80", "20"), ("60", "20")]
    assert [(part.y, part.height) for part in second.segments] == [("0", "100")]
    assert (first.x, first.width, first.segments[0].x, first.segments[0].width) == (
        *("0", "50"),
        *("5", "40"),
    )


def test_small_values_beside_large_ones_are_visible():
    first, _second = make_chart([1, 10_000]).columns

    assert first.segments[0].height == "1.5"


def test_column_of_small_parts_stays_within_the_chart():
    (column,) = make_chart([9_999], [1], [1]).columns

    assert float(column.segments[-1].y) >= 0


def test_column_says_its_values():
    chart = make_chart([1_200, 0], [3, 0])

    assert [column.title for column in chart.columns] == [
        "day 0: series 0 1,200, series 1 3",
        "day 1: 0",
    ]


def test_line_leaves_out_unknown_values():
    chart = make_chart([0, None, 50, 100], unit="%", maximum=100, is_line=True)

    assert chart.lines == [("", "12.5,100 62.5,50 87.5,0", "87.5,0")]
    assert not any(column.segments for column in chart.columns)
    assert [values for _point, values in chart.rows] == [["100%"], ["50%"], ["–"], ["0%"]]


def test_chart_of_zeros_has_no_values():
    assert not make_chart([0, None]).has_values


@pytest.mark.parametrize(
    ("value", "expected"), [(0, 1), (1, 1), (3, 4), (7, 10), (10, 10), (11, 20), (450, 500)]
)
def test_axis_ends_at_a_round_value(value, expected):
    assert round_up(value) == expected


def test_ticks_are_whole_numbers():
    assert make_chart([5]).ticks == ["5", "0"]
    assert make_chart([4]).ticks == ["4", "2", "0"]


def test_axis_names_three_of_many_days():
    days = [date(2026, 11, 4) + timedelta(days=number) for number in range(30)]

    chart = Chart("chart", "Title", day_points(days), [ChartSeries("", "", [1] * 30)])

    assert chart.axis_labels == ["4 Nov", "19 Nov", "3 Dec"]
    assert not chart.labels_each_point


def test_longest_bar_takes_the_whole_width():
    bars = make_bars([("a", 30, "/a"), ("b", 10, ""), ("c", None, "")])

    assert [bar.share for bar in bars] == ["100", "33.3333", "0"]
    assert [bar.text for bar in bars] == ["30", "10", "–"]


def test_bars_of_percentages_are_as_long_as_their_value():
    bars = make_bars([("US", 1.0, ""), ("EU", 50.0, "")], whole=100)

    assert [bar.share for bar in bars] == ["1", "50"]
