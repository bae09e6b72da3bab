# shellcheck shell=bash
# What the other scripts share. Sourced by bash, from the repository's root.

cache="${XDG_CACHE_HOME:-$HOME/.cache}/callwright"

say() { printf '\n== %s\n' "$*"; }
die() { printf 'error: %s\n' "$1" >&2; [ -z "${2:-}" ] || printf 'hint: %s\n' "$2" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
is_root() { [ "$(id -u)" = 0 ]; }

# In CI every run is a fresh clone; what was built stays outside it, and is built whole.
if [ "${CI:-}" = true ]; then
  export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$cache/target}" CARGO_INCREMENTAL=0
fi

need_rust() {
  have cargo || die "Rust is not installed" "install Rust 1.95 or later with rustup (https://rustup.rs), then run this again"
  have cc || die "a C compiler is missing: SQLite is built from source" "Debian: apt-get install build-essential"
}

# install PACKAGE COMMAND...: the Debian packages, when we may; says what to do otherwise.
install_debian() {
  if is_root && have apt-get; then
    say "installing $* (Debian)"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  else
    die "this needs $*" "Debian: sudo apt-get install $*"
  fi
}

# The folder of the newest PostgreSQL server on this machine; nothing when there is none.
postgres_binaries() {
  local newest
  newest=$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
  if [ -n "$newest" ]; then
    dirname "$newest"
  elif have initdb && have postgres; then
    dirname "$(command -v initdb)"
  fi
}

need_postgres() {
  [ -z "$(postgres_binaries)" ] || return 0
  # Debian's package would make a cluster and start it; the tests only want the programs.
  local quiet=/etc/postgresql-common/createcluster.d/callwright-tests.conf
  if is_root && have apt-get && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    mkdir -p "$(dirname "$quiet")"
    echo 'create_main_cluster = false' >"$quiet"
  fi
  install_debian postgresql
  rm -f "$quiet"
  [ -n "$(postgres_binaries)" ] || die "PostgreSQL was installed, but its server is not to be found"
}

