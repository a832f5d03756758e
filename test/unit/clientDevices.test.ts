import { describe, expect, test } from '@jest/globals';
import { deviceError } from '../../client/deviceErrors.ts';
import { SenderControl } from '../../client/senderControl.ts';
import { Serial } from '../../client/serial.ts';
import { TributaryError, clientErrors } from '../../client/tributaryError.ts';
import { errors } from '../../protocol/errors.ts';

describe('what a browser refuses', () => {
  test.each([
    ['NotAllowedError', 'permission-denied'],
    ['NotFoundError', 'no-device'],
    ['OverconstrainedError', 'no-device'],
    ['NotReadableError', 'device-busy'],
  ])('%s is told as %s', (name, code) => {
    expect(deviceError(new DOMException('words of the browser', name))).toMatchObject({
      code,
      detail: 'words of the browser',
    });
  });

  test('a closed picker is no missing permission', () => {
    expect(deviceError(new DOMException('', 'NotAllowedError'), true).code).toBe('screen-share-cancelled');
  });

  test('an error that has its code already keeps it', () => {
    const known = new TributaryError('insecure-page');
    expect(deviceError(known)).toBe(known);
  });

  test('no code means two things', () => {
    expect(Object.keys(clientErrors).filter((code) => code in errors)).toEqual([]);
  });
});

describe('tasks one after another', () => {
  test('one that fails does not stop the next', async () => {
    const serial = new Serial();
    const failed = serial.run(async () => Promise.reject(new Error('first')));
    const next = serial.run(async () => 'second');
    await expect(failed).rejects.toThrow('first');
    await expect(next).resolves.toBe('second');
  });
});

describe('a sender', () => {
  /** Refuses two changes at once, as browsers do. */
  function strictSender(layers: number) {
    let changing = false;
    const changes: { active: (boolean | undefined)[]; keyframes: number }[] = [];
    const encodings = Array.from({ length: layers }, () => ({ active: true }));
    return {
      changes,
      getParameters: () =>
        ({ encodings: encodings.map((one) => ({ ...one })) }) as unknown as RTCRtpSendParameters,
      setParameters: async (
        parameters: RTCRtpSendParameters,
        options?: { encodingOptions: { keyFrame: boolean }[] },
      ): Promise<void> => {
        if (changing) throw new DOMException('at once', 'InvalidStateError');
        changing = true;
        await new Promise((resolve) => setTimeout(resolve, 2));
        changing = false;
        changes.push({
          active: parameters.encodings.map(({ active }) => active),
          keyframes: options?.encodingOptions.length ?? 0,
        });
      },
    };
  }

  test('takes keyframes and layers asked for at once, one after another', async () => {
    const sender = strictSender(3);
    const control = new SenderControl(sender);
    await Promise.all([control.keyframe(), control.maxLayer(0), control.keyframe(), control.maxLayer(2)]);
    expect(sender.changes).toEqual([
      { active: [true, true, true], keyframes: 3 },
      { active: [true, false, false], keyframes: 0 },
      { active: [true, true, true], keyframes: 0 },
    ]);
  });

  test('leaves a single stream alone, and never throws', async () => {
    const sender = strictSender(1);
    await new SenderControl(sender).maxLayer(0);
    expect(sender.changes).toEqual([]);
    const broken = {
      ...sender,
      getParameters: () => {
        throw new Error('closed');
      },
    };
    await expect(new SenderControl(broken).keyframe()).resolves.toBeUndefined();
  });
});
