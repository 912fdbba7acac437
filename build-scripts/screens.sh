#!/usr/bin/env bash
# Every screen as PNG at 360, 768 and 1280 px into build/screens/, from the real app in Chromium with invented records; screens
# that need another device or a fault from their example states (docs/screenshot-sync.png is sync-items-768.png).
set -euo pipefail
cd "$(dirname "$0")/.."

./build-scripts/install.sh test
./build-scripts/build.sh release wasm web
rm -rf build/screens
FK_E2E_PICTURES_ONLY=1 node --test tests/e2e/routes.test.mjs tests/e2e/gates.test.mjs tests/e2e/team-screens.test.mjs > build/logs/screens.log 2>&1 || {
    tail -n 40 build/logs/screens.log >&2
    exit 1
}
echo "$(find build/screens -name '*.png' | wc -l) pictures in build/screens"
