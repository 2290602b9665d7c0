#!/usr/bin/env bash
# Broker's one script for a machine: what is missing is installed, then one of
# these is done.
#
#   ./install.sh demo            the whole product on this machine, with a small
#                                guest; prints the address and two sign-ins and
#                                runs until Ctrl-C. Again: same data, same sign-ins
#   ./install.sh demo --check    a student's path from sign-in to a running
#                                desktop, without a person; times of its steps
#   ./install.sh demo --stop     ends a demo that runs
#   ./install.sh demo --reset    removes the demo's desktops and data, starts anew
#   ./install.sh demo --desktop  a graphical Debian desktop as well; also with --check
#                                and --reset
#   ./install.sh dev             for those who change Broker: simulated machines, all
#                                of it built and started again when a file changes;
#                                until Ctrl-C. No root, no hypervisor
#   ./install.sh dev --stop      ends one that runs
#   ./install.sh dev --reset     the same with empty tables
#   ./install.sh system          Broker as services of this machine; again to upgrade.
#                                --mariadb FILE: client options for a MariaDB elsewhere;
#                                --files DIR: only lays the files out below DIR
#   ./install.sh system --uninstall [--purge]
#                                takes it away; --purge also settings, images, database
#                                (one elsewhere: with --mariadb FILE)
#   ./install.sh version         the name of what "system" would install
#   ./install.sh test [--long]   builds everything, runs all tests; --long runs
#                                also those that take minutes
#   ./install.sh bench NAME      measures: queue, clone, libvirt, open or access; prints "name value" lines
#   ./install.sh format          lays out the code as `test` wants it
#   ./install.sh help            this text
#
# For Debian 12 with the .NET SDK 10 and Node 20 there. `demo` and `system` want
# root, and so do those tests that start machines; the others only where packages
# are missing. Packages come from apt, without starting their services. What is made
# at run time lies in var/.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
export PATH=$PATH:/usr/sbin:/sbin

. etc/install/steps.sh
. etc/install/packages.sh
. etc/install/build.sh
. etc/install/test.sh
. etc/install/database.sh
. etc/install/release.sh
. etc/install/private.sh
. etc/install/demo.sh
. etc/install/dev.sh
. etc/install/system.sh

usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' install.sh; }

wrong() {
  echo "install.sh: $*" >&2
  usage >&2
  exit 2
}

verb=${1:-help}
(($# == 0)) || shift
case "$verb $*" in
  'help ' | '--help ' | '-h ') usage ;;
  'demo '*) demo_command "$@" ;;
  'dev '*) dev_command "$@" ;;
  'version ') release_version ;;
  'system '*) system_command "$@" ;;
  'test ') run_tests 'Category!=Long' ;;
  'test --long') run_tests '' ;;
  'bench queue' | 'bench clone' | 'bench libvirt' | 'bench open' | 'bench access') run_benchmark "$1" ;;
  'format ') format_code ;;
  *) wrong "there is no '$verb $*'" ;;
esac
