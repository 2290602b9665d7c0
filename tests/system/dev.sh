#!/usr/bin/env bash
# Uses "install.sh dev" as somebody does who changes Broker: an ordinary user, without
# a hypervisor, in a copy of this checkout. One line per step.
#
#   tests/system/dev.sh           as root, who becomes that user
#
# All processes live in a process namespace that ends with this script.
set -euo pipefail
self=$(readlink -f "$0")
cd "${self%/*}/../.."

. etc/install/steps.sh
readonly user=64881
readonly work=$var/tests/dev

if [[ ${1:-} != inside ]]; then
  [[ $(id -u) == 0 ]] || fail 'only root can become an ordinary user who has nothing'
  exec unshare --mount --pid --fork --mount-proc --kill-child --propagation private "$self" inside
fi

# Where that user can go; a checkout may lie in root's home.
home=$(mktemp -d /tmp/broker-XXXXXX)
readonly home tree=$home/broker
trap 'rm -rf "$home"' EXIT
mkdir -p "$work" "$home"/{run,tmp}
chown "$user:$user" "$home" "$home"/*

as_user() {
  setpriv --reuid "$user" --regid "$user" --clear-groups env -C "$tree" HOME="$home" XDG_RUNTIME_DIR="$home/run" TMPDIR="$home/tmp" "$@"
}
no_processes() { ! pgrep -u "$user"; }

# await SECONDS COMMAND...
await() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || { echo "not within the time: $*"; return 1; }
    sleep 0.2
  done
}

copy_tree() {
  mkdir "$tree"
  tar -c --exclude=./var --exclude=./.git --exclude=node_modules --exclude=./frontend/dist --exclude=bin --exclude=obj . | tar -x -C "$tree"
  chown -R "$user:$user" "$tree"
}

# As on a machine where nothing is installed yet.
tells_packages() {
  mkdir "$home/bare"
  printf '#!/bin/sh\nexit 1\n' >"$home/bare/dpkg-query"
  chmod -R a+rx "$home/bare"
  ! as_user PATH="$home/bare:$PATH" ./install.sh dev >"$work/refused.log" 2>&1 &&
    grep -F 'only root can install them: apt-get install mariadb-server-core' "$work/refused.log"
}

tells_owner() {
  mkdir "$tree/var"
  ! as_user ./install.sh dev >"$work/refused.log" 2>&1 && grep -F 'sudo chown -R' "$work/refused.log" && rmdir "$tree"/var
}

start_dev() {
  : >"$work/out"
  as_user env --default-signal=INT ./install.sh dev </dev/null >"$work/out" 2>&1 &
  until grep -q 'Ctrl-C ends' "$work/out"; do
    [[ -n $(jobs -r) ]] || { cat "$work/out"; return 1; }
    sleep 0.2
  done
  url=$(sed -n 's/^ *The portal *//p' "$work/out")
  password=$(sed -n 's/^ *student *//p' "$work/out")
}

student_path() { printf %s "$password" | URL=$url GUEST=simulated BASE=linux PICTURE=$work/screen.png node "$tree/etc/install/check.mjs"; }

# answer NAME - to a sign-in with a wrong password.
answer() {
  local token
  token=$(curl -sf -m 5 -c "$work/cookies" "$url/api/session" | sed -n 's/.*"csrf_token":"\([^"]*\)".*/\1/p') &&
    curl -s -m 5 -b "$work/cookies" -H "Origin: $url" -H "X-CSRF-Token: $token" --json "{\"name\":\"$1\",\"password\":\"wrong\"}" "$url/api/session"
}
says() { answer "nobody-$RANDOM" | grep -F "$1"; }

front_end_follows() {
  says 'Name or password is wrong.' &&
    as_user sed -i 's/Name or password is wrong\./This is new./' src/Broker.Frontend/SignIn/SessionEndpoints.cs &&
    await 120 says 'This is new.'
}

ping_says() { as_user var/dev/broker requests ask ping --wait --timeout 20 --json 2>&1 | grep -F "$1"; }

back_end_follows() {
  as_user sed -i 's/back_end = me\.Id/back_end = "new " + me.Id/' src/Broker.Backend/Requests/BackEnds/PingHandler.cs &&
    await 120 ping_says '"new '
}

portal_follows() { as_user node tests/system/hot-reload.mjs "$url" "$tree/frontend" src/app/Logo.tsx; }

# end SIGNAL
end() { kill -s "$1" "$(cut -d' ' -f1 "$tree/var/dev/supervisor")" && await 30 no_processes; }
interrupted() { end INT && [[ -z $(ls "$home/run") ]]; }

step dev-copy 'a copy of the checkout, owned by an ordinary user' copy_tree
step dev-owner 'a folder of root is told, and what to do' tells_owner
step dev-packages 'missing packages are told, and what to do' tells_packages
step dev-start 'started, everything built' start_dev
step dev-student "a student's path through Vite's port" student_path
step dev-portal 'a change of the portal reaches the browser without loading the page anew' portal_follows
step dev-front-end 'a change of the front end is built and answers' front_end_follows
step dev-back-end 'a change of the back end is built and acts' back_end_follows
step dev-stop 'Ctrl-C: no process and no socket is left' interrupted
step dev-again 'started again' start_dev
step dev-student "a student's path again" student_path
step dev-kill 'killed: no process is left' end KILL
