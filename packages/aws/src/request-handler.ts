import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';

const agentOptions = { keepAlive: true, maxSockets: 50 };

/** How a client of the SDK speaks: every attempt is bounded in time, and ends when that is over. */
export const requestHandler = () => ({
  connectionTimeout: 3_000,
  requestTimeout: 15_000,
  throwOnRequestTimeout: true,
  httpAgent: new Agent(agentOptions),
  httpsAgent: new TlsAgent(agentOptions),
});
