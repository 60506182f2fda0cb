"""
How the lines look that report an event: one pattern per form, matched from the beginning of a message.

Sources: the drivers' own prints (NVIDIA/open-gpu-kernel-modules: kernel_rc.c, osinit.c, nv-pci.c, kernel_gsp.c,
error_nvswitch.h; Linux: drivers/pci/pcie/aer.c and dpc.c, drivers/pci/pci.c, pciehp, drivers/edac, arch/x86/kernel/cpu/mce,
drivers/firmware/efi/cper.c, mlx5/core/events.c and health.c) and reports of them by others. Names of groups are fields of
parsers.dmesg.records.Event; `at` is an address, `port` and `id` are the port and the bus number that AER of Linux 4.x prints.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.cells import bus_id

HEAD, ANSWER, MORE, NAMES_BOARD = "head", "answer", "more", "names board"
"""
What a line is: an event; one that belongs to the head of the same kind, device and severity if there was one, else an event;
never an event of its own; the first line of a message that says in a later line what is wrong with the board.
"""

_GPU = r"(?:PCI:)?(?:[0-9a-fA-F]{4,8}:)?[0-9a-fA-F]{2,4}:[0-9a-fA-F]{2}(?:\.[0-7])?"
_PCI = r"(?:[0-9a-fA-F]{4,8}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]"
_DEVICE = rf"(?P<device>[\w.-]{{1,40}}) (?P<at>{_PCI})"
_AER = r"(?:Corrected|Correctable|Uncorrected|Uncorrectable)(?: \((?:Non-)?Fatal\))?"
_HARDWARE = r"(?:\{[0-9]{1,9}\}|mce: |BERT: )?\[Hardware Error\]: *"
_MODULE_EVENT = r"Port module event(?:\[error\])?: module [0-9]{1,4}, Cable (?P<state>plugged|unplugged|error|disabled)\b"
_TRACE = r"(?:\w{1,64}:[0-9]{1,6}:\(pid [0-9]{1,10}\): )?"
_GBIT = r"[0-9]{1,6}\.[0-9]{3}"
_SLOT = "Link Down|Card not present|Power fault"
_LINK = "device inaccessible|config space inaccessible|[Rr]etraining failed|broken device, retraining|[Rr]efused to change power state"
_ILL_NIC = (
    "health compromised|[Ff]atal error [0-9]|[Ff]irmware fatal|health recovery|Health issue observed"
    "|High temperature on sensors|Will cause a leak of a command resource|(?:init|load)_one failed"
)
_OFF_BUS = "(?:fallen off|lost from) the bus"
_OWN_WORDS = "BERT: Error|mce: (?:Unc|Mem)"
_VERSION = r"[0-9]{2,4}(?:\.[0-9]{1,4}){1,3}"
_SPEED = r"[0-9.]{1,6} GT/s|\w{1,20}(?: speed)?"

_ADDRESS = re.compile(r"(?:PCI:)?(?:([0-9a-fA-F]{4,8}):)?([0-9a-fA-F]{2,4}):([0-9a-fA-F]{2})(?:\.([0-7]))?")


@dataclass(frozen=True)
class Rule:
    """A form of line: the kind of event it reports, its pattern, and which part of a report it is."""

    kind: str
    pattern: re.Pattern[str]
    part: str = HEAD


def address(text: str) -> str | None:
    """An address as NVRM and the kernel write it, in the form of parsers.cells.bus_id. Without a function digit: function 0."""
    match = _ADDRESS.fullmatch(text)
    if match is None or int(match[2], 16) > 0xFF:
        return None
    return bus_id(f"{match[1] or '0000'}:{int(match[2], 16):02x}:{match[3]}.{match[4] or 0}")


def requester(port: str, number: str) -> str | None:
    """The address of the device with this bus number (bus, device and function in 16 bits) behind `port`."""
    domain = port.rpartition(":")[0].rpartition(":")[0]
    bus, device = bytes.fromhex(number)
    return address(f"{domain or '0000'}:{bus:02x}:{device >> 3:02x}.{device & 7}")


def _rule(kind: str, pattern: str, part: str = HEAD) -> Rule:
    return Rule(kind, re.compile(pattern), part)


_SXID = rf"(?P<device>nvidia-nvswitch[0-9]{{1,3}}): SXid \((?P<at>{_GPU})\): (?P<number>[0-9]{{1,6}}),"
XID = re.compile(
    rf"NVRM: Xid \((?P<at>{_GPU})(?: GPU-I:(?P<gpu_instance>[0-9]{{1,4}}))?(?: GPU-CI:(?P<compute_instance>[0-9]{{1,4}}))?\): "
    r"(?P<number>[0-9]{1,6}),"
    r"(?: pid=(?P<pid>[0-9]{1,10}|'?<unknown>'?)(?:,|$))?(?: name=(?P<process>[^,]*)(?:,|$))?"
)
UNREAD_XID = re.compile(r"NVRM: *Xid\b|\bS?Xid \(|\bSXid\b")
"""What only a message about an Xid or SXid says. A message of the kernel that says it and fits no form is refused."""

_RULES: dict[str, tuple[Rule, ...]] = {
    "nvrm": (
        Rule("xid", XID),
        _rule("gpu_uuid", rf"NVRM: GPU at (?P<at>{_GPU}): (?P<gpu_uuid>GPU-[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})$"),
        _rule("suppressed", rf"NVRM: Rate limiting GSP RPC error prints for GPU at (?P<at>{_GPU})"),
        _rule("rm_init_failed", rf"NVRM: (?:GPU[ -](?P<at>{_GPU}): )?RmInitAdapter failed\b"),
        _rule("rm_init_failed", rf"NVRM: (?:GPU[ -](?P<at>{_GPU}): )?rm_init_adapter failed\b", ANSWER),
        _rule("fallen_off_bus", rf"NVRM: (?:(?:The NVIDIA )?GPU (?:at )?(?P<at>{_GPU})(?=[ :,]).*?|.*?)\b{_OFF_BUS}\b"),
        _rule(
            "gpu_not_supported",
            rf"NVRM: (?:(?:The NVIDIA )?GPU (?:at )?(?P<at>{_GPU})(?=[ :,]).*?|.*?)"
            r"(?:\bthis system is not supported\b|requires use of the NVIDIA open kernel modules|\bis supported through the NVIDIA\b)",
        ),
        _rule("probe_failed", r"NVRM: The NVIDIA probe routine (?:failed|was not called) for (?P<count>[0-9]{1,4}) device"),
        _rule("probe_failed", r"NVRM: (?:None of the NVIDIA devices were|No NVIDIA (?:GPU|devices?) (?:found|probed))"),
        _rule("bar_invalid", rf"NVRM: BAR[0-9] is 0M @ 0x0 \((?P<at>{_GPU})\)"),
        _rule("driver_loaded", rf"NVRM: loading NVIDIA UNIX [\w ]{{0,60}}?Kernel Module[\w ]{{0,40}}? (?P<version>{_VERSION}) "),
        _rule("driver_mismatch", r"NVRM: API mismatch\b"),
        _rule("nvlink", r"(?i:NVRM: (?:GPU[0-9]{1,3} )?_?k?(?:gpu)?nvlink\w{0,80}: )"),
        _rule("", rf"NVRM: The NVIDIA GPU (?P<at>{_GPU})", NAMES_BOARD),
    ),
    "nvswitch": (
        _rule("sxid", rf"{_SXID} (?:Severity [0-9]|Data \{{)", MORE),
        _rule("sxid", rf"{_SXID}(?: (?P<severity>(?i:Fatal|Non-fatal|Correctable)),)?"),
        _rule("nvswitch_found", rf"nvidia-nvswitch: Probing device (?P<at>{_PCI}),"),
    ),
    "nvlink": (_rule("nvlink", r"nvidia-nvlink: (?!Nvlink Core|Unregistered|nvlink driver (?:open|close))\S"),),
    "nvidia": (_rule("probe_failed", rf"nvidia: probe of (?P<at>{_PCI}) failed with error"),),
    "hardware": (
        _rule("machine_check", r"BERT: (?:Error records from previous boot|\[Hardware Error\]: Skipped)"),
        _rule("machine_check", r"mce: (?:(?P<severity>Uncorrected) hardware memory error|Memory error not recovered)"),
        _rule("machine_check", rf"{_HARDWARE}(?:Hardware error from APEI|Machine check events logged)"),
        _rule("machine_check", rf"{_HARDWARE}CPU [0-9]{{1,5}}: Machine Check\b", ANSWER),
        _rule("machine_check", rf"{_HARDWARE}(?P<severity>Corrected|Uncorrected|Deferred|System Fatal)\b.*\berror\b"),
        _rule("machine_check", rf"{_HARDWARE}event severity: (?P<severity>[\w-]{{1,20}})", MORE),
        _rule("machine_check", rf"{_HARDWARE}device_id: (?P<at>{_PCI})", MORE),
        _rule("machine_check", _HARDWARE, MORE),
    ),
    "edac": (_rule("edac", r"EDAC (?:\w{1,32} )?MC[0-9]{1,3}: (?:(?P<count>[0-9]{1,9}) )?(?P<severity>CE|UE)\b"),),
    "memory": (_rule("memory_failure", r"Memory failure: 0x[0-9a-f]{1,16}: "),),
    "suppressed": (_rule("suppressed", r"\w{1,64}: (?P<count>[0-9]{1,9}) callbacks suppressed$"),),
    "module": (_rule("ib_port", _TRACE + _MODULE_EVENT),),
    "device": (
        _rule(
            "aer",
            rf"(?P<device>[\w.-]{{1,40}}) (?P<port>{_PCI}): AER: (?:Multiple )?(?P<severity>{_AER}) error (?:message )?"
            rf"received(?: from)?:? (?:id=(?P<id>[0-9a-fA-F]{{4}})|(?P<at>{_PCI}))",
        ),
        _rule("aer", rf"{_DEVICE}: (?:AER: )?PCIe Bus Error: severity=(?P<severity>{_AER}), ", ANSWER),
        _rule("aer", rf"{_DEVICE}: (?:AER: )?aer_status: 0x"),
        _rule("aer_recovery", rf"{_DEVICE}: AER: [Dd]evice recovery (?P<state>successful|failed)"),
        _rule("aer", rf"{_DEVICE}: AER: (?!enabled with IRQ)", MORE),
        _rule(
            "aer",
            rf"{_DEVICE}: +(?:device \[[0-9a-f]{{4}}:[0-9a-f]{{4}}\] error status/mask=|\[ ?[0-9]{{1,2}}\] \w"
            r"|TLP Header:|Error of this Agent)",
            MORE,
        ),
        _rule("dpc", rf"{_DEVICE}: DPC: (?:containment event|(?:unmasked )?uncorrectable|ERR_|RP PIO|Data Link Layer Link Active not set)"),
        _rule(
            "pcie_link",
            rf"{_DEVICE}: (?P<available>{_GBIT}) Gb/s available PCIe bandwidth, limited by (?P<speed>{_SPEED})(?: PCIe)? "
            rf"x(?P<lanes>[0-9]{{1,3}}) link at (?P<limited_by>{_PCI}|<unknown>) \(capable of (?P<capable>{_GBIT}) Gb/s "
            rf"with (?P<capable_speed>{_SPEED})(?: PCIe)? x(?P<capable_lanes>[0-9]{{1,3}}) link\)",
        ),
        _rule("pcie_link", rf"{_DEVICE}(?::pcie[0-9]{{1,4}})?: (?:pciehp: )?Slot\([^)]{{1,40}}\): (?:{_SLOT})"),
        _rule("pcie_link", rf"{_DEVICE}: .*(?:{_LINK})"),
        _rule("ib_port", rf"mlx5_core (?P<at>{_PCI}): {_TRACE}{_MODULE_EVENT}"),
        _rule("ib_port", rf"[\w-]{{1,20}} (?P<at>{_PCI}) (?P<device>[\w.@-]{{1,32}}): (?:NIC )?Link (?:is )?(?P<state>[Dd]own|[Uu]p)\b"),
        _rule("ib_port", rf"[\w-]{{1,20}} (?P<at>{_PCI}) (?P<device>[\w.@-]{{1,32}}): Port: [0-9]{{1,3}} Link (?P<state>[A-Z_]{{2,20}})$"),
        _rule("nic_health", rf"(?P<device>mlx\w{{1,20}}) (?P<at>{_PCI}): .*(?:{_ILL_NIC})"),
        _rule("slot_power", rf"(?P<device>mlx\w{{1,20}}) (?P<at>{_PCI}): {_TRACE}Detected insufficient power on the PCIe slot"),
        _rule("probe_failed", rf"(?P<device>nvidia) (?P<at>{_PCI}): probe with driver nvidia failed"),
    ),
}

_HEADS = re.compile(
    "(?P<nvrm>NVRM: )|(?P<nvswitch>nvidia-nvswitch)|(?P<nvlink>nvidia-nvlink: )|(?P<nvidia>nvidia: probe)"
    rf"|(?P<device>[\w.-]{{1,40}} {_PCI}[: ])|(?P<hardware>{_HARDWARE}|{_OWN_WORDS})|(?P<edac>EDAC )|(?P<memory>Memory failure: )"
    rf"|(?P<suppressed>\w{{1,64}}: [0-9]{{1,9}} callbacks )|(?P<module>{_TRACE}Port module event)"
)


def find(text: str) -> tuple[Rule, re.Match[str]] | None:
    """The rule that a message fits, and how. None: it reports nothing that is known here."""
    head = _HEADS.match(text)
    if head is None or head.lastgroup is None:
        return None
    for rule in _RULES[head.lastgroup]:
        match = rule.pattern.match(text)
        if match is not None:
            return rule, match
    return None
