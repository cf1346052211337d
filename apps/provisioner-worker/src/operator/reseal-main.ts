// Seals every stored secret with the first of ENCRYPTION_KEYS, then ends. See docs/runbooks/rotate-secrets.md.
import { openDatabase } from '@dockhero/database/client';
import { reseal } from '@dockhero/database/reseal';
import { SecretBox } from '@dockhero/database/secret-box';
import { readResealEnv } from './env.js';

const env = readResealEnv();
const database = openDatabase({ url: env.DATABASE_URL, poolSize: 1 });
try {
  process.stdout.write(`sealed anew: ${await reseal(database, new SecretBox(env.ENCRYPTION_KEYS))}\n`);
} finally {
  await database.$disconnect();
}
