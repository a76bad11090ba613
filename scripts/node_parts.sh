#!/usr/bin/env bash
# Installs what the tests run with Node, from the lock files, into node_modules beside them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
for folder in tests/server/oidc tests/accessibility; do
    [ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ] ||
        npm ci --prefix "$folder" --silent --no-fund --no-audit
done
