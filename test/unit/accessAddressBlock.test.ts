import { expect, test } from '@jest/globals';
import { addressBlock } from '../../server/access/addressBlock.ts';

test('an IPv4 address stands for itself, however it is written', () => {
  expect(addressBlock('203.0.113.9')).toBe('203.0.113.9');
  expect(addressBlock('::ffff:203.0.113.9')).toBe('203.0.113.9');
});

test('all addresses of an IPv6 /64 are one client, those of the next are another', () => {
  const block = addressBlock('2001:db8:0:7::1');
  expect(block).toBe('2001:db8:0:7::/64');
  for (const same of ['2001:DB8:0:7:ffff:1:2:3', '2001:0db8::7:0:0:0:9', '2001:db8:0:7:1::%eth0']) {
    expect(addressBlock(same)).toBe(block);
  }
  expect(addressBlock('2001:db8:0:8::1')).not.toBe(block);
  expect(addressBlock('::1')).toBe('0:0:0:0::/64');
  expect(addressBlock('64:ff9b::203.0.113.9')).toBe('64:ff9b:0:0::/64');
});

test('what is no address is left as it is', () => {
  for (const odd of ['unknown', '', 'a:b', '1.2.3']) expect(addressBlock(odd)).toBe(odd);
});
