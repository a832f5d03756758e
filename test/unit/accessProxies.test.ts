import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { clientAddress } from '../../server/access/clientAddress.ts';
import { createForwardingWatch } from '../../server/access/untrustedForwarding.ts';
import { isProxyEntry, trustedProxies } from '../../server/settings/trustedProxies.ts';

function request(remoteAddress: string, forwarded?: string): IncomingMessage {
  return {
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  } as unknown as IncomingMessage;
}

describe("a client's address", () => {
  test("is the socket's own while no proxy is trusted, whatever the client says", () => {
    expect(clientAddress(request('203.0.113.9', '1.2.3.4'), trustedProxies([]))).toBe('203.0.113.9');
  });

  test('is the nearest address that is no trusted proxy', () => {
    const trusts = trustedProxies(['10.0.0.0/8', '2001:db8::/32']);
    expect(clientAddress(request('10.1.1.1', '9.9.9.9, 198.51.100.4, 10.2.2.2'), trusts)).toBe(
      '198.51.100.4',
    );
    expect(clientAddress(request('::ffff:10.1.1.1', '198.51.100.4'), trusts)).toBe('198.51.100.4');
    expect(clientAddress(request('2001:db8::7', '198.51.100.4'), trusts)).toBe('198.51.100.4');
    expect(clientAddress(request('198.51.100.9', '198.51.100.4'), trusts)).toBe('198.51.100.9');
    expect(clientAddress(request('10.1.1.1'), trusts)).toBe('10.1.1.1');
  });

  test('is found behind so many hops, and no further', () => {
    expect(clientAddress(request('10.1.1.1', '9.9.9.9, 198.51.100.4'), trustedProxies(['1']))).toBe(
      '198.51.100.4',
    );
    expect(clientAddress(request('10.1.1.1', '9.9.9.9, 8.8.8.8'), trustedProxies(['2']))).toBe('9.9.9.9');
  });

  test('names of ranges work, nonsense is no entry', () => {
    expect(trustedProxies(['loopback'])('127.0.0.5', 0)).toBe(true);
    expect(trustedProxies(['uniquelocal'])('192.168.4.4', 0)).toBe(true);
    expect(trustedProxies(['loopback'])('not an address', 0)).toBe(false);
    expect(['10.0.0.0/8', '::1', 'linklocal', '2'].filter(isProxyEntry)).toHaveLength(4);
    expect(
      ['10.0.0.0/33', '10.0.0.0/8/9', 'proxy.example.com', '', '1/x', 'toString'].filter(isProxyEntry),
    ).toEqual([]);
  });
});

test('a proxy that is not trusted is told of once, with the setting to change', () => {
  const told: string[] = [];
  const log = { warn: (_fields: unknown, text: string) => told.push(text) };
  const watch = createForwardingWatch(trustedProxies(['10.0.0.0/8']), log as never);
  watch(request('10.1.1.1', '198.51.100.4'));
  watch(request('203.0.113.9'));
  expect(told).toEqual([]);
  watch(request('203.0.113.9', '198.51.100.4'));
  watch(request('203.0.113.9', '198.51.100.4'));
  expect(told).toEqual([expect.stringContaining('trustedProxies')]);
});
