"""
A transcript of hwaccept-kubernetes: requests to an API server and its replies, one JSON object a line.

The first line says the format and which action it is of, each following one is an exchange (`at_s` in seconds of one clock, counted
from the start, when its reply had come) or a refusal of the program itself, the last says whether all was asked. Made by
fixtures/cluster/asking.py; replies are as the API server gave them, without the fields that no verdict depends on. HTTP statuses and
the object "Status" of a refusal: Kubernetes API conventions, "Response Status Kind".
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.json_text import as_list, as_object, as_text, as_whole_number, find_document, member, only_keys
from parsers.plain_text import ends_whole_line

TOOL = "hwaccept-kubernetes"
FORMAT = 1
_KEYS = ("at_s", "why", "method", "path", "query", "sent", "status", "date", "reply", "problem")
_PATH = re.compile("/(?:api/v1|apis/[^/]+/[^/]+)(?:/[^/]+)+")
_BOOT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VERBS = {"POST": "create", "PATCH": "patch", "DELETE": "delete", "PUT": "update"}


@dataclass(frozen=True)
class Exchange:
    """
    One request and what came of it. `status` is None where no reply came, and `problem` says why; else `reply` is the body.

    `why` is the step that it belongs to, `query` the pairs of its query, `sent` the body that was sent, None without one.
    """

    at_s: float
    why: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    sent: object
    status: int | None
    date: str | None
    reply: dict[str, object]
    problem: str

    @property
    def answered(self) -> bool:
        """Whether the server did what it was asked: a status from 200 to 299."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def message(self) -> str:
        """What the server said of a refusal, in one line; "" where it said nothing."""
        return " ".join(str(self.reply.get("message", "")).split())

    @property
    def verb(self) -> str:
        """What RBAC calls this request: get, list, create, patch, update or delete."""
        return _VERBS.get(self.method, "list" if self.resource[1] == "" else "get")

    @property
    def resource(self) -> tuple[str, str, str]:
        """What is asked for: the kind in plural with its API group (storageclasses.storage.k8s.io), the name or "", the namespace or ""."""
        parts = self.path[1:].split("/")
        group, rest = ("", parts[2:]) if parts[0] == "api" else (f".{parts[1]}", parts[3:])
        namespace, rest = (rest[1], rest[2:]) if rest[:1] == ["namespaces"] and len(rest) > 2 else ("", rest)
        return f"{rest[0]}{group}", rest[1] if len(rest) > 1 else "", namespace


@dataclass(frozen=True)
class Transcript:
    """
    All exchanges of one action in their order; `refused` is what the program itself would not do, "" where it did all.

    `boot_id` is that of the machine that asked, None where it is not told.
    """

    action: str
    namespace: str
    boot_id: str | None
    exchanges: tuple[Exchange, ...]
    refused: str
    stopped: str

    @property
    def complete(self) -> bool:
        """Whether the program came to its end by itself: a transcript without its last line is refused."""
        return not self.stopped

    def of(self, *whys: str) -> tuple[Exchange, ...]:
        """The exchanges of these steps."""
        return tuple(exchange for exchange in self.exchanges if exchange.why in whys)

    def last(self, *whys: str) -> Exchange | None:
        """The last exchange of these steps; None where there is none."""
        found = self.of(*whys)
        return found[-1] if found else None


def parse(text: str, action: str) -> Transcript:
    """The transcript of `action`. Raises ParseError for anything else, and for one that was cut."""
    lines = text.split("\n")
    if not ends_whole_line(text) or len(lines) < 3:
        raise ParseError(TOOL, "a transcript with a first and a last line", lines[0])
    documents = [_document(line, number) for number, line in enumerate(lines[:-1], start=1)]
    namespace, boot_id = _begin(documents[0], action)
    stopped = _end(documents[-1], len(documents))
    refused = [_text(each, "refused") for each in documents[1:-1] if "refused" in each]
    exchanges = tuple(_exchange(each, number) for number, each in enumerate(documents[1:-1], start=2) if "refused" not in each)
    if len(refused) > 1:
        raise ParseError(TOOL, "one refusal at most", refused[1])
    _check_clock(exchanges)
    return Transcript(action, namespace, boot_id, exchanges, refused[0] if refused else "", stopped)


