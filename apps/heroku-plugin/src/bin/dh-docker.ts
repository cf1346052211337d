#!/usr/bin/env node
import { diskLookOfDocker } from '../docker/disk-look.js';
import { runDocker } from '../docker/run-docker.js';
import { readEnvironment } from '../env.js';
import { runStandalone } from './run-standalone.js';

const shell = readEnvironment();
await runStandalone((session, args) => runDocker(session, { file: 'docker', args, base: shell, disk: diskLookOfDocker(args, shell) }));
