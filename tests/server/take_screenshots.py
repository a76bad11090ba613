"""Take the pictures of the documentation: ``python tests/server/take_screenshots.py ADDRESS FOLDER``.

ADDRESS is a running server that shows the demo workspace (``make demo``), FOLDER usually docs/img.
"""

from __future__ import annotations

import base64
import shutil
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

#: Name, page, language, theme, width and height of the window.
PICTURES = (
    ("start-de-light", "/overview", "de", "light", 1440, 1000),
    ("start-en-light", "/overview", "en", "light", 1440, 1000),
    ("start-en-dark", "/?grain=quarter", "en", "dark", 1440, 1000),
    ("start-de-light-360", "/overview", "de", "light", 360, 780),
    ("kpi-de-light", "/kpi/won_value", "de", "light", 1440, 1000),
    ("kpi-en-dark-768", "/kpi/win_rate", "en", "dark", 768, 1024),
    ("kpi-de-dark-360", "/kpi/won_value", "de", "dark", 360, 780),
    ("teams-en-light", "/kpi/won_value?by=team&grain=quarter", "en", "light", 1440, 900),
    ("weeks-de-light-1920", "/kpi/new_leads?grain=week", "de", "light", 1920, 1080),
    ("records-en-light", "/kpi/win_rate/records/2026-10", "en", "light", 1440, 900),
    ("catalogue-de-light-768", "/kpis?q=umsatz", "de", "light", 768, 1024),
    ("data-de-light", "/data", "de", "light", 1440, 1000),
    ("wallboard-de-dark-1920", "/wall", "de", "dark", 1920, 1080),
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


def main(address: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for name, page, language, theme, width, height in PICTURES:
            context = browser.new_context(viewport={"width": width, "height": height})
            context.add_cookies(
                [
                    {"name": "language", "value": language, "url": address},
                    {"name": "theme", "value": theme, "url": address},
                ]
            )
            tab = context.new_page()
            tab.goto(address + page)
            picture = tab.screenshot()
            pixels = base64.b64decode(browser.new_page().evaluate(PIXELS, base64.b64encode(picture).decode()))
            shape = np.frombuffer(pixels, np.uint8).reshape(height, width, 4)[:, :, :3]
            (folder / f"{name}.png").write_bytes(png_with_palette(shape))
            context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), Path(sys.argv[2]))
