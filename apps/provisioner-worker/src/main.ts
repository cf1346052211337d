import { createApp } from '@dockhero/runtime/create-app';
import { createLogger } from '@dockhero/runtime/logger';
import { addOperatorRoutes } from '@dockhero/runtime/operator-routes';
import { AppModule } from './app.module.js';
import { Connections } from './connections.js';
import { env } from './env.js';

const logger = createLogger('provisioner-worker', env.LOG_LEVEL);
const app = await createApp(await AppModule.with(env, logger), logger);
addOperatorRoutes(app.getHttpAdapter().getInstance(), app.get(Connections).readinessChecks());
await app.listen(env.PORT, env.LISTEN_HOST);
logger.info('provisioner worker takes jobs');
