#!/usr/bin/env python3
"""Opens reports in headless Chromium and looks at what was drawn: report_browser_test.py REPORT_PAGE DATA_FOLDER

Exit status 77 (skipped) where there is no Chromium.
"""
import html.parser
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

SKIPPED = 77


class Page(html.parser.HTMLParser):
    """References to other files, the elements of each figure, text that scripts left in the open."""

    def __init__(self):
        super().__init__()
        self.references, self.figures, self.handlers = [], [], []
        self.depth = 0

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        for name in ("src", "href", "srcset", "data", "action", "poster", "xlink:href"):
            value = attributes.get(name)
            if value and not value.startswith(("#", "data:")) and not (tag == "a" and value.startswith("https://")):
                self.references.append((tag, name, value))
        self.handlers += [name for name in attributes if name.startswith("on")]
        if tag == "figure":
            self.figures.append({"drawn": attributes.get("data-drawn", ""), "svg": 0, "path": 0, "rect": 0, "vega": False})
            self.depth += 1
        if self.depth and tag in ("svg", "path", "rect"):
            self.figures[-1][tag] += 1
        if self.depth and tag == "svg" and attributes.get("class") == "marks":
            self.figures[-1]["vega"] = True

    def handle_endtag(self, tag):
        if tag == "figure":
            self.depth -= 1


def browse(browser, page, folder):
    """The document after its scripts have run, and what the browser logged."""
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
               "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1200,1000",
               "--enable-logging=stderr", "--v=0", f"--user-data-dir={folder}", "--virtual-time-budget=8000", "--dump-dom",
               page.as_uri()]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        document, log = process.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        sys.exit(f"{page}: the browser does not end")
    return document, [line for line in log.splitlines() if "CONSOLE" in line]


def check(browser, program, result, folder):
    expected = subprocess.run([program, result, folder], check=True, capture_output=True, text=True).stdout
    number, kind = re.match(r"(\d+) figures, (\w+)", expected).groups()
    document, console = browse(browser, folder / "report.html", folder / "profile")
    page = Page()
    page.feed(document)
    failures = []

    def require(condition, message):
        if not condition:
            failures.append(f"{result.name}: {message}")

    require(len(page.figures) == int(number) > 0, f"{len(page.figures)} figures instead of {number}")
    for i, figure in enumerate(page.figures):
        require(figure["svg"] > 0 and figure["path"] > 10, f"figure {i} is empty: {figure}")
        if figure["drawn"] == "map":
            require(figure["rect"] > 64, f"heat map {i} has no cells: {figure}")  # 64 make up the colour scale
        elif figure["drawn"] in ("panels", "still"):
            require(figure["rect"] > 0, f"figure {i} has no frame: {figure}")
        elif kind == "interactive":
            require(figure["drawn"] == "interactive" and figure["vega"], f"figure {i} is not interactive: {figure}")
    require(not page.references, f"refers to other files: {page.references}")
    require(not page.handlers, f"has inline event handlers: {page.handlers}")
    require(not console, f"the console says: {console}")
    require("url(http" not in document and "@import" not in document, "a style loads something")
    require("NaN" not in re.sub(r"(?s)<(script|style).*?</\1>", "", document), "NaN stands in the page")
    return failures


def main():
    program, data = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not browser:
        print("skipped: no Chromium here (Debian package chromium)")
        return SKIPPED
    failures = []
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        results = sorted(data.glob("sample_*.json"))
        hostile = json.loads((data / "sample_result.json").read_text())
        hostile["title"] = "</title><script>console.error('run')</script><img src=x onerror=console.error(1)>"
        hostile["curves"][0]["branch"] = "</script><script>console.error('run')</script>"
        hostile["curves"][0]["axes"][0]["unit"] = "<img src=x onerror=console.error(1)>"
        (scratch / "hostile.json").write_text(json.dumps(hostile))
        for result in [*results, scratch / "hostile.json"]:
            failures += check(browser, program, result, scratch / result.stem)
    print("\n".join(failures) or "all reports were drawn")
    return 1 if failures else 0


sys.exit(main())
