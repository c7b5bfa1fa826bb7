"""Kernels that a run of notebooks starts beside others: they are reached through files, not through TCP ports.

A kernel manager picks free ports and lets go of them until the kernel binds them, a second later. What takes one of
them meanwhile (another kernel, or any connection) makes the kernel die with "Kernel died before replying to
kernel_info". With a hundred ports to give, 9 of 30 kernels died so, started two at a time; through files, none.
"""

import os
from tempfile import TemporaryDirectory

from jupyter_client.manager import AsyncKernelManager, KernelManager


class ThroughFiles:
    """Lets a kernel manager reach its kernel by files in a temporary folder, which is removed with the manager."""

    def __init__(self, **settings):
        self.sockets = TemporaryDirectory(prefix="kernel")
        super().__init__(transport="ipc", ip=os.path.join(self.sockets.name, "at"), **settings)


class FilesKernelManager(ThroughFiles, KernelManager):
    """The kernel manager that nbval uses."""


class AsyncFilesKernelManager(ThroughFiles, AsyncKernelManager):
    """The kernel manager that nbclient uses."""


if os.name == "nt":  # ZeroMQ's ipc needs Unix sockets
    FilesKernelManager, AsyncFilesKernelManager = KernelManager, AsyncKernelManager
