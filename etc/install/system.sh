# shellcheck shell=bash
# Sourced by install.sh: Broker as services of this machine. Each part looks what is
# there and writes only what differs, and says so; so it can be run again at any
# time, and the same command upgrades.

readonly system_packages=(
  libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils dnsmasq-base iptables iproute2
  libldap-2.5-0 mariadb-client-core openssl curl ca-certificates util-linux
)
readonly units=(broker-backend.service broker-frontend.service)
readonly socket=/run/mysqld/mysqld.sock
# With --files: the folder that stands for /. Then nothing but files is laid out.
files=''
# With --mariadb: options of a client that may make databases and accounts.
mariadb_options=''
changes=0
remaining=()

# changed TEXT - something was not as it should be, and is now.
changed() {
  changes=$((changes + 1))
  echo "             $*"
}

# put SOURCE TARGET MODE OWNER:GROUP
put() {
  local target=$files$2
  if ! cmp -s "$1" "$target"; then
    mkdir -p "$(dirname "$target")"
    install -m "$3" "$1" "$target.broker-new"
    mv -T "$target.broker-new" "$target"
    changed "$2 written"
  fi
  own "$2" "$3" "$4"
}

# folder PATH MODE OWNER:GROUP
folder() {
  [[ -d $files$1 ]] || { install -d -m "$2" "$files$1"; changed "$1 made"; }
  own "$@"
}

own() {
  local target=$files$1
  [[ $(stat -c %04a "$target") == "$2" ]] || { chmod "$2" "$target"; changed "$1 has mode $2"; }
  [[ -n $files || $(stat -c %U:%G "$target") == "$3" ]] || { chown "$3" "$target"; changed "$1 belongs to $3"; }
}

systemd_runs() { [[ -z $files && -d /run/systemd/system ]]; }

# --- accounts of the system ------------------------------------------------------

make_users() {
  local group user
  for group in broker broker-backend broker-frontend; do
    getent group "$group" >/dev/null || { groupadd --system "$group"; changed "group $group made"; }
  done
  for user in broker-backend broker-frontend; do
    getent passwd "$user" >/dev/null || {
      useradd --system --gid "$user" --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin "$user"
      changed "user $user made"
    }
  done
  # broker: doorbells, sockets of displays, the settings. libvirt is root's equal.
  for group in broker libvirt kvm; do join broker-backend "$group"; done
  join broker-frontend broker
}

join() {
  id -nG "$1" | tr ' ' '\n' | grep -qxF "$2" || { usermod -aG "$2" "$1"; changed "user $1 is in group $2"; }
}

# --- files -----------------------------------------------------------------------

put_program() {
  if [[ ! -d $files/opt/broker/$version ]]; then
    rm -rf "$files/opt/broker/.new"
    mkdir -p "$files/opt/broker"
    cp -r "$release" "$files/opt/broker/.new"
    mv "$files/opt/broker/.new" "$files/opt/broker/$version"
    changed "/opt/broker/$version written"
  fi
  put_text /usr/local/bin/broker 0755 root:root <<'SH'
#!/bin/sh
exec /opt/broker/current/dotnet/dotnet /opt/broker/current/cli/broker.dll "$@"
SH
  put_if_there etc/man/broker.1 /usr/local/share/man/man1/broker.1
  put_if_there etc/completion/broker.bash /usr/share/bash-completion/completions/broker
  put_if_there etc/completion/_broker /usr/local/share/zsh/site-functions/_broker
  put_if_there etc/completion/broker.fish /usr/share/fish/vendor_completions.d/broker.fish
}

put_if_there() { [[ ! -f $1 ]] || put "$1" "$2" 0644 root:root; }

# put_text TARGET MODE OWNER:GROUP - what comes by standard input.
put_text() {
  local text
  text=$(mktemp)
  cat >"$text"
  put "$text" "$@"
  rm "$text"
}

