# shellcheck shell=bash
# Sourced by chroot.sh and systemd.sh: a bare Debian 12 in a folder, and what an operator
# does there. They say how to run something in it (in_root), and in its network (in_net).

. etc/install/steps.sh
readonly work=$var/tests/system
# Theirs: the folder, and the portal's address in it.
: "${root:=}" "${url:=}"

# --- outside: what needs the network and an SDK ------------------------------------

# need_base NAME PACKAGE... - the bare Debian as $work/NAME.tar, at most a week old.
need_base() {
  local base=$work/$1.tar mirror packages
  shift
  [[ $(id -u) == 0 ]] || fail 'only root can make a root folder and services in it'
  command -v mmdebstrap >/dev/null || fail 'mmdebstrap is missing: apt-get install mmdebstrap'
  mkdir -p "$work"
  [[ ! -s $base || -n $(find "$base" -mtime +7) ]] || return 0
  mirror=$(apt-get indextargets --format "\$(REPO_URI)" 'Label: Debian' | grep -v security | head -n 1)
  packages=$(IFS=,; echo "$*")
  step mmdebstrap 'a bare Debian 12' mmdebstrap --mode=root --variant=minbase --components=main --include="$packages" \
    --aptopt='Apt::Install-Recommends "false"' bookworm "$base" "$mirror"
}

# Builds the release that the bare Debian has no SDK for, and a guest.
need_release_and_guest() {
  step files 'installation: laid out in a folder' ./install.sh system --files "$work/files" || return 1
  rm -rf "$work/files"
  mkdir -p "$var/images"
  [[ -f $var/images/tiny.qcow2 ]] || step image 'guest: built' etc/images/build-tiny.sh -o "$var/images/tiny.qcow2"
}

# put_sources ROOT - as if they had been unpacked there, with the release built elsewhere.
put_sources() {
  mkdir -p "$1/root/broker/var/release"
  tar -c --exclude=./var --exclude=./.git --exclude=node_modules --exclude=./frontend/dist --exclude=bin --exclude=obj . | tar -x -C "$1/root/broker"
  cp -r "$var/release/$(./install.sh version)" "$1/root/broker/var/release/"
}

# --- in it -------------------------------------------------------------------------

broker() { in_root /usr/local/bin/broker "$@"; }
ask() { broker requests ask "$@" --wait --timeout 120; }
install_system() { in_root /root/broker/install.sh system | tee "$work/install.log"; }
said() { grep -qF -- "$1" "$work/install.log" || { echo "the installation did not say: $1"; return 1; }; }
as_user() { in_root setpriv --reuid "$1" --regid "$1" --init-groups -- "${@:2}"; }

# await SECONDS COMMAND...
await() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || { echo "not within the time: $*"; return 1; }
    sleep 0.1
  done
}

new_password() { head -c 18 /dev/urandom | base64 | tr '+/' '-_' >"$work/password"; }

# portal COMMAND... - a program that is a user of the portal, which trusts its certificate.
portal() { in_net env NODE_EXTRA_CA_CERTS="$root/etc/broker/tls/certificate.pem" URL="$url" "$@"; }

ready() { in_net curl -sf -m 5 --cacert "$root/etc/broker/tls/certificate.pem" "$url/readyz" | grep -q '"back_ends":1'; }

become_admin() {
  local link
  link=$(grep -o "$url/first-admin#.*" "$work/install.log")
  portal node tests/system/become-admin.mjs "$link" "$(<"$work/password")"
}

# student_path - of the base in $BASE.
# shellcheck disable=SC2153  # not base
student_path() { portal env PICTURE="$work/$BASE.png" node etc/install/check.mjs <"$work/password"; }

node_is_up() { [[ $(in_root mariadb -N broker -e "SELECT state FROM nodes WHERE name = '$1'") == up ]]; }

# add_image FILE NAME - as an operator does: into the library, for the back end to read.
add_image() { in_root install -o broker-backend -g broker-backend -m 0640 "$1" "/var/lib/broker/library/$2"; }

on_simulated() {
  broker nodes add simulated --manager simulated --uri /var/lib/broker/simulated || return 1
  in_root install -d -o broker-backend -g broker-backend /var/lib/broker/simulated
  (head -c 510 /dev/zero; printf '\x55\xaa'; head -c 1048064 /dev/zero) >"$root/root/pretend.img"
  add_image /root/pretend.img pretend.img
  await 60 node_is_up simulated &&
    ask import_domain file=pretend.img name=pretend node=simulated memory_mib=128 &&
    ask prepare_base domain=pretend && broker bases publish pretend &&
    BASE=pretend GUEST=simulated student_path
}

# on_libvirt NODE - a real guest.
on_libvirt() {
  cp "$var/images/tiny.qcow2" "$root/root/"
  add_image /root/tiny.qcow2 tiny.qcow2
  await 60 node_is_up "$1" &&
    ask import_domain file=tiny.qcow2 name=tiny node="$1" memory_mib=128 &&
    # run before it is a base: its disk has then been QEMU's, and is ours again
    ask start_domain domain=tiny && await 120 has_address && ask force_shutdown_domain domain=tiny &&
    ask prepare_base domain=tiny && broker bases publish tiny &&
    BASE=tiny student_path
}
has_address() { [[ -n $(in_root mariadb -N broker -e "SELECT address FROM domains WHERE name = 'tiny' AND address IS NOT NULL") ]]; }

# make_newer - the next release: what changes in one changes its name; here the rights' list
# and the sample of settings get one more line.
make_newer() {
  local before
  before=$(in_root /root/broker/install.sh version)
  echo '-- upgraded' >>"$root/root/broker/sql/frontend-rights.sql"
  echo '// a setting more' >>"$root/root/broker/etc/broker.json"
  cp -r "$root/root/broker/var/release/$before" "$root/root/broker/var/release/$(in_root /root/broker/install.sh version)"
}
