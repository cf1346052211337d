// Preloaded into the drain (`--import`): counts the TLS records of its connections to Docker. Node's `data` events are one per record that has data:
// it decrypts one at a time, into 16 KiB. On SIGWINCH (Nest ends at most others) it writes what it has counted to `RECORDS_FILE`.
import { syncBuiltinESMExports } from 'node:module';
import { writeFileSync } from 'node:fs';
import tls from 'node:tls';

if (process.argv[1]?.includes('log-drain')) {
  const counted = { records: 0, bytes: 0 };
  const { connect } = tls;
  tls.connect = (...parameters) =>
    connect(...parameters).on('data', (bytes) => {
      counted.records += 1;
      counted.bytes += bytes.length;
    });
  syncBuiltinESMExports();
  process.on('SIGWINCH', () => writeFileSync(process.env.RECORDS_FILE, JSON.stringify(counted)));
}
