// Builds the pages' scripts and styles into web/static/dist. Called by make; needs what `npm ci` has installed.
import { build } from "esbuild";
import { rm } from "node:fs/promises";

const out = "web/static/dist";
await rm(out, { recursive: true, force: true });
await build({
  entryPoints: ["web/static/src/base.ts", "web/static/src/desk.ts", "web/static/src/telephone.ts", "web/static/src/orders.ts", "web/static/src/wall.ts",
    "web/static/css/site.css"],
  outdir: out, entryNames: "[name]", bundle: true, minify: true, format: "esm", target: ["es2022", "chrome111"],
  legalComments: "linked", logLevel: "warning",
});
