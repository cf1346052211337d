// What `oclif manifest` writes, without that tool: with it the Heroku CLI knows the plugin's commands from one file; without it, it loads every command of
// the plugin at every start of any command, which took 0.4 s.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './toolchain.mjs';

/** Writes `oclif.manifest.json` into a plugin that was built. @param folder the plugin's. */
export async function writePluginManifest(folder = join(root, 'apps', 'heroku-plugin')) {
  const { Plugin } = createRequire(join(folder, 'package.json'))('@oclif/core');
  const plugin = new Plugin({ root: folder, type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
  await plugin.load();
  const path = join(folder, 'oclif.manifest.json');
  const text = `${JSON.stringify(plugin.manifest, null, 2)}\n`;
  if (read(path) !== text) writeFileSync(path, text);
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

if (process.argv[1] === import.meta.filename) await writePluginManifest();
