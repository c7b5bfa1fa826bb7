"""What the browser tests share: the notebooks' names, a picture's digest, and the hands on the latent explorer."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = Path(os.environ.get("VAE_NOTEBOOKS", ROOT / "notebooks"))
SCREENSHOTS = ROOT / "build" / "screenshots"
TOKEN = "browser-tests"
# a digest of what an image or a canvas shows, in the page; an image that is being replaced is waited for
DIGEST = """async element => {
  for (let i = 0; element.decode && i < 40; i++) {
    if (await element.decode().then(() => true, () => false)) break;
    await new Promise(done => setTimeout(done, 50));
  }
  const canvas = document.createElement('canvas');
  canvas.width = element.naturalWidth || element.width;
  canvas.height = element.naturalHeight || element.height;
  const context = canvas.getContext('2d');
  context.drawImage(element, 0, 0);
  let sum = 0;
  for (const byte of context.getImageData(0, 0, canvas.width, canvas.height).data) sum = (sum * 31 + byte) % 4294967291;
  return [canvas.width, canvas.height, sum].join(' ');
}"""


def names():
    return sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


def at_rest(page, picture):
    """The picture's digest, once it has been the same for a while: what an earlier act did to it is over."""
    digests = []
    for _ in range(200):
        digests.append(picture.evaluate(DIGEST))
        if len(digests) >= 4 and len(set(digests[-4:])) == 1:
            return digests[-1]
        page.wait_for_timeout(80)
    pytest.fail("the picture does not come to rest")


def changes(page, picture, act, patience=8.0):
    """Whether the picture's pixels change after an act."""
    before = at_rest(page, picture)
    act()
    for _ in range(int(patience / 0.05)):
        if picture.evaluate(DIGEST) != before:
            return True
        page.wait_for_timeout(50)
    return False


def assert_explorer_moves(page, explorer):
    """Keys, drag, clicks on digits, pins and the slider between them; the notebook gets none of the keys."""
    plane = explorer.locator(".plane")
    decoded, original = explorer.locator(".image").nth(0), explorer.locator(".image").nth(1)
    strip, along = explorer.locator(".strip"), explorer.locator("input[name=along]")
    plane.scroll_into_view_if_needed()
    plane.focus()
    notebook = state_of_the_notebook(page)
    assert changes(page, plane, lambda: page.keyboard.press("ArrowRight"))
    assert changes(page, decoded, lambda: page.keyboard.press("Shift+ArrowUp"))
    assert changes(page, decoded, lambda: drag_plane(page, plane, (0.5, 0.5), (0.3, 0.4)))
    plane.focus()
    assert changes(page, original, lambda: page.keyboard.press("Enter"))
    assert changes(page, original, lambda: click_around(page, plane)), "no click chooses a digit"
    plane.focus()
    assert changes(page, strip, lambda: page.keyboard.press("a"))
    drag_plane(page, plane, (0.3, 0.4), (0.7, 0.7))
    plane.focus()
    assert changes(page, strip, lambda: page.keyboard.press("b"))
    along.focus()
    assert changes(page, decoded, lambda: page.keyboard.press("ArrowRight"))
    for name in ("manifold", "digits"):
        box = explorer.locator(f"input[name={name}]")
        assert changes(page, plane, box.click), name
        assert changes(page, plane, box.click), name
    assert changes(page, strip, explorer.locator("button[name=B]").click)
    assert state_of_the_notebook(page) == notebook


def state_of_the_notebook(page):
    """What a key that reached JupyterLab could alter: which cell is active, and how many there are."""
    return page.evaluate(
        """() => {
          const notebook = window.jupyterapp?.shell.currentWidget?.content;
          return notebook && [notebook.activeCellIndex, notebook.widgets.length];
        }"""
    )


def click_around(page, plane):
    """Clicks all over the middle of the plane, where the digits lie close together: some of them hit a point."""
    box = plane.bounding_box()
    for i in range(25):
        x, y = 0.4 + 0.05 * (i % 5), 0.4 + 0.05 * (i // 5)
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def drag_plane(page, plane, start, end):
    """From one place of the plane to another, both as shares of its width and height."""
    box = plane.bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=5)
    page.mouse.up()


def screenshot(page, element, name):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    element.scroll_into_view_if_needed()
    element.screenshot(path=SCREENSHOTS / f"{name}.png")


def assert_words_follow_the_range(page, figure):
    """A figure of HTML alone: its words change with its range, by keyboard."""
    figure.scroll_into_view_if_needed()
    before = figure.inner_text()
    figure.locator("input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    assert figure.inner_text() != before
