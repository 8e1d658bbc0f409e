# Sourced by ./run and ./test: what both need before they build.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build_packages=(libsqlite3-dev libmaxminddb-dev libzstd-dev zlib1g-dev liblzma-dev librabbitmq-dev librdkafka-dev pkg-config)
asset_packages=(python3 python3-pip python3-venv netbase)

note() { printf '%s: %s\n' "${0##*/}" "$*"; }
complain() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# need_swift: stops with advice unless a Swift 6.2 or later toolchain is on the path.
need_swift() {
    local version
    if ! command -v swift >/dev/null; then
        complain "Swift is not on the path: install the Swift 6.3 toolchain for Debian 12 (swift.org/install) and put its usr/bin on PATH"
        return 1
    fi
    version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -n 1)
    if [[ -z $version || $(printf '6.2\n%s\n' "$version" | sort -V | head -n 1) != 6.2 ]]; then
        complain "Swift ${version:-of unknown version} is too old: install Swift 6.3 (swift.org/install)"
        return 1
    fi
}

# need_packages WHY NAME…: installs those Debian packages that are missing. No service that comes with one is started.
need_packages() {
    local why=$1 missing=() name as_root=() policy=/usr/sbin/policy-rc.d own_policy=
    shift
    for name; do
        dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
    done
    ((${#missing[@]})) || return 0
    if ! command -v apt-get >/dev/null; then
        complain "this is not Debian: install what matches these packages yourself: ${missing[*]}"
        return 1
    fi
    if ((EUID != 0)); then
        if ! command -v sudo >/dev/null; then
            complain "packages are missing and sudo is not there. As root: apt-get install ${missing[*]}"
            return 1
        fi
        as_root=(sudo)
    fi
    note "installing ${missing[*]} ($why)"
    local log
    log=$(mktemp)
    if [[ ! -e $policy ]]; then
        own_policy=yes
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
        "${as_root[@]}" chmod 755 "$policy"
    fi
    local status=0
    {
        "${as_root[@]}" apt-get update &&
            "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
    } >"$log" 2>&1 </dev/null || status=$?
    if [[ $own_policy ]]; then "${as_root[@]}" rm -f "$policy"; fi
    if [[ -d /run/systemd/system ]]; then
        local service
        for service in nginx rabbitmq-server; do
            if [[ " ${missing[*]} " == *" $service"* ]]; then
                "${as_root[@]}" systemctl --quiet disable "$service" || true # the tests start their own
            fi
        done
    fi
    if ((status)); then
        tail -n 15 "$log" >&2
        complain "apt-get could not install ${missing[*]}: see above, then run this again"
    fi
    rm -f "$log"
    return "$status"
}

# make_assets: builds .assets; what is missing there degrades and stops nothing.
make_assets() {
    local status=0
    python3 "$root/tools/assets.py" --into "$root/.assets" || status=$?
    if ((status != 0)); then note "some data files are missing; Petrel works without them"; fi
}

# swift_quietly LABEL ARGUMENT…: runs `swift ARGUMENT…` with one line of progress, and its output only if it fails.
# The output stays in .build/LABEL.log.
swift_quietly() {
    local label=$1 log="$root/.build/$1.log" status=0 pid step started=$SECONDS shown=0
    shift
    mkdir -p "$root/.build"
    timeout 60m swift "$@" --package-path "$root" >"$log" 2>&1 </dev/null &
    pid=$!
    trap 'kill "$pid" 2>/dev/null; exit 130' INT TERM
    while kill -0 "$pid" 2>/dev/null; do
        sleep 0.5
        step=$(grep -aoE '^\[[0-9]+/[0-9]+\]' "$log" | tail -n 1 || true)
        if [[ -t 1 ]]; then
            printf '\r%s %s, %d s ' "$label" "$step" $((SECONDS - started))
        elif ((SECONDS - started >= shown + 30)); then
            shown=$((SECONDS - started))
            note "$label $step, $shown s"
        fi
    done
    wait "$pid" || status=$?
    trap - INT TERM
    if [[ -t 1 ]]; then printf '\r\033[K'; fi
    if ((status)); then
        grep -aE 'error:' "$log" | sort -u | head -n 20 >&2 || true
        tail -n 20 "$log" >&2
        complain "$label failed: the whole output is in .build/$label.log"
    fi
    return "$status"
}
