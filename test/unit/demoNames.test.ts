import { describe, expect, test } from '@jest/globals';
import { hueOf, initialsOf, tilesOf } from '../../client-demo/stage/tileModel.ts';
import { friendlyRoomName, roomNameFrom } from '../../client-demo/state/roomNames.ts';
import type { RoomView, StageMember } from '../../protocol/roomView.ts';

function member(id: string, seat: number, sources: string[], camera = true): StageMember {
  return {
    id,
    name: id,
    role: seat === 0 ? 'host' : 'cohost',
    seat,
    presence: 'connected',
    intent: { version: 1, microphone: true, camera, locked: { microphone: false, camera: false } },
    feeds: sources.map((source) => ({ feedId: `${id}:${source}`, source, kind: 'video', epoch: 1 })),
  } as unknown as StageMember;
}
const view = (...stage: StageMember[]) => ({ stage }) as unknown as RoomView;

describe('names on the pages', () => {
  test('a typed room name becomes fit for an address', () => {
    expect(roomNameFrom('  Café au Lait! ')).toBe('Cafe-au-Lait');
    expect(roomNameFrom('-._x')).toBe('x');
    expect(roomNameFrom('غرفة')).toBe('');
    expect(roomNameFrom('a'.repeat(100))).toHaveLength(64);
  });

  test('a friendly name is a room name as it stands', () => {
    for (const random of [0, 0.5, 0.999]) {
      const name = friendlyRoomName(() => random);
      expect(name).toMatch(/^[a-z]+-[a-z]+-\d\d$/);
      expect(roomNameFrom(name)).toBe(name);
    }
  });

  test('initials are one or two letters of any script', () => {
    expect(initialsOf('Mia Sørensen')).toBe('MS');
    expect(initialsOf('kenji')).toBe('K');
    expect(initialsOf('Олена  Іванівна Шевченко')).toBe('ОШ');
    expect(initialsOf('عبد الرحمن')).toBe('عا');
    expect(initialsOf('!!!')).toBe('?');
  });

  test('a name has always the same colour', () => {
    expect(hueOf('Kenji')).toBe(hueOf('Kenji'));
    expect(hueOf('Kenji')).toBeGreaterThanOrEqual(0);
    expect(hueOf('Kenji')).toBeLessThan(360);
  });
});

describe('the tiles of a stage', () => {
  test('are people in the order of their seats, then screens', () => {
    const tiles = tilesOf(view(member('b', 1, ['camera', 'screen']), member('a', 0, ['camera'])), undefined);
    expect(tiles.map(({ key }) => key)).toEqual(['a:camera', 'b:camera', 'b:screen']);
  });

  test('keep a person whose camera is off, without a picture', () => {
    const [off, none] = tilesOf(view(member('a', 0, ['camera'], false), member('b', 1, [])), undefined);
    expect(off?.picture).toBe(false);
    expect(none?.picture).toBe(false);
  });
});
