#!/usr/bin/env bash
# Installs Broker as an operator does, in a bare Debian 12 in a folder, and uses it:
# the first administrator's link, a student's path on a simulated host and on
# libvirt, both programs started by hand under their own users as the installation
# says; again, upgrade, edited settings, uninstall, purge. One line per step.
#
#   tests/system/chroot.sh        as root, on a machine with mmdebstrap, Node and an SDK
#
# All processes live in a process namespace that ends with this script, and talk to
# each other in a network namespace, where ports are their own.
set -euo pipefail
self=$(readlink -f "$0")
cd "${self%/*}/../.."
export PATH=$PATH:/usr/sbin:/sbin

. tests/system/machine.sh
readonly root=$work/root
readonly url=https://localhost:8443

if [[ ${1:-} != inside && ${1:-} != offline ]]; then
  need_base base ca-certificates hostname && need_release_and_guest || exit 1
  exec unshare --mount --pid --fork --mount-proc --kill-child --propagation private "$self" inside
fi

# --- inside --------------------------------------------------------------------------

# A mount that is left keeps files of the host from being removed with the folder.
forget_root() {
  local mount
  while read -r mount; do umount -l "$mount"; done < <(awk -v root="$root" '$2 == root || index($2, root "/") == 1 { print $2 }' /proc/self/mounts | sort -r)
  rm -rf --one-file-system "$root"
}

