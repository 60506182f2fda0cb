"""`nvidia-smi -q -x` of real boards, and of the real program over a mock: facts that were read in the outputs by eye."""

from __future__ import annotations

import gzip

import pytest

from parsers.errors import ParseError
from parsers.nvidia_smi import GpuState, Snapshot, parse_query_xml
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading
from parsers.tests.damage import OUTSIDE, outside

QX = "nvidia-smi-qx/"
MOCK = "own/nvidia-smi/"


def recording(name: str) -> Snapshot:
    """The snapshot of an outside recording, which may be compressed; skips where there are none."""
    if not name.endswith(".gz"):
        return parse_query_xml(outside(name))
    if not (OUTSIDE / name).exists():
        pytest.skip(f"outside recordings are not at {OUTSIDE}: set HWACCEPT_RECORDINGS")
    return parse_query_xml(gzip.decompress((OUTSIDE / name).read_bytes()).decode())


def value(field: Field) -> object:
    """What was read, or the kind of what stands in its place."""
    return field.value if isinstance(field, Reading) else type(field)


@pytest.mark.parametrize(
    ("name", "driver", "cuda", "attached", "boards", "product"),
    [
        ("nvidia-smi-qx/k8stestinfra-qx-h100.xml", "580.105.08", "13.0", 8, 8, "NVIDIA H100 80GB HBM3"),
        ("nvidia-smi-qx/k8stestinfra-qx-b200.xml.gz", "580.105.08", "13.0", 8, 8, "NVIDIA B200"),
        ("nvidia-smi-qx/k8stestinfra-qx-t4.xml", "595.91.07", "13.2", 1, 1, "Tesla T4"),
        ("nvidia-smi-qx/telegraf-tesla-t4.xml", "515.105.01", "11.7", 1, 1, "Tesla T4"),
        ("nvidia-smi-qx/netdata-rtx-4090-driver-535.xml", "535.86.05", "12.2", 1, 1, "NVIDIA GeForce RTX 4090"),
        ("nvidia-smi-qx/netdata-rtx-pro-6000-driver-580.xml", Absent, Absent, Absent, 1, "NVIDIA RTX PRO 6000 Blackwell"),
        ("nvidia-smi-qx/telegraf-gtx-1070-ti.xml", Absent, Absent, Absent, 1, "GeForce GTX 1070 Ti"),
        ("nvidia-smi-qx/telegraf-quadro-p400.xml", "418.43", "10.1", 1, 1, "Quadro P400"),
        ("nvidia-smi-qx/k8stestinfra-mock-qx-gb200-lost.xml", "580.65.06", "13.0", 2, 2, "NVIDIA GB200"),
        ("own/nvidia-smi/mock-535-h100-qx.out", "550.163.01", "12.4", 8, 8, "NVIDIA H100 80GB HBM3"),
        ("own/nvidia-smi/mock-550-h100-qx.out", "550.163.01", "12.4", 8, 8, "NVIDIA H100 80GB HBM3"),
        ("own/nvidia-smi/mock-550-a100-qx.out", "550.163.01", "12.4", 8, 8, "NVIDIA A100-SXM4-40GB"),
    ],
)
def test_the_head_of_every_document(name: str, driver: object, cuda: object, attached: object, boards: int, product: str) -> None:
    """Drivers from 418 to 595 differ in their elements; none is refused, and each board is listed once."""
    snapshot = recording(name)
    assert (value(snapshot.driver_version), value(snapshot.cuda_version), value(snapshot.attached_gpus)) == (driver, cuda, attached)
    assert [value(gpu.product_name) for gpu in snapshot.gpus] == [product] * boards
    assert snapshot.warnings == ()


