"""`make lock` raises what it is asked to raise: the words that uv is called with."""

import pytest
import write_lock


def words_for(lock, package=""):
    (words,) = [words for words in write_lock.commands(package) if words[-1] == lock]
    return words


@pytest.mark.parametrize("lock", write_lock.LOCKS)
def test_what_is_locked_keeps_its_version(lock):
    assert not any(word.startswith("--upgrade") for word in words_for(lock))


@pytest.mark.parametrize("lock", write_lock.LOCKS)
def test_all_are_raised_on_request(lock):
    assert "--upgrade" in words_for(lock, "all") and "--upgrade-package" not in words_for(lock, "all")


def test_one_package_is_raised_in_the_locks_that_have_it():
    words = words_for("requirements.lock", "Keras")
    assert words[words.index("--upgrade-package") + 1] == "keras" and "--upgrade" not in words
    assert words_for("workshop/requirements.lock", "keras") == words_for("workshop/requirements.lock")
    assert "--upgrade-package" in words_for("requirements-uv.lock", "uv")


def test_a_package_is_found_however_its_name_is_written():
    assert "lazy-loader" in words_for("requirements.lock", "lazy_loader")


@pytest.mark.parametrize("words", [["kears"], ["keras", "numpy"]])
def test_a_wrong_package_is_named_in_a_sentence(words, monkeypatch):
    monkeypatch.setattr(write_lock.subprocess, "run", lambda *_, **__: pytest.fail("uv was called"))
    with pytest.raises(SystemExit, match=words[0]):
        write_lock.main(words)


def test_uv_is_called_for_each_lock_and_environment_yml_is_written(monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr(write_lock.subprocess, "run", lambda words, **_: calls.append(words))
    monkeypatch.setattr(write_lock.package_sources, "settings", lambda python: {})
    monkeypatch.setattr(write_lock, "save", lambda text, path: (tmp_path / path.name).write_text(text))
    write_lock.main(["keras"])
    assert calls == write_lock.commands("keras")
    assert "keras==" in (tmp_path / "environment.yml").read_text()
