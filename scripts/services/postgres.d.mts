export interface PostgresService {
  readonly url: string;
  stop(): Promise<void>;
  /** Fast shutdown and start again, on the same port with the same data. */
  restart(): Promise<void>;
}
export function startPostgres(options: { dataDir: string; port?: number; durable?: boolean; database?: string }): Promise<PostgresService>;
