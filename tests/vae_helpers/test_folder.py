"""A folder of one's own images: what is read from each kind of file, and the one sentence about what can't serve."""

import contextlib
import io
import os
import re
import struct
import tempfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vae_helpers import data, folder
from vae_helpers.data import DigitsError, load_folder

RNG = np.random.default_rng(0)
LUMA = [0.299, 0.587, 0.114]


def noise(*shape):
    return RNG.integers(0, 256, shape, dtype=np.uint8)


def put(path, content):
    """Write a file, and the folders that it lies in. content: bytes, an image or pixels, for the name's format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else encoded(path.suffix[1:], content))


def encoded(kind, image, **options):
    """A file's bytes. kind: a format or an ending, such as JPEG or jpg. image: Pillow's, or pixels."""
    image = image if isinstance(image, Image.Image) else Image.fromarray(image)
    image.save(file := io.BytesIO(), format="JPEG" if kind.lower() == "jpg" else kind, **options)
    return file.getvalue()


def png(width, height, bits, colour, rows):
    """A PNG's bytes, written by hand, as Pillow writes no 16-bit colour and no false header."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    parts = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


# --- one image: file, what is seen in it, and how far a pixel may be off ---

GREY, COLOURS, BITS = noise(8, 8), noise(8, 8, 3), RNG.random((8, 8)) < 0.5
EVEN, RED = np.full((8, 8, 3), 77, np.uint8), np.full((8, 8, 3), [250, 20, 30], np.uint8)
LEVELS_16 = np.linspace(0, 65535, 64).round().astype(np.uint16).reshape(8, 8)
COLOUR_16 = png(8, 8, 16, 2, (b"\0" + struct.pack(">3H", 65535, 32896, 0) * 8) * 8)
THREE_COLOURS = np.array([[250, 20, 30], [0, 99, 5], [7, 8, 200]], np.uint8)[RNG.integers(0, 3, (8, 8))]
PALETTE = Image.new("P", (8, 8), 1)
PALETTE.putpalette([10, 20, 30, 40, 50, 60])
WHITE, BLACK = (Image.new("RGB", (8, 8), level) for level in ("white", "black"))
BOARD = np.uint8(255) * (np.indices((64, 64)).sum(axis=0) % 2).astype(np.uint8)  # no pixel of it may be left out
IMAGES = {
    "colour": ("x.png", COLOURS, COLOURS, 0),
    "grey": ("x.png", GREY, GREY, 0),
    "palette": ("x.png", Image.fromarray(THREE_COLOURS).quantize(3), THREE_COLOURS, 0),
    "1 bit": ("x.png", Image.fromarray(BITS), 255 * BITS, 0),
    "16 bits, not clipped": ("x.png", LEVELS_16, np.round(LEVELS_16 / 257), 0),
    "16 bits of colour": ("x.png", COLOUR_16, [255, 128, 0], 0),
    "CMYK": ("x.jpg", encoded("JPEG", Image.fromarray(RED).convert("CMYK"), quality=95), RED, 3),
    "a phone's second picture": ("x.jpg", encoded("MPO", WHITE, save_all=True, append_images=[BLACK]), 255, 4),
    "a JPEG called PNG": ("x.png", encoded("JPEG", EVEN), EVEN, 1),
    **{
        name: (name, EVEN, EVEN, 1)
        for name in "x.png x.PNG x.jpg x.JPG x.jpeg x.JPEG x.webp x.WebP x.gif x.GIF".split()
    },
    **{  # the central square, and nothing is stretched
        f"{height} x {width}": ("x.png", pixels := noise(height, width), pixels[top:, left:][:8, :8], 0)
        for height, width, top, left in [(8, 20, 0, 6), (20, 8, 6, 0), (9, 8, 0, 0), (8, 9, 0, 0)]
    },
    "a large one": ("x.png", BOARD, 127.5, 3),
    "a small one": ("x.png", np.full((3, 5), 100, np.uint8), 100, 0),
    "one pixel": ("x.png", np.full((1, 1), 9, np.uint8), 9, 0),
}
SEE_THROUGH = {  # what is transparent lies on white
    "RGBA": (Image.new("RGBA", (8, 8), (10, 20, 30, 51)), {}, np.array([10, 20, 30]) * 0.2 + 255 * 0.8),
    "LA": (Image.new("LA", (8, 8), (40, 102)), {}, 40 * 0.4 + 255 * 0.6),
    "palette, one colour": (PALETTE, {"transparency": 1}, 255),
    "palette, alphas": (PALETTE, {"transparency": b"\xff\x33"}, np.array([40, 50, 60]) * 0.2 + 255 * 0.8),
    "RGB, one colour": (Image.new("RGB", (8, 8), (1, 2, 3)), {"transparency": (1, 2, 3)}, 255),
    "L, one level": (Image.new("L", (8, 8), 7), {"transparency": 7}, 255),
    "16 bits, one level": (np.full((8, 8), 300, np.uint16), {"transparency": 300}, 255),
    "1 bit, one level": (Image.new("1", (8, 8), 0), {"transparency": 0}, 255),
}
IMAGES |= {
    f"transparent: {kind}": ("x.png", encoded("PNG", image, **options), shown, 1)
    for kind, (image, options, shown) in SEE_THROUGH.items()
}
CLEAR = Image.new("RGBA", (8, 8), (10, 20, 30, 0))
IMAGES["transparent: WebP"] = ("x.webp", encoded("WEBP", CLEAR, lossless=True), 255, 0)


