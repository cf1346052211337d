export interface RedisService {
  readonly url: string;
  stop(): Promise<void>;
  /** Starts it again after `stop`, on the same port. */
  start(): Promise<void>;
}
export function startRedis(options: { dataDir: string; port?: number; durable?: boolean }): Promise<RedisService>;
