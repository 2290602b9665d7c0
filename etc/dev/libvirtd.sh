#!/usr/bin/env bash
# A libvirtd of its own, with everything in one folder and nothing on the host
# but processes: it lives in mount, network, process and host name namespaces
# that end with it, guests included. For the demo and for tests; another libvirtd
# that runs is not disturbed.
#
#   libvirtd.sh start DIR [--owner PID] [--share FOLDER]... [--setting LINE]...
#   libvirtd.sh stop DIR
#   libvirtd.sh status DIR
#
# start  (root) starts virtlogd and libvirtd (and libvirtd again whenever it ends),
#        waits until the network "default" (NAT, 192.168.122.0/24, DHCP) is up
#        and prints one key=value per line:
#          uri             qemu:///system?socket=..., to connect from outside
#          namespace_pid   the first process inside; what has to run where the
#                          guests' network is:  nsenter --net --target PID ...
#          run             a folder under /run that is the same inside and
#                          outside, with room for sockets of guests
#          pid_file        libvirtd's own process, as numbered inside:
#                          nsenter --pid --mount --target PID kill ...
#          kvm             yes, or no: guests are emulated
#          log             libvirtd's log
#        Where it runs already, only prints.
#        --owner PID     stops everything once that process has ended
#        --share FOLDER  a folder of disk images that guests shall reach under
#                        its own path, although a folder above it may be closed
#                        to QEMU's user (a checkout below /root, say). Inside,
#                        the closed folder is covered by one that holds nothing
#                        but what is shared. FOLDER itself must be open (o+x).
#        --setting LINE  of libvirtd.conf, in place of ours. With "listen_tcp = 1"
#                        or "listen_tls = 1" it listens inside its network. With
#                        "auth_tcp = \"sasl\"" users are in DIR/etc/sasl.db, see
#                        saslpasswd2.
# stop   ends it with all guests, as a power cut does to them. Definitions of
#        domains and networks stay in DIR for the next start.
#
# What differs from Debian's libvirtd: no AppArmor (its profiles would be
# written into the host's /etc), no D-Bus and no cgroups (both would be the
# host's), no mount namespace per guest (it has ours).
set -euo pipefail
self=$(readlink -f "$0")
# shellcheck source-path=SCRIPTDIR source=processes.sh
. "${self%/*}/processes.sh"
export PATH=$PATH:/usr/sbin:/sbin

usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; }

print_status() {
  local pid
  pid=$(running "$dir/process") || return 1
  printf '%s\n' "uri=$uri" "namespace_pid=$pid" "run=$run" "pid_file=$run/libvirt/libvirtd.pid" \
    "kvm=$(<"$dir/kvm")" "log=$dir/log/libvirtd.log"
}

