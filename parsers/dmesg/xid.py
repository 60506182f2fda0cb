"""
What an Xid means for acceptance: NVIDIA's numbers for errors of a GPU, their names, and what is to be done about each.

Names: NVIDIA's Xid catalogue (docs.nvidia.com/deploy/xid-errors/analyzing-xid-catalog.html) as of 2025-10-29, as leptonai/gpud
keeps it (xid/catalog_generated.go), and nverror.h of the open kernel modules. Categories: what the catalogue advises at once
and what it asks to investigate, drawn together for a node that is to be accepted:

"hardware"     replace or escalate: the board, its memory, its power or its NVLink is at fault.
"reset"        the GPU is unusable until it was reset; then it is tested again.
"record"       not a fault by itself: to be judged together with the state of the memory (remapped rows, ECC counters).
"application"  the program on the GPU is the first suspect. Raised by programs known to be good, it is a suspicion of hardware.
"sympathetic"  follows another Xid (45: channels that are cleaned up); alone it calls for a restart of the fabric manager.
"ignore"       test messages.
"unknown"      the catalogue has no such number, calls it unused, or gives no advice. It must be looked at, never passed over.

Xid 154 reports which recovery a GPU now needs, in words (None, GPU Reset Required, Node Reboot Required, Drain P2P, Drain
and Reset): what counts is the word, which parsers.dmesg.records.Event has as `recovery_action`.
"""

from __future__ import annotations

from dataclasses import dataclass

UNKNOWN = "unknown"

_CATEGORIES: dict[str, tuple[int, ...]] = {
    "hardware": (48, 54, 62, 64, 74, 79, 92, 95, 136, 140, 143, *range(144, 151), 157, 158),
    "reset": (46, 109, 110, 119, 120, 154, 155, 156),
    "record": (63, 93, 94, 121, 160, 161, 171, 172),
    "application": (
        8, 11, 13, 25, 31, 32, 37, 38, 39, 40, 41, 43, 44, 60, 66, 67, 68, 69, 70, 71, 72, 75, 76, 77, 78, 80, 82, 83, 84,
        85, 86, 88, 89, *range(96, 106), 108, *range(126, 136), 137, 139, 141, 151,
    ),
    "sympathetic": (45,),
    "ignore": (14, 106, 107),
}  # fmt: skip