in_root() { chroot "$root" env -i HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
in_net() { "$@"; }

make_root() {
  forget_root
  mkdir -p "$root"
  # The private libvirtd makes mount namespaces, for which / has to be a mount.
  mount --bind "$root" "$root"
  tar -x -C "$root" -f "$work/base.tar"
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sysfs "$root/sys"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs -o mode=0755 run "$root/run"
  mount -t tmpfs -o mode=1777 tmp "$root/tmp"
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  hostname >"$root/etc/hostname"
  put_sources "$root"
}

start_mariadb() {
  mkdir -p "$root/run/mysqld"
  in_root chown mysql /run/mysqld
  in_root setsid mariadbd --user=mysql --innodb-buffer-pool-size=64M </dev/null >"$work/mariadb.log" 2>&1 &
  await 60 in_root mariadb -e 'SELECT 1'
}

first_run() { install_system && said 'MariaDB is installed, but nothing starts it here'; }
second_run() { install_system && said "$url" && said 'Browsers warn of the certificate'; }

# Everything that belongs to Broker, with owners, modes and times.
world() {
  (cd "$root" && find etc/broker etc/systemd/system/broker* etc/tmpfiles.d opt usr/local var/lib/broker etc/passwd etc/group \
    -printf '%p %y %m %U %G %s %T@ %l\n' | sort)
  in_root mariadb-dump --skip-dump-date --ignore-table=broker.events --ignore-table=broker.nodes broker | sha256sum
  in_root mariadb -N -e "SHOW GRANTS FOR broker_frontend@127.0.0.1; SHOW GRANTS FOR broker_backend@127.0.0.1"
}

third_run() {
  world >"$work/before"
  install_system && said 'nothing had to be changed' || return 1
  world | diff "$work/before" -
}

# The settings are edited before anything is started: another address to listen on.
edit_settings() {
  sed -i 's|"urls": \["https://\*:443"\]|"urls": ["https://localhost:8443"]|; s|// Broker.s settings|// Edited. &|' "$root/etc/broker/broker.json"
  cp "$root/etc/broker/broker.json" "$work/edited.json"
}

settings_survived() {
  cmp "$root/etc/broker/broker.json" "$work/edited.json" && [[ $(stat -c %a "$root/etc/broker/broker.json") == 640 ]]
}

# It says so in sentences, and ends.
wrong_certificate() {
  ! as_user broker-frontend env BROKER_CERTIFICATE_FILE=/etc/broker/broker.json \
    /opt/broker/current/dotnet/dotnet /opt/broker/current/frontend/Broker.Frontend.dll --config /etc/broker/broker.json >"$work/certificate.log" 2>&1 &&
    grep -F certificate_file "$work/certificate.log" && ! grep -E '^ *at |Unhandled' "$work/certificate.log"
}

# The very lines that the installation printed.
start_programs() {
  local line number=0 lines
  mapfile -t lines < <(sed -n '/^ *(umask /{N; s/\\\n//; p}' "$work/install.log")
  ((${#lines[@]} == 2)) || { echo "the installation printed ${#lines[@]} lines to start programs"; return 1; }
  for line in "${lines[@]}"; do
    number=$((number + 1))
    in_root setsid bash -c "$line" </dev/null >"$work/program-$number.log" 2>&1 &
  done
  await 90 ready || { tail -n 20 "$work"/program-*.log; return 1; }
  pgrep -u "$(in_root id -u broker-backend)" -f Broker.Backend.dll >/dev/null && pgrep -u "$(in_root id -u broker-frontend)" -f Broker.Frontend.dll >/dev/null
}

stop_programs() {
  pkill -TERM -f '/opt/broker/current/dotnet/dotnet' || true
  await 60 no_programs
}
no_programs() { ! pgrep -f '/opt/broker/current/dotnet/dotnet'; }

uploads() {
  rev "$work/password" | portal node tests/system/upload.mjs "$url" root-of-all "$root/root/pretend.img" simulated
}

# As Debian's libvirtd does, and ours for root's back ends does not: a disk is given back
# to the one who had it, here the back end's user, once QEMU no longer uses it.
start_libvirt() {
  sed -i 's/^remember_owner = 0$/remember_owner = 1/' "$root/root/broker/etc/dev/libvirtd.sh"
  in_root /root/broker/etc/dev/libvirtd.sh start /var/lib/broker-test-vm --share /var/lib/broker/pool >"$work/libvirt" &&
    broker nodes add vm --manager libvirt --uri "$(sed -n 's/^uri=//p' "$work/libvirt")"
}

on_private_libvirt() { NAMESPACE_PID=$(sed -n 's/^namespace_pid=//p' "$work/libvirt") on_libvirt vm; }

# What a front end that was taken over can reach as a user of the system.
front_end_is_confined() {
  local path
  for path in /etc/broker/secrets/backend-database-password /var/lib/broker/library/pretend.img; do
    ! as_user broker-frontend cat "$path" >/dev/null 2>&1 || { echo "the front end's user can read $path"; return 1; }
  done
  for path in /etc/broker/broker.json /run/broker /var/lib/broker/pool "$(sed -n 's/^uri=.*socket=//p' "$work/libvirt")"; do
    ! as_user broker-frontend test -w "$path" || { echo "the front end's user can write $path"; return 1; }
  done
  ! as_user broker-frontend mariadb --host=127.0.0.1 -u broker_frontend "-p$(<"$root/etc/broker/secrets/frontend-database-password")" broker \
    -e "UPDATE nodes SET uri = 'elsewhere'" 2>"$work/refused" && grep -q denied "$work/refused"
}

upgrade() {
  local before after
  before=$(readlink "$root/opt/broker/current")
  make_newer
  after=$(in_root /root/broker/install.sh version)
  install_system && said "/opt/broker/current is $after, it was $before" && said 'There are new settings' && settings_survived &&
    [[ $(readlink "$root/opt/broker/previous") == "$before" && -d $root/opt/broker/$before ]]
}

uninstall() {
  in_root /root/broker/install.sh system --uninstall "$@" >"$work/install.log" || { cat "$work/install.log"; return 1; }
  ! find "$root/opt/broker" "$root/usr/local/bin/broker" "$root"/etc/systemd/system/broker* "$root/run/broker" "$root/etc/tmpfiles.d/broker.conf" 2>/dev/null | grep . &&
    ! grep '^broker' "$root/etc/passwd" "$root/etc/group"
}

kept() { front_end_uid=$(in_root id -u broker-frontend) && uninstall && settings_survived && [[ -f $root/var/lib/broker/library/pretend.img ]] && [[ $(in_root mariadb -N broker -e 'SELECT COUNT(*) FROM users') == 2 ]]; }
# Meanwhile others have got the numbers of both users.
back_again() {
  in_root useradd --system others && in_root useradd --system others-too &&
    install_system && settings_survived && [[ $(in_root id -u broker-frontend) != "$front_end_uid" ]] &&
    start_programs && BASE=pretend GUEST=simulated student_path && uploads
}
# What has the same name here is not what the settings mean.
not_purged() {
  sed -i 's/"database": "Server=127.0.0.1/"database": "Server=db.example.org/' "$root/etc/broker/broker.json"
  ! in_root /root/broker/install.sh system --uninstall --purge >"$work/install.log" 2>&1 && said 'so nothing was removed' &&
    [[ -x $root/usr/local/bin/broker && -d $root/var/lib/broker ]] && in_root mariadb -e 'USE broker' && cp "$work/edited.json" "$root/etc/broker/broker.json"
}
purged() { uninstall --purge && [[ ! -e $root/etc/broker && ! -e $root/var/lib/broker ]] && ! in_root mariadb -e 'USE broker' 2>/dev/null; }

if [[ $1 == inside ]]; then
  step chroot-root 'made a root folder, without an SDK' make_root
  step chroot-first 'installed where no MariaDB runs: says what remains' first_run
  # All packages are there.
  exec unshare --net "$self" offline
fi
trap forget_root EXIT
ip link set lo up
new_password
step chroot-mariadb 'MariaDB started by hand' start_mariadb
edit_settings
step chroot-second 'installed again: tables, accounts, the first link' second_run
step chroot-certificate 'a wrong certificate is told in a sentence' wrong_certificate
step chroot-programs 'both programs started as it says, under their own users' start_programs
step chroot-admin 'the link makes an administrator, once' become_admin
step chroot-third 'installed again: nothing changes' third_run
step chroot-simulated "a student's path on a simulated host" on_simulated
step chroot-upload 'an image uploaded in the portal becomes a machine' uploads
step chroot-libvirt 'a libvirtd started by hand' start_libvirt
step chroot-guest "a student's path on libvirt" on_private_libvirt
step chroot-confined "the front end's user and account reach nothing else" front_end_is_confined
step chroot-upgrade 'upgraded: the version before stays, edited settings too' upgrade
step chroot-stop 'both programs stopped' stop_programs
step chroot-uninstall 'uninstalled: no unit, user or program is left; the rest is' kept
step chroot-again 'installed again: goes on with what was kept' back_again
step chroot-stop 'both programs stopped' stop_programs
step chroot-elsewhere 'not purged: a database elsewhere needs an account there' not_purged
step chroot-purge 'purged: nothing is left' purged
