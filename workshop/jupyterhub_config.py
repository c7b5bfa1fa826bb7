"""JupyterHub for a workshop on one machine. `make hub` starts it; workshop/hub.py prepares what it reads here."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from authenticator import Room  # noqa: E402
from names import TEACHER, read_names  # noqa: E402 - the files beside this one

STATE = Path(os.environ["HUB_STATE"])
SEATS = read_names(Path(os.environ["HUB_NAMES"]))
TOGETHER = os.environ.get("HUB_TOGETHER") == "1"
BOARD = os.environ.get("BOARD") == "1"
BOARD_ADDRESS = f"http://127.0.0.1:{os.environ['HUB_BOARD_PORT']}"
GB = 2**30

c = get_config()  # noqa: F821 - JupyterHub defines it

# --- the hub ---

c.JupyterHub.bind_url = os.environ["HUB_ADDRESS"]
c.JupyterHub.hub_port = int(os.environ["HUB_PORT"])
c.JupyterHub.db_url = f"sqlite:///{STATE / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(STATE / "cookie_secret")
c.JupyterHub.template_paths = [str(HERE / "templates")]
c.ConfigurableHTTPProxy.command = [os.environ["HUB_PROXY"]]
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{os.environ['HUB_PROXY_PORT']}"
c.ConfigurableHTTPProxy.pid_file = str(STATE / "proxy.pid")
c.JupyterHub.concurrent_spawn_limit = 0  # none: a class comes at once, and the hub would turn the others away
c.JupyterHub.cleanup_servers = True
c.JupyterHub.implicit_spawn_seconds = 0.1  # whose server has ended gets on with one reload


def first_page(handler):
    """The teacher comes to the board, or to the hub's own page; a learner to the seat."""
    teacher = handler.current_user and handler.current_user.name == TEACHER
    return ("/services/board/" if BOARD else "/hub/home") if teacher else ""


c.JupyterHub.default_url = first_page

# --- who may come in ---

c.JupyterHub.authenticator_class = Room
c.Room.seats = SEATS
c.Room.room_key = (STATE / "room_key").read_text().strip()
c.Room.teacher_key = (STATE / "teacher_key").read_text().strip()
c.Room.passwords = str(STATE / "passwords")
c.Room.allow_all = True  # of those that Room lets in

# --- the seats ---

c.JupyterHub.spawner_class = "simple" if TOGETHER else "jupyterhub.spawner.LocalProcessSpawner"
c.SimpleLocalProcessSpawner.home_dir_template = str(STATE / "seats" / "{username}")
c.Spawner.cmd = [sys.executable, str(HERE / "start_server.py")]
c.Spawner.args = ["--allow-root"] if TOGETHER and os.geteuid() == 0 else []
c.Spawner.notebook_dir = "~/vae-course"
c.Spawner.default_url = "/lab/tree/01_data_preprocessing.ipynb"
c.LocalProcessSpawner.interrupt_timeout = c.LocalProcessSpawner.term_timeout = 10  # seconds, for a server to end
c.Spawner.poll_interval = 5  # seconds until a server that was killed is missed
c.Spawner.start_timeout = c.Spawner.http_timeout = 300  # thirty starts at once on two cores take a while
c.Spawner.env_keep = ["PATH", "LANG", "LC_ALL", "JUPYTER_PATH", "JUPYTERLAB_DIR"]
c.Spawner.environment = {
    "VAE_DIGITS": str(STATE / "digits.npz"),  # fetched once
    "SEAT_BYTES": str(int(float(os.environ.get("SEAT_GB", 4)) * GB)),
    "TF_NUM_INTRAOP_THREADS": "2",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "2",
    "MALLOC_ARENA_MAX": "2",
}


def tell_board(spawner):
    """Switch the board on at a seat; the learner's cards then say so."""
    seat = SEATS.get(spawner.user.name)
    if seat:
        spawner.environment = {**spawner.environment, "VAE_BOARD": f"{BOARD_ADDRESS}/services/board"}
        spawner.environment["VAE_BOARD_NAME"] = "1" if seat.label == seat.name else ""


if BOARD:
    c.Spawner.pre_spawn_hook = tell_board

# --- what runs beside: the board, and what ends idle servers ---

c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=3600", "--cull-every=300"],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "services": ["idle-culler"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    },
    {"name": "teacher", "users": [TEACHER], "scopes": ["admin-ui", "list:users", "admin:servers"]},
]
if BOARD:
    c.JupyterHub.services.append(
        {
            "name": "board",
            "url": BOARD_ADDRESS,
            "oauth_no_confirm": True,
            "command": [sys.executable, "-m", "board"],
            "cwd": str(HERE),
            "environment": {"BOARD_FILE": str(STATE / "board.sqlite"), "BOARD_NAMES": os.environ["HUB_NAMES"]},
        }
    )
    c.JupyterHub.load_roles[-1]["scopes"].append("access:services!service=board")
