"""A folder of one's own images that can't serve: the one sentence about each bad file, folder and argument."""

import contextlib
import os
import re
import tempfile
from pathlib import Path

import numpy as np
import pytest
from own_images import noise, png, put
from PIL import Image

from vae_helpers import folder
from vae_helpers.data import DigitsError, load_folder

# --- files that can't be used ---


def good_bytes(kind, **options):
    with tempfile.TemporaryDirectory() as place:
        return put(Path(place, "x"), noise(40, 40, 3), format=kind, **options).read_bytes()


PNG, JPEG, WEBP, GIF = map(good_bytes, ("PNG", "JPEG", "WEBP", "GIF"))
FRAMES = [Image.fromarray(noise(8, 8)) for _ in range(3)]
ANIMATED = {"save_all": True, "append_images": FRAMES[1:], "duration": 100}


def written(content):
    return lambda path: path.write_bytes(content)


def animated(path):
    put(path, FRAMES[0], **ANIMATED)


def leads(target):
    return lambda path: path.symlink_to(target)


def flipped(content, place):
    return content[:place] + bytes([content[place] ^ 0x40]) + content[place + 1 :]


BOMB = png(60_000, 40_000, 8, 0, b"")  # says that 2.4 GB follow
BROKEN = {
    "empty": ("x.png", written(b""), r"is empty\. Copy or download it again"),
    "web page": (
        "x.png",
        written(b"\n<!DOCTYPE html><html>Log in</html>"),
        "is a web page or other text, not an image",
    ),
    "text": ("x.jpg", written(b"hello"), r"holds no PNG, JPEG, WebP or GIF that can be made out\. Save it as a PNG"),
    "cut header": ("x.png", written(PNG[:20]), "is truncated"),
    "cut PNG": ("x.png", written(PNG[:-1000]), "is (truncated|damaged)"),
    "cut PNG's end": ("x.png", written(PNG[:-20]), "is (truncated|damaged)"),
    "cut JPEG": ("x.jpg", written(JPEG[:-500]), r"is truncated\. Copy or download it again"),
    "cut WebP": ("x.webp", written(WEBP[:-500]), "is (truncated|damaged)"),
    "cut GIF": ("x.gif", written(GIF[:-500]), "is (truncated|damaged)"),
    "altered PNG": ("x.png", written(flipped(PNG, 2000)), "is damaged"),
    "altered checksum": ("x.png", written(flipped(PNG, len(PNG) - 14)), "is damaged"),
    "BMP inside": (
        "x.png",
        lambda path: put(path, noise(8, 8), format="BMP"),
        r"holds no PNG, JPEG, WebP or GIF that can be made out\. Save it as a PNG",
    ),
    "TIFF": (
        "x.tif",
        lambda path: put(path, noise(8, 8)),
        r"holds no PNG, JPEG, WebP or GIF that can be made out\. Save it as a PNG",
    ),
    "animated GIF": ("x.gif", animated, r"is an animation of 3 frames, .*\. Save the frame that you want as a PNG"),
    "animated WebP": ("x.webp", animated, "is an animation of 3 frames"),
    "animated PNG": ("x.png", animated, "is an animation of 3 frames"),
    "2.4 GB": ("x.png", written(BOMB), r"has more than 89,478,485 pixels by its header and is not decoded\. Scale it"),
    "100 MB": ("x.png", written(png(10_000, 10_000, 8, 0, b"")), "has more than 89,478,485 pixels"),
    "GIF of 4 GB": ("x.gif", written(b"GIF89a\xff\xff\xff\xff" + GIF[10:]), "has more than 89,478,485 pixels"),
    "loop": ("x.png", leads("x.png"), r"can't be read \(Too many levels of symbolic links\)\. Move it"),
    "link to nowhere": ("x.png", leads("nothing.png"), "is a link that leads nowhere. Move it away"),
    "pipe": ("x.png", lambda path: os.mkfifo(path), "is a pipe or a device, not a file"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("name", "write", "message"), BROKEN.values(), ids=BROKEN)
def test_one_broken_file_among_good_ones_is_named_or_left_out_when_asked(tmp_path, capsys, name, write, message):
    good = noise(3, 8, 8)
    for place, pixels in zip(("a/a.png", "a/z.png", "b/a.png"), good, strict=True):
        put(tmp_path / place, pixels)
    write(tmp_path / "a" / name)
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
        (tmp_path / f"{name}.png").write_bytes(b"")
    put(tmp_path / "good.png", noise(8, 8))
    assert len(load_folder(tmp_path, 8, skip_broken=True)[0]) == 1
    assert "6 of 7 files can't be used" in (line := capsys.readouterr().out)
    assert line.endswith("left out: a.png is empty, b.png is empty, c.png is empty, and 3 more.\n")


def test_a_class_that_has_lost_all_its_images_is_an_error_even_so(tmp_path, capsys):
    put(tmp_path / "a" / "x.png", noise(8, 8))
    put(tmp_path / "b" / "x.png", noise(8, 8)).write_bytes(b"")
    with pytest.raises(
        DigitsError, match=rf"None of the files of class b can be used \(1\).*{tmp_path}/b/x.png is empty"
    ):
        load_folder(tmp_path, 8, skip_broken=True)
    assert capsys.readouterr() == ("", "")


def test_names_that_are_odd_stay_on_one_line_and_can_be_printed(tmp_path):
    name = os.fsdecode(b"a\nb\xff.png")
    try:
        (tmp_path / name).write_bytes(b"")
    except OSError:
        pytest.skip("this file system has no such names")
    with pytest.raises(DigitsError, match=r"a\\nb\\udcff.png is empty") as raised:
        load_folder(tmp_path, 8)
    str(raised.value).encode()


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
    ("place", "message"),
    [
        ("a/x.png", r"/a/x.png can't be read \(Permission denied\)\. Allow yourself to read it, or move it away"),
        ("a", r"/a can't be read \(Permission denied\)\. Allow yourself to read it"),
        ("", r" can't be read \(Permission denied\)\. Allow yourself to read it"),
    ],
)
def test_what_must_not_be_read_is_named(place, message):
    with tempfile.TemporaryDirectory() as top:
        os.chmod(top, 0o755)
        for name in ("a/x.png", "a/y.png", "b/x.png"):
            put(Path(top, "mine", name), noise(8, 8))
        os.chmod(Path(top, "mine", place), 0)
        try:
            with as_nobody(), pytest.raises(DigitsError, match=message):
                load_folder(Path(top, "mine"), 8)
        finally:
            os.chmod(Path(top, "mine", place), 0o755)


