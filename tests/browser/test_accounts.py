"""Signing in and the first visit, in a real browser."""

from __future__ import annotations

from playwright.sync_api import expect


def test_a_member_signs_in_changes_language_and_paper_and_signs_out(open_page):
    page = open_page("maria")
    expect(page.get_by_role("heading", level=1)).to_have_text("For you today")
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    page.locator(".menu > summary").click()
    page.locator('button[name="paper"][value="dark"]').click()
    expect(page.locator("html")).to_have_attribute("data-paper", "dark")
    page.locator(".menu > summary").click()
    page.locator(".menu__out").click()
    page.wait_for_url("**/login*")


def test_a_wrong_password_is_told_plainly(open_page, live):
    page = open_page()
    page.goto("/login")
    page.locator("#email").fill(live.emails["maria"])
    page.locator("#password").fill("not the password")
    page.locator("main form button").click()
    expect(page.locator("main")).to_contain_text("is not right")
