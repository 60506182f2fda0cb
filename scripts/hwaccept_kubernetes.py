"""hwaccept-kubernetes: everything that the suite asks of a Kubernetes API server, as a program whose output is evidence."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fixtures.cluster.program import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
