#!/bin/sh
# Plays VBoxManage as FakeVBoxManage.cs says: started by a link in the folder of a test.
here=$(dirname "$0")
echo $$ >> "$here/runs"
# shellcheck disable=SC2034 # for the test's part
run=$(wc -l < "$here/runs")
# shellcheck source=/dev/null
. "$here/script"
