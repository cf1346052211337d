/** Where the frames of a body made by Batch begin, and where the last one ends. */
export function frameStarts(body: Buffer): number[] {
  const starts: number[] = [];
  let at = 0;
  while (at < body.length) {
    starts.push(at);
    const blank = body.indexOf(0x20, at);
    at = blank + 1 + Number(body.toString('latin1', at, blank));
  }
  starts.push(body.length);
  return starts;
}
