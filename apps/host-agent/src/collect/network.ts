export interface NetworkDevice {
  readonly device: string;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** What passes these is counted at the host's own card again, or never leaves the host. */
const inner = /^(lo|veth.*|br-.*|docker.*|ifb.*|dummy.*)$/;

/** /proc/net/dev. Columns 1 and 9 after the name are bytes in and out. */
export function parseNetDev(text: string): NetworkDevice[] {
  return text.split('\n').flatMap((line) => {
    const [, device = '', columns = ''] = /^\s*([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    const numbers = columns.trim().split(/\s+/).map(Number);
    if (device === '' || inner.test(device) || numbers.length < 9) return [];
    return [{ device, receivedBytes: numbers[0] ?? 0, sentBytes: numbers[8] ?? 0 }];
  });
}
