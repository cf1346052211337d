#!/bin/bash
# PID 1 of an instance until systemd takes over, in new net, mount, uts, ipc, cgroup and pid namespaces. Every mount is made here, in the
# instance's own mount namespace: this machine's mount table never shows them, and the end of PID 1 undoes them all.
# Environment: MACHINE_DIR LAYERS HOST_NAME ADDRESS REGISTRY_MIRROR LXCFS_DIR BOOTABLE MACHINE_ID VOLUMES (see boot-machine.ts)
set -e
umask 022
# /proc is still the outer one, so this is our number as seen from outside
read -r outer_pid _ </proc/self/stat
echo "$outer_pid" >"$MACHINE_DIR/init.pid"
mount --make-rprivate /
hostname "$HOST_NAME"

# Root volume: an ext4 of the volume's size holds the overlay's upper layer and Docker's data (no overlay on overlay), so that
# df is right and a full disk is a full disk. The loop device goes away with its last mount.
disk=$MACHINE_DIR/disk root=$MACHINE_DIR/root
mkdir -p "$disk" "$root"
mount -o loop,noatime "$MACHINE_DIR/root.img" "$disk"
mkdir -p "$disk"/{upper,work,docker,containerd}
chmod 755 "$disk/upper"
mount -t overlay overlay -o "lowerdir=$LAYERS,upperdir=$disk/upper,workdir=$disk/work" "$root"
mkdir -p "$root/var/lib/docker" "$root/var/lib/containerd"
mount --bind "$disk/docker" "$root/var/lib/docker"
mount --bind "$disk/containerd" "$root/var/lib/containerd"

mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
groups=$root/sys/fs/cgroup
if grep -qv '^0::' /proc/self/cgroup; then # cgroup v1: each hierarchy again, seen from our namespace's root
  mount -t tmpfs -o mode=755,size=1m cgroup "$groups"
  while IFS=: read -r _ controllers _; do
    case $controllers in
      '') continue ;;
      name=*) dir=${controllers#name=} options=none,$controllers ;;
      *) dir=$controllers options=$controllers ;;
    esac
    mkdir "$groups/$dir"
    mount -t cgroup -o "$options" cgroup "$groups/$dir"
    if [[ $dir == *,* ]]; then for one in ${dir//,/ }; do ln -s "$dir" "$groups/$one"; done; fi
  done </proc/self/cgroup
else
  mount -t cgroup2 cgroup2 "$groups"
fi

dev=$root/dev
mount -t tmpfs -o mode=755,size=16m dev "$dev"
node() { mknod -m "$2" "$dev/$1" c "$3" "$4"; }
node null 666 1 3; node zero 666 1 5; node full 666 1 7; node random 666 1 8; node urandom 666 1 9; node tty 666 5 0; node fuse 666 10 229
mkdir -p "$dev"/{pts,shm,mqueue,net,disk/by-id}
node net/tun 666 10 200
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$dev/shm"
mount -t mqueue mqueue "$dev/mqueue" 2>/dev/null || true
ln -s pts/ptmx "$dev/ptmx"; ln -s /proc/self/fd "$dev/fd"; ln -s fd/0 "$dev/stdin"; ln -s fd/1 "$dev/stdout"; ln -s fd/2 "$dev/stderr"
number=0
for volume in $VOLUMES; do # MINOR:LINK:DEVICE, as plug-volume.sh does it later
  IFS=: read -r minor link device <<<"$volume"
  number=$((number + 1))
  mknod -m 660 "$dev/nvme${number}n1" b 7 "$minor"
  ln -s "../../nvme${number}n1" "$dev/disk/by-id/$link"
  ln -s "nvme${number}n1" "$dev/$device"
done
touch "$dev/console"
mount --bind "$MACHINE_DIR/console.log" "$dev/console" # to be opened for appending
mount -t tmpfs -o mode=755 run "$root/run"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
if [ -n "$LXCFS_DIR" ] && [ -e "$LXCFS_DIR/proc/meminfo" ]; then # memory and processors of the instance, not of this machine
  for file in meminfo cpuinfo stat uptime loadavg swaps diskstats; do mount --bind "$LXCFS_DIR/proc/$file" "$root/proc/$file"; done
fi

# Each boot has an id of its own, by which a reboot is told from none; the kernel's is that of this machine.
cat /proc/sys/kernel/random/uuid >"$root/run/boot_id"
mount --bind -o ro "$root/run/boot_id" "$root/proc/sys/kernel/random/boot_id"
echo "$HOST_NAME" >"$root/etc/hostname"
printf '127.0.0.1 localhost\n%s %s.ec2.internal %s\n' "$ADDRESS" "$HOST_NAME" "$HOST_NAME" >"$root/etc/hosts"
echo "$MACHINE_ID" >"$root/etc/machine-id"
mkdir -p "$root/etc/local-cloud"
echo "$REGISTRY_MIRROR" >"$root/etc/local-cloud/registry-mirror"

for ((tries = 0; tries < 1500; tries++)); do [ -e "$MACHINE_DIR/network-ready" ] && break; sleep .01; done

cd "$root"
mkdir -p .outside
pivot_root . .outside
umount -l /.outside
rmdir /.outside
cd /
clean=(env -i container=local-cloud PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
if [ "$BOOTABLE" = yes ]; then exec "${clean[@]}" /sbin/init; fi
echo 'local cloud: this instance never boots (injected fault)'
exec "${clean[@]}" sleep infinity
