"""
One Job for each node, from a template: what `kubectl kustomize deploy/all-nodes` prints, with its one Job made again for every name.

    kubectl get nodes -l KEY=VALUE -o name | .venv/bin/python deploy/jobs.py template.yaml | kubectl apply -f -

Everything else in the template (account, roles, spec) is passed on once. Nothing is asked of a cluster here, and no program is run.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import importlib
import json
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

MISUSE = 2
NODE_LABEL = "hwaccept.io/node"
LONGEST = 63
"""Of a DNS label, which the name of a Job has to be, because its pods carry it as a label; and of any label's value."""

_NODE = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_LONGEST_NODE = 253
_HASHED = re.compile(r".*-[0-9a-f]{10}")
Document = dict[str, Any]


class Misuse(ValueError):
    """Names or a template that Jobs cannot be made of; the message is one line that says what was found and what is accepted."""


def nodes_of(words: Iterable[str]) -> list[str]:
    """The nodes in the order given, each once, from names or node/NAME of `kubectl -o name`. Raises Misuse for none, and for no name."""
    names = [word.strip().removeprefix("node/") for word in words]
    nodes = list(dict.fromkeys(filter(None, names)))
    for node in nodes:
        if len(node) > _LONGEST_NODE or not _NODE.fullmatch(node):
            raise Misuse(f"found the node name {node!r}; accepted: what kubectl get nodes -o name prints, one a line")
    if not nodes:
        raise Misuse("found no node; accepted: names as arguments or on standard input (does the label selector match any?)")
    return nodes


def label_of(node: str, prefix: str = "") -> str:
    """
    `prefix` and the node's name as one DNS label: as it is, or cut and with a hash.

    A name that looks as if it had a hash gets one too, so that no two nodes ever share a label.
    """
    plain = f"{prefix}{node}"
    if len(plain) <= LONGEST and "." not in node and not _HASHED.fullmatch(node):
        return plain
    digest = hashlib.sha256(node.encode()).hexdigest()[:10]
    return f"{plain.replace('.', '-')[: LONGEST - len(digest) - 1].rstrip('-')}-{digest}"


def made(template: Sequence[Document], nodes: Sequence[str]) -> list[Document]:
    """What there is in the template beside its Job, then a Job for each node. Raises Misuse for a template without one pinned Job."""
    jobs = [each for each in template if each.get("kind") == "Job"]
    if len(jobs) != 1:
        raise Misuse(f"the template has {len(jobs)} Jobs; accepted: one, as kubectl kustomize deploy/all-nodes prints it")
    others = [each for each in template if each is not jobs[0]]
    pinned = [_job(jobs[0], node) for node in nodes]
    if len({job["metadata"]["name"] for job in pinned}) < len(nodes):
        raise Misuse(f"the template's Job has a name that leaves no room for a node's: {jobs[0]['metadata']['name']}")
    return [*others, *pinned]


def _job(template: Document, node: str) -> Document:
    job = copy.deepcopy(template)
    try:
        pod = job["spec"]["template"]
        terms = pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
        [[field]] = [term["matchFields"] for term in terms]
        if field["key"] != "metadata.name" or field["operator"] != "In" or any("matchExpressions" in term for term in terms):
            raise ValueError(str(field))
        field["values"] = [node]
        name = job["metadata"]["name"]
    except (KeyError, TypeError, ValueError) as error:
        raise Misuse(f"the template's Job is not pinned to one node by its name ({error}); accepted: as in deploy/base/job.yaml") from error
    job["metadata"]["name"] = label_of(node, f"{name}-")
    for metadata in (job["metadata"], pod.setdefault("metadata", {})):
        metadata["labels"] = {**(metadata.get("labels") or {}), NODE_LABEL: label_of(node)}
    return job


def read(text: str) -> list[Document]:
    """The objects of a template in YAML or JSON, those of a List each by itself. Raises Misuse."""
    try:
        documents = [json.loads(text)]
    except ValueError:
        documents = _from_yaml(text)
    objects = [each for document in documents if document is not None for each in _flat(document)]
    if not all(isinstance(each, dict) and isinstance(each.get("metadata"), dict) for each in objects):
        raise Misuse("the template holds something that is no object of Kubernetes; accepted: what kubectl kustomize prints")
    return objects


def _flat(document: Any) -> list[Any]:
    return document["items"] if isinstance(document, dict) and isinstance(document.get("items"), list) else [document]


def _yaml() -> Any:
    try:
        return importlib.import_module("yaml")
    except ImportError as error:
        raise Misuse("YAML needs the Python package PyYAML: run this by .venv/bin/python, or take JSON") from error


def _from_yaml(text: str) -> list[Any]:
    yaml = _yaml()
    try:
        return list(yaml.safe_load_all(text))
    except yaml.YAMLError as error:
        raise Misuse(f"the template is neither JSON nor YAML: {' '.join(str(error).split())}") from error


def written(objects: Sequence[Document], kind: str) -> str:
    """The objects as one List in JSON, or as documents in YAML."""
    if kind == "json":
        return json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}, indent=1) + "\n"
    text: str = _yaml().safe_dump_all(objects, sort_keys=True)
    return text


def main(arguments: Sequence[str]) -> int:
    """Print the objects; 2 and one line on stderr for misuse."""
    parser = argparse.ArgumentParser("deploy/jobs.py", description="One Job for each node, from a template.")
    parser.add_argument("template", type=Path, help="what kubectl kustomize deploy/all-nodes prints; YAML or JSON")
    parser.add_argument("nodes", nargs="*", help="names of nodes; without any they are read from standard input")
    parser.add_argument("--output", choices=("json", "yaml"), default="json")
    options = parser.parse_args(arguments)
    try:
        template = read(options.template.read_text(encoding="utf-8"))
        text = written(made(template, nodes_of(options.nodes or sys.stdin)), options.output)
    except (OSError, UnicodeDecodeError, Misuse) as error:
        sys.stderr.write(f"deploy/jobs.py: {error}\n")
        return MISUSE
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
