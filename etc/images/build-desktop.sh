#!/usr/bin/env bash
# A small graphical Debian desktop as one bootable qcow2, from Debian's packages:
# Xorg, openbox, a panel with a clock, a terminal on a blue background (#2b5b84).
#
#   build-desktop.sh -o FILE [options]                          (as root)
#     -o FILE     the image to write (qcow2)
#     -k PACKAGE  kernel package                 [linux-image-amd64]
#                 linux-image-cloud-amd64 boots faster but has no DRM, no USB
#                 and no PS/2 mouse: Xorg then uses the vesa driver, and the
#                 domain must have virtio input devices.
#     -s SIZE     virtual size                   [4G]
#     -S SUITE    Debian's suite                 [bookworm]
#     -m URL      mirror                         [the first one of this host's apt]
#     -u USER     whose session is shown         [student]
#     -g WxH      pins the screen's size         [what the display asks for]
#     -x NAMES    more packages, comma separated
#     -z TYPE     compression: zstd, zlib, none  [zstd]
#
# The session starts by itself; no password opens the image: the user's and
# root's are locked, the user may sudo. ssh lets in keys only, of which there is
# none: add one on the screen, before the machine is prepared as a base.
# Each clone makes its own machine id and host key, also if its base has run before,
# and asks DHCP by its MAC.
# 512 MiB and one processor suffice.
#
# No loop device, no mount of the image, no boot while building: the file system
# is made from a folder, GRUB is written by hand. On the host: mmdebstrap,
# mke2fs, sfdisk, grub-mkimage (grub-common, grub-pc-bin), qemu-img.
set -euo pipefail

usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; }

out='' kernel=linux-image-amd64 size=4G suite=bookworm mirror=''
user=student geometry='' extra='' compression=zstd
while getopts o:k:s:S:m:u:g:x:z:h option; do
  case $option in
    o) out=$OPTARG ;;
    k) kernel=$OPTARG ;;
    s) size=$OPTARG ;;
    S) suite=$OPTARG ;;
    m) mirror=$OPTARG ;;
    u) user=$OPTARG ;;
    g) geometry=$OPTARG ;;
    x) extra=$OPTARG ;;
    z) compression=$OPTARG ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[[ -n $out ]] || { usage >&2; exit 2; }
[[ $(id -u) == 0 ]] || { echo 'build-desktop.sh: needs root, for the owners of files' >&2; exit 1; }
out=$(realpath -m "$out")
export PATH=$PATH:/usr/sbin:/sbin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
for tool in mmdebstrap mke2fs sfdisk grub-mkimage qemu-img; do
  command -v "$tool" >/dev/null || { echo "build-desktop.sh: $tool is missing" >&2; exit 1; }
done
# shellcheck disable=SC2016  # apt's own variable
[[ -n $mirror ]] || mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Label: Debian' | grep -v security | head -n 1)
mirror=${mirror%/}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root img=$work/disk.raw
say() { printf '%5d s  %s\n' "$SECONDS" "$*"; }

pkgs=$kernel,initramfs-tools,zstd,systemd-sysv,udev,dbus,libpam-systemd,kmod,procps
pkgs+=,systemd-resolved,iproute2,iputils-ping,curl,ca-certificates,sudo,less,nano
pkgs+=,openssh-server,qemu-guest-agent,spice-vdagent
pkgs+=,xserver-xorg-core,xserver-xorg-legacy,xserver-xorg-input-libinput
pkgs+=,xserver-xorg-video-vesa,xinit,x11-xserver-utils,xterm,openbox,tint2
pkgs+=,fonts-dejavu-core,xfonts-base,fontconfig${extra:+,$extra}

# What a throwaway desktop never reads. The mesa drivers (and LLVM behind them)
# are a third of the image and without a GPU only serve software GL.
drop=()
for p in '/usr/share/doc/*' '/usr/share/man/*' '/usr/share/info/*' '/usr/share/locale/*' \
         '/usr/lib/x86_64-linux-gnu/dri/*' '/usr/lib/x86_64-linux-gnu/libLLVM*' \
         '/usr/share/icons/Adwaita/*' '/usr/share/themes/*/gtk*' ; do
  drop+=(--dpkgopt="path-exclude=$p")
