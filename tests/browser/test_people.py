"""A table of people brought in, links made, and all of it taken back, as an administrator does it."""

from __future__ import annotations

import re

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

TABLE = """Name,E-mail,Unit,Parent unit,Role
Noor Aziz,noor@example.org,East,Harbour,Secretary
Chen Jing,,East,Harbour,clerk
Li Na,,Est,Harbour,
"""


def right(page) -> None:
    """Accessible, and no wider than the screen."""
    found = Axe().run(page)["violations"]
    assert [(v["id"], [n["html"][:100] for n in v["nodes"]]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("size", "dark"), [("phone", True), ("desk", False)])
def test_a_table_is_looked_at_brought_in_and_undone(open_page, live, size, dark):
    page = open_page("ada", size=size, dark=dark)
    page.goto("/people/imports")
    right(page)
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Look at it").click()
    expect(page.locator("#looked-at")).to_contain_text("There is no role “clerk”")
    right(page)
    expect(page.locator("#looked-at")).to_contain_text("Nothing can be brought in yet")
    page.get_by_label("clerk", exact=True).select_option("+")
    page.get_by_label("Which unit is meant by “Est”?").select_option(
        "it means Harbour / East, new in this table too"
    )
    page.get_by_role("button", name="Look again").click()
    expect(page.locator("#looked-at")).to_contain_text("3 new people")
    expect(page.locator("#looked-at")).to_contain_text("1 new unit")
    page.get_by_role("button", name="Bring it in").click()
    with page.expect_download() as made:
        page.get_by_role("button", name="Make the links").click()
    link = re.search(r"http\S+/join/[\w-]+", made.value.path().read_text("utf-8-sig"))
    assert link is not None
    right(page)

    guest = open_page(size=size)
    guest.goto(link[0])
    expect(guest.get_by_label("Your name")).to_have_value("Noor Aziz")
    guest.get_by_label("Password").fill("nine quiet lanterns")
    guest.get_by_role("button", name="Join").click()
    guest.wait_for_url("**/welcome/**")

    page.goto("/people?q=Noor")
    page.get_by_text("Change: Noor Aziz").click()
    expect(page.get_by_role("button", name="Let them keep the library")).to_be_visible()
    right(page)
    page.goto("/people/invitations")
    right(page)
    page.goto("/people/imports")
    page.get_by_role("link", name="people.csv").click()
    page.get_by_role("link", name="Undo this import").click()
    expect(page.locator("main")).to_contain_text("They stay members")
    right(page)
    page.get_by_role("button", name="Undo it").click()
    expect(page.get_by_text("Still members")).to_contain_text("“Noor Aziz”")
