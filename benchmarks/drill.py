"""
What a case of the drill costs, beside a whole run: `python benchmarks/drill.py [PROFILE]`.

Prints figures of this machine and asserts nothing. A case is the same items and checks in a process that has collected them already,
in memory and without reports, so the ratio is what the drill saves; the seconds of a whole drill follow from the number of its cases.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from fixtures import spec as specs  # noqa: E402
from fixtures.drill.engine import Case  # noqa: E402
from fixtures.drill.settings import HOSTS, write_setting  # noqa: E402
from fixtures.drill.trials import Trial, trials  # noqa: E402
from fixtures.simulator.catalogue import CATALOGUE  # noqa: E402
from fixtures.simulator.catalogue.building import had_by  # noqa: E402
from fixtures.simulator.catalogue.entry import CLUSTER, NETWORK, NODE, PARTS  # noqa: E402
from scripts.drill_workers import run_chunk  # noqa: E402

_CASES = 24


def main() -> None:
    """Measure and print."""
    profile = sys.argv[1] if len(sys.argv) > 1 else "hgx-h100"
    spec = specs.load(profile)
    listed = [trial for entry in had_by(spec, CATALOGUE) for trial in trials(entry, spec.node.gpus, HOSTS[1:])]
    whole = _whole_run(profile)
    print(f"{'a whole run, as a process':44} {whole:8.2f} s")
    total = sum(_setting(profile, setting, [trial for trial in listed if trial.entry.setting == setting], whole)
                for setting in (NODE, NETWORK, CLUSTER, PARTS))  # fmt: skip
    print(f"{f'all {len(listed)} cases at every position, one process':44} {total / 60:8.1f} min")


def _whole_run(profile: str) -> float:
    with tempfile.TemporaryDirectory() as out:
        began = time.perf_counter()
        command = [sys.executable, "-m", "pytest", "-q", str(CHECKOUT / "hwtests"), "--simulate", profile, "--out", out]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=CHECKOUT)
        return time.perf_counter() - began


def _setting(profile: str, setting: str, listed: list[Trial], whole: float) -> float:
    """Print what a case in this setting costs, and give the seconds of all of them."""
    some = listed[:: max(1, len(listed) // _CASES)][:_CASES]
    with tempfile.TemporaryDirectory() as folder:
        arguments = write_setting(setting, profile, Path(folder))
        told = run_chunk(arguments, [Case(), *(trial.case for trial in some)])[1:]  # the first has nothing that is kept yet
    each = sum(case.seconds for case in told) / len(told)
    print(f"{f'a case: {setting}, {len(told)} of {len(listed)}':44} {each:8.3f} s   {each / whole:6.3f} of a whole run")
    return each * len(listed)


if __name__ == "__main__":
    main()
