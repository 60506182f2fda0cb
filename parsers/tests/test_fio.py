"""fio: an error is seen, a unit is proven, and what was not measured is no latency of zero."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.fio import Direction, Fio, Job, Latency, parse
from parsers.reading import Absent, Field, NotApplicable, Reading
from parsers.tests.damage import RECORDINGS, changed, outside, prefixes

FOLDER = RECORDINGS / "fio"
READ = sorted(path for path in FOLDER.iterdir() if path.name[0].isdigit())
TWO = (FOLDER / "3.33-randread.json").read_text()
OLD = (FOLDER / "2.17-kib-us.json").read_text()
BINS = (FOLDER / "3.36-json-plus-mixed.json").read_text()
OUTSIDE = ("pkb-fio-hist.json", "superbench-disk.json")
DIRECTIONS = ("read", "write", "trim", "mixed")


def recorded(name: str) -> Fio:
    """One of our own recordings, parsed."""
    return parse(next(path for path in READ if path.stem == name).read_text())


def value(field: Field) -> object:
    """The value of a Reading; of anything else its class."""
    return field.value if isinstance(field, Reading) else type(field)


def directions(job: Job) -> list[Direction]:
    """Those that were printed."""
    return [found for found in (job.read, job.write, job.trim, job.mixed) if found is not None]


def the_read(record: Fio, job: int = 0) -> Direction:
    """What a job read."""
    found = record.jobs[job].read
    assert found is not None
    return found


def percentiles(latency: Latency) -> list[tuple[float, object]]:
    """In percent and ns."""
    return [(found.percent, found.latency.value) for found in latency.percentiles]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no-engine.txt", "a JSON document, found 'fio: file:ioengines.c:134, func=dlopen, error=nvfs: cannot open shared"),
        ("text-output.txt", "a JSON document, found 'a: \\(g=0\\): rw=randread"),
    ],
)
def test_a_run_without_a_document_is_refused_with_its_message(name: str, words: str) -> None:
    """fio could not begin, or was not asked for JSON."""
    with pytest.raises(ParseError, match=words):
        parse((FOLDER / name).read_text())


@pytest.mark.parametrize("text", ["", "\n", "{}", "fio: unrecognized option '--badopt=3'\n", f"{TWO}{TWO}", f"\ufeff{TWO}"])
def test_no_document_or_two_are_refused(text: str) -> None:
    """--status-interval prints one after the other, each of which is of a part of the run."""
    with pytest.raises(ParseError):
        parse(text)


def test_an_error_of_a_job_is_seen() -> None:
    """The job that failed has numbers too; the other one has no error."""
    record = recorded("3.33-job-error")
    assert [job.error for job in record.jobs] == [0, 5]
    assert record.notes == ("fio: pid=48120, err=5/file:io_u.c:1876, func=io_u error, error=Input/output error",)
    assert float(the_read(record, 1).iops.value) > 0


def test_errors_that_fio_went_on_after_are_counted() -> None:
    """With continue_on_error."""
    record = recorded("3.42-normal-beside")
    assert (record.jobs[0].error, value(record.jobs[0].total_err)) == (28, 3)
    assert recorded("3.33-randread").jobs[0].total_err == Absent("a: total_err")


def test_lines_before_the_document_are_kept_and_those_after_it_are_not() -> None:
    """They may be messages; the text after it repeats the document, has no end mark, and would make a cut record look whole."""
    record = recorded("3.42-normal-beside")
    assert len(record.notes) == 3
    assert record.notes[1:] == ("fio-3.42", "Starting 1 process")


def test_a_run_that_was_broken_off_says_so() -> None:
    """Its document is whole and its numbers are of less than was asked for."""
    record = recorded("3.33-terminated")
    assert (record.complete, record.notes) == (True, ("fio: terminating on signal 15",))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"fio version" : "fio-3.33",', "", "the key 'fio version'"),
        ('"fio-3.33"', '"3.33"', "a version as fio-3.33"),
        ('"jobs"', '"client_stats"', "the key 'jobs'"),
        ('"jobname" : "a",', "", "the key 'jobname'"),
        ('"error" : 0,', "", "the key 'error'"),
        ('"error" : 0,', '"error" : "0",', "a whole number as error"),
        ('"error" : 0,', '"error" : null,', "a whole number as error"),
        ('"error" : 0,', '"error" : 0, "error" : 0,', "the key 'error' twice"),
        ('"read" : {', '"reads" : {', "read and write, or mixed"),
        ('"write" : {', '"wrote" : {', "read and write, or mixed"),
        ('"io_bytes" : 76736561152', '"io_bytes" : 767365611520', "a bandwidth that bytes and runtime make"),
        ('"io_kbytes" : 74938048', '"io_kbytes" : 74938047', "the same bytes twice"),
        ('"bw_bytes" : 2557800111', '"bw_bytes" : 2557800112', "found 'bw_bytes 2557800112'"),
        ('"bw" : 2497851', '"bw" : 2497850', "bw 2497850"),
        ('"iops" : 624462.917903', '"iops" : 624462.93', "IOPS that operations and runtime make"),
        ('"iops" : 624462.917903', '"iops" : 624464', "IOPS that operations and runtime make"),
        ('"iops" : 624462.917903', '"iops" : -1', "a number of 64 bits, not negative, as iops"),
        ('"iops" : 624462.917903', '"iops" : true', "a number of 64 bits, not negative, as iops"),
        ('"iops" : 624462.917903', '"iops" : NaN', "plain JSON"),
        ('"runtime" : 30001', '"runtime" : 30002', "IOPS that operations and runtime make"),
        ('"runtime" : 30001', '"runtime" : 0', "IOPS that operations and runtime make"),
        ('"total_ios" : 18734512', '"total_ios" : 1873451', "IOPS that operations and runtime make"),
        ('"short_ios" : 0', '"short_ios" : -1', "not negative, as short_ios"),
        ('"short_ios" : 0', '"short_ios" : 0.5', "a whole number as short_ios"),
        ('"mean" : 101207.518204', '"mean" : 58020.9', "a mean between its extremes"),
        ('"mean" : 101207.518204', '"mean" : 8114377.5', "a mean between its extremes"),
        ('"mean" : 101207.518204', '"mean" : 1e300', "a number of 64 bits"),
        ('"50.000000" : 97792', '"50.000000" : 9779200', "percentiles that rise"),
        ('"50.000000" : 97792', '"50.000000" : -1', "percentiles that rise"),
        ('"50.000000" : 97792', '"50.000000" : 97792.5', "a whole number as percentile 50.000000"),
        ('"50.000000" : 97792', '"p50" : 97792', "a percentile of a: read: clat_ns as 99.000000"),
        ('"N" : 18734512,\n          "percentile"', '"N" : 0,\n          "percentile"', "samples that agree"),
        ('0.000000,\n          "N" : 0', '0.000000,\n          "N" : 5', "samples that agree"),
        ('"clat_ns" : {', '"clat_ns" : null, "clat" : {', "an object as a: read: clat_ns"),
        ('"rw" : "randread"', '"rw" : 1', "options \\(texts only\\)"),
        ('"job options" : {', '"job options" : null, "options" : {', "options \\(texts only\\)"),
    ],
)  # fmt: skip
def test_numbers_that_are_none_or_contradict_each_other_are_refused(old: str, new: str, words: str) -> None:
    """Everything that fio prints twice must agree; a value that is missing has no default."""
    assert old in TWO
    with pytest.raises(ParseError, match=words):
        parse(TWO.replace(old, new, 1))


def test_a_run_without_jobs_is_refused() -> None:
    """It measured nothing, and no job has an error."""
    with pytest.raises(ParseError, match="a job"):
        parse('{"fio version" : "fio-3.33", "jobs" : []}')


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"3888" : 900', '"3888" : 901', "samples that agree with the rest of m: mixed: clat_ns, found '.*1025 in bins'"),
        ('"3888" : 900', '"3888" : 900.0', "a whole number as a bin"),
    ],
)
def test_bins_that_do_not_add_up_are_refused(old: str, new: str, words: str) -> None:
    """json+ counts every operation in a bin."""
    assert old in BINS
    with pytest.raises(ParseError, match=words):
        parse(BINS.replace(old, new, 1))


def test_percentiles_of_nothing_are_refused() -> None:
    """Latencies are zeros where nothing was measured; then the percentiles are too."""
    text = (FOLDER / "3.16-group.json").read_text()
    trim = text.index('"trim" : {')
    with pytest.raises(ParseError, match="percentiles that rise, of something measured"):
        parse(text[:trim] + text[trim:].replace('"99.000000" : 0', '"99.000000" : 7', 1))


def test_what_was_not_measured_is_no_latency_of_zero() -> None:
    """A limit from above would be content with zero."""
    write = recorded("3.1-no-latency").jobs[0].write
    assert write is not None
    assert float(write.iops.value) > 0
    nothing = NotApplicable("nolat: write: clat_ns: nothing was measured")
    assert write.clat_ns == Latency(nothing, nothing, nothing, nothing, nothing, ())
    assert the_read(recorded("3.1-no-latency")).clat_ns.max == NotApplicable("nolat: read: clat_ns: nothing was measured")
    without = parse(TWO.replace('"slat_ns"', '"submission"'))
    assert the_read(without).slat_ns.max == Absent("a: read: slat")


def test_every_field_of_a_job_is_read() -> None:
    """Values, units and what they were read from."""
    record = recorded("3.33-randread")
    assert (record.version, record.complete, record.notes) == ("fio-3.33", True, ())
    assert record.global_options[0] == ("filename", "/dev/nvme0n1")
    first, second = record.jobs
    assert (first.jobname, first.groupid, first.error, second.jobname) == ("a", 0, 0, "b")
    assert first.options == (("name", "a"), ("rw", "randread"), ("bs", "4k"))
    read = the_read(record)
    assert read.io_bytes == Reading(76736561152, "bytes", "a: read: io_bytes 76736561152")
    assert read.bw_bytes_per_second == Reading(2557800111, "bytes/s", "a: read: bw_bytes 2557800111")
    assert read.iops == Reading(624462.917903, "IOPS", "a: read: iops 624462.917903")
    assert read.runtime_ms == Reading(30001, "ms", "a: read: runtime 30001")
    assert (value(read.total_ios), value(read.short_ios), value(read.drop_ios)) == (18734512, 0, 0)
    assert read.clat_ns.mean == Reading(101207.518204, "ns", "a: read: clat_ns mean 101207.518204")
    assert (value(read.clat_ns.min), value(read.clat_ns.max), value(read.clat_ns.samples)) == (58021, 8114377, 18734512)
    assert (value(read.slat_ns.stddev), value(read.lat_ns.max)) == (790.305127, 8116012)
    assert percentiles(read.clat_ns) == [(1.0, 72192), (50.0, 97792), (99.0, 216064), (99.9, 452608)]
    assert read.clat_ns.percentiles[2].latency == Reading(216064, "ns", "a: read: clat_ns percentile 99.000000 216064")
    assert first.mixed is None
    assert first.write is not None
    assert value(first.write.iops) == 0


def test_old_releases_in_kibibytes_and_microseconds_are_read() -> None:
    """2.17; options that were given twice, and percentiles that fill up the list."""
    record = recorded("2.17-kib-us")
    read = the_read(record)
    assert read.io_bytes == Reading(1139248 * 1024, "bytes", "r: read: io_bytes 1139248 (KiB)")
    assert read.bw_bytes_per_second == Reading(113902 * 1024, "bytes/s", "r: read: bw 113902 (KiB/s)")
    assert read.clat_ns.mean == Reading(270514.408, "ns", "r: read: clat mean 270.514408 (us)")
    assert percentiles(read.clat_ns) == [(1.0, 52000), (50.0, 104000), (99.0, 1208000), (99.9, 2064000)]
    assert read.clat_ns.samples == Absent("r: read: clat: N")
    assert record.jobs[0].options[1:] == (("filename", "/dev/sdb"), ("filename", "/dev/sdb"))
    assert [key for key, _ in record.global_options] == ["filename", "direct", "filename"]


def test_the_oldest_releases_are_read() -> None:
    """2.1.4: whole IOPS, two decimals, no count of operations, no options."""
    record = recorded("2.1.4-whole-iops")
    write = record.jobs[0].write
    assert write is not None
    assert (value(write.iops), value(write.bw_bytes_per_second), value(write.clat_ns.mean)) == (1631, 6525 * 1024, 560370.0)
    assert (write.total_ios, record.jobs[0].options) == (Absent("w: write: total_ios"), ())


def test_a_group_and_mixed_reporting_are_read() -> None:
    """One job for all of its group; one direction for all of them."""
    group = recorded("3.16-group").jobs[0]
    assert len(directions(group)) == 3
    assert ("numjobs", "4") in group.options
    mixed = recorded("3.36-json-plus-mixed").jobs[0].mixed
    assert mixed is not None
    assert (value(mixed.total_ios), value(mixed.clat_ns.samples)) == (1024, 1024)


def test_bytes_without_their_kibibytes_are_still_bytes() -> None:
    """The bandwidth tells the unit, not the release."""
    text = TWO.replace('        "io_kbytes" : 74938048,\n', "", 1)
    assert the_read(parse(text)).io_bytes == the_read(parse(TWO)).io_bytes
    kib = OLD.replace('"io_bytes" : 1139248,', f'"io_bytes" : {1139248 * 1024},', 1)
    assert value(the_read(parse(kib)).io_bytes) == 1139248 * 1024


def test_a_list_of_percentiles_that_holds_nothing_but_its_filling_is_empty() -> None:
    """fio 2 fills it up to 20."""
    start, end = OLD.index('"percentile" : {') + len('"percentile" : {'), OLD.index("}", OLD.index('"percentile" : {'))
    assert the_read(parse(f'{OLD[:start]}"0.00" : 0,\n"0.00" : 0{OLD[end:]}')).clat_ns.percentiles == ()


def test_brackets_and_quotes_in_options_are_text() -> None:
    """An option may be a program's words."""
    words = r'"exec_prerun" : "sh -c \"{ echo a, b: c; }\"", "rw" : "randread"'
    record = parse(TWO.replace('"rw" : "randread"', words, 1))
    assert record.jobs[0].options[1] == ("exec_prerun", 'sh -c "{ echo a, b: c; }"')


