#!/usr/bin/env bash
# Says which program is missing and how to get it, and stops; silent when all is there.
# With the argument `chromium`, the browser of the tests is among them.
set -euo pipefail

missing=0
need() { # program, what it is for, the command that installs it
  command -v "$1" >/dev/null 2>&1 && return
  echo "missing: $1 ($2). To install it:" >&2
  echo "    $3" >&2
  missing=1
}

rustup="curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y"
node="curl -fsSL https://deb.nodesource.com/setup_22.x | sudo bash - && sudo apt-get install -y nodejs"

need rustup "Rust toolchains" "$rustup"
need cargo "Rust" "$rustup"
need node "Node 20 or later" "$node"
need npm "comes with Node" "$node"
need cc "a C compiler, for linking and for SQLite" "sudo apt-get install -y build-essential"
if [[ "${1:-}" == chromium ]]; then
  [[ -n "${CHROMIUM:-}" ]] || need chromium "the browser of the tests; or CHROMIUM=/path/to/chrome" "sudo apt-get install -y chromium"
  need python3 "AgentOS, which the tests talk to" "sudo apt-get install -y python3 python3-venv"
  if command -v python3 >/dev/null && ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    need python3-venv "AgentOS, which the tests talk to" "sudo apt-get install -y python3-venv"
  fi
  [[ -n "${CHROMEDRIVER:-}" ]] || need chromedriver "of the same version; or CHROMEDRIVER=/path/to/it" "sudo apt-get install -y chromium-driver"
fi
((missing == 0)) || exit 1

if ! node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major * 100 + +minor < 2011 ? 1 : 0)'; then
  echo "node is $(node --version); 20.11 or later is needed. To install it:" >&2
  echo "    $node" >&2
  exit 1
fi

for tool in rustfmt:rustfmt cargo-clippy:clippy; do
  "${tool%%:*}" --version >/dev/null 2>&1 || rustup component add "${tool##*:}"
done