def _facts(gpu: GpuState) -> dict[str, object]:
    fields = {
        "replays": gpu.link.replays, "max": gpu.remapped.histogram_max, "banks": gpu.remapped.banks, "draw": gpu.power.draw_w,
        "limit": gpu.power.limit_w, "cap": gpu.event_counters.sw_power_cap_us, "module": gpu.module_id, "memory": gpu.memory_total_mib,
        "rx": gpu.link.rx_util_kb_s, "volatile": gpu.ecc.volatile.uncorrectable, "aggregate": gpu.ecc.aggregate.uncorrectable,
        "action": gpu.recovery_action, "retired": gpu.retired.pending, "application": gpu.clocks.application_graphics_mhz,
    }  # fmt: skip
    return {name: value(field) for name, field in fields.items()}


def test_eight_h100() -> None:
    """A healthy node: replays since boot, a full histogram, an idle power draw."""
    gpus = recording(QX + "k8stestinfra-qx-h100.xml").gpus
    assert gpus[0].pci_bus_id == "0000:53:00.0"
    assert _facts(gpus[0]) == {
        "replays": 150, "max": 2560, "banks": 2560, "draw": 68.57, "limit": 700.0, "cap": 7015662857, "module": "7", "memory": 81559,
        "rx": 578, "volatile": 0, "aggregate": 0, "action": "None", "retired": NotApplicable, "application": 1980,
    }  # fmt: skip
    assert all(106 <= int(gpu.link.replays.value) <= 174 for gpu in gpus if isinstance(gpu.link.replays, Reading))
    assert all(value(gpu.link.generation_current) == 5 and value(gpu.link.width_current) == 16 for gpu in gpus)
    assert sorted(str(value(gpu.module_id)) for gpu in gpus) == list("12345678")
    assert all(gpu.processes == () for gpu in gpus)


def test_eight_b200() -> None:
    """Another model of the same driver: its own banks and limit."""
    gpus = recording(QX + "k8stestinfra-qx-b200.xml.gz").gpus
    facts = _facts(gpus[0])
    assert (facts["limit"], facts["memory"], facts["action"], facts["volatile"]) == (1000.0, 183359, "None", 0)
    assert {value(gpu.remapped.banks) for gpu in gpus} <= {3072, 3840}
    assert {value(gpu.fabric.state) for gpu in gpus} == {"Completed"}


def test_a_lost_gb200() -> None:
    """The board is listed, its identity filled, exit code 0; what was measured is the error word."""
    _, lost = recording(QX + "k8stestinfra-mock-qx-gb200-lost.xml").gpus
    assert value(lost.product_name) == "NVIDIA GB200"
    for field in (
        lost.memory_total_mib,
        lost.temperature_gpu_c,
        lost.power.draw_w,
        lost.clocks.sm_mhz,
        lost.fabric.state,
        lost.ecc.volatile.uncorrectable,
    ):
        assert isinstance(field, ErrorWord)
        assert field.word == "GPU is lost"
    assert lost.remapped.failure == ErrorWord("GPU is lost", "remapped_rows: GPU is lost")


def test_injected_ecc_errors_of_a_gb200() -> None:
    """Errors of the DRAM are counted although the SRAM's counters are not available."""
    sick, healthy = recording(QX + "k8stestinfra-mock-qx-gb200-ecc-injected.xml").gpus
    assert (value(sick.ecc.volatile.uncorrectable), value(sick.ecc.aggregate.uncorrectable)) == (5, 8)
    assert value(healthy.ecc.volatile.dram_uncorrectable) == 0
    assert value(healthy.ecc.volatile.uncorrectable) is NotApplicable
    assert (value(sick.remapped.uncorrectable), value(sick.remapped.failure), value(healthy.remapped.failure)) == (1, "Yes", "No")
    assert value(sick.remapped.banks) is NotApplicable


def test_throttle_counters_of_a_gb200() -> None:
    """Microseconds per cause, of each board its own."""
    first, second = recording(QX + "k8stestinfra-mock-qx-gb200-throttle-counters.xml").gpus
    assert (value(first.event_counters.sw_power_cap_us), value(first.event_counters.hw_thermal_slowdown_us)) == (39595, 0)
    assert value(second.event_counters.sw_power_cap_us) == 0


