from tenants.outbound import alerts as module
from tenants.outbound.alerts import WindowCounter, should_report


def test_counts_are_per_minute(monkeypatch):
    tally, now = WindowCounter(), [1000.0]
    monkeypatch.setattr(module, "monotonic", lambda: now[0])

    assert [tally.count("a"), tally.count("a"), tally.count("b")] == [1, 2, 1]

    now[0] += 61
    assert tally.count("a") == 1


def test_number_of_counts_is_limited(monkeypatch):
    monkeypatch.setattr(module, "MAX_KEYS", 3)
    tally = WindowCounter()

    assert [tally.count(n) for n in range(6)] == [1, 1, 1, 1, 2, 3]
    assert tally.count(0) == 2


def test_reports_become_rarer():
    assert [n for n in range(1, 100) if should_report(n)] == [1, 2, 4, 8, 16, 32, 64]
