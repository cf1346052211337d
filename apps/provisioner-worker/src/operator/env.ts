import { parseEnv, secretSetting } from '@dockhero/runtime/parse-env';

const database = { DATABASE_URL: secretSetting() };

/** What `migrate-main` needs of the worker's settings. */
export const readMigrateEnv = () => parseEnv(database, process.env);

/** What `reseal-main` needs of the worker's settings. */
export const readResealEnv = () => parseEnv({ ...database, ENCRYPTION_KEYS: secretSetting() }, process.env);
