"""The board as a hub's service: only the teacher's role sees it, and each seat reports for itself alone."""

import json
import secrets
import time

from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated
from jupyterhub.utils import url_path_join
from tornado.web import Application, HTTPError, RequestHandler

from board.pages import Numbers, Page, guarded
from board.reports import LONGEST, read_report

A_MINUTE = 60  # reports from one seat; more are passed over


class Teacher(HubOAuthenticated, RequestHandler):
    """Only for those to whom the hub grants access to this service."""


class Inbox(RequestHandler):
    """Takes a report. Whose it is, the token tells that the hub gave to the seat's server, never the report."""

    def check_xsrf_cookie(self):
        """Cookies are not looked at here, so no other page can use a learner's."""

    async def post(self):
        seat = await self.seat()
        if not self.settings["pace"].allows(seat):
            raise HTTPError(429)
        if len(self.request.body) > LONGEST:
            raise HTTPError(413)
        report = read_report(parsed(self.request.body), seat, time.time(), self.settings["known"])
        if report is None:
            raise HTTPError(400)
        self.settings["store"].add(report)
        self.set_status(204)

    async def seat(self):
        """The label of the seat that the token belongs to."""
        token = self.request.headers.get("Authorization", "").removeprefix("token ").strip()
        user = token and await self.settings["hub_auth"].user_for_token(token, sync=False)
        if not user or user.get("name") not in self.settings["labels"]:
            raise HTTPError(403)
        return self.settings["labels"][user["name"]]


class Pace:
    """Lets through so many reports of each seat in a minute."""

    def __init__(self, most=A_MINUTE, clock=time.monotonic):
        self.most, self.clock, self.times = most, clock, {}

    def allows(self, seat):
        recent = [each for each in self.times.get(seat, []) if self.clock() - each < 60]
        allowed = len(recent) < self.most
        self.times[seat] = [*recent, self.clock()] if allowed else recent
        return allowed


def parsed(body):
    """The JSON value in a request's body, or None."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def hub_board(prefix, store, known, labels, hub_auth):
    """The board below a prefix such as /services/board/."""
    pages = [
        (url_path_join(prefix, "/?"), guarded(Page, Teacher)),
        (url_path_join(prefix, "data"), guarded(Numbers, Teacher)),
        (url_path_join(prefix, "report"), Inbox),
        (url_path_join(prefix, "oauth_callback"), HubOAuthCallbackHandler),
    ]
    shared = {"store": store, "known": known, "labels": labels, "hub_auth": hub_auth, "pace": Pace()}
    return Application(pages, cookie_secret=secrets.token_bytes(32), xsrf_cookies=True, **shared)
