// What is measured. Each function takes the bench (engine, sink, drain, peer) and brings back numbers.
import { setTimeout as sleep } from 'node:timers/promises';

const patienceMs = 120_000;

async function soon(what, promise) {
  const late = new AbortController();
  const timeout = sleep(patienceMs, undefined, { signal: late.signal }).then(() => {
    throw new Error(`${what}: not after ${patienceMs} ms`);
  });
  timeout.catch(() => {});
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    late.abort();
  }
}

/** Delivers `lines` of a flood. @param runner whose processor time counts. */
export async function flood({ engine, sink }, runner, names, lines) {
  const before = { ...(await sink.ask('seen')), cpu: runner.cpuSeconds(), at: performance.now() };
  const each = Math.ceil(lines / names.length);
  const delivered = sink.ask('lines', before.lines + each * names.length);
  await engine.ask('flood', { names, lines: each });
  await soon(`${runner.name}, flood of ${names.join(' ')}`, delivered);
  const seconds = (performance.now() - before.at) / 1_000;
  const cpuSeconds = runner.cpuSeconds() - before.cpu;
  const { posts } = await sink.ask('seen');
  await sleep(300); // its last batch is stored
  return {
    lines: each * names.length,
    perCpuSecond: (each * names.length) / cpuSeconds,
    perSecond: (each * names.length) / seconds,
    linesPerBatch: (each * names.length) / (posts - before.posts),
  };
}

/** A flood whose lines are looked at: are all of them there, once and in order? Warms up, too. */
export async function checkedFlood(bench, names, lines) {
  await bench.sink.ask('answer', { reads: true });
  await flood(bench, bench.drain, names, lines);
  const found = await counted(bench, names);
  await bench.sink.ask('answer', { reads: false });
  return found;
}

/** How old lines are when they arrive, with these written at this rate. */
export async function latency({ engine, sink }, runner, names, rate, milliseconds, seenNames = names) {
  await sink.ask('answer', { reads: true });
  const cpu = runner.cpuSeconds();
  await engine.ask('pace', { names, rate, milliseconds });
  const cpuShare = (runner.cpuSeconds() - cpu) / (milliseconds / 1_000);
  await sleep(1_000);
  const containers = await sink.ask('containers');
  await sink.ask('answer', { reads: false });
  return { cpuShare, ...agesOf(containers, seenNames) };
}

function agesOf(containers, names) {
  const known = names.map((name) => containers[name]).filter(Boolean);
  // Of several containers: the worst.
  const worst = (key) => Math.max(...known.map((one) => one[key]));
  return { lines: known.reduce((sum, { lines }) => sum + lines, 0), p50: worst('p50'), p99: worst('p99'), max: worst('max') };
}

/** One floods, at a rate that it cannot be refused; another is quiet. @returns ages of the quiet one's lines. */
export async function noisyNeighbour({ engine, sink, drain }, noisy, quiet, milliseconds) {
  await sink.ask('answer', { reads: true });
  const loud = engine.ask('pace', { names: noisy.names, rate: noisy.rate, milliseconds });
  await sleep(500);
  await engine.ask('pace', { names: quiet.names, rate: quiet.rate, milliseconds: milliseconds - 1_000 });
  const from = performance.now();
  await loud;
  const lateMs = performance.now() - from;
  const written = await allDelivered({ engine, sink, drain }, noisy.names);
  const containers = await sink.ask('containers');
  const lost = await counted({ engine, sink }, [...noisy.names, ...quiet.names]);
  await sink.ask('answer', { reads: false });
  const noisyPerSecond = written.reduce((sum, lines) => sum + lines, 0) / ((milliseconds + lateMs) / 1_000);
  return { quiet: agesOf(containers, quiet.names), noisy: { perSecond: noisyPerSecond, ...agesOf(containers, noisy.names) }, ...lost };
}

/** The sink answers 503 for a while; lines go on. */
export async function outage({ engine, sink, drain }, name, rate, outageMs) {
  const [beforeMs, afterMs] = [3_000, 8_000];
  await sink.ask('answer', { reads: true, status: 204 });
  const paced = engine.ask('pace', { names: [name], rate, milliseconds: beforeMs + outageMs + afterMs });
  await sleep(beforeMs);
  await sink.ask('answer', { status: 503 });
  await sleep(outageMs);
  const [backlog] = await engine.ask('written', { names: [name] });
  const recovered = await sink.ask('answer', { status: 204 });
  const caughtUp = soon('catching up', sink.ask('upTo', { name, number: backlog }));
  const live = soon('catching up', sink.ask('younger', { name, number: backlog, ms: 200 }));
  const [caughtUpAt, liveAt] = await Promise.all([caughtUp, live]);
  await paced;
  await allDelivered({ engine, sink, drain }, [name]);
  const found = await counted({ engine, sink }, [name]);
  await sink.ask('answer', { reads: false });
  return { ...found, caughtUpMs: caughtUpAt - recovered, liveMs: liveAt - recovered };
}

/** Waits until nothing is under way. @returns how many lines each container has written. */
async function allDelivered({ engine, sink, drain }, names) {
  const written = await engine.ask('written', { names });
  const delivered = names.map((name, index) => sink.ask('upTo', { name, number: written[index] }));
  await soon(`${drain.name}, the last lines of ${names[0]} and ${names.length - 1} more`, Promise.all(delivered));
  return written;
}

/** Of these containers, since the sink looks at lines: what is missing (also at the end), and what came twice or late. */
async function counted({ engine, sink }, names) {
  const [written, containers] = [await engine.ask('written', { names }), await sink.ask('containers')];
  let [lost, repeated, lines] = [0, 0, 0];
  for (const [index, name] of names.entries()) {
    const known = containers[name] ?? { next: 0, missing: 0, repeated: 0, lines: 0 };
    lost += known.missing + written[index] - known.next;
    repeated += known.repeated;
    lines += known.lines;
  }
  return { lines, lost, repeated };
}

/** Lines for a long time at one rate. What the process holds is to stay as it is: looked at when it is warm, in the middle and at the end. */
export async function soak({ engine, sink, drain }, names, rate, milliseconds) {
  await sink.ask('answer', { reads: true });
  const paced = engine.ask('pace', { names, rate, milliseconds });
  const rssMb = [];
  for (const share of [0.1, 0.4, 0.5]) {
    await sleep(milliseconds * share);
    rssMb.push(drain.rssMb());
  }
  await paced;
  await allDelivered({ engine, sink, drain }, names);
  const found = await counted({ engine, sink }, names);
  await sink.ask('answer', { reads: false });
  return { rssMb, ...found };
}

/** Many containers that say little. */
export async function idle({ engine, sink, drain }, names, milliseconds) {
  await sleep(3_000);
  const idleRssMb = drain.rssMb();
  await sink.ask('answer', { reads: true });
  const halfMs = milliseconds / 2;
  const pace = async () => {
    const cpu = drain.cpuSeconds();
    await engine.ask('pace', { names, rate: names.length, milliseconds: halfMs });
    return (drain.cpuSeconds() - cpu) / (halfMs / 1_000);
  };
  await pace();
  const cpuShare = await pace();
  const rssMb = drain.rssMb();
  await allDelivered({ engine, sink, drain }, names);
  const found = await counted({ engine, sink }, names);
  const containers = await sink.ask('containers');
  await sink.ask('answer', { reads: false });
  const { p50, p99 } = agesOf(containers, names);
  return { containers: names.length, idleRssMb, rssMb, cpuShare, ...found, p50, p99 };
}
