"""
Serial numbers, UUIDs and other words by which a thing is known: a Reading only where it can be this one thing's.

Whoever builds a board fills them in. Where that was forgotten, the template of the firmware's vendor stands there, the same on
every board: two boards with "Default string" are not one board. The words were collected from tables of AMI, Insyde, Phoenix,
ASUS, Dell, HPE, Lenovo, Supermicro and QEMU, and from inventory programs that know them; they are compared whole, without case.
"""

from __future__ import annotations

import re

from parsers.cells import ERROR_WORDS, NOT_APPLICABLE
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading

MAX_CHARACTERS = 256
"""The longest text that is taken for a name: serial numbers and the strings of firmware are far shorter."""

_NONE = frozenset(
    {
        *(word.lower() for word in NOT_APPLICABLE), "none", "na", "n.a.", "nil", "null", "nan", "empty", "unknown", "undefined",
        "unspecified", "not specified", "not applicable", "not available", "not provided", "not present", "not settable", "not set",
        "not defined", "not used", "no asset tag", "no asset information", "no serial number", "serial not available", "tbd",
    }
)  # fmt: skip
_ERRORS = frozenset(word.lower() for word in ERROR_WORDS)
_TEMPLATES = frozenset(
    {
        "default", "default string", "default_string", "oem", "o.e.m.", "oem_define", "invalid", "serial", "serialnumber", "sku",
        "sku number", "uuid", "asset tag #", "x.x", "type1productconfigid", "sernum0", "aaaabbbbcccc1",
        "asset-1234567890", "bs-0123456789", "mb-1234567890", "bsn12345678901234567", "csn12345678901234567", "ssn12345678901234567",
        "00010203-0405-0607-0809-0a0b0c0d0e0f", "00020003-0004-0005-0006-000700080009", "03000200-0400-0500-0006-000700080009",
        "12345678-1234-5678-90ab-cddeefaabbcc", "fefefefe-fefe-fefe-fefe-fefefefefefe",
    }
)  # fmt: skip
_TO_BE_FILLED = re.compile(r"(?:type ?[0-9]{1,3} - )?(?:tbd|to be (?:filled|set|defined|determined))(?: (?:in )?by .{1,60})?")
_OF_WHAT = r"(?:type ?[0-9]{1,3} - )?(?:system|chassis|base ?board|board|product|enclosure) "
_NAMED_AFTER_ITSELF = re.compile(
    rf"(?:{_OF_WHAT})?(?:serial ?(?:number|#)|asset tag(?: number)?)"
    rf"|{_OF_WHAT}(?:manufacturer?|vendor name[0-9]|product name[0-9]?|name|version|family|sku ?number)"
)
_NO_TEXT = re.compile(r"\\x[0-9a-f]{2}")
_PREFIX = re.compile(r"0x|eui\.|naa\.|uuid\.|nvme\.")
_MARKS = re.compile(r"[^0-9a-z]+")
_COUNTING = ("0123456789" * 5, "0123456789abcdef" * 3)
_FEW = 4


def read_word(name: str, text: str) -> Field:
    """
    A text, unit "text", with single blanks and none at its ends; the Reading's line is "name: text".

    NotApplicable where the text says that there is none ("None", "N/A", "Not Specified"), ErrorWord where it is an error, a
    template ("Default string", "To Be Filled By O.E.M.") or longer than MAX_CHARACTERS, Absent where it is empty.
    """
    word = " ".join(text.split())
    line, plain = f"{name}: {word}", word.lower()
    bare = plain[1:-1].strip() if plain.startswith("[") and plain.endswith("]") else plain
    if not word:
        return Absent(f"{name} (empty)")
    if len(word) > MAX_CHARACTERS:
        return ErrorWord("too long", f"{line[:MAX_CHARACTERS]} ...")
    if bare in _NONE:
        return NotApplicable(line)
    if bare in _ERRORS or bare in _TEMPLATES or _TO_BE_FILLED.fullmatch(bare) or _NAMED_AFTER_ITSELF.fullmatch(bare):
        return ErrorWord(word, line)
    return Reading(word, "text", line)


def read_identity(name: str, text: str) -> Field:
    """
    As read_word(), of a serial number, a UUID or a world wide name.

    These are templates too where they are one character over and over ("0000", "XX-XX"), count from 0 or 1 ("123456789"), or
    hold bytes that are no text.
    """
    field = read_word(name, text)
    if isinstance(field, Reading) and (_NO_TEXT.search(str(field.value)) or _is_filling(str(field.value))):
        return ErrorWord(str(field.value), field.line)
    return field


def _is_filling(word: str) -> bool:
    characters = _MARKS.sub("", _PREFIX.sub("", word.lower(), count=1))
    counts = len(characters) >= _FEW and characters[0] in "01" and any(characters in counting for counting in _COUNTING)
    return len(set(characters)) < 2 or counts
