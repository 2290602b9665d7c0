# shellcheck shell=bash
# Sourced by install.sh: the whole product on this machine, as one process that
# all others end with.

# The front end's own: no account has it, no file belongs to it.
readonly front_end_uid=64880
desktop=0

# demo_command ARGUMENT... - what stands behind "install.sh demo".
demo_command() {
  local act=''
  use_place demo
  while (($# > 0)); do
    case $1 in
      --desktop) desktop=1 ;;
      --check | --stop | --reset) [[ -z $act ]] || wrong "there is no 'demo --$act $1'"; act=${1#--} ;;
      *) wrong "there is no 'demo $*'" ;;
    esac
    shift
  done
  "demo_${act:-run}"
}

# --- what is there before anything is started ---------------------------------

need_demo() {
  [[ $(id -u) == 0 ]] || fail 'only root can start virtual machines and their network: run it as root'
  need_sdks
  need_packages "${demo_packages[@]}"
  need_portal
  if program_needs_build; then
    step build 'Broker: built' build_program || exit 1
  fi
  make_place
  need_image tiny 'small guest: built'
  if ((desktop == 1)); then
    need_packages mmdebstrap
    # This kernel boots faster; what it lacks, no desktop of the demo has.
    need_image desktop 'Debian desktop: built' -k linux-image-cloud-amd64
  fi
}

# need_image NAME TEXT OPTION... - in the demo's library, of etc/images/build-NAME.sh;
# built once.
need_image() {
  local image=$var/images/$1.qcow2
  if [[ ! -f $image || etc/images/build-$1.sh -nt $image ]]; then
    mkdir -p "$var/images"
    step "image-$1" "$2" "etc/images/build-$1.sh" -o "$image.new" "${@:3}" || exit 1
    mv "$image.new" "$image"
  fi
  cp -u --reflink=auto "$image" "$place/library/"
}

# --- virtual machines ----------------------------------------------------------

# Sets vm_uri, and vm_namespace where the guests' network is not the host's.
find_libvirt() {
  local status
  vm_namespace=''
  if status=$(etc/dev/libvirtd.sh status "$place/vm"); then
    vm_uri=$(value uri <<<"$status")
    vm_namespace=$(value namespace_pid <<<"$status")
  else
    vm_uri=qemu:///system
  fi
}

