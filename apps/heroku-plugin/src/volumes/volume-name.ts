/** What Docker takes as the name of a volume. */
export const volumeName = /[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}/;
const whole = new RegExp(`^${volumeName.source}$`);

export function isVolumeName(text: string): boolean {
  return whole.test(text);
}
