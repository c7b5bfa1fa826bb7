"""Start the board: as a hub's service, or `python -m board <folder>` for reports in a folder."""

import asyncio
import os
import sys
from pathlib import Path
from urllib.parse import urlparse

from board import catalogue, pages
from board.store import Database, Folder

PORT = 8010


async def serve_hub():
    from jupyterhub.services.auth import HubOAuth

    from board.service import hub_board

    prefix, address = os.environ["JUPYTERHUB_SERVICE_PREFIX"], urlparse(os.environ["JUPYTERHUB_SERVICE_URL"])
    store = Database(os.environ["BOARD_FILE"])
    labels = catalogue.labels(Path(os.environ["BOARD_NAMES"]))
    board = hub_board(prefix, store, catalogue.exercises(), labels, HubOAuth.instance(cache_max_age=60))
    board.listen(address.port, os.environ.get("BOARD_HOST", "127.0.0.1"), max_body_size=100_000)
    await asyncio.Event().wait()


async def serve_folder(folder):
    table, port = catalogue.exercises(), int(os.environ.get("PORT", PORT))
    pages.folder_board(Folder(folder, table), table).listen(port, "127.0.0.1")
    print(f"The board of {folder} is at http://127.0.0.1:{port}. Ctrl-C ends it.", flush=True)
    await asyncio.Event().wait()


def main(folder=""):
    if not folder and "JUPYTERHUB_SERVICE_PREFIX" not in os.environ:
        sys.exit("Name the folder that the learners' VAE_BOARD names: make board FOLDER=/shared/reports")
    if folder and not Path(folder).is_dir():
        sys.exit(f"There is no folder {folder}. Name the one that the learners' VAE_BOARD names.")
    asyncio.run(serve_folder(folder) if folder else serve_hub())


if __name__ == "__main__":
    main(*sys.argv[1:2])