host_libvirt_runs() { timeout 10 virsh -q -c qemu:///system list >/dev/null 2>&1; }

start_libvirt() {
  etc/dev/libvirtd.sh start "$place/vm" --share "$(pool_folder)" --owner $$
}

# pool_folder - the host's libvirtd can't be shown a way into a checkout that is
# closed to QEMU's user; then the images lie where Debian keeps them.
pool_folder() {
  if [[ -f $place/pool.path ]]; then
    cat "$place/pool.path"
  elif [[ -f $place/host-libvirt ]] && ! setpriv --reuid libvirt-qemu --regid kvm --clear-groups test -x "$place/pool"; then
    echo "/var/lib/libvirt/images/${run_dir##*/}" | tee "$place/pool.path"
  else
    echo "$place/pool" | tee "$place/pool.path"
  fi
}

# --- Broker --------------------------------------------------------------------

make_run_folder() {
  mkdir -p "$run_dir"/{app,dotnet,uploads,doorbell,displays}
  # Both sides hang their bells here; neither may take away the other's.
  chown "root:$front_end_uid" "$run_dir/doorbell"
  chmod 3770 "$run_dir/doorbell"
  # QEMU makes the sockets, the front end's group can use them.
  chown "libvirt-qemu:$front_end_uid" "$run_dir/displays"
  chmod 2770 "$run_dir/displays"
  # The one place in the library where the front end writes.
  chown "$front_end_uid:$front_end_uid" "$place/library/uploads"
  chmod 0750 "$place/library/uploads"
  # The front end can't reach the other secrets.
  install -m 0400 -o "$front_end_uid" "$secrets/database-broker_frontend" "$run_dir/password"
}

start_back_end() {
  launch back-end env -i PATH="$PATH" LANG=C.UTF-8 \
    BROKER_DATABASE="$(connection)" BROKER_DATABASE_PASSWORD_FILE="$secrets/database-broker_backend" BROKER_RUN="$run_dir" \
    BROKER_LIBRARY="$place/library" BROKER_POOL="$(pool_folder)" BROKER_BACKUPS="$place/backups" \
    setpriv --pdeathsig TERM dotnet "src/Broker.Backend/bin/$configuration/net10.0/Broker.Backend.dll"
}

# The front end can't go where the checkout lies, if that is root's home; what it
# needs of it appears in a mount namespace of its own, read-only but for the uploads.
start_front_end() {
  local runtime
  runtime=$(dirname "$(readlink -f "$(command -v dotnet)")")
  rm -rf "$place/app" && mkdir -p "$place/app" &&
    cp -r "src/Broker.Frontend/bin/$configuration/net10.0" "$place/app/program" &&
    cp -r frontend/dist "$place/app/portal" &&
    chmod -R a+rX "$place/app" || return 1
  # shellcheck disable=SC2016  # expanded by the inner shell
  launch front-end env -i PATH="$PATH" LANG=C.UTF-8 DOTNET_EnableDiagnostics=0 \
    BROKER_DATABASE="$(connection)" BROKER_DATABASE_PASSWORD_FILE="$run_dir/password" BROKER_RUN="$run_dir" \
    BROKER_URLS="$url" BROKER_PORTAL="$run_dir/app/portal" BROKER_UPLOADS="$run_dir/uploads" \
    unshare --mount --propagation private bash -c '
      mount --bind "$1" "$2/app" && mount -o remount,bind,ro "$2/app" && mount --bind "$3" "$2/dotnet" &&
        mount --bind "$5" "$2/uploads" && mount -o remount,bind,nosuid,nodev,noexec "$2/uploads" && cd / &&
        exec setpriv --reuid "$4" --regid "$4" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
          --pdeathsig TERM "$2/dotnet/dotnet" "$2/app/program/Broker.Frontend.dll"' \
    front-end "$place/app" "$run_dir" "$runtime" "$front_end_uid" "$place/library/uploads"
}

start_broker() {
  make_tables && broker nodes add here --manager libvirt --uri "$vm_uri" && add_person student || return 1
  url=${BROKER_URLS:-http://127.0.0.1:$(free_port 8080)}
  url=${url%%;*}
  echo "$url" >"$place/url"
  start_back_end
  start_front_end || return 1
  await 60 curl -sf -m 5 -o /dev/null "$url/readyz"
}

# --- the bases -----------------------------------------------------------------

# make_tiny, make_desktop - each base's card in the portal shows what it looked like
# when it last ran.
make_tiny() {
  import_machine tiny tiny.qcow2 'alias=Tiny Linux' 'description=A small guest that shows what you type.' memory_mib=128 || return 1
  if ! domain_is tiny is_base; then
    send start_domain domain=tiny && await 150 guest_answers tiny && prepare_running tiny || return 1
  fi
  broker bases publish tiny
}

make_desktop() {
  import_machine desktop desktop.qcow2 'alias=Debian' 'description=A graphical desktop with a terminal.' memory_mib=512 || return 1
  if ! domain_is desktop is_base; then
    send start_domain domain=desktop && await 300 shows_desktop desktop && prepare_running desktop || return 1
  fi
  broker bases publish desktop
}

prepare_running() {
  send screenshot "domain=$1" && send shutdown_domain "domain=$1" && send prepare_base "domain=$1"
}

guest_answers() {
  local address
  address=$(sql broker <<<"SELECT address FROM domains WHERE name = '$1' AND address IS NOT NULL")
  [[ -n $address ]] && at_guests curl -sf -m 2 -o /dev/null "http://$address/health"
}

shows_desktop() {
  local display
  display=$(sql broker <<<"SELECT socket_path FROM displays JOIN domains ON domains.id = domain_id WHERE name = '$1'")
  if [[ -S $display ]] && node etc/install/shows-desktop.mjs "$display"; then return; fi
  # Each look costs the guest time in which it could start.
  sleep 1
  return 1
}

# at_guests COMMAND... - runs it where the guests' network is.
at_guests() {
  if [[ -n $vm_namespace ]]; then nsenter --net --target "$vm_namespace" -- "$@"; else "$@"; fi
}

# --- all of it -----------------------------------------------------------------

demo_start() {
  need_demo
  begin demo_end
  broker_dll=src/Broker.Cli/bin/$configuration/net10.0/broker.dll
  step database 'MariaDB: a private one runs' start_database || exit 1
  if [[ ! -d $place/vm ]] && host_libvirt_runs; then
    touch "$place/host-libvirt"
    mkdir -p "$(pool_folder)"
    report 0 "libvirt: this host's own (qemu:///system)"
  else
    step libvirt 'libvirt: a private one runs' start_libvirt || exit 1
  fi
  find_libvirt
  make_run_folder
  step broker 'Broker: back end and front end run' start_broker || exit 1
  step tiny 'small guest: a base, published' make_tiny || exit 1
  if ((desktop == 1)); then step desktop 'Debian desktop: a base, published' make_desktop || exit 1; fi
  touch "$place/ready"
}

demo_end() {
  trap '' INT TERM HUP
  trap - EXIT
  end_programs
  etc/dev/libvirtd.sh stop "$place/vm" || true
  end_place
}

demo_run() {
  ! is_running || fail "a demo runs already at $(cat "$place/url" 2>/dev/null); './install.sh demo --stop' ends it"
  demo_start
  cat <<TEXT

  Broker runs at   $url

    a student        student   $(secret student)
    administrator    admin     $(secret admin)

  Logs are in $place/logs. Ctrl-C ends all of it.
TEXT
  supervise
}

demo_stop() { stop_place demo_end; }

demo_check() {
  if is_running; then
    need_sdks
    until [[ -f $place/ready ]]; do
      is_running || fail 'the demo ended before it was ready'
      sleep 0.2
    done
    find_libvirt
    url=$(<"$place/url")
    ((desktop == 0)) || domain_is desktop is_base || fail "the demo that runs has no desktop; './install.sh demo --stop' ends it, 'demo --desktop' starts one that has"
  else
    demo_start
  fi
  check_student tiny
  ((desktop == 0)) || check_student desktop
}

check_student() {
  echo "$1:"
  secret student | URL=$url GUEST=$1 NAMESPACE_PID=$vm_namespace PICTURE=$place/$1.png node etc/install/check.mjs
}

# Images stay in var/images: they are built of Debian's packages and hold nobody's data.
demo_reset() {
  demo_stop
  if [[ -f $place/host-libvirt && -d $place/db ]]; then
    step remove "desktops of this demo: removed from this host's libvirt" remove_domains || exit 1
  fi
  [[ ! -f $place/pool.path ]] || rm -rf "$(pool_folder)"
  rm -rf "$place"
  demo_run
}

# Only what the database names, by UUID.
remove_domains() {
  local id
  etc/dev/mariadb.sh start "$place/db" --owner $$ || return 1
  if [[ -n $(sql <<<"SELECT 1 FROM information_schema.tables WHERE table_schema = 'broker' AND table_name = 'domains'") ]]; then
    for id in $(sql broker <<<'SELECT id FROM domains'); do
      virsh -q -c qemu:///system dominfo "$id" >/dev/null 2>&1 || continue
      virsh -q -c qemu:///system destroy "$id" || true
      virsh -q -c qemu:///system undefine "$id" --managed-save || return 1
    done
  fi
  etc/dev/mariadb.sh stop "$place/db"
}
