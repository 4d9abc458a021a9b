#!/bin/bash
# SPDX-License-Identifier: MIT
# boot.sh TREE UPPER OUT SECONDS [NSPAWN-OPTION...]: boots TREE, with UPPER laid over it, in a container, for boot.py.
#
# Runs inside a mount namespace of its own, so that nothing mounted here is seen outside. cgroup2 is mounted over
# whatever the machine has, because systemd in the container must find a hierarchy that is its own; without
# --register=no --keep-unit nspawn wants the bus of a running systemd, which build machines do not have.
# Exit: 0 halted, 124 time limit, 125 this machine cannot do it (the reason is on stderr).
set -u
tree=$1 upper=$2 out=$3 limit=$4
shift 4
group=

impossible() { echo "$1" >&2; exit 125; }

remove_groups() {
    [ -n "$group" ] && [ -d "$group" ] || return 0
    echo $$ >/sys/fs/cgroup/cgroup.procs
    local try
    for try in 1 2 3 4 5 6 7 8 9 10; do
        find "$group" -depth -type d -exec rmdir {} + 2>/dev/null
        [ -d "$group" ] || return 0
        sleep 0.1
    done
}

mount -t cgroup2 none /sys/fs/cgroup || impossible "cgroup2 cannot be mounted"
group=/sys/fs/cgroup/nq57d-test-$$
mkdir "$group" && echo $$ >"$group/cgroup.procs" || impossible "no cgroup can be made"
trap remove_groups EXIT

root=$out/root
mkdir -p "$root" "$out/work"
mount -t overlay overlay -o "lowerdir=$tree,upperdir=$upper,workdir=$out/work" "$root" ||
    impossible "overlay cannot be mounted"

timeout --kill-after=10 "$limit" systemd-nspawn -D "$root" --boot --register=no --keep-unit --console=read-only \
    --capability=CAP_BPF --system-call-filter=bpf \
    --bind="$out/journal:/var/log/journal" --bind="$out/result:/nq57/result" \
    "$@" >"$out/console" 2>&1 </dev/null
status=$?
umount "$root"
exit $status
