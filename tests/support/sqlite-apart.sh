#!/usr/bin/env bash
# Debian's SQLite under other names, so that one program can hold a hub and, beside it, a vault with its own SQLite.
#
#   tests/support/sqlite-apart.sh libsqlite3.a OUT.a OUT.h
#
# Every symbol sqlite3_x becomes hub_sqlite3_x: in the copy of the archive, and by OUT.h in whatever is compiled with it.
set -euo pipefail
archive=$1 copy=$2 header=$3

names=$(nm -g --defined-only "$archive" 2> /dev/null | awk 'NF == 3 && $3 ~ /^sqlite3/ { print $3 }' | sort -u)
[ "$(wc -l <<< "$names")" -gt 200 ] || { echo "sqlite-apart.sh: $archive is no SQLite" >&2; exit 1; }
awk '{ print $1, "hub_" $1 }' <<< "$names" > "$copy.names"
objcopy --redefine-syms="$copy.names" "$archive" "$copy"
awk '{ print "#define " $1 " hub_" $1 }' <<< "$names" > "$header"
