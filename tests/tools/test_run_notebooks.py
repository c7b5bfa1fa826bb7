"""What `make notebooks` saves: a whole run or nothing, normalised, and only what is new."""

import base64
import copy
import io

import merge_outputs
import nbformat
import numpy as np
import pytest
import run_notebooks
from nbconvert import ScriptExporter
from PIL import Image

MINE = {"name": "mine", "display_name": "Mine"}  # a kernel of the editor's
FIGURE = "<Figure size 600x350 with 1 Axes>"


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """A function that writes a notebook of these code cells as the only one, and gives its path."""
    monkeypatch.setattr(run_notebooks, "digits_are_mnist", lambda: True)

    def write(*sources):
        cells = [nbformat.v4.new_markdown_cell("# 01")]
        cells += [nbformat.v4.new_code_cell(source, metadata={"tags": ["a-tag"]}) for source in sources]
        path = tmp_path / "01_lesson.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": MINE}), path)
        monkeypatch.setattr(run_notebooks, "chosen", lambda prefixes: [path])
        return path

    return write


# --- a run ---


def test_a_notebook_is_run_normalised_and_saved(lesson):
    path = lesson("print(1)\nprint(2)", "1 + 2")
    ids = [cell.id for cell in nbformat.read(path, as_version=4).cells]
    run_notebooks.main([])
    nb = nbformat.read(path, as_version=4)
    nbformat.validate(nb)
    made_by = merge_outputs.fingerprint(nb, "01_lesson")
    assert nb.metadata == {
        "kernelspec": run_notebooks.KERNEL,
        "language_info": run_notebooks.LANGUAGE,
        "made_by": made_by,
    }
    assert [cell.id for cell in nb.cells] == ids
    assert [cell.metadata for cell in nb.cells[1:]] == [{"tags": ["a-tag"]}] * 2
    assert [cell.execution_count for cell in nb.cells[1:]] == [1, 2]
    assert [output.text for output in nb.cells[1].outputs] == ["1\n2\n"]
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("1 / 0", r"(?s)01_lesson\.ipynb stopped at cell 2 .*ZeroDivisionError"),
        ("class F:\n    def __repr__(self): return '<Figure>'\nF()", r"figures without their pictures, in cells \[2\]"),
    ],
)
def test_a_run_that_fails_or_loses_a_picture_leaves_the_file_as_it_was(lesson, cell, reason):
    path = lesson("1", cell, "2")
    before = path.read_bytes()
    with pytest.raises(SystemExit, match=reason):
        run_notebooks.main([])
    assert path.read_bytes() == before


def test_a_second_run_changes_nothing(lesson):
    noisy = "import random, time\nprint(1 + 1e-6 * random.random())\nprint(time.time())"
    path = lesson("random = 0", noisy.replace("print(time.time())", ""), f"{noisy}  # ignored")
    nb = nbformat.read(path, as_version=4)
    nb.cells[3].metadata.tags = ["nbval-ignore-output"]
    nbformat.write(nb, path)
    run_notebooks.main([])
    before = path.read_bytes()
    run_notebooks.main([])
    assert path.read_bytes() == before


def test_notebooks_are_chosen_by_the_start_of_their_names(tmp_path):
    path = tmp_path / "01_lesson.ipynb"
    path.touch()
    assert run_notebooks.chosen([], tmp_path) == run_notebooks.chosen(["01"], tmp_path) == [path]
    with pytest.raises(SystemExit, match="No notebook's name starts with '07'. There are: 01_lesson"):
        run_notebooks.chosen(["07"], tmp_path)


# --- what is saved ---


def png(grey=0, size=(20, 10)):
    """A picture as base64: white, with a block of another grey."""
    pixels = np.full((size[1], size[0], 3), 255, "uint8")
    pixels[2:5, 2:5] = grey
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    return base64.b64encode(buffer.getvalue()).decode()


def shown(**data):
    return nbformat.v4.new_output("display_data", {name.replace("_", "/"): value for name, value in data.items()})


def printed(text):
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def test_of_a_widget_only_its_picture_is_saved():
    output = shown(text_plain="words", image_png="iVBO")
    output.data[run_notebooks.WIDGET_VIEW] = {"model_id": "1"}
    cell = nbformat.v4.new_code_cell("widget", outputs=[output])
    nb = nbformat.v4.new_notebook(cells=[cell], metadata={"widgets": {}})
    run_notebooks.normalise(nb)
    assert nb.cells[0].outputs[0].data == {"text/plain": "words", "image/png": "iVBO"} and "widgets" not in nb.metadata


def test_what_authors_say_of_a_cell_is_saved_and_what_editors_say_is_not():
    said = {"mystnb": {"image": {"alt": "Ten digits."}}, "jp-MarkdownHeadingCollapsed": True, "tags": ["a-tag"]}
    cell = nbformat.v4.new_code_cell("1", metadata={**said, "scrolled": True, "execution": {"iopub.execute_input": ""}})
    nb = nbformat.v4.new_notebook(cells=[cell])
    run_notebooks.normalise(nb)
    assert nb.cells[0].metadata == said


def test_a_saved_notebook_becomes_a_python_script():
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 2")])
    run_notebooks.normalise(nb)
    script, resources = ScriptExporter().from_notebook_node(nb)
    assert resources["output_extension"] == ".py" and "1 + 2" in script and "version" not in nb.metadata.language_info


