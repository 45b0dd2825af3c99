import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const MARK = '__PRECACHE__';
const REMEMBERED = 'node_modules/.brotli';
const COMPRESSIBLE = /\.(js|mjs|css|html|svg|wasm|webmanifest|json)$/;

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

/** Brotli at its best; what was compressed before is remembered, because 14 MB of WebAssembly take half a minute. */
function brotli(bytes: Buffer): Buffer {
  mkdirSync(REMEMBERED, { recursive: true });
  const path = join(REMEMBERED, createHash('sha256').update(bytes).digest('hex'));
  if (existsSync(path)) return readFileSync(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  const compressed = brotliCompressSync(bytes, { params });
  writeFileSync(path, compressed);
  return compressed;
}

/**
 * Write the list of built files with their content hashes into the service worker, and lay brotli and gzip copies
 * beside each file, so that the service hands out bytes and never compresses.
 */
export function precache(): Plugin {
  return {
    name: 'precache',
    apply: 'build',
    writeBundle: {
      sequential: true,
      order: 'post',
      handler(options) {
        const folder = options.dir!;
        const worker = join(folder, 'sw.js');
        const listed = filesUnder(folder)
          .filter((name) => name !== 'sw.js' && !/\.(br|gz|map)$/.test(name))
          .map((name) => {
            const sha256 = createHash('sha256').update(readFileSync(join(folder, name))).digest('hex');
            return { url: name === 'index.html' ? '/' : `/${name}`, sha256 };
          });
        const source = readFileSync(worker, 'utf8');
        if (!source.includes(MARK)) throw new Error(`sw.js has no ${MARK} to fill: the service worker would cache nothing`);
        writeFileSync(worker, source.replace(MARK, () => JSON.stringify(listed)));
        for (const name of filesUnder(folder).filter((file) => COMPRESSIBLE.test(file))) {
          const bytes = readFileSync(join(folder, name));
          writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
          writeFileSync(join(folder, `${name}.br`), brotli(bytes));
        }
      },
    },
  };
}
