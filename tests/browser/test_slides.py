"""The slides: from the disk, without a network, and nothing reaches beyond a slide."""

import nbformat
import pytest
import write_slides
import write_workshop

PATHS = sorted(write_workshop.NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
TALL = """() => {
  const found = [];
  for (let i = 0; i < Reveal.getTotalSlides(); i++, Reveal.next()) {
    const slide = Reveal.getCurrentSlide();
    if (slide.scrollHeight > 730 || slide.scrollWidth > 1010) found.push(slide.innerText.slice(0, 60));
  }
  return found;
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slides")
    write_slides.copy_files(folder)
    return folder


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_slide_fits(page, folder, path):
    target = folder / f"{path.stem}.slides.html"
    write_slides.write(nbformat.read(path, as_version=4), {2: "A note."}, target)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(target.as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    page.wait_for_function("window.MathJax && MathJax.Hub && MathJax.Hub.queue.pending === 0")
    assert page.evaluate("Reveal.getTotalSlides()") > 20
    assert page.evaluate(TALL) == []
