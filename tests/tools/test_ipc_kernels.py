"""The kernels that nbval and `make notebooks` start are reached through files of their own."""

import os
from pathlib import Path

import nbformat
import nbval.kernel
import pytest
from ipc_kernels import AsyncFilesKernelManager, FilesKernelManager
from nbclient import NotebookClient

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kernels are reached through TCP there")


def test_two_managers_share_no_socket_and_leave_no_file():
    first, second = FilesKernelManager(), FilesKernelManager()
    assert first.transport == second.transport == "ipc" and first.ip != second.ip
    folder = Path(first.ip).parent
    assert folder.is_dir()
    del first
    assert not folder.exists()


def test_nbval_starts_its_kernels_so():
    assert nbval.kernel.KernelManager is FilesKernelManager
    kernel = nbval.kernel.RunningKernel("python3")
    assert "tcp" not in str(kernel.km.get_connection_info())
    assert sorted(path.name for path in Path(kernel.km.ip).parent.iterdir()) == [f"at-{n}" for n in range(1, 6)]
    kernel.stop()


def test_a_notebook_runs_through_files():
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(6 * 7)")])
    client = NotebookClient(nb, kernel_manager_class=AsyncFilesKernelManager, kernel_name="python3")
    client.execute()
    assert nb.cells[0].outputs[0].text == "42\n"
    assert client.kernel_manager_class is AsyncFilesKernelManager