def _document(line: str, number: int) -> dict[str, object]:
    document = find_document(TOOL, line)
    if document.notes:
        raise ParseError(TOOL, "nothing but an object", document.notes[0], number)
    return document.value


def _begin(document: dict[str, object], action: str) -> tuple[str, str | None]:
    """The namespace, and the boot of the machine that asked."""
    only_keys(TOOL, document, ("hwaccept_kubernetes", "action", "namespace", "boot_id"), "the first line")
    if member(TOOL, document, "hwaccept_kubernetes") != FORMAT or _text(document, "action") != action:
        raise ParseError(TOOL, f"a transcript of {action} in format {FORMAT}", str(document), 1)
    boot_id = document.get("boot_id")
    return _text(document, "namespace"), None if boot_id is None else as_text(TOOL, boot_id, "boot_id")


def _end(document: dict[str, object], number: int) -> str:
    """Why the program stopped, "" where it came to its end."""
    only_keys(TOOL, document, ("end", "why"), "the last line")
    end = _text(document, "end")
    if end == "complete" and "why" not in document:
        return ""
    if end != "stopped" or not _text(document, "why"):
        raise ParseError(TOOL, "end complete, or end stopped and why", str(document), number)
    return _text(document, "why")


def _exchange(document: dict[str, object], number: int) -> Exchange:
    only_keys(TOOL, document, _KEYS, "an exchange")
    at_s, status = member(TOOL, document, "at_s"), member(TOOL, document, "status")
    if isinstance(at_s, bool) or not isinstance(at_s, (int, float)):
        raise ParseError(TOOL, "at_s in seconds", str(at_s), number)
    if (status is None) != ("problem" in document):
        raise ParseError(TOOL, "a status, or a problem", str(document), number)
    date, reply = member(TOOL, document, "date"), member(TOOL, document, "reply")
    path = _text(document, "path")
    if not _PATH.fullmatch(path):
        raise ParseError(TOOL, "a path of the API", path, number)
    return Exchange(
        float(at_s), _text(document, "why"), _text(document, "method"), path, _query(document), member(TOOL, document, "sent"),
        None if status is None else _status(status, number), None if date is None else as_text(TOOL, date, "a date"),
        {} if status is None else as_object(TOOL, reply, "a reply"), _text(document, "problem") if status is None else "",
    )  # fmt: skip


def _status(value: object, number: int) -> int:
    status = as_whole_number(TOOL, value, "an HTTP status")
    if not 100 <= status <= 599:
        raise ParseError(TOOL, "an HTTP status", str(status), number)
    return status


def _query(document: dict[str, object]) -> tuple[tuple[str, str], ...]:
    pairs = [as_list(TOOL, pair, "a pair") for pair in as_list(TOOL, member(TOOL, document, "query"), "a query")]
    for pair in pairs:
        if len(pair) != 2:
            raise ParseError(TOOL, "pairs in a query", str(pair))
    return tuple((as_text(TOOL, name, "a name"), as_text(TOOL, value, "a value")) for name, value in pairs)


def _text(document: dict[str, object], key: str) -> str:
    return as_text(TOOL, member(TOOL, document, key), key)


def _check_clock(exchanges: tuple[Exchange, ...]) -> None:
    times = [exchange.at_s for exchange in exchanges]
    for earlier, later in itertools.pairwise([0.0, *times]):
        if later < earlier:
            raise ParseError(TOOL, "times that do not go back", f"{later:g} s after {earlier:g} s")