# The link is switched in one step: what is started from now on is the new version.
# The one before stays beside it; older ones go.
switch_program() {
  local before old
  before=$(readlink "$files/opt/broker/current" || true)
  [[ $before != "$version" ]] || return 0
  if [[ -n $before ]]; then link_to "$before" previous; fi
  link_to "$version" current
  changed "/opt/broker/current is $version${before:+, it was $before}"
  for old in "$files"/opt/broker/*/; do
    old=$(basename "$old")
    [[ $old == "$version" || $old == "$before" || $old == current || $old == previous ]] || rm -rf "$files/opt/broker/$old"
  done
}

link_to() {
  ln -sfn "$1" "$files/opt/broker/.$2"
  mv -T "$files/opt/broker/.$2" "$files/opt/broker/$2"
}

put_settings() {
  local sample=/etc/broker/broker.json.sample is_new=0
  folder /etc/broker 0750 root:broker
  folder /etc/broker/secrets 0750 root:broker
  folder /etc/broker/tls 0750 root:broker
  if [[ -f $files$sample ]] && ! cmp -s etc/broker.json "$files$sample"; then is_new=1; fi
  put etc/broker.json "$sample" 0640 root:broker
  if [[ ! -e $files/etc/broker/broker.json ]]; then
    put etc/broker.json /etc/broker/broker.json 0640 root:broker
  else
    # Kept while the group was gone and its number went to another one.
    [[ -n $files || $(stat -Lc %G /etc/broker/broker.json) == broker ]] || { chgrp broker /etc/broker/broker.json; changed '/etc/broker/broker.json belongs to the group broker'; }
    ((is_new == 0)) || remaining+=("There are new settings, or new defaults: compare /etc/broker/broker.json, which was left as it is, with $sample.")
  fi
  secret_file backend-database-password broker-backend
  secret_file frontend-database-password broker-frontend
}

# secret_file NAME OWNER - a random word, made once.
secret_file() {
  local path=/etc/broker/secrets/$1
  [[ -s $files$path ]] || {
    (umask 377 && head -c 24 /dev/urandom | base64 | tr '+/' '-_' >"$files$path")
    changed "$path made"
  }
  own "$path" 0400 "$2:$2"
}

# A certificate of our own, so that nobody's password travels in the clear before
# there is a real one.
make_certificate() {
  local name tls=$files/etc/broker/tls
  # One that was kept while the users were gone; one of root's, or elsewhere, is the operator's.
  if [[ -f $tls/key.pem && ! -L $tls/key.pem && $(stat -c %U "$tls/key.pem") != root ]]; then own /etc/broker/tls/key.pem 0400 broker-frontend:broker-frontend; fi
  [[ ! -e $tls/key.pem && ! -e $tls/certificate.pem ]] || return 0
  name=$(hostname -f 2>/dev/null || hostname)
  (umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=$name" \
    -addext "subjectAltName=DNS:$name,DNS:localhost,IP:127.0.0.1" -keyout "$tls/key.pem" -out "$tls/certificate.pem" 2>/dev/null) ||
    fail 'openssl could not make a certificate'
  changed '/etc/broker/tls/certificate.pem made, signed by itself'
  chmod 0400 "$tls/key.pem"
  chmod 0644 "$tls/certificate.pem"
  own /etc/broker/tls/key.pem 0400 broker-frontend:broker-frontend
  own /etc/broker/tls/certificate.pem 0644 root:root
}

# note_certificate - said for as long as it is so.
note_certificate() {
  local certificate=/etc/broker/tls/certificate.pem
  [[ $(openssl x509 -in "$certificate" -noout -issuer | cut -d= -f2-) == "$(openssl x509 -in "$certificate" -noout -subject | cut -d= -f2-)" ]] || return 0
  remaining+=('Browsers warn of the certificate, which is signed by itself. Put a real one into /etc/broker/tls/certificate.pem and key.pem, and restart broker-frontend.')
}

put_units() {
  local unit
  for unit in "${units[@]}"; do put "etc/systemd/$unit" "/etc/systemd/system/$unit" 0644 root:root; done
  put etc/systemd/broker.tmpfiles /etc/tmpfiles.d/broker.conf 0644 root:root
}

make_folders() {
  local owner uploads=/var/lib/broker/library/uploads
  folder /var/lib/broker 0755 root:root
  # From an installation that was taken away before: the users had other numbers.
  if [[ -z $files && -d /var/lib/broker/pool ]] && owner=$(stat -c %u /var/lib/broker/pool) && [[ $owner != "$(id -u broker-backend)" ]]; then
    chown -Rh --from="$owner" broker-backend:broker-backend /var/lib/broker
    [[ ! -d $uploads ]] || chown -Rh broker-frontend:broker-backend "$uploads"
    changed '/var/lib/broker belongs to broker-backend again'
  fi
  # QEMU's user passes through the pool to the images it was given, and the front end's
  # through the library to what is uploaded, the only place in it where it may write.
  folder /var/lib/broker/pool 0711 broker-backend:broker-backend
  folder /var/lib/broker/library 0751 broker-backend:broker-backend
  folder "$uploads" 0750 broker-frontend:broker-backend
  # Everybody's disks.
  folder /var/lib/broker/backups 0700 broker-backend:broker-backend
  [[ -n $files ]] || systemd-tmpfiles --create /etc/tmpfiles.d/broker.conf
}

# --- database ----------------------------------------------------------------------

# database_client ARGUMENT... - as somebody who may make databases and accounts.
database_client() {
  if [[ -n $mariadb_options ]]; then
    mariadb "--defaults-file=$mariadb_options" --batch --skip-column-names --connect-timeout=10 "$@"
  else
    mariadb --no-defaults --batch --skip-column-names --connect-timeout=10 --socket="$socket" --user=root "$@"
  fi
}

# database_host - the host part of both accounts: connections from here, or from anywhere.
database_host() { if [[ -n $mariadb_options ]]; then echo %; else echo 127.0.0.1; fi; }

# need_database - true once there is one that answers.
need_database() {
  if database_client -e 'SELECT 1' >/dev/null 2>&1; then return; fi
  [[ -z $mariadb_options ]] || fail "MariaDB does not answer with the options in $mariadb_options: $(database_client -e 'SELECT 1' 2>&1 | tail -n 1)"
  [[ ! -S $socket ]] || fail "MariaDB runs here, but refuses root at $socket: $(database_client -e 'SELECT 1' 2>&1 | tail -n 1). Give client options of an account that may make databases: --mariadb FILE"
  need_packages mariadb-server
  if systemd_runs; then
    systemctl enable --now mariadb && database_client -e 'SELECT 1' >/dev/null && return
    fail 'MariaDB does not start: journalctl -u mariadb'
  fi
  remaining+=('MariaDB is installed, but nothing starts it here. Start it, then run this again: it makes the database, the tables and the first link.')
  return 1
}

fill_database() {
  local host before
  host=$(database_host)
  before=$(database_state)
  if [[ -n $mariadb_options && $(grep -c '"database": "Server=127.0.0.1' /etc/broker/broker.json) == 1 ]]; then
    remaining+=('Name your MariaDB in /etc/broker/broker.json (setting database), then run this again.')
    return 1
  fi
  database_accounts "$host" "$(</etc/broker/secrets/backend-database-password)" "$(</etc/broker/secrets/frontend-database-password)" | database_client || return 1
  "/opt/broker/$version/dotnet/dotnet" "/opt/broker/$version/cli/broker.dll" --config /etc/broker/broker.json db migrate >"$logs/migrate.log" 2>&1 ||
    fail "the tables could not be made: $(tail -n 3 "$logs/migrate.log")"
  frontend_rights "$host" | database_client broker || return 1
  [[ $(database_state) == "$before" ]] || changed 'database: tables and rights of its two accounts are up to date'
}

# Everything that fill_database may change, in one word.
database_state() {
  {
    database_client broker -e 'SELECT * FROM schema_migrations ORDER BY number' 2>/dev/null || true
    database_client -e "SHOW GRANTS FOR broker_backend@'$(database_host)'; SHOW GRANTS FOR broker_frontend@'$(database_host)'" 2>/dev/null || true
  } | sha256sum
}

# --- all of it ------------------------------------------------------------------------

system_install() {
  [[ -n $files || $(id -u) == 0 ]] || fail 'only root can install services: run it as root'
  mkdir -p "$logs"
  need_release
  if [[ -z $files ]]; then
    need_packages "${system_packages[@]}"
    make_users
  fi
  put_program
  put_settings
  make_certificate
  put_units
  make_folders
  local has_database=0
  if [[ -z $files ]] && need_database && fill_database; then has_database=1; fi
  switch_program
  if systemd_runs; then start_services "$has_database"; fi
  report_system "$has_database"
}

start_services() {
  systemctl daemon-reload
  systemctl -q enable "${units[@]}"
  systemctl enable -q --now libvirtd
  virsh -q -c qemu:///system net-autostart default >/dev/null || true
  virsh -q -c qemu:///system net-start default >/dev/null 2>&1 || true
  (($1 == 1)) || return 0
  if ((changes > 0)); then systemctl restart "${units[@]}"; else systemctl start "${units[@]}"; fi ||
    fail 'the services do not start: journalctl -u broker-backend -u broker-frontend'
}

report_system() {
  local line
  if [[ -n $files ]]; then
    echo "Laid out in $files: $version. No user, no database, no service was touched."
    return
  fi
  if (($1 == 1)); then first_rows; fi
  note_certificate
  if ! systemd_runs; then
    remaining+=("systemd does not run here. By hand, each in a shell of its own:
$(by_hand)")
  fi
  if ((changes == 0)); then echo "Broker $version is installed; nothing had to be changed."; else echo "Broker $version is installed."; fi
  for line in "${remaining[@]}"; do printf '\n  * %s\n' "$line"; done
}

# What a service's unit says, as a command line.
by_hand() {
  local unit user
  for unit in "${units[@]}"; do
    user=$(sed -n 's/^User=//p' "/etc/systemd/system/$unit")
    echo "      (umask $(sed -n 's/^UMask=//p' "/etc/systemd/system/$unit"); exec setpriv --reuid $user --regid $user --init-groups $(hand_capabilities "$unit") \\"
    echo "        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 $(sed -n 's/^Environment=//p' "/etc/systemd/system/$unit") $(sed -n 's/^ExecStart=//p' "/etc/systemd/system/$unit"))"
  done
}

hand_capabilities() {
  local capability
  capability=$(sed -n 's/^AmbientCapabilities=CAP_//p' "/etc/systemd/system/$1")
  echo "--no-new-privs --bounding-set=-all,+${capability,,} --inh-caps=-all,+${capability,,} --ambient-caps=-all,+${capability,,}"
}

# The host itself, and a way in for the first administrator.
first_rows() {
  if [[ $(database_client broker -e 'SELECT COUNT(*) FROM nodes') == 0 ]]; then
    broker_cli nodes add here --manager libvirt --uri qemu:///system >/dev/null || fail 'this host could not be added as a node'
    changed 'node "here" added: qemu:///system'
  fi
  if [[ $(database_client broker -e 'SELECT COUNT(*) FROM users WHERE is_admin AND NOT is_disabled') == 0 ]]; then
    remaining+=("Open this once, within a day, to become the first administrator (a new one: broker users first-admin-link):
      $(broker_cli users first-admin-link)")
  fi
}

broker_cli() { /usr/local/bin/broker "$@"; }

# --- taking it away -------------------------------------------------------------------

# system_uninstall [--purge] - without it, settings, secrets, images and the database stay.
system_uninstall() {
  [[ $(id -u) == 0 ]] || fail 'only root can take services away: run it as root'
  [[ ${1:-} != --purge ]] || know_database
  local unit user
  if [[ -d /run/systemd/system ]]; then systemctl -q disable --now "${units[@]}" 2>/dev/null || true; fi
  [[ ${1:-} != --purge ]] || purge_database
  for unit in "${units[@]}"; do rm -rf "/etc/systemd/system/$unit" "/etc/systemd/system/$unit.d"; done
  if [[ -d /run/systemd/system ]]; then systemctl daemon-reload; fi
  rm -rf /opt/broker /run/broker /etc/tmpfiles.d/broker.conf /usr/local/bin/broker /usr/local/share/man/man1/broker.1 \
    /usr/share/bash-completion/completions/broker /usr/local/share/zsh/site-functions/_broker /usr/share/fish/vendor_completions.d/broker.fish
  for user in broker-backend broker-frontend; do
    if getent passwd "$user" >/dev/null; then userdel "$user" || fail "$user still has processes; end them and run this again"; fi
    if getent group "$user" >/dev/null; then groupdel "$user"; fi
  done
  if getent group broker >/dev/null; then groupdel broker; fi
  if [[ ${1:-} == --purge ]]; then
    rm -rf /etc/broker /var/lib/broker
    echo 'Broker is gone, with its settings, images and database.'
  else
    echo 'Broker is gone. Its settings (/etc/broker), images (/var/lib/broker) and database stay; --uninstall --purge takes them, too.'
  fi
}

# know_database - without client options, root of this machine's MariaDB is asked: each
# "database" of the settings has to be that one. In doubt nothing is removed.
know_database() {
  local settings=/etc/broker/broker.json port named
  [[ -z $mariadb_options && -f $settings ]] || return 0
  port=$(database_client -e 'SELECT @@port' 2>/dev/null) || port=3306
  while read -r named; do
    named="$(tr -d '[:space:]' <<<"${named,,}" | sed 's/^"database":"*//; s/"$//');"
    [[ ";$named" =~ \;(server|host|datasource)=(127\.0\.0\.1|localhost|::1)\; && (";$named" != *';port='* || ";$named" == *";port=$port;"*) ]] ||
      fail "$settings names a database that is not this machine's own, so nothing was removed. Give client options of an account that may drop it: system --uninstall --purge --mariadb FILE"
  done < <(grep -vE '^[[:space:]]*//' "$settings" | tr -d '\n' | grep -oE '"database"[[:space:]]*:[[:space:]]*("[^"]*")?')
}

