"""
ping: packets sent and answered, and what ping says when it cannot send any.

`parse` reads what ping prints on stdout, `messages` what it prints on stderr. A run that could not start has nothing on
stdout (exit code 2 of iputils, 1 of BusyBox), so a judge asks `messages` first.
"""

from __future__ import annotations

from parsers.ping.messages import Message, classify, messages
from parsers.ping.records import IcmpMessage, Ping, Reply
from parsers.ping.text import parse

__all__ = ["IcmpMessage", "Message", "Ping", "Reply", "classify", "messages", "parse"]
