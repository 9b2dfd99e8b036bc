"""The Scenario page in a real browser: a bad and a good file, a number typed over and solved again."""

from __future__ import annotations

import pytest

from apps import answered, app_server, assert_quiet, box_in_sight, eventually, opened, rest
from optimizer.files.gallery import path_of

#: The column of values in the table of assumptions: of, number, value.
VALUE = 2
EVIL = "<img src=x onerror=alert(1)>"
TEXT = path_of("black-friday-exercise").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with app_server(
        answered(tmp_path_factory.mktemp("store") / "runs.sqlite", "black-friday-exercise")
    ) as found:
        yield found


def scenario_page(chromium, address, part="", **settings):
    page, watch = opened(chromium, address, **settings)
    page.get_by_role("link", name="Scenario").click()
    page.get_by_role("tab", name="Assumptions").wait_for()
    rest(page)
    if part:
        page.get_by_role("tab", name=part, exact=True).click()
        rest(page)
    return page, watch


def words(page):
    return page.get_by_test_id("stMain").inner_text()


def find(page, text):
    page.get_by_role("textbox", name="Find").fill(text)
    page.keyboard.press("Enter")
    rest(page)


def type_value(page, row, text, awaited):
    """Types over the value of a row of the assumptions until the page says what must follow from it.

    A busy browser can lose what is typed before the cell's editor is there: then it is typed again.
    """
    for _ in range(6):
        type_once(page, row, text)
        if eventually(page, lambda: page.get_by_text(awaited).count() > 0, seconds=4.0):
            return
    pytest.fail(f"{awaited!r} did not follow from typing {text!r}")


def type_once(page, row, text):
    """Types over the value of a row of the assumptions, which stand below all other tables.

    Cells are painted: the first of the row is hit by its place, the others are reached by the keyboard.
    """
    table = page.get_by_test_id("stDataFrame").last
    table.locator(f"#glide-cell-{VALUE}-{row}").wait_for(state="attached")
    box_in_sight(page, table)
    page.wait_for_timeout(300)
    box = box_in_sight(page, table)
    page.mouse.click(box["x"] + 20, box["y"] + 35 * (row + 1) + 18)
    for key in (*["ArrowRight"] * VALUE, "Enter", "Control+a"):
        page.wait_for_timeout(150)
        page.keyboard.press(key)
    page.keyboard.type(text, delay=30)
    page.wait_for_timeout(300)  # the cell's editor takes the text over with the next frame
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    rest(page)


def test_a_number_is_typed_over_refused_mended_and_solved_again(chromium, address):
    page, watch = scenario_page(chromium, address)
    find(page, "platform.service_ms work")
    page.get_by_text("1 number", exact=True).wait_for()
    type_value(page, 0, "fast", "1 thing to fix in your edits")
    assert page.get_by_role("button", name="Solve again").is_disabled()
    type_value(page, 0, "120", "1 assumption differs from the file. The front belongs to the old values.")
    assert eventually(page, lambda: page.get_by_text("to fix in your edits").count() == 0)
    again = page.get_by_role("button", name="Solve again")
    # For a moment the disabled button of the run before still stands beside the new one.
    assert eventually(page, lambda: again.count() == 1 and again.is_enabled())
    again.click()
    assert eventually(page, lambda: "run=" in page.url and "scenario=" not in page.url)
    rest(page)
    assert eventually(page, lambda: "differs from the file" not in words(page))
    link = page.url
    page.get_by_role("tab", name="Text", exact=True).click()
    rest(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download as YAML").click()
    taken = waiting.value.path().read_text(encoding="utf-8")
    assert taken == TEXT.replace("service_ms: 140", "service_ms: 120")
    assert_quiet(watch, address)
    colleague, other = opened(chromium, address, link[len(address) :].replace("/scenario", "/"))
    assert "designs kept" in words(colleague)
    assert colleague.url.rpartition("run=")[2] == link.rpartition("run=")[2]
    assert_quiet(other, address)


def test_edits_are_undone(chromium, address):
    page, watch = scenario_page(chromium, address)
    find(page, "platform.service_ms work")
    type_value(page, 0, "120", "1 assumption differs from the file.")
    page.get_by_role("button", name="Undo edits").click()
    assert eventually(page, lambda: "differs from the file" not in words(page))
    rest(page)
    page.wait_for_timeout(500)
    type_value(page, 0, "110", "1 assumption differs from the file.")
    page.get_by_text("What differs (1)").click()
    page.get_by_text("components.platform.service_ms: 140 → 110").wait_for()
    assert_quiet(watch, address)


def test_nothing_is_wider_than_a_phone(chromium, address):
    page, watch = scenario_page(chromium, address, color_scheme="dark")
    page.set_viewport_size({"width": 400, "height": 900})
    for part in ("Load", "Wishes and limits", "Decisions", "Solve", "Text", "Bring your own", "Assumptions"):
        page.get_by_role("tab", name=part, exact=True).click()
        rest(page)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 400, part
    assert_quiet(watch, address)


def test_a_bad_file_then_a_good_one(chromium, address):
    page, watch = scenario_page(chromium, address, "Bring your own")
    bad = TEXT.replace("service_ms: 140", "service_ms: fast").replace("replicas: 20", "replica: 20")
    page.set_input_files(
        "input[type=file]", {"name": "mine.yaml", "mimeType": "application/yaml", "buffer": bad.encode()}
    )
    page.get_by_text("2 things to fix in mine.yaml").wait_for()
    rest(page)
    assert "scenario=black-friday-exercise" in page.url
    assert page.get_by_role("textbox", name="Or its text").input_value() == bad, "nothing is lost"
    good = TEXT.replace("The Black Friday optimization challenge", f'"{EVIL}"')
    page.set_input_files(
        "input[type=file]", {"name": "mine.yaml", "mimeType": "application/yaml", "buffer": good.encode()}
    )
    page.get_by_role("heading", name=EVIL).wait_for()
    rest(page)
    assert "scenario=black-friday-exercise" not in page.url
    assert page.get_by_role("combobox", name="Scenario").input_value() == "My own: mine.yaml"
    assert page.locator("img[src=x]").count() == 0
    assert_quiet(watch, address)


def test_a_file_of_50_mb_is_refused_in_place(chromium, address):
    page, watch = scenario_page(chromium, address, "Bring your own")
    page.set_input_files(
        "input[type=file]",
        {"name": "huge.yaml", "mimeType": "application/yaml", "buffer": b"x" * 6_000_000},
    )
    assert eventually(page, lambda: "must be" in words(page) or "MB or smaller" in words(page))
    assert "scenario=black-friday-exercise" in page.url
    assert_quiet(watch, address)