def test_line_ends_of_another_system_mean_nothing() -> None:
    """CR LF is LF."""
    assert parse(TWO.replace("\n", "\r\n")) == parse(TWO)


def test_a_line_number_is_that_of_the_text() -> None:
    """Although options and percentiles are read in another form."""
    number = OLD[: OLD.index('"latency_depth"')].count("\n") + 1
    with pytest.raises(ParseError) as caught:
        parse(OLD.replace('"latency_depth" : 64', '"latency_depth" : N/A'))
    assert caught.value.line_number == number


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_a_cut_document_is_refused(path: Path) -> None:
    """Cut anywhere before its last bracket; what follows that is no part of it."""
    text = path.read_text()
    end = text.rindex("\n}\n") + 2
    draw = random.Random(path.stem)
    for cut in [*prefixes(text[:end]), *(text[: draw.randrange(end)] for _ in range(50))]:
        with pytest.raises(ParseError):
            parse(cut)
    assert parse(text[:end]) == parse(text)


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_cut_outside_document_is_refused(name: str) -> None:
    """Real ones too."""
    text = outside(f"fio/{name}")
    draw = random.Random(name)
    for cut in [*prefixes(text), *(text[: draw.randrange(len(text.rstrip()))] for _ in range(200))]:
        with pytest.raises(ParseError):
            parse(cut)


