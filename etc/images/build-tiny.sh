#!/usr/bin/env bash
# A tiny Linux guest, made to be looked at by tests: Debian's cloud kernel and
# busybox, nothing else. One bootable qcow2 of 16 MB, built in seconds.
#
#   build-tiny.sh -o FILE [-k PACKAGE] [-c WORDS] [-e FOLDER]
#     -o FILE     the image to write (qcow2)
#     -k PACKAGE  kernel package               [linux-image-cloud-amd64]
#     -c WORDS    more words for the kernel's command line
#     -e FOLDER   a tree laid over the guest's root
#
# What the guest does
#   screen    painted in the marker colour: magenta, seen through QEMU as
#             (168,0,168). Keys: g paints it green (0,168,0), m magenta again,
#             s opens a shell (leave it with "exit"); every key is named on the screen.
#   network   an address by DHCP; answers ping; HTTP on port 80:
#             /health says "ok", /marker the colour's name, /cgi-bin/who the
#             client's address and the time since boot, /cgi-bin/boot an id
#             that is another with each boot, /cgi-bin/name what it is called
#             (the OEM string hostname=…), /cgi-bin/disks its block devices,
#             /cgi-bin/note?N what is written in line N of its second disk,
#             ?N=WORD writes it; port 7 echoes.
#   serial    a root shell on ttyS0, so only for guests nobody else reaches.
#   power     the ACPI button powers it off, in about two seconds;
#             Ctrl-Alt-Del starts it anew.
# There is no account and no password in it. 128 MiB of memory are enough.
#
# Needs neither root nor a loop device; on the host: apt-get with package
# lists, dpkg-deb, cpio, zstd, mke2fs, sfdisk, grub-mkimage (grub-common,
# grub-pc-bin), qemu-img.
set -euo pipefail

usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; }

out='' kernel=linux-image-cloud-amd64 words='' overlay=''
while getopts o:k:c:e:h option; do
  case $option in
    o) out=$OPTARG ;;
    k) kernel=$OPTARG ;;
    c) words=$OPTARG ;;
    e) overlay=$(realpath "$OPTARG") ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[[ -n $out ]] || { usage >&2; exit 2; }
out=$(realpath -m "$out")

export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
for tool in apt-get dpkg-deb cpio zstd mke2fs sfdisk grub-mkimage qemu-img; do
  command -v "$tool" >/dev/null || { echo "build-tiny.sh: $tool is missing" >&2; exit 1; }
