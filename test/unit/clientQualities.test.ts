import { expect, test } from '@jest/globals';
import { ParticipantQualities } from '../../client/participantQualities.ts';
import { asId } from '../support/show.ts';

const [gus, hanna, iris] = [asId('gus'), asId('hanna'), asId('iris')];

test('everybody is good until told otherwise', () => {
  const qualities = new ParticipantQualities([{ participantId: gus, level: 'fair' }]);
  expect([qualities.of(gus), qualities.of(hanna)]).toEqual(['fair', 'good']);
  qualities.set({ participantId: gus, level: 'good' });
  expect(qualities.of(gus)).toBe('good');
});

test('after a return only what is different is told', () => {
  const qualities = new ParticipantQualities([
    { participantId: gus, level: 'fair' },
    { participantId: hanna, level: 'poor' },
  ]);
  const changed = qualities.replace([
    { participantId: hanna, level: 'poor' },
    { participantId: iris, level: 'fair' },
  ]);
  expect(changed).toEqual([
    { participantId: gus, level: 'good' },
    { participantId: iris, level: 'fair' },
  ]);
  expect([gus, hanna, iris].map((id) => qualities.of(id))).toEqual(['good', 'poor', 'fair']);
});
