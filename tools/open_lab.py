"""Open JupyterLab on the learner's first notebook: what `make lab` does.

Where no browser can be opened, JupyterLab prints its address. FRESH=04 in the environment: see learner_copy.py.
"""

import os
import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path

import learner_copy
from data_source import make_path_absolute
from jupyterlab.labapp import LabApp

ROOT = Path(__file__).parents[1]
FIRST = "learn/01_data_preprocessing.ipynb"


def browser_can_open(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether this is a desktop session: not a remote shell, and with a display where the system needs one."""
    if "SSH_CONNECTION" in environ:
        return False
    if platform not in ("darwin", "win32") and not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def arguments() -> list[str]:
    """JupyterLab's arguments: the course's folder, the first notebook, and what this machine needs."""
    arguments = [f"--ServerApp.root_dir={ROOT}", f"--LabApp.default_url=/lab/tree/{FIRST}"]
    if not browser_can_open():
        arguments.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")
    return arguments


if __name__ == "__main__":
    make_path_absolute()
    learner_copy.prepare(os.environ.get("FRESH", ""))
    LabApp.launch_instance([*arguments(), *sys.argv[1:]])
