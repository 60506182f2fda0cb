"""
What kind of failure a message of iperf3 tells of, so that a busy server can be asked again and a wrong address cannot.

Whole texts are known, those of iperf_error.c and main.c of all releases. Many end in ": " and the system's word for the
reason (strerror, or gai_strerror for a name). Texts of 3.14 and later are longer than those before; a message for the
terminal begins with "iperf3: error - ", and so, without "iperf3: ", does the JSON's up to 3.10 (and a server's later).
"""

from __future__ import annotations

import re

_PREFIX = re.compile(r"(?:iperf3: )?(?:(?P<parameter>parameter error - )|error - )?")
_INTERRUPTED = re.compile(r"interrupt - the (?:client|server) has terminated(?: by signal .{1,60}\([0-9]{1,3}\))?")

_WHOLE = {
    "the server is busy running a test. try again later": "busy",
    "the server has terminated": "server_terminated",
    "the client has terminated": "client_terminated",
    "the client has unexpectedly closed the connection": "connection_lost",
    "control socket has closed unexpectedly": "connection_lost",
    "stream socket has closed unexpectedly": "connection_lost",
    "received an unknown control message": "not_iperf3",
    "received an unknown control message (ensure other side is iperf3 and not iperf)": "not_iperf3",
    "test authorization failed": "access_denied",
    "idle timeout for receiving data": "timed_out",
    "total required bandwidth is larger than server limit": "server_limit",
    "client's requested duration exceeds the server's maximum permitted limit": "server_limit",
}
_LATER = " - port may not be available, the other side may have stopped running, etc."
_CONNECTING = (
    "unable to connect to server",
    "unable to connect to server - server may have stopped running or use a different port, firewall issue, etc.",
    "unable to connect stream",
)
_TALKING = (
    "unable to create a new stream",
    "unable to initialize stream",
    "unable to accept connection from client",
    "unable to accept stream connection",
    "unable to send cookie to server",
    "unable to receive cookie at server",
    "unable to write to the control socket",
    "unable to read from the control socket",
    "unable to send control message",
    f"unable to send control message{_LATER}",
    "unable to receive control message",
    f"unable to receive control message{_LATER}",
    "unable to send parameters to server",
    "unable to receive parameters from client",
    "unable to send results",
    "unable to receive results",
    "unable to write to stream socket",
    "unable to read from stream socket",
    "select failed",
)
_LISTENING = ("unable to start listener for connections", "unable to start stream listener")

_REASONS = {
    "Connection refused": "refused",
    "No route to host": "no_route",
    "Network is unreachable": "no_route",
    "Connection timed out": "timed_out",
    "Operation timed out": "timed_out",
    "Connection reset by peer": "connection_lost",
    "Broken pipe": "connection_lost",
    "Address already in use": "address_in_use",
    "Cannot assign requested address": "no_such_address",
    "Permission denied": "not_permitted",
    "Operation not permitted": "not_permitted",
    "Protocol not supported": "not_supported",
    "Name or service not known": "unknown_host",
    "Temporary failure in name resolution": "unknown_host",
    "No address associated with hostname": "unknown_host",
}
_STALE = {"Invalid argument": "unknown_host", "Resource temporarily unavailable": "unknown_host"}
_SILENCE = {"Resource temporarily unavailable": "timed_out"}
_BY_REASON = (
    (_CONNECTING, _REASONS | _STALE, "not_connected"),
    (_TALKING, _REASONS | _SILENCE, "connection_lost"),
    (_LISTENING, _REASONS, "not_listening"),
)

KINDS = frozenset({*_WHOLE.values(), *_REASONS.values(), *(kind for *_, kind in _BY_REASON), "interrupted", "parameter", "unknown"})
"""All that kind_of_error can say."""


def kind_of_error(message: str) -> str:
    """
    One of KINDS for a message of iperf3: the JSON's "error", or a line that it wrote to the terminal.

    "busy", "refused", "no_route", "timed_out" (nobody answered, or a UDP stream got through in no direction), "unknown_host",
    "address_in_use" and "no_such_address" (of its own end), "server_terminated", "client_terminated", "interrupted" (by a signal),
    "connection_lost", "not_iperf3", "access_denied", "server_limit", "not_permitted", "not_supported", "parameter" (a wrong option),
    and where the reason is none of these "not_connected" and "not_listening". Anything else is "unknown".

    A host that cannot be resolved has a misleading reason where iperf3 prints the error of an earlier call: 3.12 was seen
    to say "Invalid argument" and "Resource temporarily unavailable".
    """
    prefix = _PREFIX.match(message)
    text = message[prefix.end() :] if prefix is not None else message
    if prefix is not None and prefix["parameter"] is not None:
        return "parameter"
    if _INTERRUPTED.fullmatch(text):
        return "interrupted"
    return _WHOLE.get(text) or _by_reason(text)


def _by_reason(text: str) -> str:
    """Behind a colon may also stand nothing: a reason that the system has no word for."""
    text = text.rstrip(": ")
    what, _, reason = text.rpartition(": ")
    for texts, reasons, otherwise in _BY_REASON:
        if what in texts or text in texts:
            return reasons.get(reason, otherwise)
    return "unknown"
