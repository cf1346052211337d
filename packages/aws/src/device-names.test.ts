import { describe, expect, it } from 'vitest';
import { deviceNames, DeviceNames } from './device-names.js';

describe('device names', () => {
  it('are those that EC2 takes, each once, its recommended ones first', () => {
    expect(deviceNames[0]).toBe('/dev/sdf');
    expect(deviceNames.slice(9, 13)).toEqual(['/dev/sdo', '/dev/sdp', '/dev/xvdba', '/dev/xvdbb']);
    expect(deviceNames.at(-1)).toBe('/dev/xvdcz');
    expect(new Set(deviceNames).size).toBe(63);
  });

  it('go round: a name that was just given back is the last to be given out again', () => {
    const names = new DeviceNames();
    const given = deviceNames.map(() => {
      const [name = ''] = names.order('i-1', []);
      names.used(name);
      return name;
    });
    expect(given).toEqual(deviceNames);
    expect(names.order('i-1', [])[0]).toBe('/dev/sdf');
  });

  it('leave out what the instance’s disks have', () => {
    const names = new DeviceNames();
    expect(names.order('i-1', ['/dev/sdf', '/dev/sdg', '/dev/xvda'])[0]).toBe('/dev/sdh');
    expect(names.order('i-1', deviceNames)).toEqual([]);
  });

  it('that an instance has refused come last there, and stay good elsewhere', () => {
    const names = new DeviceNames();
    names.refused('i-1', '/dev/sdf');
    expect(names.order('i-1', [])[0]).toBe('/dev/sdg');
    expect(names.order('i-1', []).at(-1)).toBe('/dev/sdf');
    expect(names.order('i-2', [])[0]).toBe('/dev/sdf');
  });
});
