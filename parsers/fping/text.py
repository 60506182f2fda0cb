"""
What fping prints: its lists of -C, its counts of -c, the line of every packet, "is alive" and "is unreachable".

Read are fping 4.0 to 5.4 (src/fping.c; from 5.3 on output.c and stats.c). Lists and counts are printed on stderr, "is alive" and
the lines of packets on stdout, messages on stderr; any of them may be mixed in one text. What is said twice must agree.

No layout names its targets beforehand or ends with a mark, but for the statistics of -s, which close the text and count the
targets: only with them a record can be complete. Without them whoever judges compares targets and packets with what was asked for.

fping looks at no data, and at no length: a short reply shows in the line of its packet only (`bytes`), a wrong one nowhere. An
error of sending is said without -c and -C only; with them it is a packet without reply, like any other.

Not read: lists of bare names (-a, -u: the text does not say which of the two), reports while it runs (-Q, -l), JSON (-J),
netdata (-N), and runs that were interrupted while lists were of different lengths.
"""

from __future__ import annotations

from parsers.errors import ParseError
from parsers.fping.lines import read_lines
from parsers.fping.records import TOOL, FPing
from parsers.fping.statistics import FIRST, agree, read_statistics
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.tool import Tool


def parse(text: str) -> FPing:
    """
    The run whose results are in `text`.

    Raises ParseError, quoting the line, for a last line without its end (half a number looks like one), a line of no known
    kind, a target told of twice, lists, counts and statistics that contradict each other, and where no target is told of: then
    with the messages (no route, unknown host, no permission, wrong usage).
    """
    numbered = [pair for pair in enumerate(printable_lines(TOOL, text), start=1) if pair[1]]
    if not ends_whole_line(text):
        raise ParseError(TOOL, "a whole last line", numbered[-1][1], numbered[-1][0])
    start = next((index for index, (_, line) in enumerate(numbered) if FIRST.fullmatch(line)), len(numbered))
    targets, said = read_lines(numbered[:start])
    statistics = read_statistics(numbered[start:]) if start < len(numbered) else None
    if not targets and statistics is None:
        raise ParseError(TOOL, "a target and what it answered", "; ".join(message.line for message in said))
    return FPing(targets, statistics, said, complete=statistics is not None and agree(targets, statistics))


TOOLS = (Tool("fping", "4.0 to 5.4", "fping -C, -c, -s, on stderr, and what it prints on stdout: targets, packets, round trips", parse),)
