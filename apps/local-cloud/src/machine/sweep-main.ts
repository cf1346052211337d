import { sweep } from './sweep.js';

const [name, dataDir] = process.argv.slice(2);
if (!name || !dataDir) {
  process.stderr.write('usage: sweep-main NAME DATA_DIR\nRemoves every trace of one local cloud from this machine.\n');
  process.exitCode = 2;
} else {
  await sweep({ name, dataDir });
}
