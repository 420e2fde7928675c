"""R08: the page shows the scenario it was given, and Start again keeps what was set."""

from __future__ import annotations

from tests.web.serving import SMALL_OPTIONS, browser, needs_browser, open_page, outcome_cells, printed, run, server

pytestmark = needs_browser

OWN = """extends: china-2020
title: Pool of 50 million
population:
  enterprises: 300
calendar:
  weeks: 20
programme:
  envelope_yuan: 50000000.0
"""
LEVER = "[data-lever='programme.decision_days'] input[type=text]"


def test_the_given_scenario_is_shown_and_start_again_keeps_the_levers(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text(OWN, encoding="utf-8")
    with server(str(own)) as (address, _), browser() as opened:
        page = open_page(opened, f"{address}?seeds=2")
        assert page.locator("[data-lever='programme.envelope_yuan'] input[type=text]").input_value() == "50000000"
        run(page)
        shown = [" ".join(cell for cell in row if cell) for row in outcome_cells(page)]
        told = printed(tmp_path, str(own), *SMALL_OPTIONS[-2:])
        assert len(shown) > 20
        assert [row for row in shown if row not in told] == []

        page.click("text=Live")
        page.click("button:has-text('Start')")
        page.wait_for_selector("[data-week='0'][data-settings='']")
        page.locator(LEVER).first.fill("9")
        page.locator(LEVER).first.press("Enter")
        page.wait_for_selector("text=The settings have been changed since")
        for _ in range(2):
            page.click("button:has-text('Start again')")
            page.wait_for_selector("[data-week='0'][data-settings='programme.decision_days=9']")
            assert page.locator(LEVER).first.input_value() == "9"
            assert page.locator("text=The settings have been changed since").count() == 0
            page.click("button:has-text('One week')")
            page.wait_for_selector("[data-week='1'][data-settings='programme.decision_days=9']")
