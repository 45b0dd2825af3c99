#!/usr/bin/env bash
# The real parts that tests talk to and pip cannot give: PostgreSQL and Chromium.
# As root they are installed in one go; otherwise the line to run is printed and the tests do not start.
set -euo pipefail

missing=()
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
command -v chromium >/dev/null || missing+=(chromium)
[ ${#missing[@]} -eq 0 ] && exit 0

install="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
if [ "$(id -u)" -ne 0 ]; then
    printf 'Tests need %s. Install with:\n    sudo sh -c "%s"\n' "${missing[*]}" "$install" >&2
    exit 1
fi
if ! command -v apt-get >/dev/null; then
    printf 'Tests need %s and this system has no apt-get: install them with its own package manager.\n' "${missing[*]}" >&2
    exit 1
fi
echo "Installing ${missing[*]} ..."
log=$(mktemp)
if ! DEBIAN_FRONTEND=noninteractive sh -c "$install" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    exit 1
fi
