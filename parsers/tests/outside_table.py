"""
Every outside recording, and what becomes of it: the tool that reads it, or why none does.

A rule stands for the files whose path below the recordings matches its regex as a whole. An empty file needs no rule: no
tool reads nothing. Where a refusal is not the tool's own message, the reason stands above it.
"""

from __future__ import annotations

import functools
import gzip
import re
from dataclasses import dataclass

from parsers.catalogue import tools
from parsers.errors import ParseError
from parsers.tests.damage import OUTSIDE
from parsers.tool import Parsed

LISTS = ("README.md", "MANIFEST.jsonl", "EXPECTED.jsonl")
"""What is said of the recordings, and is none of them."""


@dataclass(frozen=True)
class Read:
    """`tool` reads these, and its record says whether the text proves to be `whole`."""

    files: str
    tool: str
    whole: bool


@dataclass(frozen=True)
class Refused:
    """`tool` is asked, and refuses these with a sentence in which the regex `refusal` is found."""

    files: str
    tool: str
    refusal: str


@dataclass(frozen=True)
class NoTool:
    """What these are, that no tool of the suite is asked to read them."""

    files: str
    what: str


Rule = Read | Refused | NoTool

NO_DRIVER = "found .NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver"
NO_LIBRARY = "found .NVIDIA-SMI couldn't find libnvidia-ml.so library in your system"
TOO_OLD = "CUDA driver version is insufficient for CUDA runtime version"

KINDS = {
    "nvidia-smi-l": "L",
    "nvidia-smi-nvlink": "nvlink(-[ces])?",
    "nvidia-smi-table": "plain",
    "nvidia-smi-csv": "query(-(apps|basic|eccerr|events|remapped|throttle))?|badfield",
}
"""Tools of nvidia-smi and what the recordings of their options are called; none of these layouts has an end mark."""

CLOSED_KINDS = {"nvidia-smi-q": "q|qd-(ecc|rows)", "nvidia-smi-qx": "qx", "nvidia-smi-topo": "topo"}
"""As KINDS, where the text counts its boards or is closed."""

OTHERS: tuple[Rule, ...] = (
    NoTool("autopilot/.*", "the log of IBM Autopilot's daemon: the suite runs the programs that it runs, and reads those"),
    Read("bandwidthtest/.*", "bandwidthtest", whole=True),
    Read("dcgmi-diag/(gcm-r1|virtualclient-DCGMIDiag).*", "dcgmi-diag", whole=True),
    # One test of a run, with the comma behind it: whether it is all of the run cannot be seen.
    Refused("dcgmi-diag/dcgm4-8gpu-diagnostic-test-fragment.*", "dcgmi-diag", "one run, in 'DCGM GPU Diagnostic' or 'DCGM Diagnostic'"),
    # Broken by hand: no release puts the list of categories at the top.
    Refused("dcgmi-diag/virtualclient-DCGMIIncorrect.*", "dcgmi-diag", r"an object as the diagnostic, found '\[.*\"Deployment\""),
    Read("dcgmi-diag-text/(a10g|awsome|b200|h200).*", "dcgmi-diag-text", whole=True),
    # The top or the bottom of the table is not shown.
    Read("dcgmi-diag-text/(rtx3090|v100).*", "dcgmi-diag-text", whole=False),
    Read("dcgmi-discovery/llmaction.*", "dcgmi-discovery", whole=False),
    NoTool("dcgmi-discovery/virtualclient-DCGMIModules.*", "dcgmi modules -l: which modules are loaded measures nothing"),
    Read("dcgmi-nvlink/.*", "dcgmi-nvlink", whole=True),
    Read("dcgmi-version/.*", "dcgmi-version", whole=True),
    Read("dmesg/.*", "dmesg", whole=False),
    NoTool("fabricmanager/.*", "the log of the fabric manager: its errors come as SXids in the kernel's log, which is read"),
    Read("fio/.*", "fio", whole=True),
    Read("gpu-burn/.*", "gpu-burn", whole=True),
    Read("ib-write-bw/.*", "ib-write-bw", whole=True),
    Read("ibstat/gpud-ibstat-.*", "ibstat", whole=False),
    Read("ibstat/gpud-ibstatus-.*", "ibstatus", whole=False),
    NoTool("ibstat/superbench-.*", "names of hosts and of switches that SuperBench cut out of ibstat and the like"),
    # Names in the place of numbers, and no link of any device: lspci was not asked what the suite asks.
    Refused("lspci/gpud-lspci-gb200.*", "lspci", "ADDRESS CLASS: VENDOR:DEVICE .*, found '0000:00:00.0 PCI bridge: NVIDIA"),
    Refused("lspci/gpud-lspci-nn-a10.*", "lspci-vv", r"the line Control of every device \(lspci -vv\), found '00:00.0 Host bridge"),
    Read("lspci/virtualclient-.*", "lspci-vv", whole=False),
    Refused("nccl-tests/gcm-mpirun-.*", "nccl-tests", "found 'There are not enough slots available in the system"),
    Read("nccl-tests/(awsome|deepops|gcm-a100|rtx5090|superbench).*", "nccl-tests", whole=True),
    Read("nvbandwidth/(h20|llmaction).*", "nvbandwidth", whole=False),
    # An excerpt without its beginning, which ends inside of a table: "[...]".
    Refused("nvbandwidth/stas-.*", "nvbandwidth", r'one line "nvbandwidth Version: v\.\.\.", found \'Running host_to_device_memcpy_ce'),
)