# The machines that the database names, by UUID, and the database.
purge_database() {
  local id
  if ! database_client -e 'SELECT 1' >/dev/null 2>&1; then
    echo 'The database does not answer: it stays (database broker, accounts broker_backend and broker_frontend), and so do definitions of machines in libvirt.'
    return
  fi
  for id in $(database_client broker -e 'SELECT id FROM domains' 2>/dev/null); do
    virsh -q -c qemu:///system dominfo "$id" >/dev/null 2>&1 || continue
    virsh -q -c qemu:///system destroy "$id" 2>/dev/null || true
    virsh -q -c qemu:///system undefine "$id" --managed-save || fail "machine $id could not be removed from libvirt"
  done
  database_client <<SQL
DROP DATABASE IF EXISTS broker;
DROP USER IF EXISTS broker_backend@'$(database_host)', broker_frontend@'$(database_host)';
SQL
}

# system_command ARGUMENT... - what stands behind "install.sh system".
system_command() {
  local uninstall=0 purge=''
  while (($# > 0)); do
    case $1 in
      --uninstall) uninstall=1; shift ;;
      --purge) purge=--purge; shift ;;
      --mariadb)
        mariadb_options=$(realpath "${2:?a file with client options}")
        [[ -f $mariadb_options ]] || fail "there is no file $2"
        shift 2
        ;;
      --files) mkdir -p "${2:?a folder}"; files=$(realpath "$2"); shift 2 ;;
      *) wrong "there is no 'system $*'" ;;
    esac
  done
  if ((uninstall == 0)); then
    [[ -z $purge ]] || wrong "--purge goes with --uninstall"
    system_install
  else
    [[ -z $files ]] || wrong "--files does not go with --uninstall"
    system_uninstall "$purge"
  fi
}
