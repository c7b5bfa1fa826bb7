"""Start the workshop's server on this machine: what `make hub` does.

    NAMES=workshop/names.txt   who may come in, one name a line
    BOARD=1                    switch the board on: the learners' screens then say so
    PORT=8000, SEAT_GB=4       where it is to be found, and the most memory that one process at a seat may take
    TOGETHER=1                 all seats as one user of this machine, where you are not root

Needs Linux, Node.js and root, for each seat is a user of its own. TOGETHER=1 needs no root, and runs on macOS too.
"""

import grp
import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
from names import read_names

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
STATE = Path(os.environ.get("HUB_STATE", HERE / "state"))
NAMES = Path(os.environ.get("NAMES", HERE / "names.txt")).absolute()
TOGETHER = os.environ.get("TOGETHER") == "1"
OWN_PROXY, PROXY = HERE / "state" / "proxy", "configurable-http-proxy@5"
GROUP = "vae-course"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another


def main():
    seats = listed_seats()
    os.umask(0o022)  # what is installed, every seat must be able to read
    install_hub()
    os.umask(0o077)  # what the hub keeps, none
    STATE.mkdir(exist_ok=True)
    STATE.chmod(0o711)  # learners may pass through, to the digits, and not look around
    keys = {name: key(name) for name in ("room_key", "teacher_key")}
    proxy = find_proxy()
    if not TOGETHER:
        require_readable(ROOT, sys.executable)
        make_users(seats)
    prepare_digits(STATE / "digits.npz")
    address = f"http://0.0.0.0:{os.environ.get('PORT', '8000')}"
    print(f"\n{len(seats)} seats at http://{socket.gethostname()}:{os.environ.get('PORT', '8000')}")
    print(f"The room's key, for everybody: {keys['room_key']}")
    print(f"For you alone: the name teacher, with the key {keys['teacher_key']}\n", flush=True)
    os.execve(
        sys.executable,
        [sys.executable, "-m", "jupyterhub", "-f", str(HERE / "jupyterhub_config.py")],
        {
            **os.environ,
            **ports(),
            "HUB_STATE": str(STATE),
            "HUB_NAMES": str(NAMES),
            "HUB_ADDRESS": address,
            "HUB_PROXY": proxy,
            "HUB_TOGETHER": str(int(TOGETHER)),
            "PYTHONPATH": str(HERE),
        },
    )


def listed_seats():
    if not TOGETHER and os.geteuid() != 0:
        sys.exit(
            "Each seat becomes a user of this machine, so that nobody reads another's files: that needs root, as in"
            " `sudo make hub`. To try it alone, `make hub TOGETHER=1` runs all seats as you."
        )
    if not NAMES.exists():
        sys.exit(f"Write the learners' names to {NAMES}, one a line, as in {HERE / 'names.example.txt'}.")
    try:
        return read_names(NAMES)
    except ValueError as error:
        sys.exit(str(error))


def install_hub():
    """JupyterHub into .venv, where it is not there yet, in the versions that are locked."""
    if importlib.util.find_spec("jupyterhub") and importlib.util.find_spec("jupyterhub_idle_culler"):
        return
    sys.path.insert(0, str(ROOT / "tools"))
    import package_sources
    from set_up import LOCKED, UV

    print("Installing JupyterHub into .venv ...", flush=True)
    found = package_sources.settings(sys.executable)
    words = [*UV, *package_sources.no_index(found), *LOCKED, str(HERE / "requirements.lock")]
    subprocess.run(words, env=package_sources.for_uv(found), check=True)


def key(name):
    """The key that is kept in a file of this name; made at the first start."""
    path = STATE / name
    if not path.exists():
        path.write_text("-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(2)))
    return path.read_text().strip()


def find_proxy():
    """JupyterHub's proxy, a Node.js program: installed beside the hub's files where the machine has none."""
    own = OWN_PROXY / "node_modules" / ".bin" / "configurable-http-proxy"
    if found := shutil.which("configurable-http-proxy") or (own.exists() and str(own)):
        return found
    npm = shutil.which("npm")
    if not npm:
        sys.exit(
            "JupyterHub's proxy needs Node.js with npm, which was not found. On Debian and Ubuntu: apt install npm"
        )
    subprocess.run([npm, "install", "--silent", "--prefix", OWN_PROXY, PROXY], check=True)
    return str(own)


def make_users(seats):
    """A user of this machine for each seat and for the teacher, each with a home that only its owner may enter."""
    subprocess.run(["groupadd", "--force", GROUP], check=True)
    for account in [*seats, "teacher"]:
        if account not in {each.pw_name for each in pwd.getpwall()}:
            words = ["useradd", "--create-home", "--gid", GROUP, "--shell", "/bin/bash", account]
            subprocess.run(words, check=True)
        user = pwd.getpwnam(account)
        if user.pw_uid == 0 or user.pw_gid != grp.getgrnam(GROUP).gr_gid:
            sys.exit(f"{account} is already a user of this machine, and not one of the course. Choose another name.")
        os.chmod(user.pw_dir, 0o700)


def require_readable(*paths):
    """Exit with a line where a folder above one of the paths is closed to the seats' users."""
    real = {Path(os.path.realpath(each)) for each in paths}
    for folder in sorted({above for path in real for above in [path, *path.parents]}):
        if not folder.stat().st_mode & 0o001:
            sys.exit(
                f"Learners may not enter {folder}, so their servers can't start. Put the course, and the Python of its"
                " .venv, where everybody may read them: /opt/vae-course, and make PYTHON=/usr/bin/python3."
            )


def prepare_digits(path):
    """The digits in one file for all seats: as VAE_DIGITS names them, else MNIST, else the stroke digits."""
    if path.exists():
        return
    from vae_helpers.data import load_digits

    (x_train, y_train), (x_test, y_test) = load_digits()
    part = path.with_suffix(".part.npz")
    np.savez_compressed(part, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    part.chmod(0o644)
    part.replace(path)


def ports():
    """Free ports for what only this machine needs to reach."""
    names = ("HUB_PORT", "HUB_PROXY_PORT", "HUB_BOARD_PORT")
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in names]
    numbers = [str(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return dict(zip(names, numbers, strict=True))


if __name__ == "__main__":
    main()
