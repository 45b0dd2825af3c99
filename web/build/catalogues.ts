import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { parse } from 'yaml';

const NAME = 'virtual:catalogues';

/**
 * Words about defects and rules have one source, the service's standards. This hands them to the app at build time:
 * the taxonomy (`taxonomy.yaml`) and the catalogues of sentences (`catalogues/*.yaml`, by language).
 */
export function catalogues(standards: string): Plugin {
  const taxonomy = join(standards, 'taxonomy.yaml');
  const folder = join(standards, 'catalogues');
  return {
    name: 'catalogues',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
    load(id) {
      if (id !== `\0${NAME}`) return null;
      const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
      const words = Object.fromEntries(
        files.map((name) => [name.replace('.yaml', ''), parse(readFileSync(join(folder, name), 'utf8')) as unknown]),
      );
      for (const path of [taxonomy, ...files.map((name) => join(folder, name))]) this.addWatchFile(path);
      const { defects } = parse(readFileSync(taxonomy, 'utf8')) as { defects: unknown };
      return `export const defects = ${JSON.stringify(defects)};\nexport const catalogues = ${JSON.stringify(words)};\n`;
    },
  };
}