def test_the_readme_picture_is_kept_and_no_other(tmp_path):
    picture = shown(image_png="iVBORw0KGgo=")
    plain = nbformat.v4.new_code_cell("1", outputs=[picture])
    run_notebooks.keep_picture(nbformat.v4.new_notebook(cells=[plain]), tmp_path / "picture.png")
    assert not (tmp_path / "picture.png").exists()
    tagged = nbformat.v4.new_code_cell("1", outputs=[picture], metadata={"tags": ["readme-picture"]})
    run_notebooks.keep_picture(nbformat.v4.new_notebook(cells=[plain, tagged]), tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes() == b"\x89PNG\r\n\x1a\n"


# --- what is new ---


def after_keeping(committed, new, tags=(), same_code=False, other=("1\n", "1\n")):
    """The outputs of a cell and of another one, after a run whose outputs were new where these were committed."""
    cells = [nbformat.v4.new_code_cell("x", metadata={"tags": [*tags]}), nbformat.v4.new_code_cell("y")]
    before, after = (nbformat.v4.new_notebook(cells=copy.deepcopy(cells)) for _ in range(2))
    for nb, output, text in zip((before, after), (committed, new), other, strict=True):
        nb.cells[0].outputs, nb.cells[1].outputs = [output], [printed(text)]
        nb.metadata["made_by"] = "the same code"
    if not same_code:
        after.metadata["made_by"] = "other code"
    merge_outputs.keep_committed(after, before)
    return after.cells[0].outputs[0], after.cells[1].outputs[0]


PLAIN, MOVED = shown(text_plain=FIGURE, image_png=png()), shown(text_plain=FIGURE, image_png=png(200))
NOISE = {
    "a number's last digits": (printed("loss 150.25"), printed("loss 150.26"), ()),
    "a number within the cell's tolerance": (printed("loss 150"[:-1] + "0.0"), printed("loss 152.0"), ("rtol=0.02",)),
    "a grey level": (PLAIN, shown(text_plain=FIGURE, image_png=png(9)), ()),
    "a time that nobody compares": (printed("3 s"), printed("4 s"), ("nbval-ignore-output",)),
}
NEWS = {
    "another number": (printed("loss 150.25"), printed("loss 150.5"), ()),
    "another word": (printed("loss"), printed("kl"), ()),
    "another block in a picture": (PLAIN, MOVED, ()),
    "a larger picture": (PLAIN, shown(text_plain=FIGURE, image_png=png(size=(21, 10))), ()),
    "a picture that was not there": (shown(text_plain=FIGURE), PLAIN, ()),
    "another figure": (PLAIN, shown(text_plain="<Figure with 2 Axes>", image_png=png()), ()),
    "an error in place of a value": (printed("1"), nbformat.v4.new_output("error", ename="E", evalue="", traceback=[])),
}
NEWS["an error in place of a value"] += ((),)
NEWS["a picture that nobody compares"] = (PLAIN, MOVED, ("nbval-ignore-output",))
HTML = [shown(text_plain=FIGURE, text_html=f"<b style='color:{colour}'></b>") for colour in ("red", "blue")]
NEWS["HTML that nobody compares"] = (*HTML, ("nbval-ignore-output",))


@pytest.mark.parametrize("what", NOISE)
def test_noise_is_not_saved(what):
    committed, new, tags = NOISE[what]
    assert after_keeping(committed, new, tags)[0] == committed


@pytest.mark.parametrize("what", NEWS)
def test_news_is_saved(what):
    committed, new, tags = NEWS[what]
    assert after_keeping(committed, new, tags)[0] == new


def test_where_code_and_texts_are_the_same_a_picture_differs_by_the_machine_alone():
    assert after_keeping(PLAIN, MOVED, same_code=True)[0] == PLAIN
    assert after_keeping(PLAIN, MOVED, same_code=True, other=("1\n", "2\n"))[0] == MOVED


def test_what_nobody_compares_is_saved_together_with_news_elsewhere():
    old, new = printed("3 s"), printed("4 s")
    assert after_keeping(old, new, ["nbval-ignore-output"], other=("1\n", "2\n")) == (new, printed("2\n"))


def test_with_news_elsewhere_every_number_is_of_the_new_run():
    old, new = printed("loss 150.25"), printed("loss 150.26")
    assert after_keeping(old, new, other=("1\n", "2\n")) == (new, printed("2\n"))
    assert after_keeping(PLAIN, NOISE["a grey level"][1], other=("1\n", "2\n"))[0] == PLAIN


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("vae_helpers/plots.py", True),
        ("vae_helpers/palette.py", True),
        ("vae_lessons/lesson01/figures.py", True),
        ("vae_lessons/lesson01/bound.js", True),
        ("vae_lessons/lesson02/figures.py", False),
        ("vae_helpers/losses.py", False),
    ],
)
def test_the_fingerprint_is_of_the_code_that_decides_how_pictures_look(file, counts, tmp_path):
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    drawing = "vae_helpers/plots.py", "vae_lessons/lesson01/figures.py", "vae_lessons/lesson02/figures.py"
    for name in (*drawing, "vae_helpers/palette.py", "vae_lessons/lesson01/bound.js", "vae_helpers/losses.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text("import matplotlib" if name in drawing else "import keras")
    before = merge_outputs.fingerprint(nb, "01_lesson", tmp_path)
    (tmp_path / file).write_text((tmp_path / file).read_text() + "\nCHANGED = True")
    assert (merge_outputs.fingerprint(nb, "01_lesson", tmp_path) != before) == counts
    nb.cells[0].source = "2"
    assert merge_outputs.fingerprint(nb, "01_lesson", tmp_path) != before
