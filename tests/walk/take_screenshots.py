"""Take the pictures of “From file to goal”: ``python -m tests.walk.take_screenshots docs/img``.

A small company's files are imported into an empty workspace, which is served for that.
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import ARGUMENTS, program
from tests.server.take_screenshots import PIXELS, png_with_palette

from .people import Somebody
from .test_first_goal import MEANT, as_csv, served

#: Name of the language, width and height of the window.
SIZES = ((1440, 1000), (390, 844))
LANGUAGES = ("de", "en")


def take(browser: Browser, page: Page, address: str, name: str, folder: Path) -> None:
    """The shown page in both languages and widths."""
    for language in LANGUAGES:
        page.context.add_cookies([{"name": "language", "value": language, "url": address}])
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.reload()
            page.wait_for_load_state("networkidle")
            picture = base64.b64encode(page.screenshot()).decode()
            pixels = base64.b64decode(browser.new_page().evaluate(PIXELS, picture))
            shape = np.frombuffer(pixels, np.uint8).reshape(height, width, 4)[:, :, :3]
            (folder / f"{name}-{language}-{width}.png").write_bytes(png_with_palette(shape))
    page.context.add_cookies([{"name": "language", "value": "de", "url": address}])
    page.reload()


def main(folder: Path) -> None:
    with TemporaryDirectory() as place, served(Path(place)) as site, sync_playwright() as playwright:
        exports = Path(place) / "exports"
        exports.mkdir()
        browser = playwright.chromium.launch(executable_path=program(), args=ARGUMENTS)
        ada = Somebody(site.address, browser, "ada@example.org")
        page = ada.page
        ada.welcome(site.welcome, "Ada Nordlicht")
        page.goto(f"{site.address}/data/import")
        take(browser, page, site.address, "import", folder)
        page.set_input_files("#files", [str(path) for path in as_csv(exports)])
        page.locator("form.drop button").click()
        page.locator("form.import").wait_for()
        take(browser, page, site.address, "import-questions", folder)
        for question in page.locator("fieldset.question").all():
            asked = question.locator("legend").inner_text()
            meaning = next(answer for words, answer in MEANT.items() if words in asked)
            question.locator("label", has_text=meaning).click()
        page.locator("button[value=check]").click()
        page.locator("button[value=take]").wait_for()
        take(browser, page, site.address, "import-account", folder)
        page.locator("button[value=take]").click()
        page.locator("#kpis").wait_for()
        take(browser, page, site.address, "import-done", folder)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
