"""A real hub with its board: who comes in, and who may read and write what. Needs `make hub` to have been run once.

All seats are one user here (TOGETHER=1), so that the test needs no root; and no seat starts its server.
"""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[2] / "workshop"
PROXY = shutil.which("configurable-http-proxy") or (HERE / "state" / "proxy").exists()
pytestmark = pytest.mark.skipif(
    not (importlib.util.find_spec("jupyterhub") and PROXY),
    reason="JupyterHub or its proxy is not installed: `make hub` does it",
)
REPORT = {"status": "wrong", "exercise": "kl_divergence"}


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """(address, the room's key, the teacher's key) of a running hub."""
    state = tmp_path_factory.mktemp("hub")
    (state / "names.txt").write_text("Ada\nEmmy (shown)\nGrace\n" + "".join(f"Learner {i}\n" for i in range(9)))
    (state / "digits.npz").touch()  # nobody loads it
    variables = {"HUB_STATE": str(state), "NAMES": str(state / "names.txt"), "PORT": "8765"}
    words = [sys.executable, str(HERE / "hub.py")]
    with (state / "log").open("w") as log:
        process = subprocess.Popen(
            words, env={**os.environ, **variables, "TOGETHER": "1", "BOARD": "1"}, stdout=log, stderr=log, cwd=state
        )
    try:
        yield "http://127.0.0.1:8765", *keys(state, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def keys(state, process):
    """The keys that the hub shows, once it and its board answer."""
    end = time.monotonic() + 120
    while time.monotonic() < end and process.poll() is None:
        log = (state / "log").read_text()
        if "JupyterHub is now running" in log:
            return re.search(r"everybody: (\S+)", log)[1], re.search(r"with the key (\S+)", log)[1]
        time.sleep(0.5)
    pytest.fail((state / "log").read_text()[-2000:])


def browser(hub, name, key, password="my password"):
    """A browser that tried to log in, and whether it is in."""
    import httpx

    web = httpx.Client(base_url=hub[0], follow_redirects=False, timeout=30)
    web.get("/hub/login")
    fields = {"username": name, "key": key, "password": password, "_xsrf": web.cookies.get("_xsrf", path="/hub/")}
    return web, web.post("/hub/login", data=fields).status_code == 302


def token(web, account):
    """A token such as the seat's server gets from the hub."""
    xsrf = web.cookies.get("_xsrf", path="/hub/")
    reply = web.post(f"/hub/api/users/{account}/tokens", headers={"X-XSRFToken": xsrf, "Referer": str(web.base_url)})
    return reply.raise_for_status().json()["token"]


def told(web, key, **report):
    """The board's answer to a report, as a number."""
    headers = {"Authorization": f"token {key}"}
    return web.post("/services/board/report", json=REPORT | report, headers=headers).status_code


def board(web):
    """What the page's script sees of the board's numbers, after the hub's redirects."""
    web.follow_redirects = True
    web.get("/services/board/")
    headers = {"Sec-Fetch-Mode": "cors", "X-XSRFToken": web.cookies.get("_xsrf", "", path="/services/board/")}
    return web.get("/services/board/data", params={"lesson": "04_elbo"}, headers=headers)


def test_the_list_the_key_and_a_password_of_ones_own(hub):
    assert browser(hub, "Learner 0", hub[1])[1]
    assert not browser(hub, "Learner 0", hub[1], "another's guess")[1], "the first password is the learner's"
    assert not browser(hub, "Learner 1", "wrong-key")[1]
    assert not browser(hub, "Learner 1", hub[1], "short")[1]
    assert not browser(hub, "Mallory", hub[1])[1] and not browser(hub, "root", hub[1])[1]
    assert not browser(hub, "teacher", hub[1])[1] and browser(hub, "teacher", hub[2])[1]


def test_the_teacher_comes_to_the_board(hub):
    teacher, _ = browser(hub, "teacher", hub[2])
    assert teacher.get("/hub/").headers["Location"].endswith("/services/board/")


def test_after_five_wrong_tries_even_the_right_key_is_refused(hub):
    assert not any(browser(hub, "Learner 2", f"guess-{number}")[1] for number in range(5))
    assert not browser(hub, "Learner 2", hub[1])[1]
    assert browser(hub, "Learner 3", hub[1])[1], "the others come in"


def test_a_learner_reads_no_board_and_reports_for_no_one_else(hub):
    ada, _ = browser(hub, "Ada", hub[1])
    assert board(ada).status_code == 403
    assert told(ada, token(ada, "ada"), seat="Emmy", name="Emmy", user="emmy") == 204
    assert told(ada, "made-up") == 403 and ada.post("/services/board/report", json=REPORT).status_code == 403
    emmy, _ = browser(hub, "Emmy", hub[1])
    assert told(emmy, token(emmy, "emmy"), status="help") == 204
    teacher, _ = browser(hub, "teacher", hub[2])
    assert told(teacher, token(teacher, "teacher")) == 403, "no seat"
    seen = board(teacher).json()
    assert seen["seats"] == 2 and seen["rows"][0] == {
        "exercise": "kl_divergence", "not_begun": 1, "wrong": 1, "right": 0, "minutes": 0.0,
    }  # fmt: skip
    assert [each["seat"] for each in seen["help"]] == ["Emmy"] and "Ada" not in str(seen)


def test_malformed_reports_are_refused_and_a_flood_is_stopped(hub):
    grace, _ = browser(hub, "Grace", hub[1])
    key = token(grace, "grace")
    assert told(grace, key, exercise="import os") == 400 and told(grace, key, slip="x" * 9000) == 413
    headers = {"Authorization": f"token {key}"}
    assert grace.post("/services/board/report", content=b"{" * 1000, headers=headers).status_code == 400
    answers = [told(grace, key) for _ in range(80)]
    assert answers.count(204) <= 60 and set(answers[60:]) == {429}


def test_a_learner_reaches_neither_anothers_server_nor_the_hubs_list(hub):
    ada, _ = browser(hub, "Ada", hub[1])
    assert ada.get("/hub/api/users").status_code == 403 and ada.get("/hub/admin").status_code == 403
    ada.follow_redirects = True
    assert ada.get("/user/emmy/lab").status_code in (403, 404)
