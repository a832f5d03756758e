import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { listDevices, watchDevices } from '../../client/tributary.ts';
import type { Device } from '../../client/tributary.ts';

export type DeviceSource = 'camera' | 'microphone';
export type Devices = Record<DeviceSource | 'speaker', readonly Device[]>;

const devices = signal<Devices>({ camera: [], microphone: [], speaker: [] });

/** Reads the devices again; after a permission was given they have names. */
export async function refreshDevices(): Promise<void> {
  const { cameras, microphones, speakers } = await listDevices();
  devices.value = { camera: cameras, microphone: microphones, speaker: speakers };
}

/** The devices there are now, kept current while a component shows them. */
export function useDevices(): Devices {
  useEffect(() => {
    // Without access to devices there are none to list; the preview says why.
    void refreshDevices().catch(() => undefined);
    return watchDevices(() => void refreshDevices().catch(() => undefined));
  }, []);
  return devices.value;
}
