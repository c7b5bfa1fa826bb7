"""The site in a browser: every page, light and dark, wide and narrow, from the disk and from a server.

On each page: no script fails and nothing is asked of another server (the `page` fixture says so), nothing scrolls
sideways, no figure is cut, the keyboard reaches the text, and an automated audit finds no serious barrier.
"""

import functools
import http.server
import threading

import building_site
import pytest
from axe_playwright_python.sync_playwright import Axe
from driving import SCREENSHOTS, assert_explorer_moves, screenshot

VIEWS = {"light-wide": ("light", 1400), "dark-wide": ("dark", 1400), "light-narrow": ("light", 390)}
VIEWS["dark-narrow"] = ("dark", 390)
AUDITED = ("light-wide", "dark-narrow")
SERIOUS = ("serious", "critical")
# figures and tables that can be seen and reach out of the window or out of what holds them, and pictures not found
CUT = """() => {
  const cut = [];
  for (const each of document.querySelectorAll("main img, main canvas, main svg:not([aria-hidden]), main table")) {
    const [box, parent] = [each.getBoundingClientRect(), each.parentElement.getBoundingClientRect()];
    const hidden = !each.checkVisibility() || each.closest("nav, .navbar-brand");
    const outside = box.right > innerWidth + 1 || box.left < -1 || box.right > parent.right + 2;
    const empty = each.tagName === "IMG" && each.complete && !each.naturalWidth;
    if (!hidden && (outside || empty)) cut.push(each.outerHTML.slice(0, 120));
  }
  return cut;
}"""

# leave one element of each kind of word in code and in formulas, since an audit of thousands alike takes a minute
ONE_OF_EACH = """() => {
  const seen = new Set();
  for (const each of document.querySelectorAll("pre span[class], math")) {
    const kind = `${each.closest(".cell_output") ? "output" : "input"} ${each.tagName} ${each.className}`;
    if (seen.has(kind)) each.replaceWith(each.tagName === "SPAN" ? each.textContent : "");
    seen.add(kind);
  }
}"""

