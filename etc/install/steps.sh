# shellcheck shell=bash
# Sourced by install.sh: one line per step, with its time; what a step writes
# goes to a log that is shown only if the step fails.

# Logs are read as text.
export NO_COLOR=1

readonly var=$PWD/var
readonly logs=$var/logs

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

# now_ms - milliseconds of a clock that only goes on.
now_ms() { local uptime; read -r uptime _ </proc/uptime; echo "${uptime/./}0"; }

# report MILLISECONDS TEXT - one line, the time in seconds before the text.
report() { printf '%7d.%d s  %s\n' $(($1 / 1000)) $(($1 % 1000 / 100)) "$2"; }

# step NAME TEXT COMMAND... - runs the command with its output in NAME.log;
# returns what it returns, after showing the end of the log if it failed.
step() {
  local name=$1 text=$2 begun status=0
  shift 2
  mkdir -p "$logs"
  begun=$(now_ms)
  "$@" </dev/null >"$logs/$name.log" 2>&1 || status=$?
  if ((status == 0)); then
    report $(($(now_ms) - begun)) "$text"
  else
    report $(($(now_ms) - begun)) "$text: FAILED"
    tail -n 60 "$logs/$name.log" | sed 's/^/           | /'
    echo "           (all of it: $logs/$name.log)"
  fi
  return "$status"
}
