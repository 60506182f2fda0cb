"""
What is read from a log of the kernel, whichever program printed it.

Kinds of events, and where their lines are from:

xid                "NVRM: Xid (PCI:0000:53:00): 79, pid=1, name=x, ..." (open-gpu-kernel-modules, kernel_rc.c)
sxid               "nvidia-nvswitch0: SXid (PCI:0000:05:00.0): 12028, Non-fatal, ..." (common_nvswitch.h, error_nvswitch.h)
gpu_uuid           "NVRM: GPU at PCI:0000:53:00: GPU-...": printed once per GPU, before its first Xid
fallen_off_bus     any line of NVRM with these words, or "lost from the bus", but no Xid
rm_init_failed     RmInitAdapter failed: the driver could not start the GPU
gpu_not_supported  this driver does not drive the GPU (wrong release, or the open kernel modules are needed)
probe_failed       the driver was not bound to a GPU; `count` devices where the line tells
bar_invalid        "NVRM: BAR1 is 0M @ 0x0 (PCI:...)": the firmware gave the GPU no addresses
driver_loaded      "NVRM: loading NVIDIA UNIX ... Kernel Module  550.90.07 ...": `version`
driver_mismatch    "NVRM: API mismatch": kernel module and libraries are of different releases
nvswitch_found     "nvidia-nvswitch: Probing device 0000:83:00.0": the driver saw this NVSwitch
nvlink             messages of the NVLink core and of NVRM's nvlink code, but for those of its start
aer                an error that PCIe reported (drivers/pci/pcie/aer.c of Linux 4.x to 6.x, native and from APEI)
aer_recovery       whether the device came back: `state` "successful" or "failed"
dpc                a port that was switched off because of an error (drivers/pci/pcie/dpc.c), or whose link did not come back
pcie_link          a link that is down, gone, or narrower or slower than its device (`limit`); a device that stays powered down
machine_check      "[Hardware Error]": machine checks, and what firmware reports through APEI, also of the time before the start
edac               "EDAC MC0: 1 CE ...": an error of the host's memory; `severity` "CE" (corrected) or "UE", `count` as printed
memory_failure     "Memory failure: 0x...": a page that the kernel gave up
ib_port            network adapters: `state` "plugged", "unplugged", "error", "disabled" of a cable (mlx5), "up", "down" of a link, and of
                   an RDMA port (Linux 6.14 and later) "down", "init", "armed", "active"
nic_health         mlx5_core: firmware that does not answer, fails, reports an error or too much heat
slot_power         mlx5_core: the slot says that it has less power than the adapter may take. Some good nodes' slots all say so
carrier            systemd-networkd, not the kernel, says that a network device has "lost" or "gained" its carrier
suppressed         lines that were not printed: "... callbacks suppressed" (`count` of them), NVRM's own rate limit

Not all of them are faults: an error may be corrected, a cable plugged. This module reads; who judges decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from parsers.reading import Field


@dataclass(frozen=True)
class LinkLimit:
    """
    A PCIe link that gives a device less than it can take, as the kernel works it out when it finds the device.

    `limited_by` is the port at the narrow place (None: the kernel does not know). Bandwidths in Gbit/s, after the encoding;
    links in lanes and generations (5 is 32 GT/s; ErrorWord for a speed that has no generation). `capable_...` is the device's own.
    """

    limited_by: str | None
    available_gbit_s: Field
    generation: Field
    lanes: Field
    capable_gbit_s: Field
    capable_generation: Field
    capable_lanes: Field


@dataclass(frozen=True)
class Event:
    """
    One thing that happened.

    `kind` is one of those above. `text` is the message without what stands before it (time, host, facility), `line_number` its
    line, 0 in a JSON document. `timestamp` is as printed, None where none is, or only the time since another line;
    `since_boot_s` is in seconds since the kernel started, None where the layout does not tell.
    `count` is how often it happened: more than 1 in the "message repeated 3 times" of a syslog daemon (which tells of
    repetitions after the first), and where the line itself counts. `continuation`: the line tells more of an event before it and
    is none of its own.
    `pci_bus_id` is the address in the form of parsers.cells.bus_id, "0000:53:00.0"; None if the line has none. Xids lack the
    digit of the function: a GPU is function 0. It is the board of an Xid, the switch of an SXid, and in AER the device that
    reported the error, not the port that passed it on. `device` is the name that the line gives ("pcieport", "nvidia-nvswitch2",
    "ib6").
    `number` is the Xid or SXid (parsers.dmesg.xid). `severity` is the line's own word: "Corrected", "Correctable", "Uncorrected
    (Fatal)", "Uncorrectable (Non-Fatal)" ... of AER, "Fatal", "Non-fatal", "Correctable" of an SXid, "Fatal", "Nonfatal" of Xids
    144 to 150. `state` is lower case and described at the kinds that have one.
    `pid` and `process`: whose work it was, None if unknown. `caused_by` is the Xid before an Xid 45. `recovery_action` is what the
    GPU needs from now on (Xid 154). `gpu_instance` and `compute_instance` are MIG's. `gpu_uuid` belongs to the kind of
    that name, `version` (the driver's) to "driver_loaded", `limit` to "pcie_link" where the line tells bandwidths.
    """

    kind: str
    text: str
    line_number: int
    timestamp: str | None = None
    since_boot_s: float | None = None
    count: int = 1
    continuation: bool = False
    pci_bus_id: str | None = None
    device: str | None = None
    number: int | None = None
    severity: str | None = None
    state: str | None = None
    pid: int | None = None
    process: str | None = None
    caused_by: int | None = None
    recovery_action: str | None = None
    gpu_instance: int | None = None
    compute_instance: int | None = None
    gpu_uuid: str | None = None
    version: str | None = None
    limit: LinkLimit | None = None


@dataclass(frozen=True)
class KernelLog:
    """
    A log: how many entries it has (of the kernel and of others), from when to when, and what happened.

    `first_timestamp` and `last_timestamp` are as printed (see Event). `from_boot`: the log reaches back to the start of the
    kernel, whose banner ("Linux version ...") it has, or its first entry is from the first second. The kernel's buffer is finite:
    a log that does not reach back may have lost events. `missing_entries` is a count of entries known to be lost before the last
    one, from the sequence numbers of /dev/kmsg; Absent in layouts without them.
    `complete`: see parsers.tool; text has no end mark and is never complete.
    """

    entries: int
    first_timestamp: str | None
    last_timestamp: str | None
    from_boot: bool
    missing_entries: Field
    events: tuple[Event, ...]
    complete: bool