# --- folders that can't be used ---


def images_at(*places):
    def write(path):
        for place in places:
            put(path / place, noise(8, 8))

    return write


def with_link(place, target):
    def write(path):
        images_at("a/x.png")(path)
        (path / place).symlink_to(target, target_is_directory=True)

    return write


def text_alone(path):
    path.mkdir()
    (path / "README.txt").write_text("no image")


def class_without_images(path):
    images_at("a/x.png")(path)
    (path / "b").mkdir()


FOLDERS = {
    "missing": (lambda path: None, r"There is no folder .*/mine\. Look for a slip in the path\."),
    "a file": (written(b"PK"), r"/mine is a file, not a folder\. Give the folder that holds the images\. Unpack"),
    "empty": (Path.mkdir, r"/mine holds no images\. Put PNG, JPEG or WebP files, or subfolders of them"),
    "text alone": (text_alone, "/mine holds no images"),
    "hidden alone": (images_at(".x.png", ".git/x.png"), "/mine holds no images"),
    "a class without images": (class_without_images, r"/mine/b, a class, holds no images\. Put some there, or move it"),
    "too deep": (images_at("t/a/x.png"), r"/mine/t/a/x.png lies too deep\. .* is .*/mine/t the one to give\?"),
    "too deep beside": (images_at("a/x.png", "a/b/c/x.png"), "/mine/a/b/c/x.png lies too deep"),
    "images beside classes": (images_at("x.png", "a/x.png"), "/mine holds images and also .*/mine/a, with images"),
    "link to itself": (with_link("b", "b"), "/mine/b is a link that leads nowhere"),
    "link to nowhere": (with_link("b", "c"), "/mine/b is a link that leads nowhere"),
    "link to the folder": (with_link("b", "."), "/mine/b is a link to a folder that it lies in"),
    "link to above": (with_link("b", "../.."), "/mine/b is a link to a folder that it lies in"),
    "link to its class": (with_link("a/b", "../a"), "/mine/a/b/x.png lies too deep"),
}


