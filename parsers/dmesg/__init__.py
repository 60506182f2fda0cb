"""
The kernel's log, as dmesg, /dev/kmsg, syslog and the journal print it, and what happened to GPUs, links and memory in it.

`records` says what is read from all of them, `xid` what an Xid means. One module reads each kind of output: `text`,
`document` (dmesg --json) and `journal` (journalctl -o json). All of them turn it into lines (`line`), in which `events` looks
for what `rules` knows.
"""

from __future__ import annotations

from parsers.dmesg.document import parse as parse_document
from parsers.dmesg.journal import parse as parse_journal
from parsers.dmesg.records import Event, KernelLog, LinkLimit
from parsers.dmesg.text import parse as parse_text
from parsers.dmesg.xid import Xid, look_up

__all__ = ["Event", "KernelLog", "LinkLimit", "Xid", "look_up", "parse_document", "parse_journal", "parse_text"]
