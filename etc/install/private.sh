# shellcheck shell=bash
# Sourced by install.sh: a Broker of its own in one folder of var, for the demo and
# for development. Its processes end with this shell.
#
# Steps are functions of this shell, because the processes they start end with it;
# so each command in them says itself that the rest depends on it.

# shellcheck source=etc/dev/processes.sh
. etc/dev/processes.sh

# In the order in which they are ended: that of dependence.
readonly programs=(logs portal front-end back-end)

# use_place NAME - what all the rest is about.
use_place() {
  place=$var/$1
  secrets=$place/secrets
  run_dir=$(run_folder "$1" "$place")
}

make_place() {
  mkdir -p "$place"/{pool,library/uploads,backups,logs,secrets}
  chmod 0700 "$secrets" "$place/backups"
}

# value KEY - from "key=value" lines on standard input.
value() { sed -n "s/^$1=//p"; }

# secret NAME - a random word, made once.
secret() {
  [[ -s $secrets/$1 ]] || (umask 077 && head -c 2000 /dev/urandom | LC_ALL=C tr -dc 'a-km-z2-9' | head -c 20 >"$secrets/$1")
  cat "$secrets/$1"
}

# --- database ------------------------------------------------------------------

# connection - the setting "database". Account and password are other settings', the
# password in a file: it stands in nobody's command line or environment.
connection() {
  echo "Server=127.0.0.1;Port=$(etc/dev/mariadb.sh status "$place/db" | value port);Database=broker;SslMode=Disabled;AllowPublicKeyRetrieval=true"
}

start_database() {
  etc/dev/mariadb.sh start "$place/db" --owner $$ || return 1
  database_accounts 127.0.0.1 "$(secret database-broker_backend)" "$(secret database-broker_frontend)" | sql
}

# sql [DATABASE] - runs what comes by standard input as the server's root.
sql() {
  local status
  status=$(etc/dev/mariadb.sh status "$place/db")
  MYSQL_PWD=$(<"$place/db/password") mariadb --no-defaults --batch --skip-column-names \
    --socket="$(value socket <<<"$status")" --user=root "$@"
}

# --- programs --------------------------------------------------------------------

# broker ARGUMENT... - the command line.
broker() {
  BROKER_DATABASE=$(connection) BROKER_DATABASE_PASSWORD_FILE=$secrets/database-broker_backend BROKER_RUN=$run_dir \
    dotnet "$broker_dll" "$@"
}

# launch NAME COMMAND... - in a session of its own, so that Ctrl-C reaches only
# this shell, which ends it.
launch() {
  local name=$1
  shift
  setsid "$@" </dev/null >"$place/logs/$name.log" 2>&1 &
  remember "$place/$name.process" $! || true
}

# await SECONDS COMMAND... - until it succeeds; fails after the time, or when one
# of the programs has ended.
await() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    programs_run || return 1
    sleep 0.1
  done
}

programs_run() {
  local name
  for name in "${programs[@]}"; do
    [[ -f $place/$name.process ]] || continue
    running "$place/$name.process" >/dev/null || {
      echo "the $name has ended:"
      tail -n 20 "$place/logs/$name.log"
      return 1
    }
  done
}

# free_port FIRST - the first on the loopback address from there on that nobody has.
free_port() {
  local port=$1
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  echo "$port"
}

# make_tables - the rows, too, without which nobody can sign in.
make_tables() {
  broker db migrate &&
    frontend_rights 127.0.0.1 | sql broker &&
    broker users add admin --display-name Administrator --admin --if-missing --password-stdin < <(secret admin)
}

# add_person NAME - who may use what is published.
add_person() { broker users add "$1" --display-name "${1^}" --if-missing --password-stdin < <(secret "$1"); }

# --- machines ----------------------------------------------------------------------

# domain_is NAME CONDITION
domain_is() { [[ $(sql broker <<<"SELECT 1 FROM domains WHERE name = '$1' AND $2") == 1 ]]; }

node_is_up() { [[ $(sql broker <<<"SELECT state FROM nodes WHERE name = 'here'") == up ]]; }

send() { broker requests ask "$@" --wait --timeout 120; }

# import_machine NAME FILE ARGUMENT... - once.
import_machine() {
  local name=$1 file=$2
  shift 2
  await 60 node_is_up || return 1
  domain_is "$name" "state <> 'creating'" || send import_domain "file=$file" "name=$name" "$@"
}

# --- from beginning to end -----------------------------------------------------------

is_running() { running "$place/supervisor" >/dev/null; }

# begin END - calls END when this shell ends, and now for what a killed one left.
begin() {
  # shellcheck disable=SC2064  # this function, now
  trap "$1" EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  unwatch "$place/guard"
  end_programs
  remember "$place/supervisor" $$
}

# What a program has started is in its group.
end_programs() {
  local name pid
  for name in "${programs[@]}"; do
    if pid=$(running "$place/$name.process"); then kill -s TERM -- "-$pid" 2>/dev/null || true; fi
    end "$place/$name.process" TERM 25
    [[ -z $pid ]] || kill -s KILL -- "-$pid" 2>/dev/null || true
  done
}

# end_place - what there is in every one.
end_place() {
  etc/dev/mariadb.sh stop "$place/db" || true
  rm -rf "$run_dir"
  rm -f "$place"/{ready,supervisor,url}
}

# stop_place END - ends the shell that runs it, and what a killed one left.
stop_place() {
  [[ -d $place ]] || return 0
  end "$place/supervisor" TERM 60
  "$1"
}

# supervise - for as long as all of them run.
supervise() {
  touch "$place/ready"
  while programs_run; do sleep 1; done >"$place/logs/end.log"
  cat "$place/logs/end.log" >&2
  exit 1
}