write_settings() {
  mkdir -p "$dir"/{etc/qemu/networks/autostart,etc/nwfilter,etc/hooks,etc/sasl2,lib/{qemu,images,boot,dnsmasq},cache,log/qemu}
  [[ ! -d /etc/libvirt/nwfilter ]] || cp -a /etc/libvirt/nwfilter/. "$dir/etc/nwfilter/"
  chown libvirt-qemu:kvm "$dir/lib/qemu"
  chmod 0750 "$dir/lib/qemu"
  # Of a setting that stands there twice, libvirtd takes the first.
  printf '%s\n' "${settings[@]}" >"$dir/etc/libvirtd.conf"
  # The socket's group is the one that Debian lets in.
  cat >>"$dir/etc/libvirtd.conf" <<CONF
unix_sock_group = "libvirt"
unix_sock_rw_perms = "0770"
auth_unix_ro = "none"
auth_unix_rw = "none"
host_uuid = "$(<"$dir/host_uuid")"
max_clients = 200
log_outputs = "2:file:/var/log/libvirt/libvirtd.log"
listen_tls = 0
CONF
  # Owners are not remembered: the note is an attribute of the image's file that
  # nobody takes back when guests are cut off.
  cat >"$dir/etc/qemu.conf" <<CONF
user = "libvirt-qemu"
group = "kvm"
security_driver = "none"
remember_owner = 0
cgroup_controllers = [ ]
namespaces = [ ]
CONF
  cat >"$dir/etc/virtlogd.conf" <<CONF
log_outputs = "3:file:/var/log/libvirt/virtlogd.log"
CONF
  # Of the mechanisms that need no other server, the one that encrypts: over bare
  # TCP libvirt takes no other.
  cat >"$dir/etc/sasl2/libvirt.conf" <<CONF
mech_list: digest-md5
sasldb_path: /etc/libvirt/sasl.db
CONF
  [[ -f $dir/etc/qemu/networks/default.xml ]] || cat >"$dir/etc/qemu/networks/default.xml" <<XML
<network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'>
  <name>default</name>
  <uuid>$(</proc/sys/kernel/random/uuid)</uuid>
  <forward mode='nat'/>
  <bridge name='virbr0' stp='off' delay='0'/>
  <ip address='192.168.122.1' netmask='255.255.255.0'>
    <dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp>
  </ip>
  <!-- Or it would look for three seconds whether somebody has the address. -->
  <dnsmasq:options><dnsmasq:option value='no-ping'/></dnsmasq:options>
</network>
XML
  ln -sf ../default.xml "$dir/etc/qemu/networks/autostart/default.xml"
}

start() {
  [[ $(id -u) == 0 ]] || fail 'only root can start a libvirtd'
  need libvirtd virtlogd virsh qemu-system-x86_64 dnsmasq iptables ip unshare
  if ! print_status; then
    mkdir -p "$dir" "$run"
    rm -rf "${run:?}/libvirt"
    mkdir -p "$run"/{libvirt,inside}
    [[ -f $dir/host_uuid ]] || cat /proc/sys/kernel/random/uuid >"$dir/host_uuid"
    write_settings
    # Mount points; Debian's packages make them as well.
    mkdir -p /etc/libvirt /var/{lib,cache,log}/libvirt /run/libvirt
    if has_virtualization; then echo yes; else echo no; fi >"$dir/kvm"
    setsid unshare --mount --net --pid --uts --fork --mount-proc --kill-child --propagation private \
      "$self" inside "$dir" "${shares[@]}" </dev/null >"$dir/log/start.log" 2>&1 &
    remember "$dir/outer" $! || true
    await_ready $!
    print_status
  fi
  [[ -z $owner ]] || { unwatch "$dir/watch"; watch "$dir/watch" "$owner" "$self" stop "$dir"; }
}

# The device is there on machines that can't use it, so ask the processor too.
has_virtualization() { [[ -c /dev/kvm ]] && grep -qE '^flags.* (vmx|svm)( |$)' /proc/cpuinfo; }

# await_ready PID - of the unshare, whose only child is the first process inside.
await_ready() {
  local deadline=$((SECONDS + 60)) inner=''
  until inner=$(cat "/proc/$1/task/$1/children" 2>/dev/null) && inner=${inner%% *} &&
    [[ -n $inner ]] && remember "$dir/process" "$inner" &&
    LC_ALL=C virsh -q -c "$uri" net-list --name 2>/dev/null | grep -q default; do
    if ! running "$dir/outer" >/dev/null || ((SECONDS >= deadline)); then
      cat "$dir/log/start.log" "$dir/log/libvirtd.log" >&2 2>/dev/null || true
      stop
      fail 'libvirtd did not start'
    fi
    sleep 0.05
  done
}

stop() {
  # With the first process of a process namespace all others end.
  end "$dir/process" KILL 20
  end "$dir/outer" KILL 20
  rm -rf "$run"
  unwatch "$dir/watch"
}

# --- inside the namespaces, as their first process ---------------------------

