#!/bin/sh
# The guest: a Linux machine that exports an ext4 image by NFS, and two clients of it, each in name spaces of its own, so that
# neither sees the other's processes, caches or host name. The kernel starts this as its first process, with LAB in the
# environment: the folder that is shared with the host. In it, guest.env says what is wanted.
#
# Commands come in on the serial line, answers go out there, one a line:
#   c1 start NAME ARGUMENTS...  runs mandeld on client c1: "started NAME", and "ended NAME STATUS" when it is over
#   c1 kill NAME                SIGKILL

say() { echo "$*" >&3; }

# A client: the first process of its process table.
if [ "${1:-}" = client ]; then
  mount -t proc proc /proc
  cd "$REPOSITORY" || exit
  while read -r command name arguments; do
    case $command in
      start)
        (
          # shellcheck disable=SC2086
          "$NODE" bin/mandeld.js $arguments </dev/null >>"$SHARE/log/$name" 2>&1 &
          echo $! >"$RUN/$name.pid"
          say "started $name"
          wait $! 2>/dev/null
          say "ended $name $?"
        ) &
        ;;
      kill) kill -9 "$(cat "$RUN/$name.pid")" ;;
    esac
  done <"$RUN/$2.commands"
  exit
fi

set -eu
trap 'say failed; sleep 60' EXIT
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null || true # some kernels have done so
exec 3<>/dev/ttyS0 # for good: what arrives while nobody has it open is lost
stty -F /dev/ttyS0 raw -echo
mount -t tmpfs tmpfs /run
export RUN=/run/lab SHARE=/run/lab/share
mkdir -p $SHARE $RUN/srv $RUN/c1 $RUN/c2 /run/rpcbind
mount -t hostfs -o "sync,$LAB" none $SHARE # sync: what was logged survives a power cut
# shellcheck disable=SC1091
. $SHARE/guest.env
export NODE REPOSITORY
date -s "@$(($(date +%s) + AHEAD))" >/dev/null # as if the power had been away for so long
PATH=$PACKAGES/usr/sbin:$PACKAGES/sbin:$PACKAGES/usr/bin:$PACKAGES/bin:$PATH
# Only what came in packages gets their libraries.
packaged() { LD_LIBRARY_PATH=$LIBRARIES "$@"; }

for module in $MODULES; do busybox insmod "$PACKAGES/$module"; done

# What belongs to the host stays as it is: its file system is mounted for reading, and two folders get a layer to write on.
for folder in etc var/lib; do
  mkdir -p /run/over/$folder /run/over/$folder.work
  mount -t overlay -o lowerdir=/$folder,upperdir=/run/over/$folder,workdir=/run/over/$folder.work overlay /$folder
done
grep -q ^_rpc: /etc/passwd || echo '_rpc:x:990:65534::/run/rpcbind:/usr/sbin/nologin' >>/etc/passwd
mkdir -p /var/lib/nfs/v4recovery /var/lib/nfs/sm /var/lib/nfs/sm.bak
: >/etc/exports
: >/var/lib/nfs/etab
: >/var/lib/nfs/rmtab

mount -t ext4 /dev/ubda $RUN/srv # replays the journal

packaged ip link set lo up
packaged rpcbind -w
mount -t nfsd nfsd /proc/fs/nfsd
serve() {
  packaged rpc.nfsd 8
  echo Y >/proc/fs/nfsd/v4_end_grace # nobody is left who could reclaim anything
}
serve & # takes more than a second, in which it sleeps
server=$!

# A cable from the server to each client.
for n in 1 2; do
  packaged ip netns add c$n
  packaged ip -batch - <<END
link add to-c$n type veth peer name eth0 netns c$n
addr add 10.0.$n.1/24 dev to-c$n
link set to-c$n up
END
  packaged ip -n c$n -batch - <<END
addr add 10.0.$n.2/24 dev eth0
link set eth0 up
link set lo up
END
done
packaged exportfs -o rw,sync,fsid=0,no_root_squash,no_subtree_check,insecure "*:$RUN/srv"
packaged rpc.mountd
wait $server

case $MOUNT in *vers=3*) export=$RUN/srv ;; *) export=/ ;; esac
for n in 1 2; do
  mkfifo $RUN/c$n.commands
  # A host name of its own, by which a server of version 4 tells clients apart.
  packaged nsenter --net=/run/netns/c$n unshare --uts \
    sh -c "hostname c$n && mount.nfs -n 10.0.$n.1:$export $RUN/c$n -o $MOUNT"
  nsenter --net=/run/netns/c$n unshare --uts --mount --pid --fork sh -c "hostname c$n && exec $0 client c$n" &
done
exec 4>$RUN/c1.commands 5>$RUN/c2.commands
grep $RUN/c /proc/mounts
say ready

while read -r target rest; do
  case $target in
    c1) echo "$rest" >&4 ;;
    c2) echo "$rest" >&5 ;;
  esac
done <&3
