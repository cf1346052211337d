import { createApp } from '@dockhero/runtime/create-app';
import { createLogger } from '@dockhero/runtime/logger';
import { addOperatorRoutes } from '@dockhero/runtime/operator-routes';
import { AppModule } from './app.module.js';
import { Connections } from './connections.js';
import { env } from './env.js';
import { LogDrain } from './log-drain.js';

const logger = createLogger('log-drain', env.LOG_LEVEL);
const app = await createApp(AppModule.with(env, logger), logger);
const drain = app.get(LogDrain);
const checks = [...app.get(Connections).readinessChecks(), { name: 'drain', check: () => drain.check() }];
addOperatorRoutes(app.getHttpAdapter().getInstance(), checks);
await app.listen(env.PORT, env.LISTEN_HOST);
logger.info('log drain follows');
