"""The sweep of 08: results come from processes or the cache, and no file is taken that this job did not make."""

import os
import subprocess
import sys

import numpy as np
import pytest
from sweep_jobs import Job, ended, scaled

from vae_lessons.lesson08 import sweep

JOBS = [Job(1.0), Job(2.0), Job(3.0)]
DATA = {"numbers": (np.arange(4.0),)}


@pytest.fixture
def first(tmp_path):
    return sweep.start(scaled, JOBS, DATA, tmp_path).results()


def files(folder):
    return sorted(folder.glob("*.npz"))


def makers(results):
    """The processes that made some results."""
    return {int(found["process"]) for found in results.values()}


def test_results_come_in_the_order_of_the_jobs_from_other_processes(first):
    assert list(first) == JOBS
    for job in JOBS:
        np.testing.assert_array_equal(first[job]["values"], job.factor * np.arange(4.0))
    assert os.getpid() not in makers(first)


def test_a_second_run_takes_everything_from_the_cache(first, tmp_path, capsys):
    again = sweep.start(scaled, JOBS, DATA, tmp_path).results()
    assert [int(again[job]["process"]) for job in JOBS] == [int(first[job]["process"]) for job in JOBS]
    assert "networks trained" not in capsys.readouterr().out
    assert len(files(tmp_path)) == 3


def broken(path):
    path.write_bytes(path.read_bytes()[:100])


def foreign(path):
    np.savez(path, made_of=np.array("something else"), values=np.zeros(4))


def of_another_job(path):
    others = [each for each in files(path.parent) if each != path]
    path.write_bytes(others[0].read_bytes())


def page(path):
    path.write_text("<html>Not found</html>", encoding="utf-8")


@pytest.mark.parametrize("spoil", [broken, foreign, of_another_job, page])
def test_a_file_that_is_not_this_jobs_is_noticed_and_made_again(first, tmp_path, spoil):
    path = files(tmp_path)[0]
    spoil(path)
    again = sweep.start(scaled, JOBS, DATA, tmp_path).results()
    for job in JOBS:
        np.testing.assert_array_equal(again[job]["values"], first[job]["values"])
    assert len([job for job in JOBS if int(again[job]["process"]) != int(first[job]["process"])]) == 1


def test_other_data_and_other_code_make_other_results(first, tmp_path, monkeypatch):
    other = sweep.start(scaled, JOBS[:1], {"numbers": (np.arange(4.0) + 1,)}, tmp_path).results()
    np.testing.assert_array_equal(other[JOBS[0]]["values"], np.arange(4.0) + 1)
    monkeypatch.setattr(sweep, "CODE", sweep.CODE[:1])
    again = sweep.start(scaled, JOBS[:1], DATA, tmp_path).results()
    assert int(again[JOBS[0]]["process"]) != int(first[JOBS[0]]["process"])


def test_a_comment_or_a_docstring_makes_no_other_result(tmp_path):
    path = tmp_path / "code.py"
    path.write_text("def f(x):\n    return x + 1\n", encoding="utf-8")
    plain = sweep.bare_code(path)
    path.write_text('"""What."""\n\n\ndef f(x):\n    """Why."""\n    return x + 1  # so\n', encoding="utf-8")
    assert sweep.bare_code(path) == plain
    path.write_text("def f(x):\n    return x + 2\n", encoding="utf-8")
    assert sweep.bare_code(path) != plain


def test_a_folder_that_can_not_be_written_costs_the_cache_alone(tmp_path):
    path = tmp_path / "file"
    path.write_text("in the way", encoding="utf-8")
    found = sweep.start(scaled, JOBS[:1], DATA, path / "folder").results()
    np.testing.assert_array_equal(found[JOBS[0]]["values"], np.arange(4.0))


def test_a_process_that_is_ended_says_what_to_do_and_the_next_start_goes_on(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sweep, "processes", lambda jobs: 1)  # so that the job of factor 3 comes last
    data = DATA | {"mark": (np.array(str(tmp_path / "mark")),)}
    with pytest.raises(RuntimeError, match=r"ended before it was done.*run the cell with sweep\.start again"):
        sweep.start(ended, JOBS, data, tmp_path).results()
    assert len(files(tmp_path)) == 2
    found = sweep.start(ended, JOBS, data, tmp_path).results()
    assert "1 of 3 networks are being trained" in capsys.readouterr().out
    np.testing.assert_array_equal(found[JOBS[2]]["values"], 3 * np.arange(4.0))


def test_what_plans_a_sweep_does_not_wait_for_tensorflow():
    code = "import sys; from vae_lessons.lesson08 import studies, sweep; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
