"""The sweep of 08: results come from processes or the cache, and any joblib backend may do the jobs."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import joblib
import numpy as np
import pytest
from sweep_jobs import Job, ended, scaled, slow

from vae_lessons.lesson08 import sweep

JOBS = [Job(1.0), Job(2.0), Job(3.0)]
DATA = {"numbers": (np.arange(4.0),)}
ROOT = Path(__file__).parents[3]


@pytest.fixture
def first(tmp_path):
    return sweep.start(scaled, JOBS, DATA, tmp_path).results()


def makers(results):
    """The processes that made some results."""
    return {int(arrays["process"]) for arrays in results.values()}


def result_files(folder):
    return sorted(folder.rglob("output.pkl"))


def test_results_come_in_the_order_of_the_jobs_from_other_processes(first):
    assert list(first) == JOBS
    for job in JOBS:
        np.testing.assert_array_equal(first[job]["values"], job.factor * np.arange(4.0))
    assert os.getpid() not in makers(first)


def test_a_second_run_takes_everything_from_the_cache(first, tmp_path, capsys):
    again = sweep.start(scaled, JOBS, DATA, tmp_path)
    assert again.missing == 0 and again.results().keys() == first.keys()
    assert "networks trained" not in capsys.readouterr().out
    assert len(result_files(tmp_path)) == 3


@pytest.mark.parametrize("content", [b"", b"<html>Not found</html>", None], ids=["empty", "a page", "cut short"])
def test_a_broken_file_is_noticed_and_made_again(first, tmp_path, content):
    path = result_files(tmp_path)[0]
    path.write_bytes(path.read_bytes()[:100] if content is None else content)
    again = sweep.start(scaled, JOBS, DATA, tmp_path)
    assert again.missing == 1
    for job, arrays in again.results().items():
        np.testing.assert_array_equal(arrays["values"], first[job]["values"])


def test_other_data_make_other_results(first, tmp_path):
    other = sweep.start(scaled, JOBS[:1], {"numbers": (np.arange(4.0) + 1,)}, tmp_path).results()
    np.testing.assert_array_equal(other[JOBS[0]]["values"], np.arange(4.0) + 1)


def test_another_joblib_backend_does_the_same_jobs(first, tmp_path):
    with joblib.parallel_config(backend="threading", n_jobs=2):
        here = sweep.start(scaled, JOBS, DATA, tmp_path / "threads").results()
    assert makers(here) == {os.getpid()}
    for job in JOBS:
        np.testing.assert_array_equal(here[job]["values"], first[job]["values"])


def test_of_two_sweeps_that_ask_together_one_trains(tmp_path):
    data = {"numbers": (np.arange(4.0), np.array(str(tmp_path / "calls")))}
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT / 'tests/support')!r}]; import numpy as np; "
        "from sweep_jobs import Job, slow; from vae_lessons.lesson08 import sweep; "
        f"data = {{'numbers': (np.arange(4.0), np.array({str(tmp_path / 'calls')!r}))}}; "
        f"import pathlib; sweep.start(slow, [Job(1.0), Job(2.0)], data, pathlib.Path({str(tmp_path)!r})).results()"
    )
    other = threading.Thread(target=subprocess.run, args=([sys.executable, "-c", code],), kwargs={"cwd": ROOT})
    other.start()
    sweep.start(slow, JOBS[:2], data, tmp_path).results()
    other.join()
    assert (tmp_path / "calls").read_text().splitlines() == ["called"] * 2


def test_a_folder_that_can_not_be_written_costs_the_cache_alone(tmp_path):
    path = tmp_path / "file"
    path.write_text("in the way", encoding="utf-8")
    results = sweep.start(scaled, JOBS[:1], DATA, path / "folder").results()
    np.testing.assert_array_equal(results[JOBS[0]]["values"], np.arange(4.0))


def test_a_process_that_is_ended_says_what_to_do_and_the_next_start_goes_on(tmp_path, capsys):
    data = {"numbers": (np.arange(4.0), np.array(str(tmp_path / "mark")))}
    sweep.start(ended, JOBS[:2], data, tmp_path).results()
    with pytest.raises(RuntimeError, match=r"ended before it was done.*run the cell with sweep\.start again"):
        sweep.start(ended, JOBS, data, tmp_path).results()
    results = sweep.start(ended, JOBS, data, tmp_path).results()
    assert "1 of 3 networks are being trained" in capsys.readouterr().out
    np.testing.assert_array_equal(results[JOBS[2]]["values"], 3 * np.arange(4.0))


def test_what_plans_a_sweep_does_not_wait_for_tensorflow():
    code = "import sys; from vae_lessons.lesson08 import studies, sweep; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
