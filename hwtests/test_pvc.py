"""Can a volume of every promised storage class be claimed, used on this node, and given back, so that nothing is left of it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading

if TYPE_CHECKING:
    from fixtures.judging import Judge
    from fixtures.storage import Claimable
    from parsers.kubernetes.claim import VolumeClaim

pytestmark = pytest.mark.pvc


def test_create_delete(storage_class: Claimable, judge: Judge) -> None:
    """A class that binds nothing stops every job that needs a volume; one that gives nothing back fills up and stops them later."""
    judge.subject = "cluster"
    claim = storage_class.claim()
    judge("pvc.phase", claim.phase, told=True)
    if is_word(claim.phase, "Bound"):
        judge("pvc.bound_s", claim.bound_s, tool=storage_class.name)
        if storage_class.write:
            judge("pvc.pod_phase", claim.pod_phase, told=True)
    if claim.name is not None or not isinstance(claim.phase, ErrorWord):  # else no claim was made, and nothing has to go
        judge_release(judge, claim, storage_class)
    judge.record("pvc.swept", claim.swept)


def is_word(field: Field, word: str) -> bool:
    """Whether this was read, and no other word."""
    return isinstance(field, Reading) and field.value == word


def judge_release(judge: Judge, claim: VolumeClaim, wanted: Claimable) -> None:
    """Whether claim and volume are gone, and in time; only a volume that never was, or that its policy keeps, has not to go."""
    judge("pvc.claim_after", claim.claim_after, told=True)
    if is_word(claim.claim_after, "gone"):
        judge("pvc.claim_gone_s", claim.claim_gone_s, tool=wanted.name)
    never_was = claim.volume is None and not is_word(claim.phase, "Bound")
    kept = never_was or isinstance(claim.retained, Reading)
    # Of a claim that could not be deleted the volume is still there because of that, and not because it cannot be given back.
    if isinstance(claim.claim_after, ErrorWord) or (isinstance(claim.volume_after, NotApplicable) and kept):
        judge.record("pvc.volume_after", claim.volume_after)
    else:
        judge("pvc.volume_after", claim.volume_after, told=True)
    if is_word(claim.volume_after, "gone") and is_word(claim.claim_after, "gone"):
        judge("pvc.volume_gone_s", claim.volume_gone_s, tool=wanted.name)
    if not isinstance(claim.retained, Absent):
        judge.record("pvc.retained", claim.retained)
