// Builds the pages' scripts and styles into web/static/dist. Called by make; needs what `npm ci` has installed.
import { build } from "esbuild";
import { readdir, rm } from "node:fs/promises";

const out = "web/static/dist";
await rm(out, { recursive: true, force: true });
// each script of a page stands in pages/
const pages = (await readdir("web/static/src/pages")).filter((name) => name.endsWith(".ts")).map((name) => `web/static/src/pages/${name}`);
await build({
  entryPoints: [...pages, "web/static/css/site.css"],
  outdir: out, entryNames: "[name]", bundle: true, minify: true, format: "esm", target: ["es2022", "chrome111"],
  legalComments: "linked", logLevel: "warning",
});