done
grub=/usr/lib/grub/i386-pc
[[ -f $grub/boot.img ]] || { echo 'build-tiny.sh: the package grub-pc-bin is missing' >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# The metapackage only names the kernel's real package.
package=$(apt-cache depends "$kernel" | awk '$1 == "Depends:" && $2 ~ /^linux-image-[0-9]/ { print $2; exit }')
package=${package:-$kernel}
# As root, apt warns that its own user can't write here; on an error, all is shown.
apt-get -q download "$package" busybox-static >download.log 2>&1 || {
  cat download.log >&2
  echo 'build-tiny.sh: packages not found; "apt-get update" fetches the lists' >&2
  exit 1
}
for deb in *.deb; do dpkg-deb -x "$deb" packages; done
versions=(packages/lib/modules/*)
version=${versions[0]##*/}

root=$work/root
mkdir -p "$root"/{bin,dev,proc,sys,run,tmp,etc/acpi/PWRF,www/cgi-bin,lib/modules}
cp packages/bin/busybox "$root/bin/busybox"

# The order is the one in which they must be loaded; what this kernel has built
# in has no file.
number=10
for module in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci \
  failover net_failover virtio_net virtio_console virtio_blk virtio_input button evdev; do
  file=$(find "packages/lib/modules/$version/kernel" -name "$module.ko" -print -quit)
  [[ -n $file ]] || continue
  cp "$file" "$root/lib/modules/$number-$module.ko"
  number=$((number + 1))
done

cat >"$root/init" <<'GUEST'
#!/bin/busybox sh
busybox=/bin/busybox
$busybox mount -t devtmpfs dev /dev
$busybox mount -t proc proc /proc
$busybox mount -t sysfs sys /sys
exec </dev/console >/dev/console 2>&1
for module in /lib/modules/*.ko; do $busybox insmod $module; done
$busybox --install -s /bin
export PATH=/bin HOME=/tmp TERM=linux
# It is called as its host says: an OEM string in the tables of its firmware.
name=$(strings /sys/firmware/dmi/tables/DMI 2>/dev/null | sed -n 's/^hostname=//p')
hostname "${name:-tiny}"
ip link set lo up
ip link set eth0 up
# Before the network: the screen is there at once, whatever DHCP does.
while :; do getty -n -i -l /bin/screen 0 tty1 linux; sleep 1; done &
while :; do getty -n -l /bin/sh 115200 ttyS0 vt100; sleep 1; done &
# The folders where its log and pid would go by default do not exist here.
[ -e /dev/input/event0 ] && acpid -l /tmp/acpid.log -p /tmp/acpid.pid
udhcpc -q -f -n -t 20 -T 1 -A 1 -i eth0 -s /etc/udhcpc.sh -x "hostname:$(hostname)" >/tmp/udhcpc.log 2>&1
echo ok >/www/health
httpd -h /www -p 80
nc -ll -p 7 -e cat &
# The kernel turns Ctrl-Alt-Del into this signal.
trap 'sync; reboot -f' INT
while :; do sleep 3600 & wait $!; done
GUEST

# The console fills what it erases with the background colour that is set, so
# "set background, erase" paints the whole screen.
cat >"$root/bin/screen" <<'GUEST'
#!/bin/sh
paint() {
  case $1 in
    magenta) colour=45 ;;
    green) colour=42 ;;
  esac
  echo "$1" >/www/marker.new && mv /www/marker.new /www/marker
  printf '\033[?25l\033[0;1;37;%sm\033[2J\033[H' "$colour"
  printf '\033[2;4Htiny guest   %s\033[4;4Hkeys: g green   m magenta   s shell' "$(uname -r)"
}
stty raw -echo
paint magenta
( # the address is written once it is known
  until [ -s /run/ip ]; do sleep 1; done
  printf '\0337\033[6;4Haddress %s\0338' "$(cat /run/ip)" ) &
while key=$(dd bs=1 count=1 2>/dev/null) && [ -n "$key" ]; do
  case $key in
    g) paint green ;;
    m) paint magenta ;;
    s) stty sane; printf '\033[?25h\033[0m\033[2J\033[H'; /bin/sh; stty raw -echo; paint magenta ;;
  esac
  printf '\033[6;4Haddress %s' "$(cat /run/ip 2>/dev/null)"
  case $key in [[:print:]]) printf '\033[8;4Hlast key %s' "$key" ;; esac
done
GUEST

cat >"$root/etc/udhcpc.sh" <<'GUEST'
#!/bin/sh
case $1 in
  bound | renew)
    ip addr flush dev $interface
    ip addr add $ip/$mask dev $interface
    [ -n "$router" ] && ip route replace default via ${router%% *}
    echo $ip >/run/ip
    for server in $dns; do echo nameserver $server; done >/etc/resolv.conf
    ;;
esac
GUEST
cat >"$root/www/cgi-bin/who" <<'GUEST'
#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\nclient %s\nguest %s\nuptime %s\n' \
  "$REMOTE_ADDR" "$(cat /run/ip)" "$(cut -d' ' -f1 /proc/uptime)"
GUEST
# Another with each boot, the same as long as the memory lives.
cat >"$root/www/cgi-bin/boot" <<'GUEST'
#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\n%s' "$(cat /proc/sys/kernel/random/boot_id)"
GUEST
printf '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n"\nhostname\n' >"$root/www/cgi-bin/name"
printf '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n"\nls /sys/block\n' >"$root/www/cgi-bin/disks"
# What stays on a disk when the guest is off.
cat >"$root/www/cgi-bin/note" <<'GUEST'
#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\n'
line=${QUERY_STRING%%=*}
[ "$line" = "$QUERY_STRING" ] ||
  printf '%-512s' "${QUERY_STRING#*=}" | dd of=/dev/vdb bs=512 seek="$line" conv=notrunc,fsync 2>/dev/null
dd if=/dev/vdb bs=512 skip="$line" count=1 2>/dev/null | tr -d '\0 '
GUEST
echo '<!doctype html><title>tiny</title><h1>tiny guest</h1>' >"$root/www/index.html"
printf '#!/bin/sh\nsync\npoweroff -f\n' >"$root/etc/acpi/PWRF/00000080"
chmod +x "$root"/{init,bin/screen,etc/udhcpc.sh,www/cgi-bin/who,www/cgi-bin/{boot,name,disks,note},etc/acpi/PWRF/00000080}
[[ -z $overlay ]] || cp -a "$overlay"/. "$root"/

mkdir -p boot/grub
cp "packages/boot/vmlinuz-$version" boot/vmlinuz
(cd "$root" && find . | sort | cpio --quiet -o -H newc -R 0:0) | zstd -q -19 -o boot/initrd
cat >boot/grub/grub.cfg <<GRUB
linux /vmlinuz console=ttyS0 console=tty0 quiet loglevel=3 mitigations=off no_timer_check tsc=reliable random.trust_cpu=on panic=5 consoleblank=0 $words
initrd /initrd
boot
GRUB

# One partition from sector 2048. GRUB without grub-install: boot.img is the
# code of the boot sector and reads core.img from the sector behind it.
size=$((32 * 1024 * 1024)) offset=$((1024 * 1024))
truncate -s "$size" disk.raw
echo '2048,,83,*' | sfdisk -q disk.raw
mke2fs -q -t ext2 -b 4096 -m 0 -E "offset=$offset,root_owner=0:0" -d boot disk.raw $(((size - offset) / 4096)) 2>mke2fs.log ||
  { cat mke2fs.log >&2; exit 1; }
grub-mkimage -O i386-pc -p '(hd0,msdos1)/grub' -o core.img biosdisk part_msdos ext2 normal configfile linux
(($(stat -c %s core.img) < offset - 512)) || { echo 'build-tiny.sh: core.img does not fit before the partition' >&2; exit 1; }
dd if="$grub/boot.img" of=disk.raw bs=440 count=1 conv=notrunc status=none
dd if=core.img of=disk.raw bs=512 seek=1 conv=notrunc status=none
mkdir -p "$(dirname "$out")"
# Beside its place first: a build that is broken off leaves no half image there.
qemu-img convert -O qcow2 disk.raw "$out.part"
mv "$out.part" "$out"
echo "$out: kernel $version, $(stat -c %s "$out") bytes"