done
drop+=(--dpkgopt='path-include=/usr/share/icons/Adwaita/cursor*')
drop+=(--dpkgopt='path-include=/usr/share/icons/Adwaita/index.theme')
# Kernel modules for hardware no virtual machine has.
for d in drivers/gpu/drm/{amd,i915,nouveau,radeon,gma500,vmwgfx,vboxvideo,ast,mgag200} \
         drivers/net/{wireless,ethernet,usb,wan,can,fddi,hamradio,arcnet,ieee802154,wwan} \
         drivers/media drivers/infiniband drivers/staging drivers/isdn drivers/iio \
         drivers/comedi drivers/mtd drivers/scsi/qla2xxx drivers/scsi/lpfc drivers/hwmon \
         drivers/bluetooth drivers/thunderbolt drivers/accessibility drivers/edac \
         sound net/{bluetooth,wireless,mac80211,sctp,ceph,batman-adv,can,tipc,openvswitch} \
         fs/{xfs,btrfs,ocfs2,gfs2,ceph,nfs,nfsd,f2fs,jfs,reiserfs,afs,coda,ubifs,ntfs3} ; do
  drop+=(--dpkgopt="path-exclude=/lib/modules/*/kernel/$d/*")
done

say "packages"
# shellcheck disable=SC2016  # expanded by the hooks' shell
mmdebstrap --mode=root --variant=minbase --components=main --include="$pkgs" \
  --aptopt='Apt::Install-Recommends "false"' "${drop[@]}" \
  --essential-hook='mkdir -p "$1"/etc/initramfs-tools/conf.d; printf "MODULES=list\nCOMPRESS=zstd\nRESUME=none\nFSTYPE=ext4\n" >"$1"/etc/initramfs-tools/conf.d/vm' \
  --essential-hook='printf "%s\n" virtio_pci virtio_blk virtio_scsi sd_mod ahci ata_piix ext4 >"$1"/etc/initramfs-tools/modules' \
  "$suite" "$root" "deb $mirror $suite main" "deb $mirror $suite-updates main" \
  "deb ${mirror%/debian}/debian-security $suite-security main"

say "settings"
echo "desktop" >"$root/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 desktop\n' >"$root/etc/hosts"
echo 'LABEL=deskroot / ext4 defaults,noatime 0 0' >"$root/etc/fstab"
: >"$root/etc/machine-id"                 # made anew at every start, and never written here
rm -f "$root"/etc/ssh/ssh_host_*
mkdir -p "$root"/etc/systemd/{network,system,journald.conf.d,system.conf.d} "$root"/etc/X11/xorg.conf.d
cat >"$root/etc/systemd/network/20-dhcp.network" <<X
[Match]
Type=ether
[Network]
DHCP=ipv4
LinkLocalAddressing=no
IPv6AcceptRA=no
[DHCPv4]
# the lease follows the MAC, not the machine-id
ClientIdentifier=mac
SendHostname=yes
X
printf '[Journal]\nStorage=volatile\nRuntimeMaxUse=8M\n' >"$root/etc/systemd/journald.conf.d/vm.conf"
printf '[Manager]\nDefaultTimeoutStopSec=10s\n' >"$root/etc/systemd/system.conf.d/vm.conf"
ln -sf ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
printf 'needs_root_rights=auto\nallowed_users=anybody\n' >"$root/etc/X11/Xwrapper.config"
cat >"$root/etc/X11/xorg.conf.d/10-vm.conf" <<X
Section "ServerFlags"
  Option "BlankTime" "0"
  Option "StandbyTime" "0"
  Option "SuspendTime" "0"
  Option "OffTime" "0"
EndSection
Section "Extensions"
  Option "DPMS" "Disable"
EndSection
Section "Monitor"
  Identifier "Virtual-1"
  HorizSync 20-150
  VertRefresh 40-90
${geometry:+  Option "PreferredMode" "$geometry"}
EndSection
X
cat >"$root/etc/X11/vesa.conf" <<X
Section "Device"
  Identifier "vesa"
  Driver "vesa"
