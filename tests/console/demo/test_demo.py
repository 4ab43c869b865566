"""The demo from its start to its end."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

from tests.console.demo.running import ROOT, SECONDS, running

pytestmark = pytest.mark.slow


def browsing(demo):
    return httpx.Client(base_url=f"http://127.0.0.1:{demo.port}", timeout=SECONDS)


def sign_in(browser, account):
    form = browser.get("/accounts/login/")
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
    return browser.post(
        "/accounts/login/",
        data={
            "csrfmiddlewaretoken": token,
            "login": account["email"],
            "password": account["password"],
        },
        headers={"Referer": str(form.url)},
    )


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A demo that began from nothing and was ended; a copy of its data is ``kept``."""
    data = tmp_path_factory.mktemp("first") / "demo"
    with running(data) as first:
        first.said, first.gave = first.welcome(), first.accounts()
        first.process.send_signal(signal.SIGINT)
        first.ending = first.process.stdout.read()
        first.process.wait(SECONDS)
        first.left = first.listening()
    first.kept = shutil.copytree(data, tmp_path_factory.mktemp("kept") / "demo")
    return first


@pytest.fixture(scope="module")
def demo(first):
    """The same, started again."""
    with running(first.data) as demo:
        demo.welcome()
        yield demo
    assert demo.process.returncode == 0


@pytest.fixture
def another(first, tmp_path):
    """One of its own for a test that breaks it."""
    with running(shutil.copytree(first.kept, tmp_path / "demo")) as another:
        another.welcome()
        yield another


def test_url_and_accounts_are_printed(first):
    assert f"http://localhost:{first.port}/" in first.said
    assert [line["role"] for line in first.gave] == [
        "admin",
        "editor",
        "help desk",
        "auditor",
        "viewer",
    ]
    for line in first.gave:
        assert re.search(
            rf"{line['role']} +{re.escape(line['email'])} +{line['password']}\n", first.said
        )


def test_interrupt_ends_all_processes(first):
    assert "Stopped." in first.ending
    assert first.process.returncode == 0
    assert first.left == []
    assert os.listdir(first.data.parent) == ["demo"]


def test_second_start_has_the_same_accounts(first, demo):
    assert demo.accounts() == first.gave


def test_every_account_signs_in_with_its_password(demo):
    for account in demo.accounts():
        with browsing(demo) as browser:
            answer = sign_in(browser, account)

        assert answer.status_code == 302, account["role"]
        assert "session" in browser.cookies


def test_services_of_all_regions_are_listed(demo):
    with browsing(demo) as browser:
        sign_in(browser, demo.accounts()[0])
        page = browser.get("/harbor/services/")

    assert page.status_code == 200
    for region in ("us", "jp", "eu", "br"):
        assert f'"/harbor/services/{region}/' in page.text


def test_story_is_seeded_once(demo):
    with browsing(demo) as browser:
        sign_in(browser, demo.accounts()[0])
        home = browser.get("/harbor/").text
        changes = browser.get("/harbor/audit/?ticket=CHG-2085").text
        rotations = browser.get("/harbor/clients/rotations/").text

    assert "1 call has an unknown outcome" in home
    assert "expired" in home
    assert "Nightly statements" in rotations
    assert re.findall("([0-9,]+) entr", changes) == ["1"]


def test_example_searches_of_the_docs_find_something(demo):
    syntax = (ROOT / "docs/reference/search-syntax.md").read_text()
    clients, audit = re.findall("in the demo:\n\n```text\n(.+?)\n```", syntax, re.DOTALL)
    examples = [("clients", query) for query in clients.splitlines()]
    examples += [("audit", query) for query in audit.splitlines()]
    with browsing(demo) as browser:
        sign_in(browser, demo.accounts()[0])
        browser.get("/harbor/clients/")  # syncs them
        pages = {
            query: browser.get(f"/harbor/{path}/", params={"q": query}, follow_redirects=True).text
            for path, query in examples
        }

    assert len(pages) == 6
    matches = {query: re.search('scope="row"|[1-9][0-9,]* entr', pages[query]) for query in pages}
    assert all(matches.values()), matches


def test_worker_is_running(demo):
    until = time.monotonic() + SECONDS
    with browsing(demo) as browser:
        while "worker: ok" not in browser.get("/readyz").text:
            assert time.monotonic() < until
            time.sleep(0.2)


def test_static_files_are_cached_and_same_origin(demo):
    with browsing(demo) as browser:
        page = browser.get("/accounts/login/")
        path = re.findall(r'href="(/static/[^"]+\.css)"', page.text)[0]
        style = browser.get(path)

    assert style.status_code == 200
    assert "immutable" in style.headers["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in style.headers


def test_secret_files_are_private(demo):
    assert demo.data.stat().st_mode & 0o077 == 0
    for name in ("keys", "accounts.json"):
        assert (demo.data / name).stat().st_mode & 0o077 == 0


def test_ports_listen_on_loopback_only(demo):
    for port in range(demo.port, demo.port + 6):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.2", port)) != 0


def test_used_port_is_named(demo, tmp_path):
    ports = [f"--port={demo.port}", f"--sandbox-port={demo.port + 1}"]
    for arguments, option in ((ports, "--port"), (ports[1:], "--sandbox-port")):
        second = subprocess.run(
            [sys.executable, "manage.py", "demo", f"--data={tmp_path}", *arguments],
            check=False,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )

        assert second.returncode == 1
        assert f"Choose another with {option}." in second.stderr
        assert "Traceback" not in second.stderr


def test_killed_demo_leaves_no_process(another):
    another.process.kill()

    assert another.ended()


def test_demo_ends_when_one_process_does(another):
    log = (another.data / "logs" / "console.log").read_text()
    (server,) = re.findall(r"Listening at: \S+ \((\d+)\)", log)
    os.kill(int(server), signal.SIGKILL)

    assert another.process.wait(SECONDS) == 1
    assert not another.listening()


def test_unusable_data_directory_is_reported_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    command = [sys.executable, "manage.py", "demo", f"--data={tmp_path}/file/demo"]
    result = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)

    assert result.returncode == 1
    assert (
        result.stderr == f"manage.py: --data {tmp_path}/file/demo can't be used: Not a directory\n"
    )
