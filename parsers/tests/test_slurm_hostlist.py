"""Slurm's list of hosts: every host of the job, none that is not in it, and never half a list."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings

from parsers.errors import ParseError
from parsers.slurm_hostlist import MOST_HOSTS, expand
from parsers.tests.damage import changed

WHOLE = "n[1-3,7],gpu[08-10]-ib,login1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names and groups of numbers like n[1-3,7],login1, found nothing"),
        ("n1,,n2", "found ',n2'"),
        (",n1", "found ',n1'"),
        ("n1,", "found 'n1,'"),
        ("n[]", "found 'n[]'"),
        ("n[1,]", "found 'n[1,]'"),
        ("n[,1]", "found 'n[,1]'"),
        ("n[1-]", "found 'n[1-]'"),
        ("n[1-2-3]", "found 'n[1-2-3]'"),
        ("n[a-c]", "found 'n[a-c]'"),
        ("n[1", "found 'n[1'"),
        ("n1]", "found 'n1]'"),
        ("n[[1-2]]", "found 'n[[1-2]]'"),
        ("n[1-[2]]", "found 'n[1-[2]]'"),
        ("n1 n2", "found 'n1 n2'"),
        ("n1\n", r"found 'n1\n'"),
        ("n1,n2\nn3", r"found 'n2\nn3'"),
        ("-n1", "found '-n1'"),
        ("n1,.n2", "found '.n2'"),
        ("n[\u0661-\u0662]", "found"),
        ("n1;n2", "found 'n1;n2'"),
        ("n[3-1]", "ranges that run forwards, found '[3-1]'"),
        ("n1,n1", "every host once, found 'n1 twice'"),
        ("n[1-3,2]", "every host once, found 'n2 twice'"),
        ("n[1-2],n2", "every host once, found 'n2 twice'"),
        ("n[1-65537]", "at most 65536 hosts, found '[1-65537]'"),
        ("n[1-65536,70000]", "at most 65536 hosts, found '[70000-70000]'"),
        ("n[0-255][0-256]", "at most 65536 hosts, found 'n[0-255][0-256]'"),
        ("n[1-65536],m1", "at most 65536 hosts, found 'm1'"),
        ("n" * 254, "names of at most 253 characters"),
        ("n" * 131073, "at most 131072 characters, found '131073 characters'"),
    ],
)
def test_what_is_no_list_of_hosts_is_refused_in_one_line(text: str, said: str) -> None:
    """Empty, nested, unbalanced, reversed, doubled, too many: a host that is left out would not be measured."""
    with pytest.raises(ParseError) as caught:
        expand(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["[1-65536]" * 10_000, "n[0-9]" * 20_000, "a" * 250 + "[1-60000]", "[1," * 40_000, "n[1-999999999999999999]"]
)
def test_what_would_be_very_many_hosts_is_refused_at_once(text: str) -> None:
    """Before any of them is made."""
    start = time.monotonic()
    with pytest.raises(ParseError):
        expand(text)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("login1", "login1"),
        (WHOLE, "n1 n2 n3 n7 gpu08-ib gpu09-ib gpu10-ib login1"),
        ("n[098-101]", "n098 n099 n100 n101"),
        ("n[8-010]", "n8 n9 n10"),
        ("n[010-12]", "n010 n011 n012"),
        ("n[00-01,1]", "n00 n01 n1"),
        ("n[3,1]", "n3 n1"),
        ("r[0-1]n[0-2]", "r0n0 r0n1 r0n2 r1n0 r1n1 r1n2"),
        ("a[1]b[2-3]c[04]", "a1b2c04 a1b3c04"),
        ("n[1-2][3-4]", "n13 n14 n23 n24"),
        ("gpu-7.cluster_a,[5-6]", "gpu-7.cluster_a 5 6"),
    ],
)
def test_groups_stand_for_all_their_numbers_in_order(text: str, hosts: str) -> None:
    """Zeros in front are kept, as wide as the first number of a range is."""
    assert expand(text) == tuple(hosts.split())


def test_as_many_hosts_as_slurm_takes_are_read() -> None:
    """One less than is refused."""
    assert len(expand(f"n[1-{MOST_HOSTS}]")) == MOST_HOSTS == len(expand("r[0-255]n[0-255]"))


@settings(deadline=None, max_examples=150)
@given(changed(WHOLE))
def test_a_damaged_list_is_refused_or_holds_names(damaged: str) -> None:
    """None of them is empty, and none is there twice."""
    try:
        hosts = expand(damaged)
    except ParseError:
        return
    assert len(set(hosts)) == len(hosts) > 0
    assert all(host and not set(host) & set("[], \n") for host in hosts)


@pytest.fixture(scope="module")
def configured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration, which scontrol wants although it needs none for this."""
    if shutil.which("scontrol") is None:
        pytest.skip("scontrol is not installed (Debian: slurm-client)")
    path = tmp_path_factory.mktemp("slurm") / "slurm.conf"
    path.write_text("ClusterName=c\nSlurmctldHost=h\n")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "login1", "n[1-3,7],login1", "n[098-101]", "n[08-100]", "n[8-010]", "n[010-12]", "n[00-01,1]", "n[3,1]", "r[0-1]n[0-2]",
        "n[1-2][3-4]", "n[1-3]-[01-02],m1", "a[1]b[2]c[3]", "n[09-11,100]", "n1.cluster.local,n1-ib0",
    ],
)  # fmt: skip
def test_slurm_reads_it_the_same_way(text: str, configured: Path) -> None:
    """The hosts that scontrol names, in its order."""
    environment = os.environ | {"SLURM_CONF": str(configured)}
    shown = subprocess.run(["scontrol", "show", "hostnames", text], capture_output=True, text=True, check=False, env=environment)
    if shown.returncode != 0:
        pytest.skip(f"scontrol does not run here: {shown.stderr.strip()}")
    assert expand(text) == tuple(shown.stdout.split())
