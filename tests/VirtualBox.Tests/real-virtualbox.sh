#!/usr/bin/env bash
# Puts the real VirtualBox (Debian sid) into a folder, once, and prints the folder.
# Nothing is installed into this system, and no kernel module is built: all of
# VirtualBox works there except running machines.
#
#   tests/VirtualBox.Tests/real-virtualbox.sh        as root, with mmdebstrap; some minutes, 1.1 GB
set -euo pipefail

fail() { echo "real-virtualbox.sh: $*" >&2; exit 1; }

readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/virtualbox-tests
readonly root=$cache/sid

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
echo "$root"
