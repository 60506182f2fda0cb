# bash, to be sourced: the set-up that scripts/accept and scripts/test share. The caller sets CHECKOUT.
#
# An environment is ready when its last file, hwaccept-ready, holds the requirements and pins of this checkout; anything
# else is rebuilt, and a ready one is used without network. Whoever uses it holds setup.lock shared, whoever builds it
# holds it alone. All that is said goes to stderr. A set-up that cannot go on ends with exit code 3, never a verdict.

SETUP_FAILED=3
SUPPORTED=(3.14 3.13 3.12 3.11 3.10)
INTERPRETER='' VERSION='' KIND=''

say() { printf 'hwaccept: %s\n' "$*" >&2; }

give_up() {
    say "$@"
    exit "$SETUP_FAILED"
}

# What the caller's environment may not change: which code runs, and which tests.
clean_environment() {
    local name
    for name in PYTEST_ADDOPTS PYTEST_PLUGINS; do
        [[ -z ${!name:-} ]] || say "$name is set and ignored: the command line alone says what runs"
    done
    unset PYTEST_ADDOPTS PYTEST_PLUGINS PYTEST_DISABLE_PLUGIN_AUTOLOAD PYTEST_CURRENT_TEST PYTEST_DEBUG \
        PYTEST_XDIST_WORKER PYTEST_XDIST_WORKER_COUNT PYTEST_XDIST_TESTRUNUID
    for name in "${!PYTHON@}"; do
        case $name in
        PYTHONDONTWRITEBYTECODE | PYTHONPYCACHEPREFIX | PYTHONUNBUFFERED | PYTHONUTF8) ;;
        *) unset "$name" ;;
        esac
    done
    export PYTHONNOUSERSITE=1
}

# --- requirements ------------------------------------------------------------------------------------------------

