import json
import logging

from tenants.outbound.alerts import alert


def test_alert_is_one_json_line(caplog):
    alert("audit.unwritten", level=logging.ERROR, error="Disk\nfull")

    (record,) = caplog.records
    assert (record.name, record.levelname) == ("meridian.alert", "ERROR")
    assert "\n" not in record.getMessage()
    fields = {"event": "audit.unwritten", "error": "Disk\nfull", "times": 1}
    assert json.loads(record.getMessage()) == record.alert == fields


def test_repeated_alerts_become_rarer(caplog):
    for _ in range(100):
        alert("breaker.open", region="us")
    alert("breaker.open", region="jp")

    assert [record.alert["times"] for record in caplog.records] == [1, 2, 4, 8, 16, 32, 64, 1]
