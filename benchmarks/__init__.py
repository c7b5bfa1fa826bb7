"""How fast the course trains, measured against others in one run: ``python -m benchmarks`` (``make bench``).

``__main__`` lists the contenders and runs them; ``turns`` lets them work one epoch each in turn, every one in a process
of its own; ``rows`` turns the epochs into rows and a table; ``with_keras``, ``with_torch`` and ``with_numpy`` hold the
contenders.
"""
