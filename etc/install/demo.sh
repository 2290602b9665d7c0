# shellcheck shell=bash
# Sourced by install.sh: the whole product on this machine, as one process that
# all others end with.

readonly demo=$var/demo
readonly secrets=$demo/secrets
# The front end's own: no account has it, no file belongs to it.
readonly front_end_uid=64880
# shellcheck source=etc/dev/processes.sh
. etc/dev/processes.sh
run_dir=$(run_folder demo "$demo")
readonly run_dir

# Steps are functions of this shell, because the processes they start end with
# it; so each command in them says itself that the rest depends on it.

# value KEY - from "key=value" lines on standard input.
value() { sed -n "s/^$1=//p"; }

# --- what is there before anything is started ---------------------------------

need_demo() {
  [[ $(id -u) == 0 ]] || fail 'only root can start virtual machines and their network: run it as root'
  need_sdks
  need_packages "${demo_packages[@]}"
  need_portal
  if program_needs_build; then
    step build 'Broker: built' build_program || exit 1
  fi
  mkdir -p "$demo"/{pool,library,logs,secrets}
  chmod 0700 "$secrets"
  [[ -f $demo/library/tiny.qcow2 ]] ||
    step image 'guest: built' etc/images/build-tiny.sh -o "$demo/library/tiny.qcow2" || exit 1
}

# secret NAME - a random word, made once.
secret() {
  [[ -s $secrets/$1 ]] || (umask 077 && head -c 2000 /dev/urandom | LC_ALL=C tr -dc 'a-km-z2-9' | head -c 20 >"$secrets/$1")
  cat "$secrets/$1"
}

# --- database ------------------------------------------------------------------

connection() {
  echo "Server=127.0.0.1;Port=$(etc/dev/mariadb.sh status "$demo/db" | value port);Database=broker;User ID=$1;Password=$(secret "database-$1");SslMode=Disabled;AllowPublicKeyRetrieval=true"
}

start_database() {
  etc/dev/mariadb.sh start "$demo/db" --owner $$ || return 1
  database_accounts 127.0.0.1 "$(secret database-broker_backend)" "$(secret database-broker_frontend)" | sql
}

# sql [DATABASE] - runs what comes by standard input as the server's root.
sql() {
  local status
  status=$(etc/dev/mariadb.sh status "$demo/db")
  MYSQL_PWD=$(<"$demo/db/password") mariadb --no-defaults --batch --skip-column-names \
    --socket="$(value socket <<<"$status")" --user=root "$@"
}

# --- virtual machines ----------------------------------------------------------

# Sets vm_uri, and vm_namespace where the guests' network is not the host's.
find_libvirt() {
  local status
  vm_namespace=''
  if status=$(etc/dev/libvirtd.sh status "$demo/vm"); then
    vm_uri=$(value uri <<<"$status")
    vm_namespace=$(value namespace_pid <<<"$status")
  else
    vm_uri=qemu:///system
  fi
}

