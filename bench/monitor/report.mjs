// The numbers as a table, and whether each keeps its bar.
const bars = { breachMs: 10_000, hosts: 10_000, cpuShare: 1, rssMb: 512, chartMs: 50 };

/** @returns rows with their bars, and those that are missed in words. */
export function report({ breach, load, history }) {
  const rows = [
    ...(breach
      ? [
          told('told beyond the rule’s 60 s, median of hosts, s', breach, 'median'),
          told('the slowest host, s', breach, 'max'),
          { ...told('the fastest host, s', breach, 'min'), bar: null, met: null },
          limited('mails more than one for each host', breach.repeated, 0),
        ]
      : []),
    ...(load ?? []).flatMap((one) => loadRows(one)),
    ...(history
      ? [
          limited(`chart of ${history.days} days, 3 hosts, 300 points: median ms`, history.charts[300].median, bars.chartMs),
          limited('the same, 1,000 points: median ms', history.charts[1_000].median, bars.chartMs),
          plain('bytes for a host and day: samples, kept 24 hours', history.perHostDay.samples),
          plain('bytes for a host and day: minutes, kept 7 days', history.perHostDay.minutes),
          plain('bytes for a host and day: quarters of an hour, kept 13 months', history.perHostDay.quarters),
        ]
      : []),
  ];
  console.table(
    Object.fromEntries(
      rows.map(({ name, ours, bar, met, peers }) => [
        name,
        {
          ours: shown(ours),
          bar: bar === null ? '' : `<= ${shown(bar)}`,
          met: met === null ? '' : met ? 'yes' : 'NO',
          ...Object.fromEntries(Object.entries(peers ?? {}).map(([peer, value]) => [peer, shown(value)])),
        },
      ]),
    ),
  );
  const missed = rows.filter(({ met }) => met === false).map(({ name, ours, bar }) => `${name}: ${shown(ours)}, bar ${shown(bar)}`);
  console.log(missed.length === 0 ? 'every bar is met' : `MISSED: ${missed.join('; ')}`);
  return { bars, missed, rows };
}

/** Ours by its defaults is what the bar is for; the others are told beside it. */
function told(name, breach, which) {
  const [[, ours], ...others] = Object.entries(breach.told);
  const peers = Object.fromEntries(others.map(([other, spread]) => [other, spread[which] / 1_000]));
  return { ...limited(name, ours[which] / 1_000, bars.breachMs / 1_000), peers };
}

/** Bars are of 10,000 hosts; what fewer would make of so many is said beside them. */
function loadRows(one) {
  const hosts = `${one.hosts.toLocaleString('en')} hosts`;
  const judged = one.hosts >= bars.hosts ? limited : plain;
  return [
    judged(`${hosts}: share of a core`, one.cpuShare, bars.cpuShare),
    plain(`${hosts}: ms of a core for each look`, one.cpuMsPerLook),
    judged(`${hosts}: MB`, one.rssMb, bars.rssMb),
    plain(`${hosts}: looks per second`, one.looksPerSecond),
    judged(`${hosts}: looks that came late or brought nothing`, one.late + one.missed, 0),
    plain(`${hosts}: the longest time between two looks, s`, one.gapMaxMs / 1_000),
    plain(`${hosts}: s of a core until each was looked at once`, one.first.cpuSeconds),
  ];
}

function limited(name, ours, bar) {
  return { name, ours, bar, met: ours <= bar };
}

function plain(name, ours) {
  return { name, ours, bar: null, met: null };
}

function shown(number) {
  return number >= 1_000 ? Math.round(number).toLocaleString('en') : Number(number.toFixed(number < 10 ? 2 : 1));
}