def test_a_degraded_fabric_of_a_gb200() -> None:
    """The summary tells it, while state and status still say Completed and Success."""
    gpus = recording(QX + "k8stestinfra-mock-qx-gb200-fabric-degraded.xml").gpus
    assert "Unhealthy" in [value(gpu.fabric.health) for gpu in gpus]
    assert {value(gpu.fabric.state) for gpu in gpus} == {"Completed"}


def test_a_t4_of_driver_595() -> None:
    """Deprecated settings and rows that Turing does not have are not applicable; half the lanes are shown."""
    gpu = recording(QX + "k8stestinfra-qx-t4.xml").gpus[0]
    assert (value(gpu.link.width_current), value(gpu.link.width_max)) == (8, 16)
    assert isinstance(gpu.clocks.application_graphics_mhz, NotApplicable)
    assert gpu.remapped.pending == NotApplicable("remapped_rows: N/A")
    assert (value(gpu.ecc.volatile.uncorrectable), value(gpu.ecc.aggregate.correctable), value(gpu.retired.pending)) == (0, 1, "No")
    assert isinstance(gpu.ecc.sram_threshold_exceeded, Absent)


def test_a_t4_of_driver_515() -> None:
    """Throttle reasons and power_readings; two processes use the board."""
    gpu = recording(QX + "telegraf-tesla-t4.xml").gpus[0]
    assert (value(gpu.power.draw_w), value(gpu.power.limit_w), value(gpu.events.gpu_idle)) == (26.78, 70.0, "Not Active")
    assert isinstance(gpu.processes, tuple)
    assert [(process.pid, process.type, value(process.used_memory_mib)) for process in gpu.processes] == [(675, "G", 22), (5762, "C", 1005)]


def test_a_4090_of_driver_535() -> None:
    """A board without serial number, ECC counters and application clocks has none of them, and row remapping it has."""
    gpu = recording(QX + "netdata-rtx-4090-driver-535.xml").gpus[0]
    assert isinstance(gpu.serial, NotApplicable)
    assert isinstance(gpu.ecc.volatile.uncorrectable, NotApplicable)
    assert (value(gpu.ecc_current), value(gpu.remapped.banks), value(gpu.power.draw_w), value(gpu.reset_required)) == (
        "Disabled",
        192,
        26.84,
        "No",
    )
    assert isinstance(gpu.event_counters.sw_power_cap_us, Absent)
    assert isinstance(gpu.recovery_action, Absent)


def test_a_p400_of_driver_418() -> None:
    """Counters of single and double bit errors, which this board does not have."""
    gpu = recording(QX + "telegraf-quadro-p400.xml").gpus[0]
    assert isinstance(gpu.ecc.volatile.uncorrectable, NotApplicable)
    assert isinstance(gpu.power.draw_w, NotApplicable)
    assert value(gpu.events.hw_slowdown) == "Not Active"


@pytest.mark.parametrize(("name", "limit", "draw"), [("535-h100", 700.0, 95.0), ("550-h100", 700.0, 95.0), ("550-a100", 400.0, 72.0)])
def test_the_real_programs_over_a_mock(name: str, limit: float, draw: float) -> None:
    """535 and 550 put power and ECC counters in different elements; both are read."""
    gpus = recording(f"{MOCK}mock-{name}-qx.out").gpus
    assert [value(gpu.power.limit_w) for gpu in gpus] == [limit] * 8
    assert {value(gpu.power.draw_w) for gpu in gpus} <= {draw, NotApplicable}
    assert {value(gpu.remapped.failure) for gpu in gpus} == {"No"}
    assert len({value(gpu.uuid) for gpu in gpus}) == 8


@pytest.mark.parametrize("name", ["nodriver-qx.out", "nolib-qx.out"])
def test_failures_of_the_real_program(name: str) -> None:
    """Without driver or library the program prints a sentence, which is quoted."""
    with pytest.raises(ParseError, match="NVIDIA-SMI"):
        recording(MOCK + name)