# Starts PostgreSQL on a free port and names it in CALLWRIGHT_TEST_POSTGRES. It ends with this script.
start_postgres() {
  local binaries port script answer as=()
  binaries=$(postgres_binaries)
  port=$(free_port)
  ! is_root || as=(runuser -u postgres --)
  script=$(cat scripts/postgres.sh)
  coproc POSTGRES { cd / && exec "${as[@]}" sh -c "$script" sh "$binaries" "$port"; }
  read -r answer <&"${POSTGRES[0]}" || answer=nothing
  [ "$answer" = started ] || die "PostgreSQL could not be started"
  for _ in $(seq 300); do
    if "$binaries/pg_isready" -q -h 127.0.0.1 -p "$port"; then
      export CALLWRIGHT_TEST_POSTGRES="postgres://callwright@127.0.0.1:$port/postgres"
      return
    fi
    sleep 0.1
  done
  die "PostgreSQL did not answer within 30 s"
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

need_python() {
  have python3 || install_debian python3
}

# A virtual environment with the pinned packages, made once for each state of the list.
need_schemathesis() {
  local venv
  venv="$cache/venv-$(sha256sum scripts/requirements.txt | cut -c 1-12)"
  if [ ! -e "$venv/ready" ]; then
    say "installing schemathesis (PyPI)"
    rm -rf "$venv"
    if ! python3 -m venv "$venv" 2>/dev/null; then
      rm -rf "$venv"
      install_debian python3-venv
      python3 -m venv "$venv"
    fi
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement scripts/requirements.txt
    touch "$venv/ready"
  fi
  export CALLWRIGHT_TEST_SCHEMATHESIS="$venv/bin/schemathesis"
}

# The vendor emulators, from npm. They want Node 22.15 or later; an older one fetches a newer one beside them.
need_emulate() {
  if ! have npm || ! have node; then
    [ "${CI:-}" != true ] || die "npm is missing" "install Node.js 20 or later"
    say "npm is not installed: the tests against the vendor emulators are left out"
    return
  fi
  local dir
  dir="$cache/emulate-$(cat scripts/emulate/package*.json | sha256sum | cut -c 1-12)"
  if [ ! -e "$dir/ready" ]; then
    say "installing emulate (npm)"
    rm -rf "$dir"
    mkdir -p "$dir"
    cp scripts/emulate/package*.json "$dir"
    npm ci --prefix "$dir" --no-audit --no-fund --loglevel=error >/dev/null
    if ! is_node_new_enough; then
      npm install --prefix "$dir" --no-save --no-audit --no-fund --loglevel=error node@24.21.0 >/dev/null
    fi
    touch "$dir/ready"
  fi
  CALLWRIGHT_TEST_NODE=$(command -v node)
  [ ! -x "$dir/node_modules/node/bin/node" ] || CALLWRIGHT_TEST_NODE="$dir/node_modules/node/bin/node"
  export CALLWRIGHT_TEST_NODE CALLWRIGHT_TEST_EMULATE="$dir/node_modules/emulate/dist/index.js"
}

# The official clients of the conversation socket: the Python one in an environment of its own, the JavaScript one with
# the Node that it wants, which comes from npm as well.
need_elevenlabs() {
  local venv dir
  venv="$cache/elevenlabs-python-$(sha256sum scripts/elevenlabs/requirements.txt | cut -c 1-12)"
  if [ ! -e "$venv/ready" ]; then
    say "installing the Python client of the conversation socket (PyPI)"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement scripts/elevenlabs/requirements.txt
    touch "$venv/ready"
  fi
  export CALLWRIGHT_TEST_ELEVENLABS_PYTHON="$venv/bin/python"
  if ! have npm; then
    [ "${CI:-}" != true ] || die "npm is missing" "install Node.js 20 or later"
    say "npm is not installed: the tests with the JavaScript client are left out"
    return
  fi
  dir="$cache/elevenlabs-js-$(cat scripts/elevenlabs/package*.json | sha256sum | cut -c 1-12)"
  if [ ! -e "$dir/ready" ]; then
    say "installing the JavaScript client of the conversation socket (npm)"
    rm -rf "$dir"
    mkdir -p "$dir"
    cp scripts/elevenlabs/package*.json "$dir"
    npm ci --prefix "$dir" --no-audit --no-fund --loglevel=error >/dev/null
    touch "$dir/ready"
  fi
  export CALLWRIGHT_TEST_ELEVENLABS_JS="$dir"
}

# What voice and automation platforms publish of their own forms: Vapi's and Retell's SDKs with a TypeScript compiler, and
# the descriptions of n8n's nodes, without the hundreds of packages that the nodes themselves need.
need_automation() {
  if ! have npm; then
    [ "${CI:-}" != true ] || die "npm is missing" "install Node.js 20 or later"
    say "npm is not installed: the tests with the platforms' own SDKs are left out"
    return
  fi
  local dir n8n sum
  dir="$cache/automation-$(cat scripts/automation/package*.json scripts/automation/n8n.txt | sha256sum | cut -c 1-12)"
  if [ ! -e "$dir/ready" ]; then
    say "installing what voice and automation platforms publish (npm)"
    rm -rf "$dir"
    mkdir -p "$dir"
    cp scripts/automation/package*.json "$dir"
    npm ci --prefix "$dir" --no-audit --no-fund --loglevel=error >/dev/null
    read -r n8n sum <scripts/automation/n8n.txt
    (cd "$dir" && npm pack --loglevel=error "$n8n" >/dev/null)
    (cd "$dir" && printf '%s  %s\n' "$sum" n8n-nodes-base-*.tgz | sha512sum --check --quiet) || die "$n8n is not what it was"
    tar -xzf "$dir"/n8n-nodes-base-*.tgz -C "$dir" package/dist/types/nodes.json
    rm "$dir"/n8n-nodes-base-*.tgz
    touch "$dir/ready"
  fi
  export CALLWRIGHT_TEST_AUTOMATION="$dir"
}

# What the SDKs are tried with: voice and chat runtimes in one environment, the package's own needs in one for each Python
# from 3.10 to 3.13 that is here, TypeScript's compiler, and Chromium. Node is that of `need_elevenlabs`.
need_sdks() {
  local venv dir version python pythons=()
  venv="$cache/sdk-python-$(sha256sum scripts/sdks/requirements.txt | cut -c 1-12)"
  if [ ! -e "$venv/ready" ]; then
    python=$(python_of_version 3.11 || python_of_version 3.12 || python_of_version 3.13) ||
      die "Python 3.11 or later is missing" "Debian 12 and later: apt-get install python3"
    say "installing the runtimes that the SDKs are tried with (PyPI)"
    rm -rf "$venv"
    "$python" -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement scripts/sdks/requirements.txt
    touch "$venv/ready"
  fi
  export CALLWRIGHT_TEST_SDK_PYTHON="$venv/bin/python"
  for version in 3.10 3.11 3.12 3.13; do
    python=$(python_of_version "$version") || { say "Python $version is not here: the SDK is not tried with it"; continue; }
    venv="$cache/sdk-python-$version-$(sha256sum scripts/sdks/core.txt | cut -c 1-12)"
    if [ ! -e "$venv/ready" ]; then
      rm -rf "$venv"
      "$python" -m venv "$venv"
      "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement scripts/sdks/core.txt
      touch "$venv/ready"
    fi
    pythons+=("$venv/bin/python")
  done
  CALLWRIGHT_TEST_SDK_PYTHONS=$(IFS=:; echo "${pythons[*]}")
  export CALLWRIGHT_TEST_SDK_PYTHONS
  if have npm; then
    dir="$cache/sdk-js-$(cat sdks/typescript/package*.json | sha256sum | cut -c 1-12)"
    if [ ! -e "$dir/ready" ]; then
      say "installing the TypeScript compiler (npm)"
      rm -rf "$dir"
      mkdir -p "$dir"
      cp sdks/typescript/package*.json "$dir"
      npm ci --prefix "$dir" --no-audit --no-fund --loglevel=error >/dev/null
      touch "$dir/ready"
    fi
    export CALLWRIGHT_TEST_SDK_JS="$dir"
  fi
  need_chromium
}

need_chromium() {
  local name
  for name in chromium-headless-shell chromium chromium-browser google-chrome; do
    ! have "$name" || break
  done
  if ! have "$name"; then
    if ! is_root || ! have apt-get; then
      [ "${CI:-}" != true ] || die "Chromium is missing" "Debian: apt-get install chromium-headless-shell"
      say "Chromium is not installed: the test of the TypeScript SDK in a page is left out"
      return
    fi
    name=chromium-headless-shell
    install_debian "$name"
  fi
  CALLWRIGHT_TEST_CHROMIUM=$(command -v "$name")
  export CALLWRIGHT_TEST_CHROMIUM
}

# The interpreter of a version of Python, such as 3.12: on the path, or where pyenv keeps it.
python_of_version() {
  local each
  for each in "python$1" python3 "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python3; do
    have "$each" || continue
    if "$each" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$1')" 2>/dev/null; then
      command -v "$each"
      return
    fi
  done
  return 1
}

# What the MCP client is tested against: a Python server library, the reference server and the conformance suites, with the
# Node that they want.
need_mcp_client() {
  local venv dir
  venv="$cache/mcp-python-$(sha256sum scripts/mcp-client/requirements.txt | cut -c 1-12)"
  if [ ! -e "$venv/ready" ]; then
    say "installing the Python MCP server library (PyPI)"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement scripts/mcp-client/requirements.txt
    touch "$venv/ready"
  fi
  export CALLWRIGHT_TEST_MCP_PYTHON="$venv/bin/python"
  if ! have npm; then
    [ "${CI:-}" != true ] || die "npm is missing" "install Node.js 20 or later"
    say "npm is not installed: the tests with the reference MCP server are left out"
    return
  fi
  dir="$cache/mcp-js-$(cat scripts/mcp-client/package*.json | sha256sum | cut -c 1-12)"
  if [ ! -e "$dir/ready" ]; then
    say "installing the reference MCP server and the conformance suites (npm)"
    rm -rf "$dir"
    mkdir -p "$dir"
    cp scripts/mcp-client/package*.json "$dir"
    npm ci --prefix "$dir" --no-audit --no-fund --loglevel=error >/dev/null
    touch "$dir/ready"
  fi
  export CALLWRIGHT_TEST_MCP_JS="$dir"
}

# The clients of the Model Context Protocol that use our server, and its conformance suite: Python's in an environment of
# their own, JavaScript's with the Node that they want.
need_mcp() {
  local venv dir
  venv="$cache/mcp-clients-python-$(sha256sum scripts/mcp/requirements.txt | cut -c 1-12)"
  if [ ! -e "$venv/ready" ]; then
    say "installing the Python clients of the Model Context Protocol (PyPI, 800 MB once)"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement scripts/mcp/requirements.txt
    touch "$venv/ready"
  fi
  export CALLWRIGHT_TEST_MCP_CLIENTS="$venv/bin/python"
  if ! have npm; then
    [ "${CI:-}" != true ] || die "npm is missing" "install Node.js 20 or later"
    say "npm is not installed: the conformance suite of the Model Context Protocol is left out"
    return
  fi
  dir="$cache/mcp-node-$(cat scripts/mcp/package.json scripts/mcp/package-lock.json | sha256sum | cut -c 1-12)"
  if [ ! -e "$dir/ready" ]; then
    say "installing the conformance suite of the Model Context Protocol (npm)"
    rm -rf "$dir"
    mkdir -p "$dir"
    cp scripts/mcp/package.json scripts/mcp/package-lock.json "$dir"
    npm ci --prefix "$dir" --no-audit --no-fund --loglevel=error >/dev/null
    touch "$dir/ready"
  fi
  export CALLWRIGHT_TEST_MCP_NODE="$dir"
}

is_node_new_enough() {
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 15) ? 0 : 1)'
}
