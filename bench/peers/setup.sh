#!/usr/bin/env bash
# Installs what the benchmarks compare with: syslog-ng, nginx with nchan, a C compiler, the Python peer's libraries.
# Everything of ours goes to .build-peers; no service is started.
set -euo pipefail
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../tools/setup.sh"

need_packages "to compare Petrel with" syslog-ng-core syslog-ng-mod-geoip2 nginx-light libnginx-mod-nchan gcc libc6-dev python3-venv
python3 "$root/tools/assets.py" --into "$root/.assets" --only cities
if [[ ! -x $root/.build-peers/venv/bin/python ]]; then python3 -m venv "$root/.build-peers/venv"; fi
"$root/.build-peers/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
    --only-binary :all: -r "$root/bench/peers/requirements.txt"
gcc -O2 -Wall -Wextra -o "$root/.build-peers/subscribers" "$root/bench/peers/subscribers.c" -lpthread
note "ready in .build-peers"
