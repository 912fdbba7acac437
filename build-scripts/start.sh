#!/usr/bin/env bash
# Install what is missing, build, and serve app and hub on this machine.
#
#   ./build-scripts/start.sh [--demo] [--port N] [--no-run | --no-build]
#
# The first start makes an agency and shows the first administrator's code, once. Its data are kept outside the build:
# in $FIELDKIT_DATA, else ~/.local/share/fieldkit. --demo: an agency of its own with made-up people and cases, and a
# made-up colleague's machine in this terminal that lets you in; its data stand beside, with -demo behind the name.
# A second run with nothing changed builds nothing. --no-run stops after the build, --no-build serves what is there.
set -euo pipefail
cd "$(dirname "$0")/.."

port=8080
runs=yes
builds=yes
is_demo=no
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
    --no-build) builds=no; shift ;;
    --demo) is_demo=yes; shift ;;
    *) echo "Usage: ./build-scripts/start.sh [--demo] [--port N] [--no-run | --no-build]" >&2; exit 2 ;;
    esac
done

# What goes in, by name, size and time of change: the stamp of the last complete build.
hub=build/release/bin/fieldkit-hub
fieldkit=build/release/core/host/posix/fieldkit
stamp=build/.start-stamp
inputs() {
    find CMakeLists.txt CMakePresets.json package-lock.json build-scripts cmake core hub sw web \
        build/deps/.complete -type f -printf '%p %s %T@\n' | LC_ALL=C sort | sha256sum
}
build() {
    ./build-scripts/install.sh build
    local before
    before=$(inputs)
    if [ "$(cat "$stamp" 2> /dev/null)" != "$before" ] || [ ! -x "$hub" ] || [ ! -x "$fieldkit" ] || [ ! -f build/web/sw.js ]; then
        rm -f "$stamp"
        ./build-scripts/build.sh release wasm web
        echo "$before" > "$stamp"
    fi
}
[ "$builds" = no ] || build
[ "$runs" = yes ] || exit 0

origin=http://localhost:$port
is_up() {
    (exec 3<> "/dev/tcp/127.0.0.1/$port" && printf 'GET /healthz HTTP/1.0\r\n\r\n' >&3 && grep -qx ok <&3) 2> /dev/null
}
if is_up; then
    echo "Fieldkit already answers on $origin, with the files it read when it started."
    echo "To serve this build, stop it and start again, or choose another port: --port N."
    exit 0
fi

# --- the agency, made once ----------------------------------------------------------------------------

umask 077
data=${FIELDKIT_DATA:-${HOME:?start.sh: HOME or FIELDKIT_DATA must say where data are kept}/.local/share/fieldkit}
[ "$is_demo" = no ] || data=$data-demo
store=sqlite:$data/hub.sqlite

mkdir -p "$data"

# A demo that was not made to its end is made anew: nothing in it is anybody's.
if [ "$is_demo" = yes ] && [ ! -e "$data/complete" ]; then
    rm -rf -- "$data"/{agency,office,office-passphrase,hub.sqlite{,-wal,-shm}}
fi

# Never a second agency in a store that has one, also when the directory of the sheets is gone by then.
code=
if [ ! -e "$data/agency/founding.bin" ] && [ ! -e "$data/hub.sqlite" ]; then
    rm -f -- "$data"/agency/root-share-[123].txt # of a start that was cut; nobody has a code for them
    name=$([ "$is_demo" = yes ] && echo 'Demo agency (made up)' || echo 'Trial agency')
    code=$("$fieldkit" agency create --out "$data/agency" --name "$name" | sed -n 's/^    \([0-9A-Z-]*\)$/\1/p')
fi

print_code() {
    [ -n "$code" ] || return 0
    echo "The code of the first administrator, shown once, for 14 days:"
    echo
    echo "    $code"
    echo
    echo "In the app, open Team, choose Join your team and type it. Whoever uses it first is the administrator."
    echo "Three sheets that restore the agency's root key are in $data/agency: print them and"
    echo "delete the files, as each of them says."
    echo
}

