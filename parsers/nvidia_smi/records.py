"""
What `nvidia-smi -q -x` says of a node and its boards, as records; every field names its unit and where it is read.

Places are those of the documents of drivers 470 to 580 (DTD nvsmi_device_v11 to v13; v10 and 595 were seen too). Where
several are given, they are the names of one thing in different releases: the first that has a value is taken. Fields
are Reading, NotApplicable, ErrorWord or Absent; a unit in a comment is the unit of the Reading. "Yes/No" and the like
are the whole text of a Reading of unit "text".
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from parsers import cells
from parsers.cells import ACTIVE, COUNT, DEGREES, ENABLED, MEBIBYTES, MEGAHERTZ, MICROSECONDS, POWER, TEXT, VERSION, YES_NO, Kind
from parsers.nvidia_smi.sums import total
from parsers.reading import Field, NoReading

_GENERATION = dataclasses.replace(COUNT, unit="generation", expected="a PCIe generation")
_LANES = cells.shaped("[0-9]{1,3}", "a width as 16x", "lanes")
_LANES = dataclasses.replace(_LANES, pattern=cells.re.compile("([0-9]{1,3})x"), convert=int)
