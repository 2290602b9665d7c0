#!/usr/bin/env bash
# Installs Broker as services of a machine whose systemd runs: a Debian 12 in a folder,
# booted by systemd-nspawn with a network of its own. What only systemd can show: units
# start in their order and confinement, come back when they are killed, leave machines
# alone when they are stopped, come up with the machine, are upgraded. One line per step.
#
#   tests/system/systemd.sh       as root, on a machine with mmdebstrap, systemd-container, Node and an SDK
set -euo pipefail
self=$(readlink -f "$0")
cd "${self%/*}/../.."
export PATH=$PATH:/usr/sbin:/sbin

. tests/system/machine.sh
readonly root=$work/machine
readonly url=https://localhost

if [[ ${1:-} != inside ]]; then
  command -v systemd-nspawn >/dev/null || fail 'systemd-nspawn is missing: apt-get install systemd-container'
  need_base base-systemd ca-certificates hostname systemd systemd-sysv dbus && need_release_and_guest || exit 1
  exec unshare --mount --pid --fork --mount-proc --kill-child --propagation private "$self" inside
fi

in_root() {
  nsenter --target "$init" --mount --uts --ipc --pid --net --cgroup -- \
    env -i HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}
in_net() { nsenter --target "$init" --net -- "$@"; }

# Everything that apt installs comes from outside; the machine itself reaches nothing.
make_machine() {
  rm -rf --one-file-system "$root"
  mkdir -p "$root"
  tar -x -C "$root" -f "$work/base-systemd.tar"
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  echo localhost >"$root/etc/hostname"
  put_sources "$root"
  # shellcheck disable=SC2016  # expanded in there
  systemd-nspawn --quiet --register=no --keep-unit -D "$root" --chdir=/root/broker --pipe \
    bash -c '. etc/install/steps.sh; . etc/install/packages.sh; . etc/install/system.sh; need_packages "${system_packages[@]}" mariadb-server' &&
    # nspawn shows the machine its controllers read-only
    echo 'cgroup_controllers = []' >>"$root/etc/libvirt/qemu.conf"
}

# Its own PID 1 is the one whose root is the folder.
boot() {
  systemd-nspawn --quiet --register=no --keep-unit -D "$root" --private-network --boot </dev/null >>"$work/console.log" 2>&1 &
  nspawn=$!
  await 30 find_init && await 60 is_up
}
find_init() {
  init=$(pgrep --parent "$nspawn" -x systemd) && [[ -n $init ]]
}
is_up() { in_root systemctl is-system-running | grep -xE 'running|degraded'; }

shut_down() {
  in_root systemctl poweroff
  await 90 has_ended
}
has_ended() { ! kill -0 "$nspawn" 2>/dev/null; }

install_here() { install_system && said "$url" && await 30 ready && nothing_failed; }

nothing_failed() {
  local unit
  for unit in broker-backend broker-frontend; do
    [[ $(in_root systemctl is-active "$unit") == active && $(in_root systemctl is-enabled "$unit") == enabled ]] ||
      { in_root journalctl --no-pager -n 40 -u "$unit"; return 1; }
  done
  ! in_root journalctl --no-pager -u broker-backend -u broker-frontend -p err --grep . || { echo 'they wrote errors'; return 1; }
}

main_of() { in_root systemctl show -P MainPID "$1"; }
# status_of UNIT FIELD - of its main process, as the kernel tells it.
status_of() { in_root sed -n "s/^$2:[[:space:]]*//p" "/proc/$(main_of "$1")/status"; }
# sees UNIT PATH - whether its main process can read this.
sees() { in_root nsenter --target "$(main_of "$1")" --mount -- test -r "$2"; }

