/** /proc/pressure/memory: seconds in which some, and in which all, work waited for memory. */
export function parsePressure(text: string): { readonly waitingSeconds: number | null; readonly stalledSeconds: number | null } {
  const total = (kind: string): number | null => {
    const microseconds = new RegExp(`^${kind} .*total=(\\d+)$`, 'm').exec(text)?.[1];
    return microseconds === undefined ? null : Number(microseconds) / 1e6;
  };
  return { waitingSeconds: total('some'), stalledSeconds: total('full') };
}
