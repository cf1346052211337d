import { createApp } from '@dockhero/runtime/create-app';
import { createLogger } from '@dockhero/runtime/logger';
import { addOperatorRoutes } from '@dockhero/runtime/operator-routes';
import { AppModule } from './app.module.js';
import { Connections } from './connections.js';
import { env } from './env.js';
import { Monitor } from './monitor.js';

const logger = createLogger('monitor', env.LOG_LEVEL);
const app = await createApp(AppModule.with(env, logger), logger);
const monitor = app.get(Monitor);
const checks = [...app.get(Connections).readinessChecks(), { name: 'monitor', check: () => monitor.check() }];
addOperatorRoutes(app.getHttpAdapter().getInstance(), checks);
await app.listen(env.PORT, env.LISTEN_HOST);
logger.info('monitor watches');