def test_the_outside_recording_of_a_new_release_is_read() -> None:
    """fio 3.16 on an NVMe drive, four jobs reported as one."""
    record = parse(outside("fio/superbench-disk.json"))
    (job,) = record.jobs
    assert (record.version, job.jobname, job.error) == ("fio-3.16", "rand_read_write", 0)
    read, write = the_read(record), job.write
    assert write is not None
    assert (value(read.iops), value(read.bw_bytes_per_second), value(read.runtime_ms)) == (85138.890741, 348743777, 30002)
    assert (value(write.iops), value(write.io_bytes)) == (85066.128925, 10454208512)
    assert dict(percentiles(read.lat_ns))[99.0] == 2244608
    assert read.clat_ns.percentiles == ()
    assert value(read.clat_ns.mean) == 1444476.063469


def test_the_outside_recording_of_an_old_release_is_read() -> None:
    """fio 2.17: KiB and us, the file's name given twice, four jobs that read and write."""
    record = parse(outside("fio/pkb-fio-hist.json"))
    assert (record.version, [job.error for job in record.jobs]) == ("fio-2.17", [0] * len(record.jobs))
    read = the_read(record)
    assert record.jobs[0].jobname == "rand_16k_read_100%-io-depth-1-num-jobs-2"
    assert (value(read.io_bytes), value(read.bw_bytes_per_second)) == (1294256 * 1024, 129386 * 1024)
    assert (value(read.iops), value(read.clat_ns.mean)) == (8086.673998, 238357.679)
    assert dict(percentiles(read.clat_ns))[99.0] == 1352000
    assert [key for key, _ in record.global_options].count("filename") == 2


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damage_never_raises_anything_else(data: st.DataObject) -> None:
    """Whatever is done to a text, it is read or refused; every number in a record is finite."""
    text = data.draw(changed(data.draw(st.sampled_from([path.read_text() for path in READ]))))
    try:
        record = parse(text)
    except ParseError:
        return
    for job in record.jobs:
        assert all(0 <= float(found.iops.value) < 1 << 64 for found in directions(job))
