#!/bin/sh
# Builds assets/vendor/codemirror-yaml.min.js from the versions in package-lock.json, and writes down what is in it. Run it
# only to upgrade; the program is built without Node.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts
out=../../assets/vendor
npx esbuild codemirror-yaml.js --bundle --minify --format=iife --target=es2020 \
  --metafile=node_modules/meta.json --outfile="$out/codemirror-yaml.min.js"
node versions.js "$out"
