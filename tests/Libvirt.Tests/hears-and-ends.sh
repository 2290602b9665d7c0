#!/bin/sh
# A way to a host on which nobody is: takes the first message of libvirt's client (28 bytes) and ends.
exec head -c 28 > /dev/null
