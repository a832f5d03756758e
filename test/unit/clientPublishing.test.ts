import { expect, test } from '@jest/globals';
import { Publishing } from '../../client/publishing.ts';
import type { PublishingParts } from '../../client/publishing.ts';
import { TributaryError } from '../../client/tributaryError.ts';

test('a screen whose sound the host does not allow is shared in silence', async () => {
  const troubles: string[] = [];
  const published: string[] = [];
  const publish = (source: string) => {
    if (source === 'screen-audio') return Promise.reject(new TributaryError('muted-by-host'));
    published.push(source);
    return Promise.resolve({ source });
  };
  const publishing = new Publishing({
    send: { publish } as unknown as PublishingParts['send'],
    onStage: () => true,
    turnOff: () => Promise.resolve(),
    trouble: ({ code }) => {
      troubles.push(code);
    },
  });
  const track = {} as MediaStreamTrack;
  expect(await publishing.share({ track, audioTrack: track })).toEqual({ source: 'screen' });
  expect(published).toEqual(['screen']);
  expect(troubles).toEqual(['muted-by-host']);
});
