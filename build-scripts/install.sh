#!/usr/bin/env bash
# Install what the build needs and the machine lacks: system packages, npm packages, pinned sources.
#
#   ./build-scripts/install.sh [build|test|peers]
#
# build (default): what start.sh needs. test: also compilers with sanitizers, browsers, test libraries.
# peers: only the npm packages of bench/peers, which nothing but the benchmarks of sync needs.
# Does nothing, and asks no server, when all is there. start.sh and test.sh call it.
set -euo pipefail
cd "$(dirname "$0")/.."

packages_of() {
    local build="gcc libc6-dev cmake ninja-build pkg-config dpkg-dev patch bzip2 xz-utils ca-certificates
        emscripten node-acorn libsodium-dev libmicrohttpd-dev libsqlite3-dev
        libcurl4-openssl-dev"
    local test="clang llvm libclang-rt-14-dev libcmocka-dev chromium firefox-esr fonts-liberation git"
    case "$1" in
    build) echo $build ;;
    test) echo $build $test ;;
    *) echo "install.sh: there is 'build' and 'test', not '$1'." >&2; exit 2 ;;
    esac
    # A Node from elsewhere stays: the distribution's is taken only where there is none.
    command -v node > /dev/null || echo nodejs
    command -v npm > /dev/null || echo npm
}

missing_of() {
    local package
    for package in "$@"; do
        dpkg-query -W -f='${db:Status-Status}\n' "$package" 2> /dev/null | grep -qx installed || echo "$package"
    done
}

install_packages() {
    if ! command -v dpkg-query > /dev/null; then
        echo "This is not a Debian system. Install what these packages hold, then try again:" "$@" >&2
        exit 1
    fi
    local missing as_root=()
    mapfile -t missing < <(missing_of "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo > /dev/null; then
            echo "Packages are missing. As root: apt-get install --no-install-recommends ${missing[*]}" >&2
            exit 1
        fi
        as_root=(sudo)
    fi
    echo "Installing system packages: ${missing[*]}"
    mkdir -p build
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q update > build/install.log 2>&1 ||
        ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install \
            "${missing[@]}" >> build/install.log 2>&1 < /dev/null; then
        tail -n 20 build/install.log >&2
        echo "The packages could not be installed. Check the network and try again (build/install.log)." >&2
        exit 1
    fi
}

check_node() {
    node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
             process.exit(major > 18 || (major === 18 && minor >= 18) ? 0 : 1)' && return 0
    echo "Node.js $(node --version) is too old: 18.18 or newer is needed. Debian 12 has it: apt-get install nodejs npm." >&2
    echo "For other systems see https://nodejs.org/en/download." >&2
    exit 1
}

# $1: the folder of package.json
install_npm() {
    local stamp=$1/node_modules/.fieldkit-lock wanted
    wanted=$(sha256sum < "$1/package-lock.json")
    [ "$(cat "$stamp" 2> /dev/null)" != "$wanted" ] || return 0
    echo "Installing npm packages"
    (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
    echo "$wanted" > "$stamp"
}

if [ "${1:-}" = peers ]; then
    install_npm bench/peers
    exit
fi
packages=$(packages_of "${1:-build}")
# shellcheck disable=SC2086
install_packages $packages
check_node
install_npm .
./build-scripts/deps.sh
