"""iperf3: the rates between two nodes in both directions, from its JSON or its text, and what its errors mean."""

from __future__ import annotations

from parsers.iperf3.document import parse as parse_json
from parsers.iperf3.failures import KINDS, kind_of_error
from parsers.iperf3.records import (
    CpuUtilization,
    Endpoint,
    Flow,
    Interval,
    Row,
    Run,
    ServerText,
    Socket,
    Stream,
    Sums,
    TestStart,
    TextRun,
)
from parsers.iperf3.server import parse as parse_server
from parsers.iperf3.text import parse as parse_text
from parsers.iperf3.version import Version
from parsers.iperf3.version import parse as parse_version

__all__ = [
    "KINDS",
    "CpuUtilization",
    "Endpoint",
    "Flow",
    "Interval",
    "Row",
    "Run",
    "ServerText",
    "Socket",
    "Stream",
    "Sums",
    "TestStart",
    "TextRun",
    "Version",
    "kind_of_error",
    "parse_json",
    "parse_server",
    "parse_text",
    "parse_version",
]