_NAMES = (
    "ROBUST_CHANNEL_FIFO_ERROR_FIFO_METHOD",
    "ROBUST_CHANNEL_FIFO_ERROR_SW_METHOD",
    "ROBUST_CHANNEL_FIFO_ERROR_UNK_METHOD",
    "ROBUST_CHANNEL_FIFO_ERROR_CHANNEL_BUSY",
    "ROBUST_CHANNEL_FIFO_ERROR_RUNOUT_OVERFLOW",
    "ROBUST_CHANNEL_FIFO_ERROR_PARSE_ERR",
    "ROBUST_CHANNEL_FIFO_ERROR_PTE_ERR",
    "ROBUST_CHANNEL_FIFO_ERROR_IDLE_TIMEOUT",
    "ROBUST_CHANNEL_GR_ERROR_INSTANCE",
    "ROBUST_CHANNEL_GR_ERROR_SINGLE_STEP",
    "ROBUST_CHANNEL_GR_ERROR_MISSING_HW",
    "ROBUST_CHANNEL_GR_ERROR_SW_METHOD",
    "ROBUST_CHANNEL_GR_EXCEPTION",
    "ROBUST_CHANNEL_FAKE_ERROR",
    "ROBUST_CHANNEL_SCANLINE_TIMEOUT",
    "ROBUST_CHANNEL_VBLANK_CALLBACK_TIMEOUT",
    "ROBUST_CHANNEL_PARAMETER_ERROR",
    "ROBUST_CHANNEL_BUS_MASTER_TIMEOUT_ERROR",
    "ROBUST_CHANNEL_DISP_MISSED_NOTIFIER",
    "ROBUST_CHANNEL_MPEG_ERROR_SW_METHOD",
    "ROBUST_CHANNEL_ME_ERROR_SW_METHOD",
    "ROBUST_CHANNEL_VP_ERROR_SW_METHOD",
    "ROBUST_CHANNEL_RC_LOGGING_ENABLED",
    "ROBUST_CHANNEL_GR_SEMAPHORE_TIMEOUT",
    "ROBUST_CHANNEL_GR_ILLEGAL_NOTIFY",
    "ROBUST_CHANNEL_FIFO_ERROR_FBISTATE_TIMEOUT",
    "ROBUST_CHANNEL_VP_ERROR",
    "ROBUST_CHANNEL_VP2_ERROR",
    "ROBUST_CHANNEL_BSP_ERROR",
    "ROBUST_CHANNEL_BAD_ADDR_ACCESS",
    "ROBUST_CHANNEL_FIFO_ERROR_MMU_ERR_FLT",
    "ROBUST_CHANNEL_PBDMA_ERROR",
    "ROBUST_CHANNEL_SEC_ERROR",
    "ROBUST_CHANNEL_MSVLD_ERROR",
    "ROBUST_CHANNEL_MSPDEC_ERROR",
    "ROBUST_CHANNEL_MSPPP_ERROR",
    "ROBUST_CHANNEL_FECS_ERR_UNIMP_FIRMWARE_METHOD",
    "ROBUST_CHANNEL_FECS_ERR_WATCHDOG_TIMEOUT",
    "ROBUST_CHANNEL_CE0_ERROR",
    "ROBUST_CHANNEL_CE1_ERROR",
    "ROBUST_CHANNEL_CE2_ERROR",
    "ROBUST_CHANNEL_VIC_ERROR",
    "ROBUST_CHANNEL_RESETCHANNEL_VERIF_ERROR",
    "ROBUST_CHANNEL_GR_FAULT_DURING_CTXSW",
    "ROBUST_CHANNEL_PREEMPTIVE_REMOVAL",
    "ROBUST_CHANNEL_GPU_TIMEOUT_ERROR",
    "ROBUST_CHANNEL_NVENC0_ERROR",
    "ROBUST_CHANNEL_GPU_ECC_DBE",
    "SILENT_RUNNING_CONSTANT_LEVEL_SET_BY_REGISTRY",
    "SILENT_RUNNING_LEVEL_TRANSITION_DUE_TO_RC_ERROR",
    "SILENT_RUNNING_STRESS_TEST_FAILURE",
    "SILENT_RUNNING_LEVEL_TRANS_DUE_TO_TEMP_RISE",
    "SILENT_RUNNING_TEMP_REDUCED_CLOCKING",
    "SILENT_RUNNING_PWR_REDUCED_CLOCKING",
    "SILENT_RUNNING_TEMPERATURE_READ_ERROR",
    "DISPLAY_CHANNEL_EXCEPTION",
    "FB_LINK_TRAINING_FAILURE_ERROR",
    "FB_MEMORY_ERROR",
    "PMU_ERROR",
    "ROBUST_CHANNEL_SEC2_ERROR",
    "PMU_BREAKPOINT",
    "PMU_HALT_ERROR",
    "INFOROM_DRAM_RETIREMENT_EVENT",
    "INFOROM_DRAM_RETIREMENT_FAILURE",
    "ROBUST_CHANNEL_NVENC1_ERROR",
    "ROBUST_CHANNEL_FECS_ERR_REG_ACCESS_VIOLATION",
    "ROBUST_CHANNEL_FECS_ERR_VERIF_VIOLATION",
    "ROBUST_CHANNEL_NVDEC0_ERROR",
    "ROBUST_CHANNEL_GR_CLASS_ERROR",
    "ROBUST_CHANNEL_CE3_ERROR",
    "ROBUST_CHANNEL_CE4_ERROR",
    "ROBUST_CHANNEL_CE5_ERROR",
    "ROBUST_CHANNEL_NVENC2_ERROR",
    "NVLINK_ERROR",
    "ROBUST_CHANNEL_CE6_ERROR",
    "ROBUST_CHANNEL_CE7_ERROR",
    "ROBUST_CHANNEL_CE8_ERROR",
    "VGPU_START_ERROR",
    "ROBUST_CHANNEL_GPU_HAS_FALLEN_OFF_THE_BUS",
    "PBDMA_PUSHBUFFER_CRC_MISMATCH",
    "ROBUST_CHANNEL_VGA_SUBSYSTEM_ERROR",
    "ROBUST_CHANNEL_NVJPG0_ERROR",
    "ROBUST_CHANNEL_NVDEC1_ERROR",
    "ROBUST_CHANNEL_NVDEC2_ERROR",
    "ROBUST_CHANNEL_CE9_ERROR",
    "ROBUST_CHANNEL_OFA0_ERROR",
    "NVTELEMETRY_DRIVER_REPORT",
    "ROBUST_CHANNEL_NVDEC3_ERROR",
    "ROBUST_CHANNEL_NVDEC4_ERROR",
    "LTC_ERROR",
    "RESERVED_XID",
    "EXCESSIVE_SBE_INTERRUPTS",
    "INFOROM_ERASE_LIMIT_EXCEEDED",
    "ROBUST_CHANNEL_CONTAINED_ERROR",
    "ROBUST_CHANNEL_UNCONTAINED_ERROR",
    "ROBUST_CHANNEL_NVDEC5_ERROR",
    "ROBUST_CHANNEL_NVDEC6_ERROR",
    "ROBUST_CHANNEL_NVDEC7_ERROR",
    "ROBUST_CHANNEL_NVJPG1_ERROR",
    "ROBUST_CHANNEL_NVJPG2_ERROR",
    "ROBUST_CHANNEL_NVJPG3_ERROR",
    "ROBUST_CHANNEL_NVJPG4_ERROR",
    "ROBUST_CHANNEL_NVJPG5_ERROR",
    "ROBUST_CHANNEL_NVJPG6_ERROR",
    "ROBUST_CHANNEL_NVJPG7_ERROR",
    "SMBPBI_TEST_MESSAGE",
    "SMBPBI_TEST_MESSAGE_SILENT",
    "NVLINK_REMOTE_TRANSLATION_ERROR",
    "ROBUST_CHANNEL_CTXSW_TIMEOUT_ERROR",
    "SEC_FAULT_ERROR",
    "BUNDLE_ERROR_EVENT",
    "DISP_SUPERVISOR_ERROR",
    "DP_LT_FAILURE",
    "HEAD_RG_UNDERFLOW",
    "CORE_CHANNEL_REGS",
    "WINDOW_CHANNEL_REGS",
    "CURSOR_CHANNEL_REGS",
    "HEAD_REGS",
    "GSP_RPC_TIMEOUT",
    "GSP_ERROR",
    "C2C_ERROR",
    "SPI_PMU_RPC_READ_FAIL",
    "SPI_PMU_RPC_WRITE_FAIL",
    "SPI_PMU_RPC_ERASE_FAIL",
    "INFOROM_FS_ERROR",
    *(f"ROBUST_CHANNEL_CE{engine}_ERROR" for engine in range(10, 20)),
    "ALI_TRAINING_FAIL",
    "NVLINK_PRIV_ERR",
    "ROBUST_CHANNEL_DLA_ERROR",
    "ROBUST_CHANNEL_OFA1_ERROR",
    "UNRECOVERABLE_ECC_ERROR_ESCAPE",
    "ROBUST_CHANNEL_FAST_PATH_ERROR",
    "ROBUST_CHANNEL_NVENC3_ERROR",
    "GPU_INIT_ERROR",
    "NVLINK_SAW_ERROR",
    "NVLINK_RLW_ERROR",
    "NVLINK_TLW_ERROR",
    "NVLINK_TREX_ERROR",
    "NVLINK_NVLPW_CTRL_ERROR",
    "NVLINK_NETIR_ERROR",
    "NVLINK_MSE_ERROR",
    "ROBUST_CHANNEL_KEY_ROTATION_ERROR",
    "ROBUST_CHANNEL_DLA_SMMU_ERROR",
    "ROBUST_CHANNEL_DLA_TIMEOUT",
    "GPU_RECOVERY_ACTION_CHANGED",
    "NVLINK_SW_DEFINED_ERROR",
    "RESOURCE_RETIREMENT_EVENT",
    "RESOURCE_RETIREMENT_FAILURE",
    "GPU_FATAL_TIMEOUT",
    "ROBUST_CHANNEL_CHI_NON_DATA_ERROR",
    "CHANNEL_RETIREMENT_EVENT",
    "CHANNEL_RETIREMENT_FAILURE",
    "PSHC_REENGAGED",
    "PSHC_DISENGAGED",
    "PSHC_LOW_LIFETIME",
    "PSHC_ZERO_LIFETIME",
    "NVLINK_SECURE_CRYPTO_ERR",
    "PCIE_FATAL_TIMEOUT",
    "REDUCED_GPU_MEMORY_CAPACITY",
    "SEC2_HALT_ERROR",
    "NVLINK_SECURE_OTHER",
    "UNCORRECTABLE_DRAM_ERROR",
    "UNCORRECTABLE_SRAM_ERROR",
)


@dataclass(frozen=True)
class Xid:
    """An Xid: its number, NVIDIA's name (None: not in the catalogue) and one of the categories of the module's description."""

    number: int
    name: str | None
    category: str


_CATEGORY_OF = {number: category for category, numbers in _CATEGORIES.items() for number in numbers}
_XIDS = {number: Xid(number, name, _CATEGORY_OF.get(number, UNKNOWN)) for number, name in enumerate(_NAMES, start=1)}


def look_up(number: int) -> Xid:
    """The Xid of this number; in category "unknown" if the catalogue does not say what to do about it."""
    return _XIDS.get(number) or Xid(number, None, UNKNOWN)
