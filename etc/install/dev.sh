# shellcheck shell=bash
# Sourced by install.sh: Broker for those who change it. No hypervisor, no root;
# what is changed is built and started again at once.

readonly dev_packages=(mariadb-server-core mariadb-client-core curl ca-certificates procps util-linux)
readonly people=(teacher student)

dev_command() {
  use_place dev
  case $* in
    '') dev_run ;;
    --stop) stop_place dev_end ;;
    --reset) stop_place dev_end && rm -rf "$place" && dev_run ;;
    *) wrong "there is no 'dev $*'" ;;
  esac
}

need_dev() {
  local folder
  for folder in "$var" "$logs" "$place" frontend/node_modules frontend/node_modules/.vite; do
    [[ ! -e $folder || -w $folder ]] ||
      fail "$folder belongs to $(stat -c %U "$folder"), as a demo or a test left it: sudo chown -R $(id -un): var frontend/node_modules"
  done
  need_sdks
  need_packages "${dev_packages[@]}"
  if portal_needs_install; then step npm 'portal: its packages' install_portal || exit 1; fi
  make_place
  # As much of a disk as a simulated host looks at: a boot sector.
  [[ -f $place/library/disk.img ]] || (head -c 510 /dev/zero; printf '\x55\xaa'; head -c 1048064 /dev/zero) >"$place/library/disk.img"
}

# Each program has a folder of its own for what is built: several builds at once don't
# disturb each other, and those of the tests stay as they are.
build_command_line() { ArtifactsPath=$place/build/command-line dotnet build src/Broker.Cli -v quiet && end_compiler; }

start_watches() {
  api=http://127.0.0.1:$(free_port 8080)
  url=http://127.0.0.1:$(free_port 5173)
  echo "$url" >"$place/url"
  watch_program back-end Broker.Backend BROKER_DATABASE_PASSWORD_FILE="$secrets/database-broker_backend" \
    BROKER_LIBRARY="$place/library" BROKER_POOL="$place/pool" BROKER_BACKUPS="$place/backups"
  watch_program front-end Broker.Frontend BROKER_DATABASE_PASSWORD_FILE="$secrets/database-broker_frontend" \
    BROKER_URLS="$api" BROKER_UPLOADS="$place/library/uploads"
  launch portal env -C frontend BROKER_DEV_SERVER="$api" \
    node node_modules/vite/bin/vite.js --host 127.0.0.1 --port "${url##*:}" --strictPort --clearScreen false
  await 300 curl -sf -m 5 -o /dev/null "$api/readyz" && await 60 curl -sf -m 5 -o /dev/null "$url/"
}

# watch_program NAME PROJECT VARIABLE=VALUE... - a change starts it anew, for much of
# it is made once at its start: commands and routes found, statements prepared.
watch_program() {
  local name=$1 project=$2
  shift 2
  launch "$name" env "$@" BROKER_DATABASE="$(connection)" BROKER_RUN="$run_dir" ArtifactsPath="$place/build/$name" \
    DOTNET_WATCH_SUPPRESS_EMOJIS=1 DOTNET_WATCH_SUPPRESS_BROWSER_REFRESH=1 \
    dotnet watch --no-hot-reload --project "src/$project" run
}

fill_dev() {
  local name
  write_command && make_tables && broker nodes add here --manager simulated --uri "$place/here" || return 1
  for name in "${people[@]}"; do add_person "$name" || return 1; done
}

# make_base NAME ALIAS DESCRIPTION [COMMAND...] - with a picture of what it showed; once,
# and then the command.
make_base() {
  import_machine "$1" disk.img "alias=$2" "description=$3" memory_mib=512 || return 1
  ! domain_is "$1" is_base || return 0
  send start_domain "domain=$1" && send screenshot "domain=$1" && send shutdown_domain "domain=$1" && send prepare_base "domain=$1" &&
    "${@:4}"
}

make_bases() {
  make_base linux 'Linux' 'Everybody may open it.' broker bases publish linux &&
    make_base office 'Office' 'Another one that everybody may open.' broker bases publish office &&
    make_base draft 'Draft' 'Prepared, not published: only administrators see it.' &&
    import_machine machine disk.img 'alias=A machine' 'description=Not a base yet: prepare it.' memory_mib=512
}

dev_run() {
  ! is_running || fail "it runs already at $(cat "$place/url" 2>/dev/null); './install.sh dev --stop' ends it"
  need_dev
  begin dev_end
  # If this shell is killed: what "dotnet watch" starts would outlive it.
  watch "$place/guard" $$ "$PWD/install.sh" dev --stop
  mkdir -p "$run_dir"/{doorbell,displays}
  broker_dll=$place/build/command-line/bin/Broker.Cli/debug/broker.dll
  step command-line 'broker: built' build_command_line || exit 1
  step database 'MariaDB: a private one runs' start_database || exit 1
  step fill 'tables, a simulated host, people' fill_dev || exit 1
  step watches 'back end, front end and portal: built, running and watched' start_watches || exit 1
  step bases 'bases' make_bases || exit 1
  print_dev
  (cd "$place/logs" && exec setsid tail -q -n 0 -F back-end.log front-end.log portal.log 2>/dev/null) &
  remember "$place/logs.process" $! || true
  supervise
}

print_dev() {
  local name
  printf '\n  The portal    %s\n  its API       %s\n\n' "$url" "$api"
  for name in admin "${people[@]}"; do printf '    %-9s %s\n' "$name" "$(secret "$name")"; done
  cat <<TEXT

  A change of the portal is shown at once, one of C# is built and started. Here follows
  what the programs say; it is also in $place/logs.
  The command line:  $place/broker help
  Ctrl-C ends all of it; --reset begins with empty tables.

TEXT
}

# The command line for another shell. The database's port may differ from one start to the next.
write_command() {
  (umask 077 && cat >"$place/broker") <<SH
#!/bin/sh
BROKER_DATABASE='$(connection)' BROKER_DATABASE_PASSWORD_FILE='$secrets/database-broker_backend' BROKER_RUN='$run_dir' exec dotnet '$broker_dll' "\$@"
SH
  chmod 0700 "$place/broker"
}

dev_end() {
  trap '' INT TERM HUP
  trap - EXIT
  [[ -z ${SharedCompilationId:-} ]] || end_compiler
  end_programs
  end_place
  unwatch "$place/guard"
}
