#!/bin/bash
# Run inside an instance, from standard input: bash -s plug|link|unplug LINK MINOR [DEVICE right|missing|wrong]. See device-host.ts.
# Block devices of volumes are loop devices (major 7) under the names that the kernel gives NVMe disks.
set -eu
shopt -s nullglob
# while it is being made, the root directory of an instance is that of the machine outside
[ -e /etc/local-cloud/registry-mirror ] || exit 75
what=$1 link=/dev/disk/by-id/$2 minor=$3 device=${4:-} first=${5:-right}

find_node() {
  local node
  for node in /dev/nvme*n1; do
    if [ -b "$node" ] && [ "$(stat -c '%t:%T' "$node")" = "$(printf '7:%x' "$minor")" ]; then echo "$node"; return; fi
  done
}

point_link() { # never missing for a moment in between
  ln -sfn "../../$1" "$link.next"
  mv -T "$link.next" "$link"
}

node=$(find_node)
case $what in
  plug)
    if [ -z "$node" ]; then
      for ((number = 1; ; number++)); do [ -e "/dev/nvme${number}n1" ] || break; done
      node=/dev/nvme${number}n1
      mknod -m 660 "$node" b 7 "$minor"
    fi
    mkdir -p /dev/disk/by-id
    ln -sfn "${node#/dev/}" "$device"
    case $first in
      right) point_link "${node#/dev/}" ;;
      wrong) point_link nvme0n1 ;; # a disk that has left
    esac
    ;;
  link) if [ -n "$node" ]; then point_link "${node#/dev/}"; fi ;;
  unplug)
    rm -f "$link"
    if [ -L "$device" ]; then rm -f "$device"; fi
    if [ -n "$node" ]; then rm -f "$node"; fi
    ;;
esac
