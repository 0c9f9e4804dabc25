#!/usr/bin/env bash
# Rebuilds both WASM grammars from nothing in a scratch folder, and either compares them with lock.json or installs them.
#
#   rebuild.sh --check [--keep DIR]   exit 0: as locked; 1: different; 3: the tools cannot be had here
#   rebuild.sh --write [--keep DIR]   installs the new files and rewrites lock.json
#
# --keep DIR leaves the generated C sources of `driverkit` in DIR, for native/build.sh.
# Runs on Debian 12 or later, as root unless clang-19, lld-19 and wasi-libc are already there. tree-sitter's CLI comes
# from Debian 13, unpacked into the scratch folder with its own libc: nothing of it is installed.
set -euo pipefail

readonly CLI_VERSION=0.22.6 ABI=14
readonly CPP=tree-sitter-cpp@0.23.4 C=tree-sitter-c@0.23.4 XML=@tree-sitter-grammars/tree-sitter-xml@0.7.0
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
mode= keep=

unavailable() { echo "rebuild.sh: cannot rebuild here: $1" >&2; exit 3; }
usage() { echo "usage: rebuild.sh --check|--write [--keep DIR]" >&2; exit 2; }

while (($#)); do
  case $1 in
    --check | --write) mode=${1#--} ;;
    --keep) [[ ${2:-} ]] || usage; mkdir -p -- "$2"; keep=$(cd -- "$2" && pwd); shift ;;
    *) usage ;;
  esac
  shift
done
[[ $mode ]] || usage

scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

# ---- Tools ----

for tool in node npm tar apt-get dpkg-deb dpkg-query sha256sum; do
  command -v "$tool" >/dev/null || unavailable "it needs $tool (Debian, Node and npm)"
done
[[ $(dpkg --print-architecture) == amd64 ]] || unavailable "the recipe is for amd64"

install_compiler() {
  local missing=() package
  for package in clang-19 lld-19 wasi-libc; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  [[ $(id -u) == 0 ]] || unavailable "${missing[*]} not installed, and not root"
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y --no-install-recommends "${missing[@]}" >"$scratch/apt.log" 2>&1 && return 0
  apt-get update >>"$scratch/apt.log" 2>&1 || true
  apt-get install -y --no-install-recommends "${missing[@]}" >>"$scratch/apt.log" 2>&1 ||
    unavailable "apt-get install ${missing[*]} failed"
}

# The Debian mirror that this machine itself uses.
debian_mirror() {
  (. /etc/os-release && [[ ${ID:-} == debian ]] &&
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Identifier: Packages' 2>/dev/null |
    awk -v suite="$VERSION_CODENAME" '$2 == suite && $3 == "main" { print $1; exit }')
}

fetch_cli() {
  local mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg signed= apt=$scratch/apt
  mirror=$(debian_mirror) || true
  [[ $mirror ]] || unavailable "no Debian mirror in this machine's apt sources"
  [[ -e $keyring ]] && signed="[signed-by=$keyring] "
  mkdir -p "$apt"/{parts,state/lists/partial,cache/archives/partial,download}
  : >"$apt/status"
  echo "deb $signed$mirror trixie main" >"$apt/parts/trixie.list"
  cat >"$apt/apt.conf" <<CONF
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$apt/parts";
Dir::State "$apt/state";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Sandbox::User "$(id -un)";
Acquire::Retries "3";
Acquire::Languages "none";
CONF
  (
    export APT_CONFIG=$apt/apt.conf
    apt-get update && cd "$apt/download" && apt-get download tree-sitter-cli libc6 libgcc-s1
  ) >"$apt/log" 2>&1 || unavailable "tree-sitter-cli could not be fetched from Debian 13"
  local package
  for package in "$apt"/download/*.deb; do dpkg-deb -x "$package" "$apt/root"; done
  tree_sitter --version | grep -qF " $CLI_VERSION" ||
    unavailable "Debian 13 now has $(tree_sitter --version), not $CLI_VERSION"
}

tree_sitter() {
  local root=$scratch/apt/root
  "$root/usr/lib64/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu" "$root/usr/bin/tree-sitter" "$@"
}

# Unpacks the npm package $1 into the folder $2.
fetch_package() {
  mkdir -p "$2" "$scratch/npm"
  (cd "$scratch/npm" && npm pack --silent --json "$1") >"$scratch/npm/pack.json" || unavailable "npm pack $1 failed"
  node -e '
    const [pack] = JSON.parse(require("fs").readFileSync(0, "utf8"));
    console.log(pack.filename.replace("@", "").replace("/", "-"));
    console.error(JSON.stringify([process.argv[1], pack.integrity]));
  ' "$1" <"$scratch/npm/pack.json" 2>>"$scratch/packages" >"$scratch/npm/name"
  tar xzf "$scratch/npm/$(<"$scratch/npm/name")" -C "$2" --strip-components=1
}

# ---- Building ----

# wasm NAME INCLUDE… -- SOURCE…: run in the folder of the sources; nothing of the machine's paths gets into the file.
wasm() {
  local name=$1 includes=()
  shift
  while [[ $1 != -- ]]; do includes+=(-I "$1"); shift; done
  shift
  clang-19 --target=wasm32-wasi -Os -fPIC -shared -nostdlib -fno-exceptions -fvisibility=hidden -DNDEBUG \
    -Wl,--experimental-pic,--export="tree_sitter_$name",--allow-undefined,--no-entry,--strip-all \
    "${includes[@]}" -o "$scratch/tree-sitter-$name.wasm" "$@"
}

build_driverkit() {
  local work=$scratch/driverkit
  mkdir -p "$work"
  cp "$here/driverkit/grammar.js" "$here/driverkit/scanner.c" "$work/"
  fetch_package "$CPP" "$work/node_modules/tree-sitter-cpp"
  fetch_package "$C" "$work/node_modules/tree-sitter-c"
  cd "$work"
  tree_sitter generate --abi "$ABI" --no-bindings
  wasm driverkit src node_modules -- src/parser.c scanner.c
  if [[ $keep ]]; then
    mkdir -p "$keep/src/tree-sitter-cpp/src"
    cp -r src/. scanner.c "$keep/src/"
    cp -r node_modules/tree-sitter-cpp/src/{scanner.c,tree_sitter} "$keep/src/tree-sitter-cpp/src/"
  fi
}

build_xml() {
  fetch_package "$XML" "$scratch/xml"
  cd "$scratch/xml/xml"
  wasm xml src -- src/parser.c src/scanner.c
}

install_compiler
fetch_cli
(build_driverkit)
(build_xml)

export CLI_VERSION ABI CPP C XML
CLANG_VERSION=$(clang-19 -dumpversion) LLD_VERSION=$(wasm-ld-19 --version | grep -o '[0-9][0-9.]*' | head -1) \
  WASI_VERSION=$(dpkg-query -W -f '${Version}' wasi-libc) \
  node "$here/lock.mjs" "$mode" "$scratch"