# The entries of the lists of pyproject.toml that are named, one a line.
requirements() {
    local line list inside
    for list; do
        inside=
        while IFS= read -r line; do
            case $line in
            "$list = [") inside=yes ;;
            "]") inside= ;;
            *[\"\']*)
                [[ -n $inside && ! $line =~ ^[[:space:]]*# ]] || continue
                line=${line#*[\"\']}
                printf '%s\n' "${line%[\"\']*}"
                ;;
            esac
        done <"$CHECKOUT/pyproject.toml"
    done
}

stamp_text() {
    requirements "$@"
    printf '%s' "$(<"$CHECKOUT/constraints.txt")"
}

# --- packages of the distribution --------------------------------------------------------------------------------

can_install() { [[ $EUID == 0 ]] && command -v apt-get >/dev/null; }

# Lists may be missing or old, so a failure is tried again after an update. Not inherited: the lock of the set-up.
install_packages() {
    local get=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq)
    say "installing with apt-get: $*"
    {
        "${get[@]}" install -y --no-install-recommends "$@" ||
            { "${get[@]}" update && "${get[@]}" install -y --no-install-recommends "$@"; }
    } </dev/null >&2 9>&-
}

# --- interpreter -------------------------------------------------------------------------------------------------

# Prints version, kind (whole, bare: cannot make environments, old) and real path of an interpreter, by running it:
# a name on PATH proves nothing, pyenv's shims exist and fail.
probe() {
    timeout 10 "$1" -I -c '
import os, sys
try:
    import venv
    from ensurepip import bootstrap  # a name inside: an empty folder would do for the module itself
    kind = "whole"
except ImportError:
    kind = "bare"
kind = "old" if sys.version_info < (3, 10) else kind
print("%d.%d.%d" % sys.version_info[:3], kind, os.path.realpath(getattr(sys, "_base_executable", sys.executable)))
' 2>/dev/null </dev/null
}

# Sets INTERPRETER, VERSION and KIND to the newest one on PATH, whole before bare before old; all empty if there is none.
find_python() {
    local name path version kind real rank best=-1
    INTERPRETER='' VERSION='' KIND=''
    for name in "${SUPPORTED[@]/#/python}" python3; do
        while IFS= read -r path; do
            read -r version kind real < <(probe "$path") || continue
            rank=${version#*.} rank=${rank%%.*}
            case $kind in whole) rank=$((rank + 2000)) ;; bare) rank=$((rank + 1000)) ;; esac
            if ((rank > best)); then
                best=$rank INTERPRETER=$real VERSION=$version KIND=$kind
            fi
        done < <(type -aP -- "$name")
    done
}

# What Debian and Ubuntu call the missing part: of their own interpreter, or one with everything.
missing_packages() {
    if [[ $INTERPRETER == /usr/bin/* ]]; then
        printf 'python%s-venv' "${VERSION%.*}"
    else
        printf 'python3 python3-venv'
    fi
}

can_build() { [[ $KIND == whole ]] || { [[ $KIND == bare ]] && command -v uv >/dev/null; }; }

require_python() {
    local packages command
    find_python
    ! can_build || return 0
    [[ $KIND != old ]] || give_up "Python 3.10 or newer is needed, found only $VERSION ($INTERPRETER); uv python install 3.12 brings one"
    packages=$(missing_packages)
    command="apt-get -o DPkg::Lock::Timeout=300 install -y $packages"
    say "${INTERPRETER:-no python3 that runs}${VERSION:+ (Python $VERSION)} cannot make environments: ensurepip is not available; Debian and Ubuntu have it in: $packages"
    can_install || give_up "run this as root, then try again: $command"
    # shellcheck disable=SC2086 # a list of words
    install_packages $packages || give_up "that failed; run this, then try again: $command"
    find_python
    can_build || give_up "still no Python 3.10 or newer with venv and ensurepip, although installed: $packages"
}

# --- environment -------------------------------------------------------------------------------------------------

ready() { [[ -x $VENV/bin/python && -r $VENV/hwaccept-ready && $(<"$VENV/hwaccept-ready") == "$WANTED" ]]; }

# lock shared|alone: on descriptor 9, which the programs that follow inherit and so hold until they end.
lock() {
    local how=--exclusive
    [[ $1 == alone ]] || how=--shared
    flock "$how" --nonblock 9 && return
    say "waiting: $VENV is being set up or used by another run"
    flock "$how" 9 || say "this file system has no locks: see to it that only one run sets up $VENV"
}

usable() {
    [[ -r $VENV/setup.lock ]] || return
    exec 9<"$VENV/setup.lock"
    lock shared
    ready
}

writable() { if [[ -e $1 ]]; then [[ -d $1 && -w $1 ]]; else [[ -w ${1%/*} ]]; fi; }

cache_folder() {
    local key
    key=$(printf '%s' "$(uname -m) $1 $WANTED" | sha256sum)
    printf '%s/hwaccept/venv-%s' "${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}" "${key:0:16}"
}

with_uv() {
    command -v uv >/dev/null &&
        uv venv --quiet --allow-existing --python "$INTERPRETER" "$VENV" &&
        uv pip install --quiet --python "$VENV/bin/python" --compile-bytecode --only-binary :all: \
            -r "$VENV/requirements.txt" -c "$CHECKOUT/constraints.txt"
}

with_pip() {
    "$INTERPRETER" -m venv "$VENV" &&
        env -u PIP_TARGET -u PIP_PREFIX -u PIP_ROOT PIP_USER=0 "$VENV/bin/python" -m pip install --no-input \
            --disable-pip-version-check --progress-bar off --compile --only-binary :all: \
            -r "$VENV/requirements.txt" -c "$CHECKOUT/constraints.txt"
}

build() {
    local log=$VENV/setup.log started=$SECONDS
    [[ -n $INTERPRETER ]] || require_python
    say "setting up $VENV with Python $VERSION: once, about half a minute and 250 MB, packages from the index that pip is configured for"
    find "$VENV" -mindepth 1 -maxdepth 1 ! -name setup.lock -exec rm -rf -- {} + || give_up "cannot empty $VENV"
    requirements "$@" >"$VENV/requirements.txt"
    if ! { with_uv || with_pip; } </dev/null >"$log" 2>&1; then
        tail -n 15 -- "$log" >&2
        say "Python $VERSION ($INTERPRETER) could not set up the environment, see above and $log"
        ! grep -q ensurepip "$log" || give_up "Debian and Ubuntu have ensurepip in: python${VERSION%.*}-venv"
        give_up "if there is no network: PIP_NO_INDEX=1 PIP_FIND_LINKS=FOLDER, with wheels of what constraints.txt names"
    fi
    printf '%s' "$WANTED" >"$VENV/hwaccept-ready.new" || give_up "cannot write to $VENV"
    mv -- "$VENV/hwaccept-ready.new" "$VENV/hwaccept-ready"
    say "set up in $((SECONDS - started)) s"
}

# use_venv NAME LIST...: sets VENV to an environment that holds these lists of pyproject.toml, and keeps it locked.
use_venv() {
    local name=$1
    shift
    WANTED=$(stamp_text "$@")
    VENV=$CHECKOUT/$name
    ! usable || return 0
    if ! writable "$VENV"; then
        VENV=$(cache_folder "$name")
        say "$CHECKOUT is read-only: the environment is $VENV"
        ! usable || return 0
    fi
    mkdir -p -- "$VENV" || give_up "cannot make $VENV"
    exec 9>>"$VENV/setup.lock"
    lock alone
    ready || build "$@"
    lock shared
}
