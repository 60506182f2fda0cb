"""dcgmi, NVIDIA's command line to DCGM: diagnostics, list of GPUs, health, NVLinks, versions; its names and exit codes."""

from __future__ import annotations

from parsers.dcgmi.diag import parse_diag
from parsers.dcgmi.discovery import BuildInfo, DiscoveredGpu, Discovery, parse_build_info, parse_discovery, parse_version
from parsers.dcgmi.names import category_name, exit_meaning, is_configuration, is_internal, severity_name
from parsers.dcgmi.records import DiagError, Diagnosis, Result, Summary

__all__ = [
    "BuildInfo",
    "DiagError",
    "Diagnosis",
    "DiscoveredGpu",
    "Discovery",
    "Result",
    "Summary",
    "category_name",
    "exit_meaning",
    "is_configuration",
    "is_internal",
    "parse_build_info",
    "parse_diag",
    "parse_discovery",
    "parse_version",
    "severity_name",
]
