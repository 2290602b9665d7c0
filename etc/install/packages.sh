# shellcheck shell=bash
# Sourced by install.sh: what must be on the machine.

# The servers and what builds the tiny guest: for the demo and most tests.
readonly demo_packages=(
  mariadb-server-core mariadb-client-core
  libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils
  dnsmasq-base iptables iproute2
  grub-common grub-pc-bin e2fsprogs fdisk zstd cpio
  libldap-2.5-0
  curl ca-certificates procps util-linux
)
# What the binding of libvirt is compared with: C.
readonly c_packages=(gcc libc6-dev libvirt-dev)
# The browser, its letters, what checks the scripts, who adds users to a daemon's SASL, what libvirt's check of XML calls, a directory.
readonly test_packages=(chromium fonts-dejavu-core shellcheck sasl2-bin libxml2-utils slapd ldap-utils "${c_packages[@]}")

readonly policy=/usr/sbin/policy-rc.d
readonly policy_mark='# written by install.sh of Broker for the time of an installation'

# need_sdks - the two that apt does not have; fails naming the missing one.
need_sdks() {
  # Homes of builds and tools; a bare machine or CI may have no HOME.
  export HOME=${HOME:-$var/home}
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
  # No process of a build stays behind; the compiler's server is our own and is
  # ended with the build (without one, a build takes nearly twice as long).
  export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
  export UseSharedCompilation=true SharedCompilationId=broker-install-$$
  trap end_compiler EXIT
  local sdks node=''
  sdks=$(dotnet --list-sdks 2>/dev/null) || true
  grep -q '^10\.' <<<"$sdks" || fail 'the .NET SDK 10 is missing: https://dotnet.microsoft.com/download/dotnet/10.0'
  node=$(node --version 2>/dev/null) || node=0
  node=${node#v}
  ((${node%%.*} >= 20)) || fail 'Node 20 or newer is missing: https://nodejs.org'
  command -v npm >/dev/null || fail 'npm is missing; it comes with Node'
}

# need_packages NAME... - installs those that are missing.
need_packages() {
  local missing=() package
  for package; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]} > 0)) || return 0
  [[ $(id -u) == 0 ]] || fail "packages are missing, and only root can install them: apt-get install ${missing[*]}"
  step apt "packages: ${missing[*]}" install_packages "${missing[@]}" || fail 'the packages could not be installed'
}

# In a shell of its own, so that the policy goes however apt ends.
install_packages() (
  export DEBIAN_FRONTEND=noninteractive
  local aside=$policy.before-broker
  # One with our mark is left from an installation that was killed.
  if [[ -e $policy ]] && ! grep -qxF "$policy_mark" "$policy"; then mv "$policy" "$aside"; fi
  # shellcheck disable=SC2064  # this value, now
  trap "rm -f $policy; if [[ -e $aside ]]; then mv $aside $policy; fi" EXIT
  trap 'exit 1' INT TERM HUP
  printf '%s\n' '#!/bin/sh' "$policy_mark" 'exit 101' >"$policy"
  chmod 0755 "$policy"
  local install=(apt-get -y -q --no-install-recommends -o Dpkg::Options::=--force-confold install)
  # Lists that are too old name packages that are no longer served.
  apt-get -q update && "${install[@]}" "$@"
)
