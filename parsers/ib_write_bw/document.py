"""The JSON of ib_write_bw (--out_json): settings, and the result of the last message size."""

from __future__ import annotations

from parsers.errors import ParseError
from parsers.ib_write_bw.records import BITS_PER_SECOND, TOOL, BwResult, IbWriteBw, agrees, result
from parsers.json_text import as_object, as_text, as_whole_number, find_document, member, one_line, only_keys
from parsers.reading import Absent, Field, Reading
from parsers.tool import Tool

_RESULT_KEYS = ("MsgSize", "n_iterations", "BW_peak", "BW_average", "MsgRate", "CPU_util")
_NUMBERS = {"BW_peak": 2, "BW_average": 2, "MsgRate": 6}
_UNITS = ("Gb/sec", "MiB/sec")
_MOST_SIZES = 10**18


def parse_json(text: str) -> IbWriteBw:
    """
    A run's last message size; complete, because the document is closed only after it.

    Raises ParseError without one whole document and nothing else, for another test, a missing or unknown key, a number that is none or is
    negative, and where no unit, or more than one, makes bandwidth and rate of messages agree.
    """
    document = find_document(TOOL, text)
    if document.notes:
        raise ParseError(TOOL, "nothing but the document", document.notes[0])
    info = as_object(TOOL, member(TOOL, document.value, "test_info"), "test_info")
    test = as_text(TOOL, member(TOOL, info, "test"), "test")
    if not (test.startswith("RDMA_Write") and "BW_" in test):
        raise ParseError(TOOL, "an RDMA_Write BW test", test)
    return IbWriteBw(
        test=Reading(test, "text", f"test: {test}"),
        processes=1,
        devices=(as_text(TOOL, member(TOOL, info, "Device"), "Device"),),
        number_of_qps=_count(info, "Number_of_qps", "count"),
        transport_type=_text(info, "Transport_type"),
        connection_type=_text(info, "Connection_type"),
        link_type=_text(info, "Link_type"),
        mtu_bytes=_count(info, "Mtu", "bytes"),
        addresses=(),
        results=(_result(as_object(TOOL, member(TOOL, document.value, "results"), "results"), both_ways="Bidirectional" in test),),
        notes=(),
        complete=True,
    )


def _count(info: dict[str, object], key: str, unit: str) -> Field:
    return Reading(as_whole_number(TOOL, info[key], key), unit, f"{key}: {info[key]}") if key in info else Absent(key)


def _text(info: dict[str, object], key: str) -> Field:
    return Reading(as_text(TOOL, info[key], key), "text", f"{key}: {info[key]}") if key in info else Absent(key)


def _result(found: dict[str, object], *, both_ways: bool) -> BwResult:
    only_keys(TOOL, found, _RESULT_KEYS, "results")
    size, iterations = (as_whole_number(TOOL, member(TOOL, found, key), key) for key in ("MsgSize", "n_iterations"))
    peak, average, rate = (_printed(member(TOOL, found, key), key, digits) for key, digits in _NUMBERS.items())
    factors = (1, 2) if both_ways else (1,)
    units = [unit for unit in _UNITS if any(agrees(size, average, rate, unit, directions=factor) for factor in factors)]
    if not 0 < size < _MOST_SIZES or len(units) != 1:
        raise ParseError(TOOL, f"BW_average and MsgRate that agree in one of {', '.join(BITS_PER_SECOND)}", one_line(found))
    return result(size, iterations, (peak, average, rate), units[0])


def _printed(value: object, what: str, digits: int) -> str:
    """A number as it was printed, in which JSON readers do not keep zeros at the end."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise ParseError(TOOL, f"a number as {what}", one_line(value))
    return f"{value:.6f}" if round(value, digits) != value else f"{value:.{digits}f}"


TOOLS = (Tool("ib-write-bw-json", "perftest 4.5-0.1 to 4.5-0.20", "ib_write_bw --out_json: the last message size, Gbit/s", parse_json),)
