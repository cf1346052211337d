import { createLogger } from '@dockhero/runtime/logger';
import { createPartnerApi, listenForAgents } from './create-partner-api.js';
import { env } from './env.js';

const logger = createLogger('partner-api', env.LOG_LEVEL);
const app = await createPartnerApi(env, logger);
await app.listen(env.PORT, env.LISTEN_HOST);
const agentPort = await listenForAgents(app, env);
logger.info({ agentPort, url: await app.getUrl() }, 'partner API listens');
