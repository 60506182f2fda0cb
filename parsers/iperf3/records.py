"""What a run of iperf3 says: the same six sums and their measures, from its JSON as from its text."""

from __future__ import annotations

from dataclasses import dataclass

from parsers.reading import Field


@dataclass(frozen=True)
class Endpoint:
    """The other end of the control connection: a name or address as it was given, and a port."""

    host: str
    port: int


@dataclass(frozen=True)
class Socket:
    """One connection that carried data, by the number that iperf3 gives it in every line about it."""

    socket: int
    local_host: str
    local_port: int
    remote_host: str
    remote_port: int


@dataclass(frozen=True)
class TestStart:
    """
    What was asked for: start.test_start. Both ends report the same.

    `protocol` is "TCP", "UDP" or "SCTP"; `num_streams` counts those of one direction. `duration_s` is 0 where the run was
    limited by `bytes` or `blocks` (else these are 0). `reverse`: the server sends. `bidir`: both send; before 3.13 it is
    known by the sums only. `target_bitrate` is 0 for "as fast as it can be", and is not told up to 3.9.
    """

    protocol: str
    num_streams: int
    duration_s: int
    omit_s: int
    bytes: int
    blocks: int
    reverse: bool
    bidir: bool
    target_bitrate: Field

    @property
    def streams_in_all(self) -> int:
        """How many connections carry data: with `bidir` each direction has its own."""
        return self.num_streams * (2 if self.bidir else 1)


@dataclass(frozen=True)
class Flow:
    """
    What one end measured of a stream, or of all streams of one direction.

    `seconds` is the time it took and `end_s` the clock at its end (from 0, without the omitted seconds); a stream's
    receiver repeats the local `seconds`, so that its rate goes with `end_s`. `bytes` and `bits_per_second` are payload.
    `retransmits` are TCP's, and known to the sender only; `jitter_ms`, `lost_packets`, `packets` and `lost_percent` (%)
    are UDP's. What this flow does not have is Absent. `sender` says whether the process that printed this is the one that
    sent, None where it does not say; in UDP's sum_sent and sum_received it only says which of the two they are.
    """

    end_s: Field
    seconds: Field
    bytes: Field
    bits_per_second: Field
    retransmits: Field
    jitter_ms: Field
    lost_packets: Field
    packets: Field
    lost_percent: Field
    sender: bool | None


@dataclass(frozen=True)
class Stream:
    """
    One stream at its end: `sender` and `receiver` with TCP and SCTP; with UDP `udp`, which says what was sent and what was lost.

    What the protocol does not have has nothing but Absent fields.
    """

    socket: int
    sender: Flow
    receiver: Flow
    udp: Flow


@dataclass(frozen=True)
class Interval:
    """All streams for one interval: the direction of `sum`, and with `bidir` that of the server too. Omitted ones do not count."""

    start_s: float
    omitted: bool
    sum: Flow
    sum_bidir_reverse: Flow


@dataclass(frozen=True)
class CpuUtilization:
    """
    Percent of one core: 100 is one core full; `host` is the process that printed this, `remote` the other.

    A server is not told the client's: its zeros are read as Absent.
    """

    host_total: Field
    host_user: Field
    host_system: Field
    remote_total: Field
    remote_user: Field
    remote_system: Field


@dataclass(frozen=True, kw_only=True)
class Sums:
    """
    The sums over all streams, by the names of iperf3's JSON ("end").

    `sum_sent` and `sum_received` are the direction from client to server, or with `reverse` that from server to client;
    the `bidir_reverse` ones are the other direction of a `bidir` run. `sum` is UDP's account: what was sent, and of it
    what was lost (up to 3.9 there is nothing else with UDP). Sums that were not printed have nothing but Absent fields.
    A server does not know what the client sent, nor what it received: it prints zeros, which are Absent here.
    """

    sum: Flow
    sum_sent: Flow
    sum_received: Flow
    sum_bidir_reverse: Flow
    sum_sent_bidir_reverse: Flow
    sum_received_bidir_reverse: Flow


SUMS = ("sum", "sum_sent", "sum_received", "sum_bidir_reverse", "sum_sent_bidir_reverse", "sum_received_bidir_reverse")
"""The fields of Sums."""


@dataclass(frozen=True, kw_only=True)
class Run(Sums):
    """
    One run, from its JSON.

    `version` is None, and most else Absent, in the events of a run that failed before it started. `connecting_to` is a
    client's, `accepted_connection` a server's; `cookie` is what the client drew for this run and showed to the server, None where
    they did not meet. `tcp_mss_bytes` is TCP's segment size, of the client's connection or as asked for with -M; a server that
    is not told prints 0, which is Absent, as it is without TCP. `test_start` is None when the run never started: nothing was measured.
    `error` is iperf3's own word on why the run failed; every measure of such a run is an ErrorWord, although sums may have
    been printed (a server that was terminated leaves a full "end" of nonsense). `missing` tells in words what was
    announced or belongs there and did not come: sums, seconds, bytes. `notes` are lines printed around the document.
    """

    version: str | None
    connecting_to: Endpoint | None
    accepted_connection: Endpoint | None
    cookie: str | None
    tcp_mss_bytes: Field
    connected: tuple[Socket, ...]
    test_start: TestStart | None
    streams: tuple[Stream, ...]
    intervals: tuple[Interval, ...]
    cpu_utilization_percent: CpuUtilization
    error: str | None
    missing: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether the document is whole, nothing is missing, and there was no error."""
        return self.error is None and not self.missing


@dataclass(frozen=True)
class Row:
    """
    One line of the tables in iperf3's text.

    `socket` is None for [SUM]. `role` is "TX-C", "RX-C", "TX-S" or "RX-S" in a bidirectional run, else "". `side` is
    "sender" or "receiver" in the results (up to 3.1 "" for UDP), "" in the intervals. `line` is the line as it was printed.
    """

    socket: int | None
    role: str
    side: str
    start_s: float
    omitted: bool
    flow: Flow
    line: str


@dataclass(frozen=True, kw_only=True)
class TextRun(Sums):
    """
    One run, from its text. Numbers have three or four digits there: 4.27 Gbits/sec is anything from 4.265 to 4.275.

    `version` is None unless the text is verbose (-V). The sums are those of [SUM], or of the only stream.
    `intervals` and `results` are the rows of the two tables. `error` and `missing` are as in Run; `notes` are lines before
    the run that iperf3 does not print (a prompt); what follows its end is not kept.
    """

    version: str | None
    connecting_to: Endpoint | None
    accepted_connection: Endpoint | None
    connected: tuple[Socket, ...]
    intervals: tuple[Row, ...]
    results: tuple[Row, ...]
    error: str | None
    missing: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether "iperf Done." was read, every stream has its results, and there was no error. A server's text has no end."""
        return self.error is None and not self.missing


@dataclass(frozen=True)
class ServerText:
    """
    What a verbose one-off server (-s -1 -V) printed.

    `listening_on` are ports, one for each time it began to listen. `accepted` are the control connections of clients that it let in, and
    `cookies` what these drew for their runs: the same as in their own JSON. `results` are the rows of its last table, empty where
    there was not exactly one client. `error` is what it says of a failure; then no measure in the rows is a Reading. `missing` tells in
    words what a test that came to its end would have.
    """

    version: str
    listening_on: tuple[int, ...]
    accepted: tuple[Endpoint, ...]
    cookies: tuple[str, ...]
    results: tuple[Row, ...]
    error: str | None
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether one client was let in, every stream has its result over the announced seconds, and there was no error."""
        return self.error is None and not self.missing