def items_of(exchanges: Iterable[Exchange]) -> list[dict[str, object]]:
    """The objects of a list that was given page by page. Raises ParseError for an entry that is no object."""
    pages = [as_list(TOOL, member(TOOL, exchange.reply, "items"), "items") for exchange in exchanges if exchange.answered]
    return [as_object(TOOL, entry, "an object of a list") for page in pages for entry in page]


def part(mapping: dict[str, object], key: str) -> dict[str, object]:
    """The object at `key`; an empty one where there is none. Raises ParseError for anything else."""
    value = mapping.get(key)
    return {} if value is None else as_object(TOOL, value, key)


def word(mapping: dict[str, object], key: str) -> str | None:
    """The text at `key`; None where there is none, or something else."""
    value = mapping.get(key)
    return value if isinstance(value, str) else None


def is_elsewhere(boot_id: str | None, node: Mapping[str, object]) -> bool:
    """Whether a node is another machine than the one that asked, of this `boot_id`: both tell of a boot, and not of the same."""
    told = word(part(part(dict(node), "status"), "nodeInfo"), "bootID") or ""
    return boot_id is not None and _BOOT_ID.fullmatch(told) is not None and told != boot_id


def elsewhere(node: Exchange) -> str:
    """The sentence about a node that is another machine."""
    return f"{node.resource[1]} is another machine than this one (its bootID says so): set NODE_NAME to what the cluster calls this one"


def whole_list(told: Transcript, why: str) -> tuple[list[dict[str, object]], str]:
    """
    The objects of a list that was read to its end, and ""; else nothing, and why.

    After a mark that was too old (410) the list was begun anew, and only what came since then counts.
    """
    last, pages = told.last(why), _pages(told.of(why))
    if last is None:
        return [], f"the transcript does not have the list of {why}"
    if not last.answered:
        return [], refusal(last)
    if not pages or _mark(pages[-1]):
        return [], f"the list of {why} was not read from its start to its end"
    return items_of(pages), ""


def _pages(asked: Iterable[Exchange]) -> list[Exchange]:
    """The pages of the last reading of a list, nothing where one is missing: each goes on at the mark of the one before."""
    pages: list[Exchange] = []
    for exchange in (each for each in asked if each.answered):
        at = dict(exchange.query).get("continue", "")
        pages = [exchange] if not at else [*pages, exchange] if pages and _mark(pages[-1]) == at else []
    return pages


def _mark(page: Exchange) -> str:
    """Where the list goes on after this page, "" at its end."""
    metadata = page.reply.get("metadata")
    return "" if metadata is None else as_text(TOOL, as_object(TOOL, metadata, "metadata").get("continue", ""), "a mark")


def refusal(exchange: Exchange) -> str:
    """One sentence for a request that was not done: what was asked, what came, what to do."""
    kind, name, namespace = exchange.resource
    where = f" in namespace {namespace}" if namespace else ""
    asked = f"{exchange.verb} {kind}{f' {name}' if name else ''}{where}"
    if exchange.status is None:
        return f"{asked}: the API server did not answer ({exchange.problem}): see whether it runs and can be reached from here"
    return f"{asked}: {_what_to_do(exchange, kind, where)}"


def _what_to_do(exchange: Exchange, kind: str, where: str) -> str:
    said = exchange.message or "it said nothing"
    if exchange.status == 401:
        return f"the API server does not know us ({said}): renew the token or certificate of the kubeconfig"
    if exchange.status == 403 and "exceeded quota" in said:
        return f"the quota does not allow it ({said}): raise the quota, or remove what uses it up"
    if exchange.status == 403 and " cannot " in said:
        role = "Role" if where else "ClusterRole"
        return f"forbidden ({said}): the {role} needs the verb {exchange.verb} on {kind}{where}"
    if exchange.status == 404:
        return f"there is none ({said}): create it, or correct its name"
    if exchange.status in (400, 422):
        return f"refused as invalid ({said}): correct what was asked for"
    return f"refused with status {exchange.status} ({said})"
