"""The networks of tests are small, and their processes share the cores: one thread for each process.

More threads would mostly wait for each other in loops, which takes a core from the other process. Benchmarks, which
borrow the JupyterLab of the tests, use all cores.
"""

import os
import sys

if "pytest" in sys.modules:
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ.setdefault(name, "1")
