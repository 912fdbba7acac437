#!/usr/bin/env bash
# Build parts of the project, each with one line of report and a log in build/logs.
#
#   ./build-scripts/build.sh PART..      parts: release dev (native), wasm, web, peers (of bench)
#
# Incremental. Stops at the first part that fails, with the end of its log.
set -euo pipefail
cd "$(dirname "$0")/.."

command_of() {
    case "$1" in
    release | dev | wasm) cmake --preset "$1" && cmake --build --preset "$1" ;;
    web) node build-scripts/build-web.mjs ;;
    peers) ./build-scripts/install.sh peers ;;
    *) echo "There is no part '$1'."; return 2 ;;
    esac
}

describe() {
    case "$1" in
    release) echo "the native programs" ;;
    dev) echo "the tests, with sanitizers" ;;
    wasm) echo "the core for browsers (some minutes the first time)" ;;
    web) echo "the web app" ;;
    peers) echo "what sync is measured against" ;;
    *) echo "$1" ;;
    esac
}

mkdir -p build/logs
for part in "$@"; do
    echo "Building $(describe "$part")"
    SECONDS=0
    # A subshell of its own with -e: inside a condition bash would go on after an error.
    set +e
    (set -e; command_of "$part") > "build/logs/$part.log" 2>&1 < /dev/null
    status=$?
    set -e
    if [ "$status" -ne 0 ]; then
        tail -n 40 "build/logs/$part.log" >&2
        echo "Building '$part' failed after $SECONDS s. The whole log: build/logs/$part.log" >&2
        exit 1
    fi
    echo "  done in $SECONDS s"
done
