"""Take the pictures of the documentation: ``python tests/server/take_screenshots.py ADDRESS FOLDER LOG-INS``.

ADDRESS is a running server that shows the demo workspace (``make demo``), FOLDER usually docs/img, LOG-INS
the file ``log-ins.txt`` of that workspace.
"""

from __future__ import annotations

import base64
import shutil
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, StorageState, sync_playwright

SENTENCE = {
    "de": "Innerhalb von drei Monaten wird der Vertrieb seinen Umsatz um 14 Prozent steigern",
    "en": "Within three months sales will increase its revenue by 14 percent",
}
#: Name, who looks, page, language, theme, width and height of the window. ``page > part``: the page behind
#: the first link of ``page`` whose address has ``part``.
PICTURES = (
    ("today-de-light", "sales-1", "/", "de", "light", 1280, 480),
    ("today-de-light-360", "sales-1", "/", "de", "light", 360, 780),
    ("company-de-light", "management", "/company", "de", "light", 1280, 900),
    ("company-en-light", "management", "/company", "en", "light", 1280, 900),
    ("team-en-dark", "team-lead", "/team/T-SUED", "en", "dark", 1280, 900),
    ("sentence-de-light", "management", f"/goals/new?say={SENTENCE['de']}", "de", "light", 1280, 980),
    ("sentence-en-light", "management", f"/goals/new?say={SENTENCE['en']}", "en", "light", 1280, 980),
    ("goal-de-light", "sales-1", "/ > /goal/", "de", "light", 1280, 1000),
    ("goal-en-light", "sales-1", "/ > /goal/", "en", "light", 1280, 1000),
    ("split-de-light", "management", "/goals?by=company > /goal/ > /split", "de", "light", 1280, 820),
    ("offers-de-light", "team-lead", "/offers", "de", "light", 1280, 680),
    ("offers-en-light", "team-lead", "/offers", "en", "light", 1280, 680),
    ("grid-de-light", "team-lead", "/goals", "de", "light", 1280, 760),
    ("funnel-de-light", "management", "/insight/funnel", "de", "light", 1280, 900),
    ("pipeline-en-light", "management", "/insight/pipeline", "en", "light", 1280, 900),
    ("start-en-light", "management", "/overview", "en", "light", 1440, 1000),
    ("kpi-de-light", "management", "/kpi/won_value", "de", "light", 1440, 1000),
    ("teams-en-light", "head-of-sales", "/kpi/won_value?by=team&grain=quarter", "en", "light", 1440, 900),
)
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]


#: The pixels of a picture, as the browser decodes them.
PIXELS = """async data => {
  const picture = new Image();
  picture.src = 'data:image/png;base64,' + data;
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
  canvas.drawImage(picture, 0, 0);
  const bytes = canvas.getImageData(0, 0, picture.width, picture.height).data;
  let text = '';
  for (let at = 0; at < bytes.length; at += 32768) {
    text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  }
  return btoa(text);
}"""


def png_with_palette(pixels: np.ndarray) -> bytes:
    """A PNG of 128 colours; every other pixel takes the nearest of them.

    A page has few colours, the others are the soft edges of its letters. So most places go to the colours
    most used, and the rest to those that would be missed most.
    """
    flat = pixels.reshape(-1, 3).astype(np.int32)
    keys = flat @ np.array([65536, 256, 1])
    found, place, counts = np.unique(keys, return_inverse=True, return_counts=True)
    colours = np.stack([found >> 16, (found >> 8) & 255, found & 255], axis=1)
    palette = colours[np.argsort(-counts)[:96]]
    distances = ((colours[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2)
    for _ in range(32):
        missed = colours[distances.min(axis=1).argmax()]
        palette = np.vstack([palette, missed])
        distances = np.hstack([distances, ((colours - missed) ** 2).sum(axis=1, keepdims=True)])
    indexes = distances.argmin(axis=1).astype(np.uint8)[place].reshape(pixels.shape[:2])
    rows = np.hstack([np.zeros((len(indexes), 1), np.uint8), indexes])  # 0: no filter

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    height, width = indexes.shape
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            chunk(b"PLTE", palette.astype(np.uint8).tobytes()),
            chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)),
            chunk(b"IEND", b""),
        ]
    )


def log_ins(file: Path) -> tuple[dict[str, str], str]:
    """E-mail addresses by name, and the password they share."""
    lines = [line.split() for line in file.read_text(encoding="utf-8").splitlines() if line]
    said = {line[0]: line[1] for line in lines}
    return said, said.pop("password")


def logged_in(browser: Browser, address: str, email: str, password: str) -> StorageState:
    """The cookies of somebody who logged in."""
    context = browser.new_context()
    tab = context.new_page()
    tab.goto(f"{address}/account/login/")
    tab.fill("[name=login]", email)
    tab.fill("[name=password]", password)
    tab.locator("main form button[type=submit]").first.click()
    tab.wait_for_url(f"{address}/")
    cookies = context.storage_state()
    context.close()
    return cookies


def main(address: str, folder: Path, file: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    emails, password = log_ins(file)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        known: dict[str, StorageState] = {}
        for name, who, page, language, theme, width, height in PICTURES:
            if who not in known:
                known[who] = logged_in(browser, address, emails[who], password)
            context = browser.new_context(
                viewport={"width": width, "height": height}, storage_state=known[who]
            )
            context.add_cookies(
                [
                    {"name": "language", "value": language, "url": address},
                    {"name": "theme", "value": theme, "url": address},
                ]
            )
            tab = context.new_page()
            first, *parts = page.split(" > ")
            tab.goto(address + first)
            for part in parts:
                link = tab.locator(f"main a[href*='{part}']").first.get_attribute("href")
                tab.goto(f"{address}{link}")
            picture = tab.screenshot()
            pixels = base64.b64decode(browser.new_page().evaluate(PIXELS, base64.b64encode(picture).decode()))
            shape = np.frombuffer(pixels, np.uint8).reshape(height, width, 4)[:, :, :3]
            (folder / f"{name}.png").write_bytes(png_with_palette(shape))
            context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), Path(sys.argv[2]), Path(sys.argv[3]))