EndSection
Section "Screen"
  Identifier "screen"
  Device "vesa"
  Monitor "Virtual-1"
  DefaultDepth 24
  SubSection "Display"
    Depth 24
    Modes "${geometry:-1280x800}" "1024x768" "800x600"
  EndSubSection
EndSection
X
# a kernel without DRM (cloud) needs the vesa driver and root's rights for it
drm=("$root"/lib/modules/*/kernel/drivers/gpu/drm)
[[ -d ${drm[0]} ]] || mv "$root/etc/X11/vesa.conf" "$root/etc/X11/xorg.conf.d/20-vesa.conf"
cat >"$root/etc/systemd/system/sshkeys.service" <<'X'
[Unit]
Description=SSH host key of this clone
Before=ssh.socket
DefaultDependencies=no
After=local-fs.target systemd-remount-fs.service
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/make-ssh-key
[Install]
WantedBy=ssh.socket
X
# A base may have run before it became one: a key counts only for the machine it was made on.
cat >"$root/usr/local/sbin/make-ssh-key" <<'X'
#!/bin/sh
key=/etc/ssh/ssh_host_ed25519_key
machine=$(cat /sys/class/dmi/id/product_uuid)
[ "$(cat $key.machine 2>/dev/null)" = "$machine" ] && exit
rm -f $key
ssh-keygen -q -t ed25519 -N "" -f $key && echo "$machine" >$key.machine
X
chmod +x "$root/usr/local/sbin/make-ssh-key"
# The desktop is a logind session on tty7, started as soon as udev has settled
# enough for X: no display manager.
cat >"$root/etc/systemd/system/desktop.service" <<X
[Unit]
Description=Graphical session of $user
After=systemd-user-sessions.service systemd-logind.service dbus.service
Wants=systemd-logind.service dbus.service
Conflicts=getty@tty7.service
[Service]
User=$user
WorkingDirectory=/home/$user
PAMName=login
TTYPath=/dev/tty7
TTYReset=yes
TTYVHangup=yes
StandardInput=tty-fail
StandardOutput=journal
StandardError=journal
UtmpIdentifier=tty7
UtmpMode=user
Environment=XDG_SEAT=seat0 XDG_VTNR=7 XDG_SESSION_TYPE=x11 XDG_SESSION_CLASS=user
ExecStartPre=+/bin/chvt 7
ExecStart=/usr/bin/startx /usr/local/bin/desktop-session -- :0 vt7 -keeptty -nolisten tcp -noreset
Restart=always
RestartSec=1
[Install]
WantedBy=graphical.target
X
cat >"$root/usr/local/bin/desktop-session" <<'X'
#!/bin/sh
xsetroot -solid '#2b5b84' -cursor_name left_ptr &
openbox & wm=$!
command -v spice-vdagent >/dev/null && [ -e /dev/virtio-ports/com.redhat.spice.0 ] && spice-vdagent &
xterm -fa 'DejaVu Sans Mono' -fs 11 -geometry 90x24+60+60 -T Terminal -xrm 'XTerm*selectToClipboard: true' &
(sleep 2; exec tint2) &
# the screen follows the viewer's window (virtio or qxl video): the kernel says
# "changed", nothing in openbox listens
udevadm monitor --kernel --subsystem-match=drm 2>/dev/null | while read -r l; do
  case $l in *change*) xrandr --output Virtual-1 --auto;; esac
done &
wait $wm
X
chmod +x "$root/usr/local/bin/desktop-session"
chroot "$root" useradd -m -s /bin/bash -G sudo,audio,video,input "$user"
# No password is the right one; unlike a locked account, a key may still open it.
chroot "$root" usermod -p '*' "$user"
chroot "$root" usermod -p '*' root
printf 'PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin no\n' \
  >"$root/etc/ssh/sshd_config.d/keys-only.conf"
# The resolver is not needed for the first picture, yet Debian orders it before
# sysinit.target, where it costs 5 s on one emulated CPU: a copy of the unit
# without that ordering starts beside the desktop.
sed -e '/^Before=/s/sysinit\.target//' -e 's/^WantedBy=.*/WantedBy=multi-user.target/' \
  "$root/lib/systemd/system/systemd-resolved.service" >"$root/etc/systemd/system/systemd-resolved.service"
chroot "$root" systemctl -q disable systemd-resolved.service systemd-networkd.service \
  systemd-networkd-wait-online.service systemd-network-generator.service 2>/dev/null
rm -f "$root"/etc/systemd/system/sysinit.target.wants/systemd-{resolved,network-generator}.service
echo "$user ALL=(ALL) NOPASSWD: ALL" >"$root/etc/sudoers.d/$user"
[ -x "$root/bin/chvt" ] || sed -i '/chvt/d' "$root/etc/systemd/system/desktop.service"
chroot "$root" systemctl -q enable desktop.service sshkeys.service systemd-networkd.service \
  systemd-resolved.service ssh.socket
chroot "$root" systemctl -q disable ssh.service
chroot "$root" systemctl -q set-default graphical.target
chroot "$root" systemctl -q mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
  e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-timesyncd.service \
  systemd-networkd-wait-online.service systemd-network-generator.service systemd-binfmt.service \
  console-setup.service keyboard-setup.service \
  systemd-pstore.service systemd-hwdb-update.service ldconfig.service \
  systemd-update-utmp.service systemd-update-utmp-runlevel.service getty@tty1.service \
  systemd-machine-id-commit.service \
  sys-kernel-debug.mount sys-kernel-tracing.mount dev-mqueue.mount dev-hugepages.mount
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/* "$root"/tmp/*
mkdir -p "$root/boot/grub"
kernels=("$root"/boot/vmlinuz-*)
ver=${kernels[-1]##*/vmlinuz-}
ln -sf "vmlinuz-$ver" "$root/boot/vmlinuz"; ln -sf "initrd.img-$ver" "$root/boot/initrd.img"
cat >"$root/boot/grub/grub.cfg" <<X
linux /boot/vmlinuz root=LABEL=deskroot ro quiet loglevel=3 mitigations=off no_timer_check tsc=reliable random.trust_cpu=on fsck.mode=skip systemd.show_status=0 vt.global_cursor_default=0
initrd /boot/initrd.img
boot
X

