"""What `make hub` leaves for the seats: what it installs they may read, what it keeps they may not."""

import os
import stat

import hub
import pytest


@pytest.fixture
def modes(tmp_path, monkeypatch):
    """The permissions of a file that is installed, and of one that the hub keeps."""
    before = os.umask(0o077)
    monkeypatch.setattr(hub, "STATE", tmp_path / "state")
    monkeypatch.setattr(hub, "listed_seats", dict)
    monkeypatch.setattr(hub, "install_hub", (tmp_path / "installed").touch)

    def stop():
        raise InterruptedError

    monkeypatch.setattr(hub, "find_proxy", stop)
    with pytest.raises(InterruptedError):
        hub.main()
    os.umask(before)
    return [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "installed", tmp_path / "state" / "room_key")]


def test_seats_may_read_what_is_installed_and_not_the_keys(modes):
    installed, key = modes
    assert installed & 0o004
    assert not key & 0o077
