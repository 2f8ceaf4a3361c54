// node scripts/compress-assets.mjs DIR: writes FILE.br and FILE.gz next to every file in DIR that they
// make smaller, so that the server need not compress at run time; prints the sizes, and fails when an asset
// exceeds its budget.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const KB = 1024;
// In bytes with Brotli. Raise one only for a reason that a visitor would accept.
const BUDGETS = [
  { what: "browser part (wasm and js)", file: /^pkg\/.*\.(wasm|js)$/, limit: 120 * KB },
  { what: "style sheet", file: /^pkg\/.*\.css$/, limit: 12 * KB },
];
const COMPRESSIBLE = /\.(css|html|ico|js|json|map|mjs|svg|txt|wasm|webmanifest|xml)$/;

const dir = process.argv[2];
const files = readdirSync(dir, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .sort()
  .map(compress);

const columns = (name, ...sizes) => name.padEnd(44) + sizes.map((size) => String(size).padStart(10)).join("");
console.log(columns("file", "raw", "gzip", "brotli"));
for (const { name, raw, gzip, brotli } of files) console.log(columns(name, raw, gzip, brotli));

let over = false;
for (const { what, file, limit } of BUDGETS) {
  const size = files.filter(({ name }) => file.test(name)).reduce((sum, { brotli }) => sum + brotli, 0);
  console.log(columns(what, "", "", size) + ` of ${limit}`);
  if (size > limit) {
    console.error(`error: the ${what}: ${size} bytes with Brotli, ${size - limit} over its budget of ${limit}`);
    over = true;
  }
}
process.exit(over ? 1 : 0);

/** Writes the compressed variants of a file; the size of a variant that was not written is the file's. */
function compress(path) {
  const content = readFileSync(path);
  const sizes = { name: path.slice(dir.length + 1), raw: content.length, gzip: content.length, brotli: content.length };
  if (!COMPRESSIBLE.test(path)) return sizes;

  const gzip = gzipSync(content, { level: 9 });
  if (gzip.length < content.length) {
    writeFileSync(`${path}.gz`, gzip);
    sizes.gzip = gzip.length;
  }
  const brotli = brotliCompressSync(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
  if (brotli.length < content.length) {
    writeFileSync(`${path}.br`, brotli);
    sizes.brotli = brotli.length;
  }
  return sizes;
}
