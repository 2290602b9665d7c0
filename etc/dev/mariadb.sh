#!/usr/bin/env bash
# A MariaDB server of its own, with everything in one folder: for the demo, for
# development and for tests. No system service is touched, a MariaDB that runs
# already is not disturbed.
#
#   mariadb.sh start DIR [--owner PID] [--port N] [--quick]
#   mariadb.sh stop DIR [--now]
#   mariadb.sh status DIR
#
# start  makes the data folder if there is none, starts the server, waits until
#        it answers and prints one key=value per line:
#          host, port, user     TCP on the loopback address
#          password_file        holds root's random password, mode 0600
#          socket, pid, log
#        Where it runs already, only prints. The port stays the same from one
#        start to the next as long as it is free.
#        --owner PID  stops the server once that process has ended
#        --port N     this port or none
#        --quick      for tests: what is committed may be lost with the machine
#                     (never with the process); the default is a full flush at
#                     each commit
# stop   ends it and waits until it is gone; --now kills it like a power cut.
# status prints as start does; exits 1 if it does not run.
#
# Started by root, the server runs under a uid of its own that no account has.
# The folder may lie where that uid can't go (below /root, say): the server has
# its own mount namespace, in which the data folder appears under /run.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=processes.sh
. "$(dirname "$(readlink -f "$0")")/processes.sh"
export PATH=$PATH:/usr/sbin:/sbin

readonly uid=64806

usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; }

print_status() {
  local pid
  pid=$(running "$dir/process") || return 1
  printf '%s\n' host=127.0.0.1 "port=$(<"$dir/port")" user=root "password_file=$dir/password" \
    "socket=$run/mysqld.sock" "pid=$pid" "log=$dir/server.log"
}

# confined PROGRAM ARGUMENT... - replaces this shell by the program, as the
# unprivileged user, with the data folder at $run/data.
confined() {
  if [[ $(id -u) == 0 ]]; then
    # shellcheck disable=SC2016  # expanded by the inner shell
    exec unshare --mount --propagation private bash -c '
      mount --bind "$1" "$2" && shift 2 && cd / && exec setpriv --clear-groups "$@"' \
      confined "$dir/data" "$data" --regid "$uid" --reuid "$uid" -- "$@"
  fi
  exec "$@"
}

make_data() {
  rm -rf "$dir/data"
  mkdir -m 0700 "$dir/data"
  [[ $(id -u) != 0 ]] || chown "$uid:$uid" "$dir/data"
  if ! (confined mariadb-install-db --no-defaults --datadir="$data" --tmpdir="$run/tmp" --skip-test-db \
    --auth-root-authentication-method=normal --innodb-log-file-size=32M) >"$dir/install.log" 2>&1; then
    cat "$dir/install.log" >&2
    rm -rf "$dir/data"
    fail "no database could be made in $dir/data"
  fi
  touch "$dir/data/complete"
}

is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

choose_port() {
  local port
  [[ -z $wanted_port ]] || { echo "$wanted_port"; return; }
  [[ ! -f $dir/port ]] || { port=$(<"$dir/port"); ! is_free "$port" || { echo "$port"; return; }; }
  # Below the range from which the kernel takes ports for outgoing connections.
  while :; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    ! is_free "$port" || { echo "$port"; return; }
  done
}

# The accounts, set anew at each start; nobody is let in before that.
write_accounts() {
  local password
  [[ -s $dir/password ]] || (umask 077 && head -c 24 /dev/urandom | base64 | tr '+/' '-_' >"$dir/password")
  password=$(<"$dir/password")
  (
    umask 077
    cat >"$run/accounts.sql" <<SQL
DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host NOT IN ('localhost'));
FLUSH PRIVILEGES;
CREATE USER IF NOT EXISTS root@127.0.0.1 IDENTIFIED BY '$password';
GRANT ALL PRIVILEGES ON *.* TO root@127.0.0.1 WITH GRANT OPTION;
ALTER USER root@localhost IDENTIFIED BY '$password';
SQL
  )
  [[ $(id -u) != 0 ]] || chown "$uid:$uid" "$run/accounts.sql"
}

# try_start PORT - true once the server answers, 2 if the port was taken.
try_start() {
  local options=(--no-defaults "--datadir=$data" "--tmpdir=$run/tmp" "--socket=$run/mysqld.sock" "--pid-file=$run/mysqld.pid"
    --bind-address=127.0.0.1 "--port=$1" "--init-file=$run/accounts.sql" --skip-name-resolve
    --local-infile=0 "--secure-file-priv=$run/none" --character-set-server=utf8mb4 --max-connections=300
    --innodb-buffer-pool-size=128M --innodb-log-file-size=32M --innodb-flush-log-at-trx-commit=1)
  ((quick == 0)) || options+=(--innodb-flush-log-at-trx-commit=0 --skip-innodb-doublewrite --innodb-flush-method=nosync)
  (
    confined setsid mariadbd "${options[@]}"
  ) </dev/null >"$dir/server.log" 2>&1 &
  local pid=$!
  remember "$dir/process" "$pid" || true
  until grep -qs 'ready for connections' "$dir/server.log"; do
    if ! running "$dir/process" >/dev/null; then
      rm -f "$dir/process"
      ! grep -q 'Address already in use' "$dir/server.log" || return 2
      tail -n 20 "$dir/server.log" >&2
      rm -rf "$run"
      fail "the server ended at once; its log is $dir/server.log"
    fi
    sleep 0.05
  done
  echo "$1" >"$dir/port"
  rm -f "$run/accounts.sql"
}

start() {
  need mariadbd mariadb-install-db
  if ! print_status; then
    mkdir -p "$dir"
    # Of its own: a server removes other servers' temporary tables from /tmp.
    mkdir -p "$data" "$run"/{none,tmp}
    chmod 0700 "$run"
    [[ $(id -u) != 0 ]] || chown "$uid:$uid" "$run" "$run/tmp"
    [[ -f $dir/data/complete ]] || make_data
    write_accounts
    local attempt result
    for attempt in 1 2 3 4 5; do
      result=0
      try_start "$(choose_port)" || result=$?
      if ((result != 2)) || [[ -n $wanted_port ]]; then break; fi
      rm -f "$dir/port"
    done
    ((result == 0)) || fail "port $wanted_port is taken (attempt $attempt)"
    print_status
  fi
  [[ -z $owner ]] || { unwatch "$dir/watch"; watch "$dir/watch" "$owner" "$(readlink -f "$0")" stop "$dir"; }
}

stop() {
  if ((now == 1)); then end "$dir/process" KILL 10; else end "$dir/process" TERM 60; fi
  rm -rf "$run"
  unwatch "$dir/watch"
}

verb=${1:-} dir=${2:-}
case $verb in
  start | stop | status) [[ -n $dir ]] || { usage >&2; exit 2; } ;;
  help | --help | -h) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac
shift 2
owner='' wanted_port='' quick=0 now=0
while (($#)); do
  case $1 in
    --owner) owner=$2; shift 2 ;;
    --port) wanted_port=$2; shift 2 ;;
    --quick) quick=1; shift ;;
    --now) now=1; shift ;;
    *) usage >&2; exit 2 ;;
  esac
done
dir=$(realpath -m "$dir")
run=$(run_folder db "$dir")
data=$dir/data
[[ $(id -u) != 0 ]] || data=$run/data

case $verb in
  start) start ;;
  stop) stop ;;
  status) print_status ;;
esac
