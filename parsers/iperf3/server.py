"""
What a one-off server of iperf3 prints: `iperf3 -s -1 -V --forceflush`, releases 3.1 to 3.20.

With -V it says its version first, then on which port it listens, then of each client the address, the cookie that the client
drew for its run, and the test that it asked for; at the end of a test the results of its own side. Up to 3.6 there is a row of
zeros for the other side too, which is left out here. There is no last word: what proves that a test came to its end is a
result of every stream, over the seconds that were announced. So tests that are limited by bytes or blocks are never complete.

Errors ("iperf3: error - ...", "iperf3: the client has terminated") stand on the error stream, which may be given behind the text. A
server that did not get to listen has printed nothing else: its message is quoted by ParseError. Lines that are not known,
and are none of a table, are skipped: later releases may have others.

Layout: iperf_run_server, iperf_server_listen and iperf_handle_message_server in iperf_server_api.c, iperf_on_connect and
iperf_print_results in iperf_api.c, and what 3.12 was seen to print.
"""

from __future__ import annotations

from collections.abc import Iterator

from parsers.errors import ParseError
from parsers.iperf3.lines import Line, first_error, first_text, groups, read_announced, read_lines, read_results, read_sockets
from parsers.iperf3.measures import number
from parsers.iperf3.records import Endpoint, Row, ServerText
from parsers.iperf3.text_checks import check_results, shortfall_of_server
from parsers.tool import Tool

TOOL = "iperf3-server"


def parse(text: str) -> ServerText:
    """
    What a server said of its clients.

    Raises ParseError, quoting the message, where it did not listen; for a client's text and one that is not verbose; for a row of a
    table that cannot be read; and for what is said twice and differently: versions, cookies against clients, rates against
    bytes and seconds, [SUM] against the streams. A last line that was cut is left out.
    """
    lines = read_lines(TOOL, text)
    error = first_error(lines) or next((found["complaint"] for found in groups(lines, "complaint")), None)
    version = _version(lines, error)
    accepted = tuple(Endpoint(found["host"], int(found["port"])) for found in groups(lines, "accepted"))
    cookies = tuple(found["cookie"] for found in groups(lines, "cookie"))
    if len(cookies) > len(accepted):
        raise ParseError(TOOL, f"a cookie of each of {len(accepted)} clients", " ".join(cookies[:8]))
    results = tuple(_results(lines, error)) if len(accepted) == 1 else ()
    return ServerText(
        version=version,
        listening_on=tuple(int(found["port"]) for found in groups(lines, "listening")),
        accepted=accepted,
        cookies=cookies,
        results=results,
        error=error,
        missing=() if error is not None else _missing(lines, len(accepted), len(cookies), results),
    )


def _version(lines: list[Line], error: str | None) -> str:
    """The release of a text that is a verbose server's."""
    if not groups(lines, "listening") or groups(lines, "connecting"):
        raise ParseError(TOOL, "a server that listens", error or first_text(lines))
    for line in lines:
        if line.kind == "other" and line.text.startswith("["):
            raise ParseError(TOOL, "a line of iperf3's tables", line.text, line.number)
    versions = sorted({found["version"] for found in groups(lines, "version")})
    if len(versions) != 1:
        raise ParseError(TOOL, "the version of one server, which it says with -V", " and ".join(versions[:8]))
    return versions[0]


def _results(lines: list[Line], error: str | None) -> Iterator[Row]:
    """The results but those that a server does not know: a sender's or, where it sent itself, a receiver's of 0 bytes."""
    results = tuple(read_results(lines, error))
    check_results(read_sockets(lines), results)
    known = {(row.socket, row.role) for row in results if number(row.flow.bytes) != 0}
    for row in results:
        if number(row.flow.bytes) != 0 or (row.side != "sender" and (row.socket, row.role) not in known):
            yield row


def _missing(lines: list[Line], clients: int, cookies: int, results: tuple[Row, ...]) -> tuple[str, ...]:
    if clients != 1:
        return (f"one client: there were {clients}",)
    if cookies != 1:
        return ("the client's cookie",)
    return shortfall_of_server(read_sockets(lines), results, read_announced(lines))


TOOLS = (
    Tool("iperf3-server", "3.1 to 3.20", "iperf3 -s -1 -V: which clients a server let in, and whether their test came to its end", parse),
)
