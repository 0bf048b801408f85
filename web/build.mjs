// Builds the pages' scripts and styles into web/static/dist. Called by make; needs what `npm ci` has installed.
import { build } from "esbuild";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const out = "web/static/dist";
await rm(out, { recursive: true, force: true });
// each script of a page stands in pages/
const pages = (await readdir("web/static/src/pages")).filter((name) => name.endsWith(".ts")).map((name) => `web/static/src/pages/${name}`);
const common = {
  outdir: out, entryNames: "[name]", bundle: true, minify: true, format: "esm", target: ["es2022", "chrome111"],
  legalComments: "linked", logLevel: "warning",
};
// One file a page, so that nothing waits for a second one; but the editor of the menu fetches its map while it is read.
const editor = "web/static/src/pages/flow_editor.ts";
// The desk's first script is none of a module's: the browser runs it before it reads the page.
const first = "web/static/src/pages/desk_first.ts";
await build({ ...common, entryPoints: [...pages.filter((page) => page !== editor && page !== first), "web/static/css/site.css"] });
await build({ ...common, entryPoints: [first], format: "iife" });
await build({ ...common, entryPoints: [editor], splitting: true, chunkNames: "part-[name]-[hash]" });

// What is built is also kept packed, once and as small as it goes, for browsers that take it so (web/built.py).
const CODINGS = { br: promisify(brotliCompress), gz: promisify(gzip) };
const SETTINGS = { br: { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }, gz: { level: 9 } };
async function pack(path) {
  const plain = await readFile(path);
  for (const [ending, packed] of Object.entries(CODINGS)) {
    const bytes = await packed(plain, SETTINGS[ending]);
    if (bytes.length < plain.length) await writeFile(`${path}.${ending}`, bytes);
  }
}
await Promise.all((await readdir(out)).map((name) => pack(`${out}/${name}`)));
