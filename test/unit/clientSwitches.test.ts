import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Ask } from '../../client/signalConnection.ts';
import { SourceSwitches } from '../../client/sourceSwitches.ts';
import type { Toggle } from '../../client/sourceSwitches.ts';
import { TributaryError } from '../../client/tributaryError.ts';
import type { MediaIntent } from '../../protocol/roomView.ts';

/** The server's side of one seat. */
class Seat {
  intent: MediaIntent = {
    version: 3,
    microphone: true,
    camera: true,
    locked: { microphone: false, camera: false },
  };
  asked: unknown[] = [];
  reachable = true;
  /** Runs before the next answer. */
  before: (() => void) | undefined;

  change(change: Partial<MediaIntent>): MediaIntent {
    this.intent = { ...this.intent, ...change, version: this.intent.version + 1 };
    return this.intent;
  }

  readonly ask = (async (_name: string, message: { version: number } & Partial<Record<Toggle, boolean>>) => {
    this.asked.push(message);
    this.before?.();
    this.before = undefined;
    if (!this.reachable) throw new TributaryError('unreachable');
    if (message.version !== this.intent.version) throw new TributaryError('stale-intent');
    const { version: _version, ...wanted } = message;
    return { version: this.change(wanted).version };
  }) as unknown as Ask;
}

let seat: Seat;
let switches: SourceSwitches;
let turnedOn: Toggle[];
let deviceFails: boolean;

beforeEach(() => {
  seat = new Seat();
  turnedOn = [];
  deviceFails = false;
  switches = new SourceSwitches({
    ask: seat.ask,
    follow: () => undefined,
    turnOn: async (source) => {
      if (deviceFails) throw new TributaryError('no-device');
      turnedOn.push(source);
    },
  });
  switches.follow(seat.intent);
});

describe('microphone and camera', () => {
  test('follow the room: who is muted by the host is silent', () => {
    switches.follow(seat.change({ microphone: false }));
    expect(switches.isOn('microphone')).toBe(false);
    expect(switches.isOn('camera')).toBe(true);
  });

  test('an older view that comes late changes nothing', () => {
    const older = seat.intent;
    switches.follow(seat.change({ microphone: false }));
    switches.follow(older);
    expect(switches.isOn('microphone')).toBe(false);
  });

  test('off is off at once, before the server has answered', async () => {
    const asked = switches.set('microphone', false);
    expect(switches.isOn('microphone')).toBe(false);
    await asked;
    expect(seat.intent.microphone).toBe(false);
  });

  test('an off the server did not hear holds, and is told again after the return', async () => {
    seat.reachable = false;
    await expect(switches.set('microphone', false)).rejects.toMatchObject({ code: 'unreachable' });
    expect(switches.isOn('microphone')).toBe(false);
    seat.reachable = true;
    switches.restart(seat.intent);
    expect(switches.isOn('microphone')).toBe(false);
    await new Promise((resolve) => setTimeout(resolve));
    expect(seat.intent.microphone).toBe(false);
  });

  test('a change that crossed another is asked once more with what is known then', async () => {
    switches.follow(seat.change({ camera: false }));
    seat.before = () => switches.follow(seat.change({ microphone: false }));
    await switches.set('camera', true);
    expect(seat.asked).toHaveLength(2);
    expect(seat.intent).toMatchObject({ microphone: false, camera: true });
    expect(turnedOn).toEqual(['camera']);
  });

  test('what the host keeps off cannot be turned on, and the device is not touched', async () => {
    switches.follow(seat.change({ microphone: false, locked: { microphone: true, camera: false } }));
    await expect(switches.set('microphone', true)).rejects.toMatchObject({ code: 'muted-by-host' });
    expect(seat.asked).toHaveLength(0);
    expect(turnedOn).toEqual([]);
    expect(switches.isOn('microphone')).toBe(false);
  });

  test('a host who locks it while we ask wins', async () => {
    switches.follow(seat.change({ microphone: false }));
    seat.before = () => switches.follow(seat.change({ locked: { microphone: true, camera: false } }));
    await expect(switches.set('microphone', true)).rejects.toMatchObject({ code: 'muted-by-host' });
    expect(seat.intent.microphone).toBe(false);
  });

  test('a camera that cannot be opened is told as off, so that nobody waits for it', async () => {
    switches.follow(seat.change({ camera: false }));
    deviceFails = true;
    await expect(switches.set('camera', true)).rejects.toMatchObject({ code: 'no-device' });
    expect(seat.intent.camera).toBe(false);
  });

  test('pressed twice quickly, the last press counts', async () => {
    await Promise.all([switches.set('camera', false), switches.set('camera', true)]);
    expect(seat.intent.camera).toBe(true);
    expect(switches.isOn('camera')).toBe(true);
  });

  test('without a seat there is nothing to switch, and a later seat starts as the server says', async () => {
    switches.follow(undefined);
    await expect(switches.set('microphone', false)).rejects.toMatchObject({ code: 'not-on-stage' });
    switches.follow(undefined);
    switches.follow(seat.intent);
    expect(switches.isOn('microphone')).toBe(true);
  });
});