host_libvirt_runs() { timeout 10 virsh -q -c qemu:///system list >/dev/null 2>&1; }

start_libvirt() {
  etc/dev/libvirtd.sh start "$demo/vm" --share "$(pool_folder)" --owner $$
}

# pool_folder - the host's libvirtd can't be shown a way into a checkout that is
# closed to QEMU's user; then the images lie where Debian keeps them.
pool_folder() {
  if [[ -f $demo/pool.path ]]; then
    cat "$demo/pool.path"
  elif [[ -f $demo/host-libvirt ]] && ! setpriv --reuid libvirt-qemu --regid kvm --clear-groups test -x "$demo/pool"; then
    echo "/var/lib/libvirt/images/${run_dir##*/}" | tee "$demo/pool.path"
  else
    echo "$demo/pool" | tee "$demo/pool.path"
  fi
}

# --- Broker --------------------------------------------------------------------

broker() {
  BROKER_DATABASE=$(connection broker_backend) BROKER_RUN=$run_dir \
    dotnet "src/Broker.Cli/bin/$configuration/net10.0/broker.dll" "$@"
}

make_run_folder() {
  mkdir -p "$run_dir"/{app,dotnet,doorbell,displays}
  # Both sides hang their bells here; neither may take away the other's.
  chown "root:$front_end_uid" "$run_dir/doorbell"
  chmod 3770 "$run_dir/doorbell"
  # QEMU makes the sockets, the front end's group can use them.
  chown "libvirt-qemu:$front_end_uid" "$run_dir/displays"
  chmod 2770 "$run_dir/displays"
}

# launch NAME COMMAND... - in a session of its own, so that Ctrl-C reaches only
# this shell; it ends when this shell does.
launch() {
  local name=$1
  shift
  setsid "$@" </dev/null >"$demo/logs/$name.log" 2>&1 &
  remember "$demo/$name.process" $! || true
}

start_back_end() {
  launch back-end env -i PATH="$PATH" LANG=C.UTF-8 \
    BROKER_DATABASE="$(connection broker_backend)" BROKER_RUN="$run_dir" \
    BROKER_LIBRARY="$demo/library" BROKER_POOL="$(pool_folder)" \
    setpriv --pdeathsig TERM dotnet "src/Broker.Backend/bin/$configuration/net10.0/Broker.Backend.dll"
}

# The front end can't go where the checkout lies, if that is root's home; what it
# needs of it appears read-only in a mount namespace of its own.
start_front_end() {
  local runtime
  runtime=$(dirname "$(readlink -f "$(command -v dotnet)")")
  rm -rf "$demo/app" && mkdir -p "$demo/app" &&
    cp -r "src/Broker.Frontend/bin/$configuration/net10.0" "$demo/app/program" &&
    cp -r frontend/dist "$demo/app/portal" &&
    chmod -R a+rX "$demo/app" || return 1
  # shellcheck disable=SC2016  # expanded by the inner shell
  launch front-end env -i PATH="$PATH" LANG=C.UTF-8 DOTNET_EnableDiagnostics=0 \
    BROKER_DATABASE="$(connection broker_frontend)" BROKER_RUN="$run_dir" \
    BROKER_URLS="$url" BROKER_PORTAL="$run_dir/app/portal" \
    unshare --mount --propagation private bash -c '
      mount --bind "$1" "$2/app" && mount -o remount,bind,ro "$2/app" && mount --bind "$3" "$2/dotnet" && cd / &&
        exec setpriv --reuid "$4" --regid "$4" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
          --pdeathsig TERM "$2/dotnet/dotnet" "$2/app/program/Broker.Frontend.dll"' \
    front-end "$demo/app" "$run_dir" "$runtime" "$front_end_uid"
}

# await SECONDS COMMAND... - until it succeeds; fails after the time, or when one
# of Broker's two processes has ended.
await() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    processes_run || return 1
    sleep 0.1
  done
}

processes_run() {
  local name
  for name in back-end front-end; do
    running "$demo/$name.process" >/dev/null || {
      echo "the $name has ended:"
      tail -n 20 "$demo/logs/$name.log"
      return 1
    }
  done
}

start_broker() {
  broker db migrate &&
    frontend_rights 127.0.0.1 | sql broker &&
    broker nodes add here --manager libvirt --uri "$vm_uri" &&
    broker users add admin --display-name Administrator --admin --if-missing --password-stdin < <(secret admin) &&
    broker users add student --display-name Student --if-missing --password-stdin < <(secret student) ||
    return 1
  choose_url
  start_back_end
  start_front_end || return 1
  await 60 curl -sf -m 5 -o /dev/null "$url/readyz"
}

choose_url() {
  local port=8080
  if [[ -n ${BROKER_URLS:-} ]]; then
    url=${BROKER_URLS%%;*}
  else
    while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
    url=http://127.0.0.1:$port
  fi
  echo "$url" >"$demo/url"
}

# --- the base ------------------------------------------------------------------

domain_is() { [[ $(sql broker <<<"SELECT 1 FROM domains WHERE name = 'tiny' AND $1") == 1 ]]; }

node_is_up() { [[ $(sql broker <<<"SELECT state FROM nodes WHERE name = 'here'") == up ]]; }

send() { broker requests ask "$@" --wait --timeout 120; }

import_base() {
  await 60 node_is_up || return 1
  if ! domain_is "state <> 'creating'"; then
    send import_domain file=tiny.qcow2 name=tiny 'alias=Tiny Linux' \
      'description=A small guest that shows what you type.' memory_mib=128
  fi
}