@pytest.mark.parametrize(("name", "content", "shown", "tolerance"), IMAGES.values(), ids=IMAGES)
def test_an_image_is_read_as_what_it_shows_in_colour_and_in_grey(tmp_path, name, content, shown, tolerance):
    put(tmp_path / name, content)
    shown = np.broadcast_to(shown if np.shape(shown)[-1:] == (3,) else np.asarray(shown)[..., None], (8, 8, 3))
    for channels, expected in ((3, shown), (1, shown @ LUMA)):
        images, labels, _ = load_folder(tmp_path, 8, channels)
        assert (images.shape, images.dtype, labels.tolist()) == ((1, *expected.shape), np.uint8, [0])
        off = tolerance + (0.51 if channels == 1 and np.ptp(shown, axis=2).any() else 1e-9)
        assert images.flags.writeable and np.abs(images[0] - expected).max() <= off


ORIENTED = {1: "abcd", 2: "badc", 3: "dcba", 4: "cdab", 5: "acbd", 6: "cadb", 7: "dbca", 8: "bdac"}  # of the quarters
QUARTERS = np.kron(np.array([[0, 80], [160, 240]], np.uint8), np.ones((16, 16), np.uint8))


def turned(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


@pytest.mark.parametrize("kind", ["jpg", "png", "webp"])
@pytest.mark.parametrize(("orientation", "quarters"), ORIENTED.items())
def test_exif_rotation_is_applied(tmp_path, orientation, quarters, kind):
    put(tmp_path / f"x.{kind}", encoded(kind, QUARTERS, exif=turned(orientation), quality=95))
    levels = load_folder(tmp_path, 32)[0][0, 8::16, 8::16].ravel().astype(int)
    assert (
        np.abs(levels - [dict(zip("abcd", (0, 80, 160, 240), strict=True))[quarter] for quarter in quarters]).max() <= 3
    )


def test_16_bits_are_cropped_turned_and_resized_like_8(tmp_path):
    pixels = noise(30, 20)
    put(tmp_path / "a.png", encoded("PNG", pixels, exif=turned(6)))
    put(tmp_path / "b.png", encoded("PNG", pixels * np.uint16(257), exif=turned(6)))
    eight_bits, sixteen_bits = load_folder(tmp_path, 8)[0]
    np.testing.assert_array_equal(eight_bits, sixteen_bits)


# --- which files, and of which class ---

LISTED = {  # the files, the classes' names, and the images in their order: {place among the files: label}
    "classes in the order of names as text": (
        "b/10.png, b/2.png, a/same.png, a/same.gif, ä ö/日本.png",
        ["a", "b", "ä ö"],
        {3: 0, 2: 0, 0: 1, 1: 1, 4: 2},
    ),
    "one class": ("x.png, notes/README.txt, notes/.trash/y.png", ["mine"], {0: 0}),
    "what is hidden or no image": (
        "a/x.png, .DS_Store, Thumbs.db, a/.DS_Store, a/._x.png, a/README.txt, notes.md, a/png, a/x.png.txt, "
        ".git/x.png, __MACOSX/a/x.png, a/.ipynb_checkpoints/x.png",
        ["a"],
        {0: 0},
    ),
}


@pytest.mark.parametrize(("names", "classes", "labels"), LISTED.values(), ids=LISTED)
def test_subfolders_are_classes_and_what_is_hidden_or_no_image_is_passed_over(tmp_path, names, classes, labels):
    files = names.split(", ")
    grey = noise(len(files), 8, 8)
    for name, pixels in zip(files, grey, strict=True):
        put(tmp_path / "mine" / name, encoded("GIF" if name.endswith("gif") else "PNG", pixels))
    images, image_labels, class_names = load_folder(tmp_path / "mine", 8)
    assert (class_names, image_labels.tolist(), image_labels.dtype) == (classes, list(labels.values()), np.uint8)
    np.testing.assert_array_equal(images, grey[list(labels)])


@pytest.mark.parametrize("path", ["{}", "{}/", ".", "../mine", "~/mine", Path("../mine")])
def test_a_folder_may_be_named_in_any_way(tmp_path, monkeypatch, path):
    put(tmp_path / "mine" / "x.png", noise(28, 28))
    monkeypatch.chdir(tmp_path / "mine")
    monkeypatch.setenv("HOME", str(tmp_path))
    path = path.format(tmp_path / "mine") if isinstance(path, str) else path
    images, labels, names = data.load_folder(path, np.int64(28), np.uint8(1))
    assert (images.shape, labels.tolist(), names) == ((1, 28, 28), [0], ["mine"])
    assert data.preprocess(images).shape == (1, 784)


def test_a_class_may_be_a_link_to_a_folder_elsewhere(tmp_path):
    for place in ("elsewhere/x.png", "mine/a/x.png"):
        put(tmp_path / place, noise(8, 8))
    (tmp_path / "mine" / "b").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert load_folder(tmp_path / "mine", 8)[2] == ["a", "b"]


@pytest.mark.parametrize(("n", "dtype"), [(255, np.uint8), (256, np.int64)])
def test_more_than_255_classes_have_wider_labels(tmp_path, n, dtype):
    image = encoded("PNG", noise(4, 4))
    for label in range(n):
        put(tmp_path / f"{label:03}" / "x.png", image)
    _, labels, names = load_folder(tmp_path, 4)
    np.testing.assert_array_equal(labels, np.arange(n))
    assert (labels.dtype, names[-1]) == (dtype, f"{n - 1:03}")


def test_as_keras_reads_it(tmp_path):
    """Colour PNGs of one size: the same pixels, labels and names in the same order."""
    from vae_helpers.backend import keras

    for place in ("b/2", "b/10", "b/B", "a/z", "a/ä", "Z/x"):
        put(tmp_path / f"{place}.png", noise(9, 9, 3))
    images, labels, names = load_folder(tmp_path, 9, 3)
    keras_set = keras.utils.image_dataset_from_directory(tmp_path, image_size=(9, 9), shuffle=False, verbose=False)
    assert names == keras_set.class_names
    ((keras_images, keras_labels),) = keras_set.as_numpy_iterator()
    np.testing.assert_array_equal(images, keras_images)
    np.testing.assert_array_equal(labels, keras_labels)


def test_the_three_lines_of_the_page_on_set_up(tmp_path, monkeypatch):
    page = (Path(__file__).parents[2] / "docs" / "set-up.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```python\n(.*?load_folder.*?)```", page, re.DOTALL)
    assert len(list(filter(None, lines.splitlines()))) == 3
    for place in ("cats/x.png", "dogs/y.png"):
        put(tmp_path / "my_images" / place, noise(40, 30, 3))
    monkeypatch.chdir(tmp_path)
    exec(lines, names := {})
    assert (names["x"].shape, names["class_names"]) == ((2, 784), ["cats", "dogs"])


# --- files that can't be used ---

PNG, JPEG, WEBP, GIF = (encoded(kind, noise(40, 40, 3)) for kind in ("PNG", "JPEG", "WEBP", "GIF"))
FRAMES = [Image.fromarray(noise(8, 8)) for _ in range(3)]


def animated(kind):
    return encoded(kind, FRAMES[0], save_all=True, append_images=FRAMES[1:], duration=100)


def leads_to(target):
    return lambda path: path.symlink_to(target)


def flipped(content, place):
    return content[:place] + bytes([content[place] ^ 0x40]) + content[place + 1 :]


IN_VAIN = r"holds no PNG, JPEG, WebP or GIF that can be made out\. Save it as a PNG"
BROKEN = {  # the file's name, its bytes or what makes it, and the sentence after the name
    "empty": ("x.png", b"", r"is empty\. Copy or download it again"),
    "web page": ("x.png", b"\n<!DOCTYPE html><html>Log in</html>", "is a web page or other text, not an image"),
    "text": ("x.jpg", b"hello", IN_VAIN),
    "cut header": ("x.png", PNG[:20], "is truncated"),
    "cut PNG": ("x.png", PNG[:-1000], "is (truncated|damaged)"),
    "cut PNG's end": ("x.png", PNG[:-20], "is (truncated|damaged)"),
    "cut JPEG": ("x.jpg", JPEG[:-500], r"is truncated\. Copy or download it again"),
    "cut WebP": ("x.webp", WEBP[:-500], "is (truncated|damaged)"),
    "cut GIF": ("x.gif", GIF[:-500], "is (truncated|damaged)"),
    "altered PNG": ("x.png", flipped(PNG, 2000), "is damaged"),
    "altered checksum": ("x.png", flipped(PNG, len(PNG) - 14), "is damaged"),
    "BMP inside": ("x.png", encoded("BMP", noise(8, 8)), IN_VAIN),
    "TIFF": ("x.tif", encoded("TIFF", noise(8, 8)), IN_VAIN),
    "animated GIF": ("x.gif", animated("GIF"), r"is an animation of 3 frames, .*\. Save the frame that you want as"),
    "animated WebP": ("x.webp", animated("WEBP"), "is an animation of 3 frames"),
    "animated PNG": ("x.png", animated("PNG"), "is an animation of 3 frames"),
    "2.4 GB": ("x.png", png(60_000, 40_000, 8, 0, b""), r"has more than 89,478,485 pixels .* not decoded\. Scale it"),
    "100 MB": ("x.png", png(10_000, 10_000, 8, 0, b""), "has more than 89,478,485 pixels by its header"),
    "GIF of 4 GB": ("x.gif", b"GIF89a\xff\xff\xff\xff" + GIF[10:], "has more than 89,478,485 pixels"),
    "loop": ("x.png", leads_to("x.png"), r"can't be read \(Too many levels of symbolic links\)\. Move it"),
    "link to nowhere": ("x.png", leads_to("nothing.png"), r"is a link that leads nowhere\. Move it away"),
    "pipe": ("x.png", os.mkfifo, r"is a pipe or a device, not a file\. Move it away"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("name", "content", "message"), BROKEN.values(), ids=BROKEN)
def test_one_broken_file_among_good_ones_is_named_or_left_out_when_asked(tmp_path, capsys, name, content, message):
    good = noise(3, 8, 8)
    for place, pixels in zip(("a/a.png", "a/z.png", "b/a.png"), good, strict=True):
        put(tmp_path / place, pixels)
    content(tmp_path / "a" / name) if callable(content) else put(tmp_path / "a" / name, content)
    with pytest.raises(DigitsError, match=rf"/a/{name} {message}") as raised:
        load_folder(tmp_path, 8)
    assert raised.value.__suppress_context__ and "\n" not in str(raised.value)
    assert str(raised.value).endswith("With skip_broken=True such files are left out and named.")
    assert capsys.readouterr() == ("", "")
    images, labels, names = load_folder(tmp_path, 8, skip_broken=True)
    np.testing.assert_array_equal(images, good)
    assert (labels.tolist(), names) == ([0, 0, 1], ["a", "b"])
    (line,) = capsys.readouterr().out.splitlines()
    fault = re.search(rf"{name} (.*?)\. [A-Z]", str(raised.value))[1]
    assert line == f"{tmp_path}: 1 of 4 files can't be used and are left out: a/{name} {fault}."


def test_the_line_names_the_first_three_that_are_left_out(tmp_path, capsys):
    for name in "abcdef":
        put(tmp_path / f"{name}.png", b"")
    put(tmp_path / "good.png", noise(8, 8))
    assert len(load_folder(tmp_path, 8, skip_broken=True)[0]) == 1
    assert "6 of 7 files can't be used" in (line := capsys.readouterr().out)
    assert line.endswith("left out: a.png is empty, b.png is empty, c.png is empty, and 3 more.\n")


def test_a_class_that_has_lost_all_its_images_is_an_error_even_so(tmp_path, capsys):
    put(tmp_path / "a" / "x.png", noise(8, 8))
    put(tmp_path / "b" / "x.png", b"")
    message = rf"None of the files of class b can be used \(1\)\. The first: {tmp_path}/b/x.png is empty\.$"
    with pytest.raises(DigitsError, match=message):
        load_folder(tmp_path, 8, skip_broken=True)
    assert capsys.readouterr() == ("", "")


def test_names_that_are_odd_stay_on_one_line_and_can_be_printed(tmp_path):
    try:
        put(tmp_path / os.fsdecode(b"a\nb\xff.png"), b"")
    except OSError:
        pytest.skip("this file system has no such names")
    with pytest.raises(DigitsError, match=r"a\\nb\\udcff.png is empty") as raised:
        load_folder(tmp_path, 8)
    str(raised.value).encode()


# --- folders that can't be used ---


@contextlib.contextmanager
def as_nobody():
    """Without root's rights, which read everything."""
    if not hasattr(os, "geteuid") or os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.name == "nt", reason="chmod means little on Windows")
@pytest.mark.parametrize(
    ("place", "advice"),
    [("a/x.png", "Allow yourself to read it, or move it away"), ("a", "Allow yourself to read it"), ("", "Allow")],
)
def test_what_must_not_be_read_is_named(place, advice):
    with tempfile.TemporaryDirectory() as top:
        os.chmod(top, 0o755)
        mine = Path(top, "mine")
        for name in ("a/x.png", "a/y.png", "b/x.png"):
            put(mine / name, noise(8, 8))
        os.chmod(mine / place, 0)
        try:
            with (
                as_nobody(),
                pytest.raises(DigitsError, match=rf"^{mine / place} can't be read \(Permission denied\)\. {advice}"),
            ):
                load_folder(mine, 8)
        finally:
            os.chmod(mine / place, 0o755)


FOLDERS = {  # the images, empty folders (ending in /) and links (name->target) in it, and the sentence
    "empty": ("/", r"/mine holds no images\. Put PNG, JPEG or WebP files, or subfolders of them"),
    "text alone": ("README.txt", "/mine holds no images"),
    "hidden alone": (".x.png .git/x.png", "/mine holds no images"),
    "a class without images": ("a/x.png b/", r"/mine/b, a class, holds no images\. Put some there, or move it away"),
    "too deep": ("t/a/x.png", r"/mine/t/a/x.png lies too deep\. .* is .*/mine/t the one to give\?"),
    "too deep beside": ("a/x.png a/b/c/x.png", "/mine/a/b/c/x.png lies too deep"),
    "images beside classes": ("x.png a/x.png", "/mine holds images and also .*/mine/a, with images"),
    "link to itself": ("a/x.png b->b", "/mine/b is a link that leads nowhere"),
    "link to nowhere": ("a/x.png b->c", r"/mine/b is a link that leads nowhere\. Delete or mend it"),
    "link to the folder": ("a/x.png b->.", r"/mine/b is a link to a folder that it lies in\. Delete the link"),
    "link to above": ("a/x.png b->../..", "/mine/b is a link to a folder that it lies in"),
    "link to its class": ("a/x.png a/b->../a", "/mine/a/b/x.png lies too deep"),
}


@pytest.mark.parametrize(("names", "message"), FOLDERS.values(), ids=FOLDERS)
@pytest.mark.parametrize("skip_broken", [False, True])
def test_a_folder_that_is_none_of_images_is_one_clear_error(tmp_path, capsys, names, message, skip_broken):
    mine = tmp_path / "mine"
    for name in names.split():
        place, _, target = name.partition("->")
        if target:
            (mine / place).symlink_to(target, target_is_directory=True)
        elif place.endswith("/"):
            (mine / place.rstrip("/")).mkdir(parents=True)
        else:
            put(mine / place, encoded("PNG", noise(8, 8)))
    with pytest.raises(DigitsError, match=message) as raised:
        load_folder(mine, 8, skip_broken=skip_broken)
    assert raised.value.__cause__ is None and "\n" not in str(raised.value)
    assert capsys.readouterr() == ("", "")


CHANGES = {
    "vanished": (
        lambda path: (path / "b.png").unlink(),
        r"/b.png has vanished while the folder was read: load the folder again",
    ),
    "added": (lambda path: put(path / "c.png", noise(8, 8)), "has changed while it was read: load it again"),
    "taken away behind": (lambda path: (path / "a.png").unlink(), "has changed while it was read: load it again"),
}


@pytest.mark.parametrize(("change", "message"), CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("skip_broken", [False, True])
def test_a_folder_that_changes_meanwhile(tmp_path, monkeypatch, change, message, skip_broken):
    for name in "ab":
        put(tmp_path / f"{name}.png", noise(8, 8))
    changes, read = [change], folder.read_image

    def read_and_change(*arguments):
        image = read(*arguments)
        while changes:
            changes.pop()(tmp_path)
        return image

    monkeypatch.setattr(folder, "read_image", read_and_change)
    with pytest.raises(DigitsError, match=message):
        load_folder(tmp_path, 8, skip_broken=skip_broken)


# --- arguments ---

ARGUMENTS = {
    "size": ([0, -28, 3, "28", 28.0, None, True, (28, 28), float("nan")], r"one integer of at least 4, such as 28 .*"),
    "channels": ([0, 2, 4, "3", 3.0, None, True, "rgb"], r"1 \(grey\) or 3 \(red, green, blue\)"),
    "skip_broken": (["no", 1, None], "True or False"),
    "path": ([None, 3, "", b"mine", ["mine"]], "the path of a folder, such as 'my_images'"),
}
WRONG = [(name, value, wanted) for name, (values, wanted) in ARGUMENTS.items() for value in values]


@pytest.mark.parametrize(("name", "value", "wanted"), WRONG, ids=lambda part: repr(part)[:20])
def test_a_wrong_argument_is_named(tmp_path, name, value, wanted):
    put(tmp_path / "x.png", noise(8, 8))
    with pytest.raises(DigitsError, match=rf"^{name} must be {wanted}, but is {re.escape(repr(value))}\.$"):
        load_folder(**{"path": tmp_path, "size": 8, name: value})


def test_a_path_that_is_no_folder(tmp_path):
    put(tmp_path / "mine.zip", b"PK")
    with pytest.raises(
        DigitsError, match=r"/mine.zip is a file, not a folder\. Give the folder that holds .*\. Unpack"
    ):
        load_folder(tmp_path / "mine.zip", 8)
    with pytest.raises(DigitsError, match=r"There is no folder .*/mine\. Look for a slip in the path\."):
        load_folder(tmp_path / "mine", 8)
    with pytest.raises(DigitsError, match=r"There is no folder .*a\\x00b"):
        load_folder("a\0b", 8)


@pytest.mark.parametrize("size", [40_000, np.int32(40_000)])
def test_more_than_the_memory_holds_is_refused_with_the_arithmetic(tmp_path, size):
    for name in "ab":
        put(tmp_path / f"{name}.png", noise(8, 8))
    message = "2 images x 40,000 x 40,000 pixels x 3 bytes = 9.6 GB, above 4 GB: give a smaller size"
    with pytest.raises(DigitsError, match=f"^{message}"):
        load_folder(tmp_path, size, 3)
