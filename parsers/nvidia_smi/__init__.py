"""
nvidia-smi: the document of `-q -x`, the text of `-q`, and the tables of `--query-gpu=... --format=csv[,nounits]`.

Raises ParseError for whatever is not such an output; a field that could not be read is never a value.
"""

from __future__ import annotations

from parsers.nvidia_smi.csv import Cell, Table, parse_csv, parse_query_csv
from parsers.nvidia_smi.events import (
    APPLICATION_CLOCKS,
    DISPLAY_CLOCKS,
    GPU_IDLE,
    HW_POWER_BRAKE_SLOWDOWN,
    HW_SLOWDOWN,
    HW_THERMAL_SLOWDOWN,
    SW_POWER_CAP,
    SW_THERMAL_SLOWDOWN,
    SYNC_BOOST,
    THERMAL,
    event_reasons,
)
from parsers.nvidia_smi.query_text import parse_query_text
from parsers.nvidia_smi.records import (
    Clocks,
    Ecc,
    EccScope,
    EventCounters,
    EventReasons,
    Fabric,
    GpuState,
    Link,
    Power,
    Process,
    RemappedRows,
    RetiredPages,
    Snapshot,
)
from parsers.nvidia_smi.totals import at_least, total
from parsers.nvidia_smi.xml import parse_query_xml

__all__ = [
    "APPLICATION_CLOCKS",
    "DISPLAY_CLOCKS",
    "GPU_IDLE",
    "HW_POWER_BRAKE_SLOWDOWN",
    "HW_SLOWDOWN",
    "HW_THERMAL_SLOWDOWN",
    "SW_POWER_CAP",
    "SW_THERMAL_SLOWDOWN",
    "SYNC_BOOST",
    "THERMAL",
    "Cell",
    "Clocks",
    "Ecc",
    "EccScope",
    "EventCounters",
    "EventReasons",
    "Fabric",
    "GpuState",
    "Link",
    "Power",
    "Process",
    "RemappedRows",
    "RetiredPages",
    "Snapshot",
    "Table",
    "at_least",
    "event_reasons",
    "parse_csv",
    "parse_query_csv",
    "parse_query_text",
    "parse_query_xml",
    "total",
]
