"""The files for a cluster fit each other, and what they take from the course is there."""

import re
from pathlib import Path

import pytest
import yaml

WORKSHOP = Path(__file__).resolve().parents[2] / "workshop"
KUBERNETES = WORKSHOP / "kubernetes"
VALUES = yaml.safe_load((KUBERNETES / "values.yaml").read_text())
SERVICE, DEPLOYMENT = yaml.safe_load_all((KUBERNETES / "board.yaml").read_text())
(BOARD,) = DEPLOYMENT["spec"]["template"]["spec"]["containers"]


def test_the_hubs_code_compiles():
    for code in VALUES["hub"]["extraConfig"].values():
        compile(code, "extraConfig", "exec")


def test_seats_and_board_have_one_image_and_one_address():
    image = VALUES["singleuser"]["image"]
    assert BOARD["image"] == f"{image['name']}:{image['tag']}"
    port = SERVICE["spec"]["ports"][0]["port"]
    assert VALUES["hub"]["services"]["board"]["url"] == f"http://{SERVICE['metadata']['name']}:{port}"
    assert SERVICE["spec"]["selector"].items() <= DEPLOYMENT["spec"]["template"]["metadata"]["labels"].items()


def test_the_image_takes_what_the_course_has():
    lines = re.findall(r"^COPY (.+) \S+$", (KUBERNETES / "Dockerfile").read_text(), re.M)
    assert lines and all((WORKSHOP.parent / name).exists() for line in lines for name in line.split())


def test_the_board_is_given_what_it_reads():
    given = {each["name"] for each in BOARD["env"]}
    read = set(re.findall(r'environ(?:\[|\.get\()"(\w+)"', (WORKSHOP / "board" / "__main__.py").read_text())) - {"PORT"}
    assert read <= given


@pytest.mark.parametrize("path", sorted(WORKSHOP.rglob("*")), ids=lambda path: path.name)
def test_every_file_of_the_workshop_that_is_named_is_there(path):
    """A file that was renamed is named in settings and recipes too, which nothing imports."""
    if path.suffix not in (".py", ".md", ".yaml", ".html") and path.name != "Dockerfile":
        return
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"--from-file=([\w/.]+)", text) + re.findall(r"(?:HERE / |/workshop/|# )\"?(\w+\.py)\b", text)
    assert [name for name in named if name != "names.txt" and not any(WORKSHOP.rglob(Path(name).name))] == []


def test_the_hubs_authenticator_can_be_imported_by_the_name_that_is_given():
    module, name = VALUES["hub"]["config"]["JupyterHub"]["authenticator_class"].split(".")
    assert re.search(rf"^class {name}\b", (WORKSHOP / f"{module}.py").read_text(encoding="utf-8"), re.MULTILINE)
