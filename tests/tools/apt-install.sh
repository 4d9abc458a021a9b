#!/bin/bash
# SPDX-License-Identifier: MIT
# Installs Debian packages as root. A service that a package brings is neither started nor left enabled: the scripts
# here start their own servers, and nothing may run afterwards that did not run before.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
made_policy=no

cleanup() { [ $made_policy = no ] || rm -f "$policy"; }
trap cleanup EXIT

if [ ! -e "$policy" ]; then
    made_policy=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

log=$(mktemp)
install() { apt-get install -y -q --no-install-recommends "$@" </dev/null >"$log" 2>&1; }
# The lists on a fresh machine are empty or old: fetch them only when installing without them does not work.
if ! install "$@" && ! { apt-get update -q >"$log" 2>&1 && install "$@"; }; then
    tail -n 20 "$log" >&2
    exit 1
fi
rm -f "$log"

if [ -d /run/systemd/system ]; then
    for package in "$@"; do
        case $package in
        nginx-light) systemctl disable --quiet --now nginx.service || true ;;
        esac
    done
fi