NVIDIA_SMI: tuple[Rule, ...] = (
    Read("nvidia-smi-L/.*", "nvidia-smi-l", whole=False),
    Read("nvidia-smi-csv/.*", "nvidia-smi-csv", whole=False),
    Read("nvidia-smi-nvlink/(gpud|rtx4000|virtualclient).*", "nvidia-smi-nvlink", whole=False),
    # Copied from a terminal, with the command above and "..." where boards were left out.
    Refused("nvidia-smi-nvlink/llmaction-h800-gt-r.*", "nvidia-smi-nvlink", "found 'nvidia-smi nvlink -gt r' in line 1"),
    Refused("nvidia-smi-nvlink/llmaction-h800-status.*", "nvidia-smi-nvlink", r"found '\.\.\.' in line 19"),
    Read("nvidia-smi-q/azurenhc-.*", "nvidia-smi-q", whole=True),
    # The empty line that ends the last board is missing, or much more than that.
    Read("nvidia-smi-q/gpud-.*", "nvidia-smi-q", whole=False),
    Read("nvidia-smi-qx/.*", "nvidia-smi-qx", whole=True),
    Read("nvidia-smi-table/(azurehpc|cloudnative|gpud).*", "nvidia-smi-table", whole=False),
    Refused("nvidia-smi-table/unable-.*", "nvidia-smi-table", "found 'Unable to determine the device handle for GPU"),
    # One board out of the middle of a table: which driver wrote it, and so where what stands, is not said.
    Refused("nvidia-smi-table/v100-power-ERR.*", "nvidia-smi-table", "the versions of nvidia-smi and of the driver, found .*Tesla V100"),
    Read("nvidia-smi-topo/2x5090-p2p.*", "nvidia-smi-topo-p2p", whole=True),
    Read("nvidia-smi-topo/stas-.*", "nvidia-smi-topo", whole=False),
    Refused("nvidia-smi-topo/a100x8-.*", "nvidia-smi-topo", "a row of GPU7, found 'the end of the output'"),
    *(Read(rf"own/nvidia-smi/mock-5.*00-({kind})\.out", tool, whole=False) for tool, kind in KINDS.items()),
    *(Read(rf"own/nvidia-smi/mock-5.*00-({kind})\.out", tool, whole=True) for tool, kind in CLOSED_KINDS.items()),
    # -i 0: one of eight boards is shown, which the head counts.
    Read(r"own/nvidia-smi/mock-.*-qi0\.out", "nvidia-smi-q", whole=False),
    Refused(r"own/nvidia-smi/mock-.*-query-bad\.out", "nvidia-smi-csv", 'found \'Field "nosuchfield" is not a valid field to query'),
    # Asked with noheader: five numbers without names.
    Refused(r"own/nvidia-smi/mock-.*-query-nounits\.out", "nvidia-smi-csv", r"a header that names the columns; without one \(noheader\)"),
    NoTool(r"own/nvidia-smi/mock-.*-version\.out", "nvidia-smi --version, which driver 535 does not know: the others say the version too"),
    *(Refused(rf"own/nvidia-smi/nodriver-({kind})\.out", tool, NO_DRIVER) for tool, kind in (KINDS | CLOSED_KINDS).items()),
    *(Refused(rf"own/nvidia-smi/nolib-({kind})\.out", tool, NO_LIBRARY) for tool, kind in (KINDS | CLOSED_KINDS).items()),
    NoTool(r"own/nvidia-smi/no(driver|lib)-(badopt|dmon|version)\.out", "what other options print without a driver"),
)

