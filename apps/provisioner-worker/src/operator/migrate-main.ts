// Applies the migrations that the database lacks, then ends: run it before the first start and before each new version.
import { join } from 'node:path';
import { migrateDeploy } from '@dockhero/database/migrate';
import { readMigrateEnv } from './env.js';

/** Beside the apps, in the checkout and in the image alike. */
const folder = join(import.meta.dirname, '..', '..', '..', '..', 'prisma', 'migrations');

const applied = await migrateDeploy(readMigrateEnv().DATABASE_URL, folder);
process.stdout.write(applied.length > 0 ? `applied: ${applied.join(', ')}\n` : 'nothing to apply\n');
