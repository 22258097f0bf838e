#!/usr/bin/env bash
# Names each missing program with the command that installs it, and fails; prints nothing if all are there.
# With the argument `chromium`, checks for what `make test` needs as well; with `python`, for what the Python package needs.
set -euo pipefail

missing=0
need() { # program, purpose, install command
  command -v "$1" >/dev/null 2>&1 && return
  echo "missing: $1 ($2). To install it:" >&2
  echo "    $3" >&2
  missing=1
}

rustup="curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y"
node="curl -fsSL https://deb.nodesource.com/setup_22.x | sudo bash - && sudo apt-get install -y nodejs"

need rustup "installs the Rust toolchain of rust-toolchain.toml" "$rustup"
need cargo "builds the Rust code" "$rustup"
need node "Node 20.11 or later" "$node"
need npm "comes with Node" "$node"
need cc "a C compiler, for linking and for SQLite" "sudo apt-get install -y build-essential"
if [[ "${1:-}" == chromium || "${1:-}" == python ]]; then
  need python3 "3.11 or later, for AgentOS, which the tests run" "sudo apt-get install -y python3 python3-venv"
  if command -v python3 >/dev/null && ! python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    need python3-venv "of Python 3.11 or later, for AgentOS, which the tests run" "sudo apt-get install -y python3-venv"
  fi
fi
if [[ "${1:-}" == chromium ]]; then
  [[ -n "${CHROMIUM:-}" ]] || need chromium "for the browser tests; or set CHROMIUM=/path/to/chrome" "sudo apt-get install -y chromium"
  [[ -n "${CHROMEDRIVER:-}" ]] || need chromedriver "the version that matches Chromium; or set CHROMEDRIVER=/path/to/chromedriver" "sudo apt-get install -y chromium-driver"
fi
((missing == 0)) || exit 1

if ! node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major * 100 + +minor < 2011 ? 1 : 0)'; then
  echo "node is $(node --version), but 20.11 or later is needed. To install it:" >&2
  echo "    $node" >&2
  exit 1
fi

for tool in rustfmt:rustfmt cargo-clippy:clippy; do
  "${tool%%:*}" --version >/dev/null 2>&1 || rustup component add "${tool##*:}"
done
