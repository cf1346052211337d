import { covers, isLoopback, publishedPorts } from '../published-ports.js';
import type { LintCheck } from './finding.js';

/** Ports that are attacked as soon as they are open, by what listens there. */
const databases: ReadonlyMap<number, string> = new Map([
  [1433, 'SQL Server'],
  [2375, 'the Docker API'],
  [2379, 'etcd'],
  [3306, 'MySQL'],
  [5432, 'PostgreSQL'],
  [5672, 'RabbitMQ'],
  [5984, 'CouchDB'],
  [6379, 'Redis'],
  [7474, 'Neo4j'],
  [7687, 'Neo4j'],
  [8086, 'InfluxDB'],
  [8123, 'ClickHouse'],
  [8529, 'ArangoDB'],
  [9042, 'Cassandra'],
  [9092, 'Kafka'],
  [9200, 'Elasticsearch'],
  [9300, 'Elasticsearch'],
  [11211, 'memcached'],
  [15672, 'RabbitMQ’s management'],
  [26257, 'CockroachDB'],
  [27017, 'MongoDB'],
  [28015, 'RethinkDB'],
]);

/** Databases that anyone on the Internet can try to log in to. */
export const findOpenDatabases: LintCheck = (services, { fill }) =>
  services.flatMap((service) =>
    publishedPorts(service, fill).flatMap(({ address, target, place }) => {
      const [port, name] = [...databases].find(([port]) => covers(target, port)) ?? [];
      if (port === undefined || isLoopback(address)) return [];
      return [
        {
          code: 'open-database' as const,
          service: service.name,
          place,
          problem: `This opens ${name} (port ${port}) to the whole Internet.`,
          mend: `Other services reach it as ${service.name}:${port} without ports:. For the machine itself write "127.0.0.1:${port}:${port}". If dynos must reach it, let it ask for a password and encrypt.`,
        },
      ];
    }),
  );
