"""A member takes everything along and leaves; an administrator reads the log."""

from __future__ import annotations

import zipfile

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect


def violations(page) -> list[str]:
    return [found["id"] for found in Axe().run(page)["violations"]]


def test_a_member_takes_everything_along_and_leaves(open_page, tmp_path):
    page = open_page("maria", size="phone", dark=True)
    page.goto("/notes/new")
    page.locator("#title").fill("A quiet evening")
    page.locator("#body").fill("Nobody spoke until I asked.")
    expect(page.locator("main")).to_contain_text("Saved")
    page.goto("/me")
    page.get_by_role("link", name="Everything of mine").click()
    assert violations(page) == []
    with page.expect_download() as coming:
        page.get_by_role("button", name="Take everything along").click()
    packed = tmp_path / "mine.zip"
    coming.value.save_as(packed)
    with zipfile.ZipFile(packed) as files:
        assert any("Nobody spoke" in files.read(n).decode() for n in files.namelist())

    page.locator("#package").set_input_files(packed)
    page.get_by_role("button", name="Bring it back").click()
    page.get_by_text("Nothing new").wait_for()
    assert violations(page) == []

    page.get_by_role("link", name="Leave, and delete my account").click()
    page.get_by_text("1 note", exact=True).wait_for()
    assert violations(page) == []
    page.locator("#password").fill("not this one")
    page.get_by_role("button", name="Delete my account now").click()
    page.get_by_text("The password is not right. Nothing was changed.").wait_for()
    page.locator("#password").fill("correct horse battery")
    page.get_by_role("button", name="Delete my account now").click()
    page.wait_for_url("**/login")
    page.get_by_text("Your account is deleted").wait_for()

    admin = open_page("ada")
    admin.goto("/audit")
    admin.get_by_text("signed in.").first.wait_for()  # one's own, however few came that day
    assert violations(admin) == []
    admin.locator("#what").select_option("sign_in")
    admin.locator(".audit__filters button").click()
    admin.get_by_text("signed in.").first.wait_for()
    with admin.expect_download() as coming:
        admin.locator(".audit__export button").click()
    assert "sign_in.done" in coming.value.path().read_text("utf-8")
