"""The settings that pip and uv run with in ``set_up.py``: where packages come from, and not where they go.

A setting such as PIP_USER, PIP_TARGET or a pip.conf with ``prefix`` would install beside .venv or not at all, and uv
has others of that kind. So pip and uv run here without settings, but for those that say how packages are fetched.
"""

import ast
import os
import subprocess

# No syntax newer than Python 3.6 in this file, as in set_up.py.
FOR_PIP = (
    "index-url extra-index-url find-links no-index trusted-host proxy cert client-cert timeout default-timeout retries "
    "keyring-provider cache-dir no-cache-dir use-feature"
).split()
FOR_UV = {  # pip's name: uv's variables
    "index-url": ["UV_DEFAULT_INDEX"],
    "extra-index-url": ["UV_INDEX"],
    "trusted-host": ["UV_INSECURE_HOST"],
    "proxy": ["HTTP_PROXY", "HTTPS_PROXY"],
    "cert": ["SSL_CERT_FILE"],
    "client-cert": ["SSL_CLIENT_CERT"],
    "timeout": ["UV_HTTP_TIMEOUT"],
    "default-timeout": ["UV_HTTP_TIMEOUT"],
    "no-cache-dir": ["UV_NO_CACHE"],
}
OF_UV = ("UV_CACHE_DIR", "UV_NO_CACHE", "UV_LINK_MODE", "UV_HTTP_TIMEOUT", "UV_SYSTEM_CERTS", "UV_CONCURRENT_DOWNLOADS")


def settings(python):
    """{name: value} of the user's settings for ``pip install`` that say how packages are fetched."""
    every_file = dict(
        os.environ, PIP_USER="0", PIP_SITE="0", PIP_GLOBAL="0"
    )  # or a setting made for install hides some
    words = [python, "-m", "pip", "config", "list"]
    listed = subprocess.check_output(words, env=every_file, universal_newlines=True)
    found = {}
    for level in ("global.", "install.", ":env:."):  # the later, the stronger
        for line in listed.splitlines():
            key, _, value = line.partition("=")
            if key.startswith(level) and key[len(level) :] in FOR_PIP:
                found[key[len(level) :]] = ast.literal_eval(value)
    return {name: value for name, value in found.items() if value}


def for_pip(found):
    """The environment in which pip follows these settings and no others."""
    variables = {"PIP_" + name.upper().replace("-", "_"): value for name, value in found.items()}
    return dict(without_settings(), PIP_CONFIG_FILE=os.devnull, **variables)


def for_uv(found):
    """The environment in which uv follows these settings and no others."""
    variables = {uv: " ".join(value.split()) for name, value in found.items() for uv in FOR_UV.get(name, [])}
    variables["UV_FIND_LINKS"] = ",".join(os.path.expanduser(link) for link in found.get("find-links", "").split())
    variables["UV_INDEX_STRATEGY"] = "unsafe-best-match"  # as pip does; safe here, as each file's hash is known
    kept = {name: os.environ[name] for name in OF_UV if name in os.environ}
    return dict(without_settings(), UV_NO_CONFIG="1", **dict(kept, **variables))


def without_settings():
    """The environment without the variables of pip and uv."""
    return {name: value for name, value in os.environ.items() if not name.upper().startswith(("PIP_", "UV_"))}


def no_index(found):
    """uv's words for pip's ``no-index``, for which it has no variable."""
    return ["--no-index"] if found.get("no-index", "").lower() in ("1", "true", "yes", "on") else []
