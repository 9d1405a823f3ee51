import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Plugin, transformWithOxc } from 'vite';
import { CONTENT_POLICY } from './content-policy.ts';

const SOURCE = fileURLToPath(new URL('../offline/service-worker.ts', import.meta.url));

/** Writes the service worker: it keeps all files of this build, and is another one for each other build. */
export function offline(): Plugin {
  let publicFolder = '';
  return {
    name: 'offline',
    apply: 'build',
    // After the page itself has been made
    enforce: 'post',
    configResolved(config) {
      publicFolder = config.publicDir;
    },
    async generateBundle(_, bundle) {
      const files = Object.values(bundle)
        .map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source] as const)
        .concat(readdirSync(publicFolder).map((name) => [name, readFileSync(join(publicFolder, name))]));
      const hash = createHash('sha256');
      for (const [, content] of files.sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(content);
      const names = files.map(([name]) => (name === 'index.html' ? './' : `./${name}`));
      const { code } = await transformWithOxc(readFileSync(SOURCE, 'utf8'), SOURCE);
      const facts = { files: names, version: hash.digest('hex').slice(0, 16), policy: CONTENT_POLICY };
      this.emitFile({
        type: 'asset',
        fileName: 'service-worker.js',
        source: `const BUILD = ${JSON.stringify(facts)};\n${code}`,
      });
    },
  };
}
