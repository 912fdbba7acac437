#!/usr/bin/env bash
# Fetch the pinned sources of build-scripts/deps.lock into build/deps, check each file's sha-256,
# unpack and patch. Does nothing when build/deps already holds what the lock names.
set -euo pipefail
cd "$(dirname "$0")/.."

deps=$PWD/build/deps
lock=$PWD/build-scripts/deps.lock
cipher_patch=$PWD/cmake/sqlite3mc_sodium/cipher.patch
stamp=$deps/.complete
lock_hash=$(cat "$lock" "$cipher_patch" "$0" | sha256sum | cut -d' ' -f1)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$lock_hash" ]; then
    exit 0
fi

rm -rf "$deps"
mkdir -p "$deps/download"
cd "$deps/download"

# Source packages from the suites the machine already installs from, without touching its own lists.
source_lists() {
    local target=$1 file
    mkdir -p "$target/parts" "$target/lists/partial"
    for file in /etc/apt/sources.list.d/*.sources; do
        [ -f "$file" ] && grep -qE '^Suites:.* bookworm' "$file" &&
            sed -E 's/^Types:.*/Types: deb-src/' "$file" > "$target/parts/$(basename "$file")"
    done
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2> /dev/null |
        grep -E '^deb .* bookworm(-updates|-security)? ' | sed -E 's/^deb /deb-src /' > "$target/parts/lines.list" || true
}
apt_with_sources() {
    apt-get -qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$deps/apt/parts" \
        -o Dir::State::Lists="$deps/apt/lists" "$@"
}
apt_source() {
    if [ ! -d "$deps/apt" ]; then
        source_lists "$deps/apt"
        apt_with_sources update
    fi
    apt_with_sources source --download-only "$1=$2"
}

fetch() {
    local kind=$1 name=$2 version=$3
    case "$kind" in
    npm) npm pack --silent "$name@$version" > /dev/null ;;
    src) apt_source "$name" "$version" ;;
    deb) apt-get -qq download "$name=$version" ;;
    *) echo "deps.lock: unknown kind '$kind'" >&2; exit 1 ;;
    esac
}

while read -r kind name version file sha256; do
    case "$kind" in '' | '#'*) continue ;; esac
    [ -f "$file" ] || fetch "$kind" "$name" "$version" 2> "$deps/fetch.log" || {
        cat "$deps/fetch.log" >&2
        echo "Could not download $file. Check the network and try again." >&2
        exit 1
    }
    echo "$sha256  $file" | sha256sum --check --quiet || {
        echo "$file is not the file that deps.lock pins. Nothing was built from it." >&2
        exit 1
    }
done < "$lock"

unpack() { mkdir -p "$deps/$2" && tar -C "$deps/$2" --strip-components="$3" -xf "$1"; }
apply_debian_patches() {
    ( cd "$deps/$1" && tar -xf "$2" && grep -v '^#' debian/patches/series 2> /dev/null |
        while read -r patch; do [ -z "$patch" ] || patch -s -p1 < "debian/patches/$patch"; done )
}

unpack better-sqlite3-multiple-ciphers-*.tgz sqlite3mc-package 1
mkdir -p "$deps/sqlite3mc"
cp "$deps"/sqlite3mc-package/deps/sqlite3/sqlite3.{c,h} "$deps/sqlite3mc/"
sed -i "s/\r$//" "$deps/sqlite3mc/sqlite3.c"
patch -s -F0 -p1 -d "$deps/sqlite3mc" < "$cipher_patch"
unpack libsodium_*.orig.tar.gz libsodium 1
apply_debian_patches libsodium "$PWD"/libsodium_*.debian.tar.xz
unpack cjson_*.orig.tar.gz cjson 1
apply_debian_patches cjson "$PWD"/cjson_*.debian.tar.xz
unpack zlib_*.orig.tar.bz2 zlib 1
apply_debian_patches zlib "$PWD"/zlib_*.debian.tar.xz
dpkg -x diceware_*.deb "$deps/diceware"
cp "$(find "$deps/diceware" -name wordlist_en_eff.txt)" "$deps/wordlist_en_eff.txt"
[ "$(wc -l < "$deps/wordlist_en_eff.txt")" -eq 7776 ]
rm -rf "$deps/sqlite3mc-package" "$deps/diceware" "$deps/apt"

echo "$lock_hash" > "$stamp"
