#!/usr/bin/env bash
# Compiles the sources that `rebuild.sh --keep DIR` left in DIR into a Node addon: build.sh DIR
# Wants `npm ci` to have been run in this folder, and a C++ compiler with make and python3.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
[[ -f ${1:-}/src/parser.c ]] || { echo "usage: build.sh DIR (as left by rebuild.sh --keep DIR)" >&2; exit 2; }
work=$(cd -- "$1" && pwd)
gyp=$here/node_modules/node-gyp/bin/node-gyp.js
[[ -f $gyp ]] || { echo "build.sh: run npm ci in grammars/native first" >&2; exit 3; }

# Node's own headers beside its binary make a download needless.
prefix=$(node -p 'require("path").resolve(process.execPath, "../..")')
nodedir=()
[[ -f $prefix/include/node/node_api.h ]] && nodedir=(--nodedir="$prefix")
# gyp wants its sources below its own folder.
cp "$here/binding.gyp" "$here/binding.cc" "$work/"
(cd -- "$work" && node "$gyp" rebuild --silent "${nodedir[@]}")
mkdir -p "$here/build/Release"
cp "$work/build/Release/tree_sitter_driverkit.node" "$here/build/Release/"
