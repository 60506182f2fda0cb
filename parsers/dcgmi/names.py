"""
DCGM's names for tests, error numbers and exit codes, and which errors are no fault of a board.

Sources: NVIDIA/DCGM, dcgmlib/dcgm_structs.h (dcgmReturn_t), dcgm_errors.h and src/dcgm_errors.c (severity and category
of every error), nvvs/include/PluginStrings.h, releases 2.1.4 to 4.6.0.
"""

from __future__ import annotations

import re

from parsers.dcgmi.records import DiagError

TESTS = {
    "GPU Memory": "memory",
    "PCIe": "pcie",
    "Diagnostic": "diagnostic",
    "SM Stress": "sm_stress",
    "Targeted Stress": "targeted_stress",
    "Targeted Power": "targeted_power",
    "Memory Bandwidth": "memory_bandwidth",
    "Memtest": "memtest",
    "Pulse Test": "pulse_test",
    "EUD Test": "eud",
    "CPU EUD Test": "cpu_eud",
    "Context Create": "context_create",
}
"""Display names up to DCGM 3.x and what DCGM 4 calls the same tests."""

SOFTWARE = "software"
DEPLOYMENT = "Deployment"

SEVERITIES = {0: "NONE", 1: "MONITOR", 2: "ISOLATE", 3: "UNKNOWN", 4: "TRIAGE", 5: "CONFIG", 6: "RESET"}
CATEGORIES = {
    0: "NONE",
    1: "PERF_THRESHOLD",
    2: "PERF_VIOLATION",
    3: "SOFTWARE_CONFIG",
    4: "SOFTWARE_LIBRARY",
    5: "SOFTWARE_XID",
    6: "SOFTWARE_CUDA",
    7: "SOFTWARE_EUD",
    8: "SOFTWARE_OTHER",
    9: "HARDWARE_THERMAL",
    10: "HARDWARE_MEMORY",
    11: "HARDWARE_NVLINK",
    12: "HARDWARE_NVSWITCH",
    13: "HARDWARE_PCIE",
    14: "HARDWARE_POWER",
    15: "HARDWARE_OTHER",
    16: "INTERNAL_OTHER",
}

EXIT_MEANINGS = {
    0: "every test passed, or DCGM reports failures only in its JSON",
    255: "bad parameter, or an invalid subsystem",
    254: "the command line was not understood",
    253: "generic error",
    250: "not supported: the driver is not the recommended one",
    245: "the diagnostic timed out",
    242: "no data: the diagnostic returned no test",
    235: "no host engine to talk to",
    233: "the GPUs are not all of one model",
    227: "this needs root",
    226: "at least one test failed, or a system error",
    217: "another diagnostic is running on this host engine",
    216: "the diagnostic's own output could not be read by DCGM",
    215: "the diagnostic could not be launched",
    213: "a threshold was exceeded",
    205: "at least one test failed with an error for which the GPU must be isolated",
    204: "the diagnostic's program was not found",
    203: "the diagnostic was killed by a signal",
    202: "DCGM is paused",
    198: "no test is available for these devices",
}
"""What dcgmi exits with: the lowest eight bits of a negative dcgmReturn_t, by one rule from 2.x to 4.x."""

_SOFTWARE_CATEGORIES = frozenset({3, 4, 6, 7, 8})
_ISOLATE, _CONFIG, _NO_CATEGORY, _INTERNAL = 2, 5, 0, 16
_HARDWARE_UNDER_CONFIG = frozenset({46, 55, 60, 72})
_INTERNAL_ERROR_ID = 44
_INTERNAL_WORDS = re.compile(r"\binternal error\b", re.IGNORECASE)
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


def plugin_name(display_name: str) -> str:
    """DCGM 4's name of a test that older releases show as `display_name`; one that is not known, in snake_case."""
    return TESTS.get(display_name) or _NOT_A_WORD.sub("_", display_name.lower()).strip("_") or display_name


def severity_name(severity: int) -> str:
    """The name of an error_severity; "severity 9" for a number that is not known."""
    return SEVERITIES.get(severity, f"severity {severity}")


def category_name(category: int) -> str:
    """The name of an error_category; "category 99" for a number that is not known."""
    return CATEGORIES.get(category, f"category {category}")


def exit_meaning(code: int) -> str:
    """What an exit code of dcgmi says. 226 and 205 come with results; the others but 0 mean that there are none."""
    return EXIT_MEANINGS.get(code, f"exit code {code}, not one that DCGM is known to use")


def is_configuration(error: DiagError) -> bool:
    """
    Whether an error is certainly one of software or configuration, to be put right on the node without a new board.

    The category decides where there is one, because the severity does not: a PCIe link that is too narrow (46) has
    severity CONFIG and category HARDWARE_PCIE. Three cases that a category SOFTWARE_* would hide stay with the
    hardware: severity ISOLATE ("the GPU must not be used"; uncontained memory errors and a failed field diagnostic are
    filed under SOFTWARE_XID and SOFTWARE_EUD), SOFTWARE_XID as a whole (an Xid is what the board told its driver), and
    an error that says neither. Without a category severity CONFIG decides, except for the error numbers that DCGM
    files under hardware.
    """
    if error.severity == _ISOLATE:
        return False
    if error.category in (None, _NO_CATEGORY):
        return error.severity == _CONFIG and error.error_id not in _HARDWARE_UNDER_CONFIG
    return error.category in _SOFTWARE_CATEGORIES


def is_internal(error: DiagError) -> bool:
    """Whether DCGM itself broke, which says nothing of the board: nothing was measured."""
    if error.category is not None:
        return error.category == _INTERNAL
    return error.error_id == _INTERNAL_ERROR_ID or _INTERNAL_WORDS.search(error.text) is not None
