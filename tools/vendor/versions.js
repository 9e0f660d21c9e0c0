/* Writes VERSIONS.json and LICENSES.txt: every package that went into the bundle, with its version and licence. */
const fs = require("fs");
const path = require("path");
const crypto = require("crypto");

const out = process.argv[2];
const file = "codemirror-yaml.min.js";
const bundle = fs.readFileSync(path.join(out, file));
const inputs = Object.keys(JSON.parse(fs.readFileSync("node_modules/meta.json")).inputs);
const names = [...new Set(inputs
  .filter((input) => input.startsWith("node_modules/"))
  .map((input) => input.split("/").slice(1, input.split("/")[1].startsWith("@") ? 3 : 2).join("/")))].sort();
const packages = names.map((name) => {
  const {version, license} = JSON.parse(fs.readFileSync(`node_modules/${name}/package.json`));
  return {name, version, license};
});
const esbuild = JSON.parse(fs.readFileSync("node_modules/esbuild/package.json")).version;
fs.writeFileSync(path.join(out, "VERSIONS.json"), JSON.stringify({
  built: `esbuild ${esbuild} --bundle --minify --format=iife --target=es2020`,
  file,
  bytes: bundle.length,
  sha256: crypto.createHash("sha256").update(bundle).digest("hex"),
  packages,
}, null, 1) + "\n");
const texts = packages.map(({name, version, license}) => {
  const text = fs.readFileSync(`node_modules/${name}/LICENSE`, "utf8").trim();
  return `== ${name} ${version} (${license}) ==\n${text}\n`;
});
fs.writeFileSync(path.join(out, "LICENSES.txt"), texts.join("\n\n"));
