const minuteMs = 60_000;

/** `in 11 h`, `3 min ago`: a time told from now; both in milliseconds. */
export function describeTime(time: number, now: number): string {
  const distance = Math.abs(time - now);
  const text = distance < minuteMs ? 'less than a minute' : longForm(Math.round(distance / minuteMs));
  return time >= now ? `in ${text}` : `${text} ago`;
}

function longForm(minutes: number): string {
  if (minutes < 120) return `${String(minutes)} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${String(hours)} h` : `${String(Math.round(hours / 24))} days`;
}
