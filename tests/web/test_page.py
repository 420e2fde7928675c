"""Both pages in a real browser: offline, the command line's numbers, cancel, sessions apart, one run at a time."""

from __future__ import annotations

import re
import socket
import subprocess
import zipfile

import pytest

from tests.web.serving import (
    SMALL,
    SMALL_OPTIONS,
    browser,
    children,
    cookie_of,
    needs_browser,
    open_page,
    outcome_cells,
    port_of,
    printed,
    run,
    server,
    wait_until,
)

pytestmark = needs_browser
LONG = "?population.enterprises=100000&seeds=200"


@pytest.fixture(scope="module")
def elsewhere():
    """A proxy that every request to another machine would go to."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


@pytest.fixture(scope="module")
def served(elsewhere):
    proxy = f"http://127.0.0.1:{elsewhere.getsockname()[1]}"
    with server("china-2020", HOST="0.0.0.0", HTTP_PROXY=proxy, HTTPS_PROXY=proxy, https_proxy=proxy) as (address, pid):
        yield address, pid


@pytest.fixture(scope="module")
def opened():
    with browser() as chromium:
        yield chromium


@pytest.fixture
def visit(served, opened):
    """Opens pages as new visitors, and closes them."""
    pages = []

    def opening(rest="", **options):
        pages.append(open_page(opened, served[0] + rest, **options))
        return pages[-1]

    yield opening
    for page in pages:
        page.context.close()


def lever(page, path):
    return page.locator(f"[data-lever='{path}'] input[type=text]").first


@pytest.mark.parametrize("width", [1280, 390])
def test_both_pages_load_offline_and_fit(visit, width):
    page = visit(viewport={"width": width, "height": 900})
    page.click("text=Live")
    page.click("button:has-text('Start')")
    page.wait_for_selector("[data-week='0'] [data-enterprise]")
    assert page.trouble == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_changed_lever_gives_the_numbers_of_the_command_line(visit, tmp_path):
    page = visit("?" + SMALL)
    lever(page, "programme.decision_days").fill("30")
    lever(page, "programme.decision_days").press("Enter")
    page.wait_for_selector("text=programme.decision_days=30")
    run(page)
    shown = [" ".join(cell for cell in row if cell) for row in outcome_cells(page)]
    told = printed(tmp_path, "china-2020", *SMALL_OPTIONS, "--set", "programme.decision_days=30")
    assert len(shown) > 20
    assert [row for row in shown if row not in told] == []
    assert len(page.locator(".tide-card").all()) == 4
    assert len(page.locator("[data-figure] svg").all()) == 4
    assert page.trouble == []


def test_results_and_report_can_be_downloaded(visit, tmp_path):
    page = visit("?" + SMALL)
    run(page)
    with page.expect_download() as waiting:
        page.click("text=download results")
    waiting.value.save_as(tmp_path / "results.zip")
    names = zipfile.ZipFile(tmp_path / "results.zip").namelist()
    assert {"compare-china-2020/summary.csv", "compare-china-2020/report.html"} <= set(names)
    with page.expect_download() as waiting:
        page.click("text=download report")
    waiting.value.save_as(tmp_path / "report.html")
    assert "<svg" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_cancel_ends_the_process(visit, served):
    page = visit(LONG)
    before = children(served[1])
    page.click("button.tide-run")
    page.wait_for_selector("[data-answer='first']")
    assert children(served[1]) - before
    page.click("button.tide-cancel")
    page.wait_for_selector("[data-running='false'] >> text=cancelled")
    assert wait_until(lambda: not children(served[1]) - before)


def test_a_closed_page_ends_its_run(visit, served):
    page = visit(LONG)
    before = children(served[1])
    page.click("button.tide-run")
    page.wait_for_selector("[data-running='true']")
    assert wait_until(lambda: children(served[1]) - before)
    page.close(run_before_unload=True)
    assert wait_until(lambda: not children(served[1]) - before)


def test_fifty_quick_clicks_start_one_run(visit, served):
    page = visit(LONG)
    before = children(served[1])
    page.evaluate("for (let i = 0; i < 50; i++) document.querySelector('button.tide-run').click()")
    page.wait_for_selector("[data-run='1'][data-running='true']")
    page.wait_for_selector("[data-answer='first']")
    assert len(children(served[1]) - before) == 1
    assert page.locator("[data-run]").get_attribute("data-run") == "1"
    page.click("button.tide-cancel")
    page.wait_for_selector("[data-run='1'][data-running='false']")


def test_two_visitors_have_their_own_levers(visit):
    first, second = visit(), visit()
    lever(first, "programme.decision_days").fill("11")
    lever(first, "programme.decision_days").press("Enter")
    first.wait_for_selector("text=programme.decision_days=11")
    lever(second, "programme.payout_days").fill("22")
    lever(second, "programme.payout_days").press("Enter")
    second.wait_for_selector("text=programme.payout_days=22")
    assert lever(first, "programme.payout_days").input_value() == "1"
    assert lever(second, "programme.decision_days").input_value() == "0"


def test_what_a_scenario_refuses_is_said_and_not_taken(visit):
    page = visit()
    lever(page, "programme.decision_days").fill("-1")
    lever(page, "programme.decision_days").press("Enter")
    page.wait_for_selector("[data-lever='programme.decision_days'] .tide-problem")
    assert page.locator("text=changed: none").count() == 1


@pytest.mark.parametrize("query", ["scenario=/etc/passwd", "scenario=nowhere", "programme.decision_dais=3", "seeds=0"])
def test_a_bad_link_is_refused_in_words(visit, query):
    page = visit(f"?{query}")
    page.wait_for_selector(".tide-problem")
    assert page.locator("text=changed: none").count() == 1


def test_an_enterprise_tells_its_story_in_both_arms(visit):
    page = visit()
    page.click("text=Live")
    page.click("button:has-text('Start')")
    for week in (4, 8, 12):
        page.click("button:has-text('Four weeks')")
        page.wait_for_selector(f"[data-week='{week}']")
    page.locator("[data-enterprise].tide-state-3").last.click()
    page.wait_for_function(
        "document.querySelector('table[data-table=story-without]').innerText.includes('for lack of money')"
    )
    text = page.locator("[data-story]").inner_text()
    assert re.search(r"closed\s+2020-\d\d-\d\d, for lack of money", text)
    for word in ("earned", "owed", "with the programme", "without the programme"):
        assert word in text
    assert page.locator("table[data-table=queues-with] tr").count() > 5
    assert "网商银行" in page.locator("table[data-table=queues-with]").inner_text()
    assert page.trouble == []


def test_only_this_machine_can_reach_it(served):
    """With HOST=0.0.0.0 in the environment of the server."""
    port = port_of(served[0])
    listening = subprocess.run(["ss", "-ltnH"], capture_output=True, text=True, check=True).stdout
    bound = [line.split()[3] for line in listening.splitlines() if line.split()[3].endswith(f":{port}")]
    assert bound == [f"127.0.0.1:{port}"]


def answer_to(address, *headers):
    """The first line that the server answers to raw headers."""
    with socket.create_connection(("127.0.0.1", port_of(address)), timeout=30) as connection:
        connection.sendall("\r\n".join([*headers, "", ""]).encode())
        return connection.recv(4096).decode("latin-1").splitlines()[0]


UPGRADE = (
    "GET /jupyter/api/kernels/one/channels?session_id=two HTTP/1.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)


def test_foreign_hosts_and_origins_get_no_answer(served):
    address = served[0]
    own, cookie = f"127.0.0.1:{port_of(address)}", f"Cookie: {cookie_of(address)}"
    plain = ("GET / HTTP/1.1", "Connection: close", cookie)
    upgrade = (*UPGRADE, cookie)
    assert " 403 " in answer_to(address, *plain[:-1], f"Host: {own}")
    assert " 403 " in answer_to(address, *UPGRADE, f"Host: {own}", f"Origin: http://{own}")
    assert " 200 " in answer_to(address, *plain, f"Host: {own}")
    assert " 403 " in answer_to(address, *plain, "Host: evil.example")
    assert " 403 " in answer_to(address, *plain, f"Host: {own}", "Origin: http://evil.example")
    assert " 101 " in answer_to(address, *upgrade, f"Host: {own}", f"Origin: http://{own}")
    assert " 403 " in answer_to(address, *upgrade, f"Host: {own}", "Origin: http://evil.example")
    assert " 403 " in answer_to(address, *upgrade, "Host: evil.example", "Origin: http://evil.example")


def test_the_server_asks_nobody_else(visit, elsewhere):
    """Nor for a library that is not there: that is a plain 404."""
    page = visit()
    page.trouble.clear()
    missing = page.evaluate("fetch('/_solara/cdn/not-there@1.0.0/index.js').then(answer => answer.status)")
    assert missing == 404
    with pytest.raises(BlockingIOError):
        elsewhere.accept()