CUDA: tuple[Rule, ...] = (
    Refused(r"own/cuda/bandwidthTest-nodriver(-all|-csv)?\.out", "bandwidthtest", rf"found 'cudaGetDevice\w+ returned 35: {TOO_OLD}"),
    Refused(r"own/cuda/bandwidthTest-nodriver\.err", "bandwidthtest", r"found 'CUDA error at .*\(cudaErrorInsufficientDriver\)"),
    Refused(r"own/cuda/gpucheck-.*\.out", "gpucheck", f"found 'Error {TOO_OLD} at gpucheck.cu line 81'"),
    Refused(r"own/cuda/gpucheck-nodriver\.err", "gpucheck", "found 'failed to initialize NVML"),
    Refused(r"own/cuda/gpucheck-nolibnvml\.err", "gpucheck", "error while loading shared libraries: libnvidia-ml.so.1"),
    Refused(r"own/cuda/nccl-.*\.out", "nccl-tests", f"Test CUDA failure util.cu:674 '{TOO_OLD}'"),
    # A version and no more, or the testcases that there are: the message is on the other stream, and nothing was run.
    Refused(r"own/cuda/nvbandwidth-(badtest|libcuda550|list|nodevice)\.out", "nvbandwidth", "a testcase, found 'none'"),
    Refused(r"own/cuda/nvbandwidth-(badtest|libcuda550|nodevice)\.err", "nvbandwidth", r"found '\[CUDA_ERROR_NO_DEVICE\] no CUDA-capable"),
    Refused(r"own/cuda/nvbandwidth-nodevice-json\.out", "nvbandwidth", r"a run without an error, found '\[CUDA_ERROR_NO_DEVICE\]"),
    Refused(r"own/cuda/nvbandwidth-badopt\.out", "nvbandwidth", "found 'ERROR: Invalid Arguments'"),
    Refused(r"own/cuda/nvbandwidth-nolibcuda\.err", "nvbandwidth", "error while loading shared libraries: libcuda.so.1"),
    NoTool(r"own/cuda/probe-.*\.out", "a probe of the CUDA runtime, written to see its error codes"),
)

FPING: tuple[Rule, ...] = (
    Read(r"own/fping/((count|summary)\.(out|err)|quietC\.err|(noroute|unreach)\.out)", "fping", whole=False),
    # -a: who answered, and not a word on how many packets of how many.
    Refused(r"own/fping/gen\.out", "fping", "a target and what it answered, or a message, found '10.77.0.1'"),
    Refused(r"own/fping/noroute\.err", "fping", "found '192.0.2.1: error while sending ping: Network is unreachable'"),
    Refused(r"own/fping/unknown\.err", "fping", "found 'no-such-host.invalid: Temporary failure in name resolution'"),
)

IPERF3: tuple[Rule, ...] = (
    Read("iperf3/(cloudpilot-3.6-tcp|iperf3python-.*|local-3.12-(tcp-P2|udp)).json", "iperf3", whole=True),
    Read("iperf3/(cloudpilot-3.6-error-.*|cloudpilot-3.9-.*|local-3.12-(refused|unknown-host)).json", "iperf3", whole=False),
    # A piece out of the middle of a document, and no JSON where nan stands.
    Refused("iperf3/esnet613-invalid-nan-.*", "iperf3", "a whole JSON document .*, found '\"lost_percent\": -nan,' in line 12"),
    Refused("iperf3/local-3.12-refused-stderr.txt", "iperf3-text", "found 'error - unable to connect to server: Connection refused'"),
    Read("iperf3/(cloudpilot-text-ok|moler-text-.*|pkb-win-.*).txt", "iperf3-text", whole=True),
    Read("iperf3/cloudpilot-text-ctrlc.txt", "iperf3-text", whole=False),
    Read("iperf3/moler-version.txt|own/iperf3/v322-version.out", "iperf3-version", whole=True),
    Read(
        r"own/iperf3/((oneoff-(client|server)|tcp(-.*)?|udp-(R|b0|loss10)|v3(18|22)-(P4-bidir|tcp|udp))-json|v318-json-stream)\.out",
        "iperf3",
        whole=True,
    ),
    Read(
        r"own/iperf3/((arpfail|conntimeout|noroute|notiperf|oneoff-second|refused|reject|server-clientgone|server-portcollision|termed"
        r"|udp-blocked|v3(18|22)-(busy|killed|refused))-json|bad-B)\.out",
        "iperf3",
        whole=False,
    ),
    Read(r"own/iperf3/(tcp-(P4|fg)-text|tcp-forceflush|udp-text)\.out", "iperf3-text", whole=True),
    Read(r"own/iperf3/killed-text\.out", "iperf3-text", whole=False),
    Refused(r"own/iperf3/busy-text\.err", "iperf3-text", "found 'error - the server is busy running a test. try again later'"),
    Refused(r"own/iperf3/killed-text\.err", "iperf3-text", "found 'error - control socket has closed unexpectedly'"),
    Refused(r"own/iperf3/refused-text\.err", "iperf3-text", "found 'error - unable to connect to server: Connection refused'"),
    Refused(r"own/iperf3/server-badbind\.err", "iperf3-text", "unable to start listener for connections: Cannot assign requested address"),
    Refused(r"own/iperf3/server-portcollision-json\.err", "iperf3", "found 'iperf3: exiting'"),
    Refused(r"own/iperf3/unknownhost-text\.err", "iperf3-text", "unable to connect to server: Resource temporarily unavailable'"),
)

