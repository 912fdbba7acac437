#!/usr/bin/env bash
# Install what is missing, build, and measure: a table on standard output and build/bench/results.json.
#
#   ./build-scripts/bench.sh [--peers] [--browser chromium|firefox] [--runs N] [WORKLOAD..]
#
# bench/README.md says what is measured on what.
set -euo pipefail
cd "$(dirname "$0")/.."

./build-scripts/install.sh test
parts=(release wasm web)
case " $* " in *" --peers "*) parts+=(peers) ;; esac
./build-scripts/build.sh "${parts[@]}"
exec node bench/run.mjs "$@"
