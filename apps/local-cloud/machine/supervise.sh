#!/bin/bash
# Outside end of one instance: joins its cgroups (directories in $@), makes its namespaces, and notes how its PID 1 ended.
# The instance dies when unshare does; unshare ends when the instance does.
for group in "$@"; do echo $$ >"$group/cgroup.procs" || exit 1; done
unshare --net --mount --uts --ipc --cgroup --pid --fork --kill-child=SIGKILL /bin/bash "$BOOT"
echo $? >"$MACHINE_DIR/ended"