PING: tuple[Rule, ...] = (
    Read(r"own/ping/.*\.out", "ping", whole=True),
    Read("ping/(busybox|cloudpilot|jc-(alpine|centos7-missing|osx|pi)|moler|pingparsing).*", "ping", whole=True),
    # The last line has no line end.
    Read("ping/jc-ubuntu22-source-ip.txt", "ping", whole=False),
    # Invented: lines as no ping prints them, put into a run to try another parser.
    Refused("ping/jc-centos7-unparsed.txt", "ping", "time=0.043 ms: some weird error' in line 3"),
    Refused(r"own/ping/badaddr\.err", "ping", "found 'ping: 999.1.1.1: Temporary failure in name resolution'"),
    Refused(r"own/ping/(c0|ttl256)\.err", "ping", "found \"ping: invalid argument: '(0|256)': out of range"),
    Refused(r"own/ping/drop-netraw\.err", "ping", "found 'setpriv: failed to execute ping: Operation not permitted'"),
    Refused(r"own/ping/dup-broadcast\.err", "ping", "found 'WARNING: pinging broadcast address'"),
    Refused(r"own/ping/fail-I-noif\.err", "ping", "found 'ping: SO_BINDTODEVICE eth9: No such device'"),
    Refused(r"own/ping/fail-mtu-do\.err", "ping", "found 'ping: local error: message too long, mtu=1500; "),
    Refused(r"own/ping/nodest\.err", "ping", "found 'ping: usage error: Destination address required'"),
    Refused(r"own/ping/(noroute|noroute-ipv6|own-link-down)\.err", "ping", "found 'ping: connect: Network is unreachable'"),
    Refused(r"own/ping/route-blackhole\.err", "ping", "found 'ping: connect: Invalid argument'"),
    Refused(r"own/ping/route-prohibit\.err", "ping", "found 'ping: Do you want to ping broadcast"),
    Refused(r"own/ping/sigquit\.err", "ping", "the line PING, found '2/2 packets, 0% loss"),
    Refused(r"own/ping/unpriv-nocap\.err", "ping", "socket: Operation not permitted; .* missing cap_net_raw"),
)

RULES = (*OTHERS, *NVIDIA_SMI, *CUDA, *FPING, *IPERF3, *PING)

_TOOLS = tools()


@functools.cache
def recordings() -> tuple[str, ...]:
    """Every outside recording, by its path below OUTSIDE."""
    files = (path for path in sorted(OUTSIDE.rglob("*")) if path.is_file() and path.name not in LISTS)
    return tuple(path.relative_to(OUTSIDE).as_posix() for path in files)


@functools.cache
def text_of(name: str) -> str:
    """An outside recording, unpacked and decoded as evidence is."""
    data = (OUTSIDE / name).read_bytes()
    return (gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8", "backslashreplace")


def rules_of(name: str) -> list[Rule]:
    """The rules for a file; one, if the table is right."""
    return [rule for rule in RULES if re.fullmatch(rule.files, name)]


def files_of(rule: Rule) -> list[str]:
    """The files of a rule, none of which is empty."""
    return [name for name in recordings() if re.fullmatch(rule.files, name) and text_of(name)]


@functools.cache
def answer(tool: str, name: str) -> Parsed | ParseError:
    """What a tool says to an outside recording. Any other exception is the parser's fault and comes through."""
    try:
        return _TOOLS[tool].parse(text_of(name))
    except ParseError as error:
        return error


def readers(name: str) -> set[str]:
    """The tools that read a file."""
    return {tool for tool in _TOOLS if not isinstance(answer(tool, name), ParseError)}