# Every time: a start that was cut between the agency and the hub goes on here, and the hub takes the same entry twice.
[ ! -e "$data/agency/founding.bin" ] || "$hub" found --store "$store" "$data/agency/founding.bin" > /dev/null || { print_code; exit 1; }

# --- serving --------------------------------------------------------------------------------------------

announce() {
    trap '' INT
    local line is_said=no
    while IFS= read -r line; do
        case "$line" in
        "listening on "*)
            echo
            echo "Fieldkit is ready: $origin"
            echo
            echo "Open this address in Chromium, Chrome, Edge or Firefox on this machine, in a normal window (not a"
            echo "private one), and make a vault. After the first visit the app works without this server."
            echo "This copy is for trial with made-up people only. Stop with Ctrl+C."
            echo
            [ "$is_demo" = yes ] || print_code
            is_said=yes
            ;;
        esac
    done
    # The hub did not start. The code is made already and will not be shown again.
    [ "$is_demo" = yes ] || [ "$is_said" = yes ] || print_code
}
serve=("$hub" --app build/web --store "$store" --listen "127.0.0.1:$port")
if [ "$is_demo" = no ]; then
    # The hub takes this shell's place, so that a signal to it is a signal to the hub.
    exec "${serve[@]}" > >(announce)
fi

# --- the demo: a made-up colleague's machine in this terminal ---------------------------------------------

office=(--vault "$data/office" --passphrase-file "$data/office-passphrase")

"${serve[@]}" > >(announce) &
hub_pid=$!
client_pid=
# shellcheck disable=SC2317 # called by the trap
end() {
    kill ${client_pid:+"$client_pid"} "$hub_pid" 2> /dev/null || true
    wait
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
until is_up; do
    kill -0 "$hub_pid" 2> /dev/null || exit 1
    sleep 0.1
done

# The office is the first administrator: it uses the code up and brings the cases in.
if [ -n "$code" ]; then
    echo "Making the demo: a made-up team, a colleague and three cases"
    shuf -n 5 build/deps/wordlist_en_eff.txt | cut -f 2 | paste -sd ' ' > "$data/office-passphrase"
    "$fieldkit" call "${office[@]}" vault.create < /dev/null > /dev/null
    node build-scripts/demo.mjs "$fieldkit" "$data/office" "$data/office-passphrase"
    echo "$code" | "$fieldkit" enrol "${office[@]}" --hub "$origin" --code-file - --name "Robin Office (made up)" \
        --team "Demo team (made up)" --device-label "Office computer (made up)" --wait 60 > /dev/null
    touch "$data/complete"
fi

# Waits for a command that may take long; a signal ends the wait at once.
in_between() {
    "$@" <&0 &
    client_pid=$!
    local code=0
    wait "$client_pid" || code=$?
    client_pid=
    return "$code"
}

invite() {
    echo
    echo "This terminal is the machine of your made-up colleague. In the app, open Team, choose Join your team and"
    echo "type the code. Eight words then appear here and there; say yes on both."
    in_between "$fieldkit" invite "${office[@]}" --name "Visitor $(date +%H:%M) (made up)" --administrator "$@" ||
        echo "This invitation came to nothing."
    echo
}

# Nobody sits at a terminal that is none, so nobody can compare words there.
if [ ! -t 0 ]; then
    invite --words-confirmed
else
    invite
    echo "Press Enter for another code. Until then the colleague's machine syncs now and then, as an office computer does."
fi
while kill -0 "$hub_pid" 2> /dev/null; do
    if [ -t 0 ] && read -r -t 15; then
        invite
    else
        [ -t 0 ] || in_between sleep 15
        in_between "$fieldkit" sync "${office[@]}" > /dev/null 2>&1 || true
    fi
done