# Its card in the portal shows what it looked like when it last ran.
prepare_base() {
  ! domain_is is_base || return 0
  send start_domain domain=tiny &&
    await 150 guest_answers &&
    send screenshot domain=tiny &&
    send shutdown_domain domain=tiny &&
    send prepare_base domain=tiny
}

publish_base() { broker bases publish tiny; }

guest_answers() {
  local address
  address=$(sql broker <<<"SELECT address FROM domains WHERE name = 'tiny' AND address IS NOT NULL")
  [[ -n $address ]] && at_guests curl -sf -m 2 -o /dev/null "http://$address/health"
}

# at_guests COMMAND... - runs it where the guests' network is.
at_guests() {
  if [[ -n $vm_namespace ]]; then nsenter --net --target "$vm_namespace" -- "$@"; else "$@"; fi
}

# --- all of it -----------------------------------------------------------------

demo_start() {
  need_demo
  trap demo_end EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  remember "$demo/supervisor" $$
  step database 'MariaDB: a private one runs' start_database || exit 1
  if [[ ! -d $demo/vm ]] && host_libvirt_runs; then
    touch "$demo/host-libvirt"
    mkdir -p "$(pool_folder)"
    report 0 "libvirt: this host's own (qemu:///system)"
  else
    step libvirt 'libvirt: a private one runs' start_libvirt || exit 1
  fi
  find_libvirt
  make_run_folder
  step broker 'Broker: back end and front end run' start_broker || exit 1
  url=$(<"$demo/url")
  step import 'guest: imported from the library' import_base || exit 1
  step prepare 'guest: prepared as a base' prepare_base || exit 1
  step publish 'guest: published' publish_base || exit 1
  touch "$demo/ready"
}

# The order is that of dependence; what a killed demo left is ended, too.
demo_end() {
  trap '' INT TERM HUP
  trap - EXIT
  end "$demo/front-end.process" TERM 15
  end "$demo/back-end.process" TERM 25
  etc/dev/libvirtd.sh stop "$demo/vm" || true
  etc/dev/mariadb.sh stop "$demo/db" || true
  rm -rf "$run_dir"
  rm -f "$demo"/{ready,supervisor,url}
}

demo_runs() { running "$demo/supervisor" >/dev/null; }

demo_run() {
  ! demo_runs || fail "a demo runs already at $(cat "$demo/url" 2>/dev/null); './install.sh demo --stop' ends it"
  demo_start
  cat <<TEXT

  Broker runs at   $url

    a student        student   $(secret student)
    administrator    admin     $(secret admin)

  Logs are in $demo/logs. Ctrl-C ends all of it.
TEXT
  while processes_run; do sleep 1; done >"$demo/logs/end.log"
  cat "$demo/logs/end.log" >&2
  exit 1
}

demo_stop() {
  [[ -d $demo ]] || return 0
  end "$demo/supervisor" TERM 60
  demo_end
}

demo_check() {
  if demo_runs; then
    need_sdks
    until [[ -f $demo/ready ]]; do
      demo_runs || fail 'the demo ended before it was ready'
      sleep 0.2
    done
    find_libvirt
    url=$(<"$demo/url")
  else
    demo_start
  fi
  secret student | URL=$url NAMESPACE_PID=$vm_namespace PICTURE=$demo/check.png node etc/install/check.mjs
}

demo_reset() {
  demo_stop
  if [[ -f $demo/host-libvirt && -d $demo/db ]]; then
    step remove "desktops of this demo: removed from this host's libvirt" remove_domains || exit 1
  fi
  [[ ! -f $demo/pool.path ]] || rm -rf "$(pool_folder)"
  rm -rf "$demo"
  demo_run
}

# Only what the database names, by UUID.
remove_domains() {
  local id
  etc/dev/mariadb.sh start "$demo/db" --owner $$ || return 1
  if [[ -n $(sql <<<"SELECT 1 FROM information_schema.tables WHERE table_schema = 'broker' AND table_name = 'domains'") ]]; then
    for id in $(sql broker <<<'SELECT id FROM domains'); do
      virsh -q -c qemu:///system dominfo "$id" >/dev/null 2>&1 || continue
      virsh -q -c qemu:///system destroy "$id" || true
      virsh -q -c qemu:///system undefine "$id" --managed-save || return 1
    done
  fi
  etc/dev/mariadb.sh stop "$demo/db"
}