@pytest.mark.parametrize(("write", "message"), FOLDERS.values(), ids=FOLDERS)
@pytest.mark.parametrize("skip_broken", [False, True])
def test_a_folder_that_is_none_of_images_is_one_clear_error(tmp_path, capsys, write, message, skip_broken):
    write(tmp_path / "mine")
    with pytest.raises(DigitsError, match=message) as raised:
        load_folder(tmp_path / "mine", 8, skip_broken=skip_broken)
    assert raised.value.__cause__ is None and "\n" not in str(raised.value)
    assert capsys.readouterr() == ("", "")


def test_a_class_may_be_a_link_to_a_folder_elsewhere(tmp_path):
    put(tmp_path / "mine2" / "x.png", noise(8, 8))
    put(tmp_path / "mine" / "a" / "x.png", noise(8, 8))
    (tmp_path / "mine" / "b").symlink_to(tmp_path / "mine2", target_is_directory=True)
    assert load_folder(tmp_path / "mine", 8)[2] == ["a", "b"]


@pytest.mark.parametrize("path", [None, 3, "", b"mine", ["mine"]])
def test_a_path_that_is_none(path):
    with pytest.raises(DigitsError, match=r"^path must be the path of a folder, such as 'my_images', but is "):
        load_folder(path, 8)


def test_a_path_that_no_system_has():
    with pytest.raises(DigitsError, match=r"There is no folder .*a\\x00b"):
        load_folder("a\0b", 8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda path: (path / "b.png").unlink(),
            r"/b.png has vanished while the folder was read: load the folder again",
        ),
        (lambda path: put(path / "c.png", noise(8, 8)), "has changed while it was read: load it again"),
        (lambda path: (path / "a.png").unlink(), "has changed while it was read: load it again"),
    ],
    ids=["vanished", "added", "taken away behind"],
)
@pytest.mark.parametrize("skip_broken", [False, True])
def test_a_folder_that_changes_meanwhile(tmp_path, monkeypatch, change, message, skip_broken):
    for name in "ab":
        put(tmp_path / f"{name}.png", noise(8, 8))
    changes, read = [change], folder.read_image

    def read_and_change(*args):
        image = read(*args)
        while changes:
            changes.pop()(tmp_path)
        return image

    monkeypatch.setattr(folder, "read_image", read_and_change)
    with pytest.raises(DigitsError, match=message):
        load_folder(tmp_path, 8, skip_broken=skip_broken)


# --- arguments ---


@pytest.mark.parametrize("size", [0, -28, 3, "28", 28.0, None, True, (28, 28), float("nan")])
def test_silly_sizes(tmp_path, size):
    put(tmp_path / "x.png", noise(8, 8))
    with pytest.raises(DigitsError, match=r"^size must be one integer of at least 4, such as 28 .*, but is "):
        load_folder(tmp_path, size)


@pytest.mark.parametrize("channels", [0, 2, 4, "3", 3.0, None, True, "rgb"])
def test_silly_channels(tmp_path, channels):
    put(tmp_path / "x.png", noise(8, 8))
    with pytest.raises(DigitsError, match=r"^channels must be 1 \(grey\) or 3 \(red, green, blue\), but is "):
        load_folder(tmp_path, 8, channels)


@pytest.mark.parametrize("skip_broken", ["no", 1, None])
def test_silly_skip_broken(tmp_path, skip_broken):
    with pytest.raises(DigitsError, match="^skip_broken must be True or False, but is "):
        load_folder(tmp_path, 8, 1, skip_broken)


@pytest.mark.parametrize("size", [40_000, np.int32(40_000)])
def test_more_than_the_memory_holds_is_refused_with_the_arithmetic(tmp_path, size):
    for name in "ab":
        put(tmp_path / f"{name}.png", noise(8, 8))
    message = "2 images x 40,000 x 40,000 pixels x 3 bytes = 9.6 GB, above 4 GB: give a smaller size"
    with pytest.raises(DigitsError, match=f"^{message}"):
        load_folder(tmp_path, size, 3)