# the theme gives the keyboard a stop at what scrolls, some time after the window changed
STOPS = """() => {
  const fits = each => each.scrollWidth <= each.clientWidth && each.scrollHeight <= each.clientHeight;
  const boxes = [...document.querySelectorAll("pre, .pst-scrollable-table-container, .cell_output > .output")];
  return boxes.every(each => each.tabIndex >= 0 || fits(each));
}"""
STILL = "*, ::before, ::after { transition: none !important; animation: none !important }"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the written site."""
    return building_site.built(tmp_path_factory.mktemp("site"))[0].resolve()


@pytest.fixture(scope="module")
def server(site):
    """The address of a plain web server over the site."""
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def show(page, view):
    """Light or dark, wide or narrow; a page that is open follows at once."""
    scheme, width = VIEWS[view]
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 1000})


def faults(page):
    """What is wrong with the page that is shown, in each view: short texts."""
    page.add_style_tag(content=STILL)  # colours half way from light to dark are no fault, nor a panel that slides
    if not keyboard_reaches_the_text(page):
        yield "the first press of Tab offers no way to the text"
    for view in VIEWS:
        show(page, view)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            yield f"{view}: scrolls sideways"
        yield from (f"{view}: cut: {each}" for each in page.evaluate(CUT))
        if view in AUDITED:
            yield from (f"{view}: {each}" for each in barriers(page))


def barriers(page):
    """What axe holds for a serious barrier; style sheets it need not read, as a page from the disk can not."""
    page.evaluate(ONE_OF_EACH)
    page.wait_for_function(STOPS)
    found = Axe().run(page, options={"preload": False, "resultTypes": ["violations"]}).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:150]}" for each in found if each["impact"] in SERIOUS]


def keyboard_reaches_the_text(page):
    """The first press of Tab reaches the link that skips the navigation, and Enter follows it."""
    page.keyboard.press("Tab")
    skips = page.evaluate("document.activeElement.getAttribute('href')") == "#main-content"
    page.keyboard.press("Enter")
    return skips and page.evaluate("location.hash") == "#main-content"


def test_every_page_from_the_disk(page, site):
    found = {}
    for path in building_site.pages(site):
        page.goto(path.as_uri())
        found[path.stem] = [*faults(page)]
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize("view", VIEWS)
def test_pages_to_look_at(page, site, view):
    """Screenshots of some pages; and the page's own colours follow the system's."""
    show(page, view)
    for name in ("index", "notebooks/04_elbo", "reference/core"):
        page.goto((site / f"{name}.html").as_uri())
        assert page.evaluate("document.documentElement.dataset.theme") == VIEWS[view][0]
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"site-{name.split('/')[-1]}-{view}.png")


def test_every_page_from_a_server(page, site, server):
    for path in building_site.pages(site):
        reply = page.goto(f"{server}/{path.relative_to(site).as_posix()}")
        assert reply.ok


@pytest.mark.parametrize("words", ["reparameterization", "posterior collapse"])
@pytest.mark.parametrize("from_disk", [True, False], ids=["disk", "server"])
def test_the_search_finds(page, site, server, words, from_disk):
    page.goto(site.joinpath("index.html").as_uri() if from_disk else f"{server}/index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    page.locator("#search-results li a").first.wait_for()
    names = page.locator("#search-results li a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert any("notebooks/0" in name for name in names) and any("glossary" in name for name in names)


def test_the_explorer_works_in_the_page_of_06(page, site):
    page.goto(site.joinpath("notebooks/06_latent_visualization.html").as_uri())
    explorer = page.locator(".vae-explorer:not(.vae-pad)").filter(has=page.locator(".plane")).first
    explorer.wait_for()
    assert_explorer_moves(page, explorer)
    screenshot(page, explorer, "06-page-explorer")


def test_what_needs_a_kernel_is_a_picture_with_a_line_how_to_move_it(page, site):
    page.goto(site.joinpath("notebooks/04_elbo.html").as_uri())
    line = page.locator(".stands-still").first
    assert "JupyterLab" in line.inner_text()
    picture = page.locator(".cell:has(+ .stands-still) img").first
    assert picture.evaluate("image => image.naturalWidth") > 400


def test_a_hint_opens_by_keyboard(page, site):
    page.goto(site.joinpath("notebooks/02_encoder.html").as_uri())
    hint = page.locator("details.fold").first
    assert not hint.locator("p").first.is_visible()
    hint.locator("summary").focus()
    page.keyboard.press("Enter")
    assert hint.locator("p").first.is_visible()


def test_light_and_dark_change_by_keyboard_and_stay(page, site):
    page.goto(site.joinpath("index.html").as_uri())
    for mode, presses in (("dark", 2), ("light", 1)):
        page.locator("button.theme-switch-button:visible").focus()
        page.keyboard.press("Enter")
        page.wait_for_function("document.activeElement.classList.contains('dropdown-item')")
        for key in ["ArrowUp"] * 2 + ["ArrowDown"] * presses + ["Enter"]:
            page.keyboard.press(key)
        assert page.evaluate("document.documentElement.dataset.theme") == mode
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"


def test_code_is_copied(page, server):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{server}/notebooks/02_encoder.html")
    cell = page.locator(".cell_input").first
    cell.hover()
    cell.locator("button.copybtn").click()
    copied = page.wait_for_function("navigator.clipboard.readText()").json_value()
    assert copied.strip() == cell.locator("pre").inner_text().strip()
    assert page.locator(".cell_output button.copybtn").count() == 0


def test_the_first_page_can_be_read_within_a_second(page, site):
    """From the disk: until its text is painted; the best of three, since the machine may be busy with other tests."""
    painted = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    times = []
    for _ in range(3):
        page.goto(site.joinpath("index.html").as_uri())
        times.append(page.wait_for_function(painted).json_value())
    assert min(times) < 1000, times
