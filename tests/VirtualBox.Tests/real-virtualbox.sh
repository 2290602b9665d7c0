#!/usr/bin/env bash
# Puts the real VirtualBox (Debian sid) into a folder, once, and prints the folder.
# Nothing is installed into this system, and no kernel module is built: all of
# VirtualBox works there except running machines.
#
#   tests/VirtualBox.Tests/real-virtualbox.sh        as root, with mmdebstrap; some minutes, 1.1 GB
#   tests/VirtualBox.Tests/real-virtualbox.sh --libvirt
#                          a copy of it with libvirt and its VirtualBox driver; half a minute and 1.2 GB more
set -euo pipefail

fail() { echo "real-virtualbox.sh: $*" >&2; exit 1; }

readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/virtualbox-tests
readonly root=$cache/sid with_libvirt=$cache/sid-libvirt

# add_libvirt FOLDER - installs into a folder what its own archive has. Mounts are of this command's own.
add_libvirt() {
  # shellcheck disable=SC2016  # for the inner shells
  unshare --mount --propagation private sh -euc '
    mount --rbind /dev "$0/dev"
    mount -t proc proc "$0/proc"
    [ ! -e /etc/resolv.conf ] || mount --bind /etc/resolv.conf "$0/etc/resolv.conf"
    chroot "$0" sh -euc "
      export DEBIAN_FRONTEND=noninteractive
      apt-get -q -o Acquire::Check-Valid-Until=false update
      apt-get -y -q --no-install-recommends install libvirt-daemon libvirt-daemon-driver-vbox
    "' "$1" >&2
}

[[ $(id -u) == 0 ]] || fail 'only root can make a root folder and use it'
mkdir -p "$cache"
# Another run may be at it.
exec 9>"$cache/lock"
flock 9
if [[ ! -x $root/usr/lib/virtualbox/VBoxManage ]]; then
  command -v mmdebstrap >/dev/null || fail 'mmdebstrap is missing: apt-get install mmdebstrap'
  mirror=$(apt-get indextargets --format "\$(REPO_URI)" 'Label: Debian' | grep -v security | head -n 1)
  [[ -n $mirror ]] || fail 'apt knows no mirror of Debian'
  rm -rf "$root" "$root.new"
  # With the modules' source VirtualBox asks for no compiler.
  mmdebstrap --mode=root --variant=minbase --components=main,contrib --include=virtualbox,virtualbox-source \
    --aptopt='Apt::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"' sid "$root.new" "$mirror" >&2
  rm -rf "$root.new/var/cache/apt/archives" "$root.new/var/lib/apt/lists"
  mv "$root.new" "$root"
fi
if [[ ${1:-} != --libvirt ]]; then
  echo "$root"
  exit
fi
if [[ ! -x $with_libvirt/usr/sbin/libvirtd ]]; then
  rm -rf "$with_libvirt" "$with_libvirt.new"
  cp -a --reflink=auto "$root" "$with_libvirt.new"
  add_libvirt "$with_libvirt.new"
  rm -rf "$with_libvirt.new/var/cache/apt/archives" "$with_libvirt.new/var/lib/apt/lists"
  mv "$with_libvirt.new" "$with_libvirt"
fi
echo "$with_libvirt"
