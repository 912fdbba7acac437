#!/usr/bin/env bash
# Install what is missing, build, and serve the app on this machine.
#
#   ./build-scripts/start.sh [--port N] [--no-run]
#
# A second run with nothing changed builds nothing. --no-run stops after the build.
set -euo pipefail
cd "$(dirname "$0")/.."

port=8080
runs=yes
while [ $# -gt 0 ]; do
    case "$1" in
    --port)
        port=${2:-}
        if ! [[ $port =~ ^[1-9][0-9]{0,4}$ ]] || [ "$port" -gt 65535 ]; then
            echo "start.sh: --port wants a number from 1 to 65535." >&2
            exit 2
        fi
        shift 2
        ;;
    --no-run) runs=no; shift ;;
    *) echo "Usage: ./build-scripts/start.sh [--port N] [--no-run]" >&2; exit 2 ;;
    esac
done

./build-scripts/install.sh build

# What goes in, by name, size and time of change: the stamp of the last complete build.
hub=build/release/bin/fieldkit-hub
stamp=build/.start-stamp
inputs() {
    find CMakeLists.txt CMakePresets.json package-lock.json build-scripts cmake core hub sw web \
        build/deps/.complete -type f -printf '%p %s %T@\n' | LC_ALL=C sort | sha256sum
}
before=$(inputs)
if [ "$(cat "$stamp" 2> /dev/null)" != "$before" ] || [ ! -x "$hub" ] || [ ! -f build/web/sw.js ]; then
    rm -f "$stamp"
    ./build-scripts/build.sh release wasm web
    echo "$before" > "$stamp"
fi
[ "$runs" = yes ] || exit 0

if (exec 3<> "/dev/tcp/127.0.0.1/$port" && printf 'GET /healthz HTTP/1.0\r\n\r\n' >&3 && grep -qx ok <&3) 2> /dev/null; then
    echo "Fieldkit already answers on http://localhost:$port, with the files it read when it started."
    echo "To serve this build, stop it and start again, or choose another port: --port N."
    exit 0
fi

# The hub takes this shell's place, so that a signal to it is a signal to the hub.
announce() {
    trap '' INT
    local line
    while IFS= read -r line; do
        case "$line" in
        "listening on "*)
            echo
            echo "Fieldkit is ready: http://localhost:$port"
            echo
            echo "Open this address in Chromium, Chrome, Edge or Firefox on this machine, in a normal window (not a"
            echo "private one), and make a vault. After the first visit the app works without this server."
            echo "This copy is for trial with made-up people only. Stop with Ctrl+C."
            ;;
        esac
    done
}
exec "$hub" --app build/web --listen "127.0.0.1:$port" > >(announce)
