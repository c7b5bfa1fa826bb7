"""The board's two pages, what the teacher sees and its numbers as JSON, and the board of a folder."""

import json
import time
from pathlib import Path

from tornado.web import Application, RequestHandler, authenticated

from board.tally import tally

PAGE = Path(__file__).with_name("page.html")


class Page(RequestHandler):
    @authenticated
    def get(self):
        _ = self.xsrf_token  # sets the cookie: the hub wants it back with each request for the numbers
        self.set_header("Content-Security-Policy", "default-src 'self' 'unsafe-inline'; frame-ancestors 'self'")
        self.finish(PAGE.read_text(encoding="utf-8"))


class Numbers(RequestHandler):
    @authenticated
    def get(self):
        self.set_header("Cache-Control", "no-store")
        reports, known = self.settings["store"].reports(), self.settings["known"]
        self.finish(json.dumps(tally(reports, known, self.get_query_argument("lesson", ""), time.time())))


class AnyoneHere(RequestHandler):
    """No hub asks who is there: the page is for this computer alone."""

    def get_current_user(self):
        return "teacher"


def guarded(handler, guard):
    """A page that only those may see whom the guard lets in."""
    return type(handler.__name__, (guard, handler), {})


def folder_board(store, known):
    """The board of a folder: no log-in, and nothing to write to."""
    pages = [("/", guarded(Page, AnyoneHere)), ("/data", guarded(Numbers, AnyoneHere))]
    return Application(pages, store=store, known=known)
