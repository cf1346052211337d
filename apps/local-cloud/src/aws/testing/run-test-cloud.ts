import { waitForDocker } from './inside-machine.js';
import { launch, startTestCloud } from './start-test-cloud.js';

// A local cloud of its own process with one instance in it, for a test to kill. Says "ready" and stays.
const cloud = await startTestCloud({ dataDir: process.argv[2] ?? '' });
const { InstanceId } = await launch(cloud);
await waitForDocker(cloud, InstanceId ?? '');
process.stdout.write('ready\n');
