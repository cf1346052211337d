#!/usr/bin/env node
import { runDocker } from '../docker/run-docker.js';
import { readEnvironment } from '../env.js';
import { runStandalone } from './run-standalone.js';

await runStandalone((session, args) => runDocker(session, { file: 'docker', args, base: readEnvironment() }));