say "disk ($(du -sxm "$root" | cut -f1) MB of files, initrd $(stat -Lc %s "$root/boot/initrd.img") bytes)"
truncate -s "$size" "$img"
echo '2048,,83,*' | sfdisk -q "$img"
blocks=$(( ($(stat -c %s "$img") - 1048576) / 4096 ))
mke2fs -q -t ext4 -L deskroot -b 4096 -m 0 -E offset=1048576,lazy_itable_init=1,root_owner=0:0 \
  -O ^metadata_csum_seed,^orphan_file -d "$root" "$img" "$blocks" 2>"$work/mke2fs.log" || { cat "$work/mke2fs.log" >&2; exit 1; }
# GRUB without grub-install: boot.img goes to the MBR's code area, core.img to
# the sectors behind it (boot.img looks for it at sector 1).
# shellcheck disable=SC2016  # GRUB's own variable
echo 'search --no-floppy --label deskroot --set root
configfile ($root)/boot/grub/grub.cfg' >"$work/early.cfg"
grub-mkimage -O i386-pc -p '(hd0,msdos1)/boot/grub' -c "$work/early.cfg" -o "$work/core.img" \
  biosdisk part_msdos ext2 search search_label configfile normal linux
(($(stat -c %s "$work/core.img") < 1048064)) || { echo 'build-desktop.sh: core.img does not fit before the partition' >&2; exit 1; }
dd if=/usr/lib/grub/i386-pc/boot.img of="$img" bs=440 count=1 conv=notrunc status=none
dd if="$work/core.img" of="$img" bs=512 seek=1 conv=notrunc status=none
mkdir -p "$(dirname "$out")"
options=()
[[ $compression == none ]] || options=(-c -o "compression_type=$compression")
qemu-img convert "${options[@]}" -O qcow2 "$img" "$out.part"
mv "$out.part" "$out"
say "$out: kernel $ver, $(stat -c %s "$out") bytes"