# closed_above PATH - the topmost folder above PATH that others can't enter.
closed_above() {
  local part path=
  while IFS= read -r -d / part; do
    path+=${part:+/$part}
    [[ -z $path || $(stat -c %A "$path") == *[xt] ]] || { echo "$path"; return; }
  done <<<"${1%/*}/"
}

share_folders() {
  local number=0 share closed
  local -A staged=() covers=()
  for share; do
    mkdir -p "$run/inside/share-$number"
    mount --bind "$share" "$run/inside/share-$number"
    staged[$share]=$run/inside/share-$number
    closed=$(closed_above "$share")
    [[ -z $closed ]] || covers[$closed]=1
    number=$((number + 1))
  done
  for closed in "${!covers[@]}"; do mount -t tmpfs -o mode=0755 cover "$closed"; done
  for share; do
    mkdir -p "$share"
    mount --bind "${staged[$share]}" "$share"
  done
}

inside() {
  # A file system where device nodes work, seen by nobody outside.
  mount -t tmpfs -o mode=0755 inside "$run/inside"
  mount --bind "$dir/etc" /etc/libvirt
  mount --bind "$dir/lib" /var/lib/libvirt
  mount --bind "$dir/cache" /var/cache/libvirt
  mount --bind "$dir/log" /var/log/libvirt
  mount --bind "$run/libvirt" /run/libvirt
  export SASL_CONF_PATH=/etc/libvirt/sasl2
  mkdir "$run/inside/empty"
  [[ ! -d /run/dbus ]] || mount --bind "$run/inside/empty" /run/dbus
  # Who has a console open is noted there by the console's number, which others have too.
  mount -t tmpfs -o mode=1777 lock /run/lock
  # libvirt probes QEMU anew before every single call, four seconds each time,
  # where root can use /dev/kvm and QEMU's user can't, which is so wherever udev
  # has not given it to the group kvm. The host's node stays as it is: inside,
  # another one lies over it, or a file that nobody can mistake for a device.
  if [[ -e /dev/kvm ]]; then
    if [[ $(<"$dir/kvm") == yes ]]; then
      mknod -m 0660 "$run/inside/kvm" c $((0x$(stat -c %t /dev/kvm))) $((0x$(stat -c %T /dev/kvm)))
      chgrp kvm "$run/inside/kvm"
    else
      install -m 0600 /dev/null "$run/inside/kvm"
    fi
    mount --bind "$run/inside/kvm" /dev/kvm
  fi
  share_folders "$@"
  # To another of these it is another host: guests can move there.
  hostname "libvirt-$(cut -d- -f1 "$dir/host_uuid")"
  ip link set lo up
  cd /
  local listen=()
  ! grep -qE '^listen_(tcp|tls) = 1' /etc/libvirt/libvirtd.conf || listen=(--listen)
  virtlogd --config /etc/libvirt/virtlogd.conf --pid-file /run/libvirt/virtlogd.pid &
  # This shell also takes in QEMU processes that have ended; libvirt waits for it.
  while :; do
    libvirtd "${listen[@]}" --config /etc/libvirt/libvirtd.conf --pid-file /run/libvirt/libvirtd.pid || true
    sleep 0.2
  done
}

# ------------------------------------------------------------------------------

verb=${1:-} dir=${2:-}
case $verb in
  start | stop | status | inside) [[ -n $dir ]] || { usage >&2; exit 2; } ;;
  help | --help | -h) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac
shift 2
dir=$(realpath -m "$dir")
run=$(run_folder vm "$dir")
uri="qemu:///system?socket=$run/libvirt/libvirt-sock"
if [[ $verb == inside ]]; then
  inside "$@"
fi

owner='' shares=() settings=()
while (($#)); do
  case $1 in
    --owner) owner=$2; shift 2 ;;
    --share) shares+=("$(realpath "$2")"); shift 2 ;;
    --setting) settings+=("$2"); shift 2 ;;
    *) usage >&2; exit 2 ;;
  esac
done

case $verb in
  start) start ;;
  stop) stop ;;
  status) print_status ;;
esac
