# shellcheck shell=bash
# Sourced by the scripts beside it: long-lived processes that are remembered in
# files, recognised again and ended, and the short folders their sockets need.

fail() {
  echo "${0##*/}: $*" >&2
  exit 1
}

# need PROGRAM... - fails naming the first that is missing.
need() {
  local program
  for program; do
    command -v "$program" >/dev/null || fail "$program is missing; './install.sh test' installs what is needed"
  done
}

# started_at PID - when the process was started, in clock ticks since boot;
# fails if there is none or only a zombie is left of it.
started_at() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # The second field, the name in brackets, may hold anything.
  read -ra stat <<<"${stat##*) }"
  [[ ${stat[0]} != [ZX] ]] && echo "${stat[19]}"
}

# remember FILE PID - so that `running FILE` finds that very process, and never
# another one that was given its number later.
remember() {
  local ticks
  ticks=$(started_at "$2") || return 1
  echo "$2 $ticks" >"$1"
}

# running FILE - prints the remembered process' id; fails if it has ended.
running() {
  local pid ticks
  [[ -f $1 ]] && read -r pid ticks <"$1" && [[ $(started_at "$pid") == "$ticks" ]] && echo "$pid"
}

# end FILE SIGNAL SECONDS - signals the remembered process, waits until it is
# gone and kills it after that time.
end() {
  local pid deadline=$((SECONDS + $3))
  if pid=$(running "$1") && [[ $pid != "$$" ]]; then
    kill -s "$2" "$pid" 2>/dev/null || true
    while running "$1" >/dev/null; do
      ((SECONDS < deadline)) || kill -s KILL "$pid" 2>/dev/null || true
      sleep 0.05
    done
  fi
  rm -f "$1"
}

# watch FILE OWNER COMMAND... - runs the command once the process OWNER has
# ended, however it ended. Remembered in FILE.
watch() {
  local file=$1
  shift
  # shellcheck disable=SC2016  # expanded by the inner shell
  setsid bash -c 'owner=$1; shift; tail --pid="$owner" -s 0.5 -f /dev/null; exec "$@"' watch "$@" </dev/null >/dev/null 2>&1 &
  remember "$file" $! || true
}

# unwatch FILE - ends the watch and the tail it waits with.
unwatch() {
  local pid
  if pid=$(running "$1") && [[ $pid != "$$" ]]; then
    kill -s TERM -- "-$pid" 2>/dev/null || true
  fi
  rm -f "$1"
}

# run_folder KIND DIR - the folder under /run that belongs to DIR, always the
# same: the path of a Unix socket may have 107 bytes, a checkout's more.
run_folder() {
  local base=/run
  [[ $(id -u) == 0 ]] || base=${XDG_RUNTIME_DIR:-/tmp}
  echo "$base/broker-$1-$(printf %s "$2" | sha256sum | cut -c1-8)"
}
