#!/usr/bin/env bash
# Install what is missing, build everything, run all tests or the named suites.
#
#   ./build-scripts/test.sh [--quick] [SUITE..]
#   ./build-scripts/test.sh --long --minutes N [--seed-from S] [SUITE..]     seeds go on for that long: long-run.mjs
#
# The last line is "N passed, N failed"; exit 1 when any failed. build-scripts/run-tests.mjs knows the suites.
set -euo pipefail
cd "$(dirname "$0")/.."

./build-scripts/install.sh test
exec node build-scripts/run-tests.mjs "$@"
