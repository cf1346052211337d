#!/usr/bin/env node
import { runCompose } from '../compose/run-compose.js';
import { readEnvironment } from '../env.js';
import { runStandalone } from './run-standalone.js';

await runStandalone((session, args) => runCompose(session, args, readEnvironment()));
