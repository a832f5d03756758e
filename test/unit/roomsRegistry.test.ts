import { beforeEach, describe, expect, test } from '@jest/globals';
import { Room } from '../../server/rooms/room.ts';
import { Rooms } from '../../server/rooms/rooms.ts';
import { ManualClock } from '../support/manualClock.ts';
import { asRoomId, hanna, roomSettings, vera } from '../support/show.ts';

const studio = asRoomId('studio');
let clock: ManualClock;
let rooms: Rooms<Room>;
let closed: string[];

beforeEach(() => {
  clock = new ManualClock();
  closed = [];
  rooms = new Rooms({
    make: (parts) => new Room(parts),
    settings: roomSettings,
    clock,
    vacantRoomMs: 5000,
    endedRoomMs: 60_000,
    eventsOf: () => ({
      perform: () => undefined,
      viewersChanged: () => undefined,
      reactions: () => undefined,
      data: () => undefined,
    }),
    onClosed: (room) => closed.push(room.id),
  });
});

describe('the rooms of a node', () => {
  test('are made when first asked for, and found again', () => {
    expect(rooms.get(studio)).toBeUndefined();
    const room = rooms.open(studio);
    expect(rooms.open(studio)).toBe(room);
    expect(rooms.get(studio)).toBe(room);
    expect([rooms.size, rooms.all()]).toEqual([1, [room]]);
  });

  test('are closed when nobody enters', () => {
    const room = rooms.open(studio);
    clock.pass(4999);
    expect(rooms.size).toBe(1);
    clock.pass(1);
    expect([rooms.size, closed]).toEqual([0, ['studio']]);
    expect(rooms.open(studio)).not.toBe(room);
  });

  test('are closed some time after the last one left, unless somebody comes', () => {
    const room = rooms.open(studio);
    room.join(vera);
    clock.pass(20_000);
    room.depart(vera.id);
    clock.pass(3000);
    room.join(vera);
    clock.pass(20_000);
    expect(rooms.size).toBe(1);
    room.depart(vera.id);
    clock.pass(5000);
    expect(rooms.size).toBe(0);
  });

  test('stay while a seat is kept for somebody', () => {
    const room = rooms.open(studio);
    room.join(hanna);
    room.depart(hanna.id);
    clock.pass(29_999);
    expect(room.status).toBe('live');
    clock.pass(1);
    expect(room.status).toBe('ended');
    expect(rooms.get(studio)).toBe(room);
  });

  test('remember an ended show for a while, and tell late viewers', () => {
    const room = rooms.open(studio);
    room.join(hanna);
    room.run({ type: 'end', by: hanna });
    clock.pass(59_999);
    expect(rooms.open(studio).join(vera)).toMatchObject({ error: { code: 'room-ended' } });
    clock.pass(1);
    expect(rooms.size).toBe(0);
    expect(rooms.open(studio).join(vera).ok).toBe(true);
  });

  test('stay when the host begins the next show in time', () => {
    const room = rooms.open(studio);
    room.join(hanna);
    room.run({ type: 'end', by: hanna });
    clock.pass(50_000);
    room.join(hanna);
    clock.pass(100_000);
    expect(rooms.get(studio)).toBe(room);
    expect(room.status).toBe('live');
  });

  test('are all closed at once, each told once, with nothing left to run', () => {
    const other = asRoomId('other');
    rooms.open(studio).join(hanna);
    rooms.open(other).join(vera);
    rooms.closeAll();
    rooms.closeAll();
    expect([rooms.size, closed, clock.pending]).toEqual([0, ['studio', 'other'], 0]);
  });
});