is_confined() {
  local unit
  for unit in broker-backend broker-frontend; do
    [[ $(status_of "$unit" NoNewPrivs) == 1 && $(status_of "$unit" Seccomp) == 2 ]] || { echo "$unit is not confined"; return 1; }
    [[ $(in_root ps -o user= -p "$(main_of "$unit")" | cut -c 1-7) == broker- ]] || { echo "$unit runs as somebody else"; return 1; }
    ! sees "$unit" /etc/broker/secrets/backend-database-password || { echo "$unit sees the secrets' folder"; return 1; }
    ! in_root nsenter --target "$(main_of "$unit")" --mount -- touch /usr/local/of-broker 2>/dev/null || { echo "$unit can write to /usr"; return 1; }
  done
  # CAP_NET_ADMIN, and nothing for the front end but the port below 1024
  [[ $(status_of broker-backend CapEff) == 0000000000001000 ]] || { echo "capabilities of the back end: $(status_of broker-backend CapEff)"; return 1; }
  [[ $(status_of broker-frontend CapEff) == 0000000000000400 ]] || { echo "capabilities of the front end: $(status_of broker-frontend CapEff)"; return 1; }
}

# A clone that runs, to be there after all that follows.
start_one() { ask clone base=tiny name=stays && ask start_domain domain=stays && runs; }
runs() { in_root virsh -q -c qemu:///system list --name | grep -x stays; }

restarts_of() { in_root systemctl show -P NRestarts "$1"; }
killed() {
  local unit before
  for unit in broker-backend broker-frontend; do
    before=$(main_of "$unit")
    in_root systemctl kill --kill-who=main -s KILL "$unit"
    await 30 is_another "$unit" "$before" && await 30 ready && [[ $(restarts_of "$unit") == 1 ]] && runs || return 1
  done
  BASE=pretend GUEST=simulated student_path
}
is_another() { [[ $(main_of "$1") != 0 && $(main_of "$1") != "$2" ]]; }

stopped_and_started() {
  local began=$SECONDS
  in_root systemctl stop broker-backend broker-frontend && ((SECONDS - began < 30)) && runs &&
    in_root systemctl start broker-backend broker-frontend && await 30 ready && runs
}

# Meanwhile somebody looks ten times a second whether the front end answers.
upgrade() {
  local before
  before=$(readlink "$root/opt/broker/current")
  make_newer
  rm -f "$work/silence"
  measure_silence &
  local watcher=$!
  local failed=0
  { install_system && said "it was $before" && await 30 ready && nothing_failed && runs; } || failed=1
  touch "$work/upgraded"
  wait "$watcher"
  rm "$work/upgraded"
  ((failed == 0)) && BASE=pretend GUEST=simulated student_path
}
measure_silence() {
  local silent=0
  while [[ ! -e $work/upgraded ]]; do
    in_net curl -sf -m 1 --cacert "$root/etc/broker/tls/certificate.pem" "$url/healthz" >/dev/null || silent=$((silent + 1))
    sleep 0.1
  done
  echo "$silent" >"$work/silence"
}

reboot() {
  shut_down && boot && await 60 ready && nothing_failed && await 60 node_is_up here &&
    BASE=tiny student_path
}

uninstalled() {
  in_root /root/broker/install.sh system --uninstall --purge &&
    ! in_root systemctl list-unit-files 'broker*' --no-legend | grep . && ! pgrep -f "/opt/broker/current/dotnet"
}

trap 'if [[ -n ${nspawn:-} ]]; then kill -KILL "$nspawn" 2>/dev/null || true; fi; rm -rf --one-file-system "$root"' EXIT
: >"$work/console.log"
new_password
step systemd-machine 'a Debian with what apt installs' make_machine
boot || { tail -n 30 "$work/console.log"; fail 'the machine does not boot'; }
step systemd-install 'installed: both services run, nothing failed' install_here
step systemd-confined 'they have their own users, no privileges but one, and see no secrets' is_confined
step systemd-admin 'the link makes an administrator' become_admin
step systemd-simulated "a student's path on a simulated host" on_simulated
step systemd-guest "a student's path on the machine's libvirtd" on_libvirt here
step systemd-start 'a desktop was started' start_one
step systemd-killed 'killed: both come back, the desktop runs on' killed
step systemd-stopped 'stopped and started: the desktop runs on' stopped_and_started
step systemd-upgrade 'upgraded: both are restarted, the desktop runs on' upgrade
report 0 "  without an answer of the front end meanwhile: $(<"$work/silence") looks, 0.1 s apart"
step systemd-reboot 'the machine restarted: all of it comes up by itself' reboot
step systemd-uninstalled 'uninstalled and purged: no unit and no process is left' uninstalled
step systemd-off 'the machine shut down' shut_down
