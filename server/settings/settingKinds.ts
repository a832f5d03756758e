import { isIP } from 'node:net';
import { z } from 'zod';
import { nodeIdSchema, regionIdSchema } from '../../protocol/network.ts';
import type { NodeId, RegionId } from '../../protocol/network.ts';
import { isProxyEntry, trustedProxies } from './trustedProxies.ts';
import type { TrustsProxy } from './trustedProxies.ts';

/** A form a setting's value can have: how people write it, how JSON writes it, and what the server gets. */
export interface Kind<T> {
  /** For messages: "expected <form>". */
  form: string;
  /** For `--help`, in place of a value. */
  placeholder: string;
  /** Checks the JSON form and turns it into the value. */
  schema: z.ZodType<T>;
  /** Flags and the environment have only text; what cannot be read stays text and fails the schema. */
  fromText: (text: string) => unknown;
  /** A flag of this kind needs no value. */
  isSwitch?: true;
}

/** So many at once, refilled at `perSecond`; written as "5 per 10s". */
export interface Rate {
  burst: number;
  perSecond: number;
}

export interface ApiKey {
  /** Who uses the key; this name is logged, the key never. */
  name: string;
  key: string;
}

const asText = (text: string): unknown => text;
const asNumber = (text: string): unknown => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text);
const asList = (text: string): unknown =>
  text
    .split(/[\s,]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '');

export const onOff: Kind<boolean> = {
  form: 'true or false',
  placeholder: 'true|false',
  schema: z.boolean(),
  fromText: (text) => {
    if (['1', 'true', 'yes', 'on'].includes(text.toLowerCase())) return true;
    if (['0', 'false', 'no', 'off'].includes(text.toLowerCase())) return false;
    return text;
  },
  isSwitch: true,
};

export function whole(min: number, max: number): Kind<number> {
  return {
    form: `a whole number from ${min} to ${max}`,
    placeholder: 'number',
    schema: z.number().int().min(min).max(max),
    fromText: asNumber,
  };
}

export function fraction(min: number, max: number): Kind<number> {
  return {
    form: `a number from ${min} to ${max}`,
    placeholder: 'number',
    schema: z.number().min(min).max(max),
    fromText: asNumber,
  };
}

export const port = whole(0, 65535);
export const durationMs = whole(0, 24 * 3_600_000);
export const bitrateBps = whole(10_000, 1_000_000_000);
export const count = whole(1, 1_000_000);

export function text(form: string, placeholder: string, pattern: RegExp): Kind<string> {
  return { form, placeholder, schema: z.string().regex(pattern), fromText: asText };
}

export const path = text('a path', 'path', /^[^\0]+$/);
export const hostAddress = text('a host name or an IP address', 'address', /^[A-Za-z0-9.:-]{1,255}$/);

const nameForm = 'lower-case letters, digits and "-", at most 32';

export const nodeName: Kind<NodeId> = {
  form: nameForm,
  placeholder: 'name',
  schema: nodeIdSchema.transform((name): NodeId => name),
  fromText: asText,
};

export const regionName: Kind<RegionId> = {
  form: nameForm,
  placeholder: 'name',
  schema: regionIdSchema.transform((name): RegionId => name),
  fromText: asText,
};

export const regionList: Kind<RegionId[]> = {
  form: `a list of 1 to 16 regions, each ${nameForm}`,
  placeholder: 'list',
  schema: z.array(regionIdSchema).min(1).max(16),
  fromText: asList,
};

const isHttpUrl = (url: string): boolean =>
  URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol) && url.length <= 256;

export const httpUrl: Kind<string> = {
  form: 'a URL such as https://eu-1.example.com, at most 256 characters',
  placeholder: 'url',
  schema: z.string().refine(isHttpUrl),
  fromText: asText,
};

export const redisUrl = text(
  'redis://host:port/db, redis+sentinel://hosts/master/db or redis+cluster://hosts, or rediss… for TLS',
  'url',
  /^rediss?(\+(sentinel|cluster))?:\/\/\S+$/,
);

export const ipAddress: Kind<string> = {
  form: 'an IP address',
  placeholder: 'address',
  schema: z.string().refine((value) => isIP(value) !== 0),
  fromText: asText,
};

export function oneOf<const T extends string>(values: readonly T[]): Kind<T> {
  return {
    form: `one of ${values.join(', ')}`,
    placeholder: values.join('|'),
    schema: z.enum(values),
    fromText: asText,
  };
}

const isOrigin = (origin: string): boolean =>
  origin === '*' || (URL.canParse(origin) && new URL(origin).origin === origin);

export const originList: Kind<string[]> = {
  form: 'a list of origins such as https://live.example.com, or *',
  placeholder: 'list',
  schema: z.array(z.string().refine(isOrigin)),
  fromText: asList,
};

export const trustedProxyList: Kind<TrustsProxy> = {
  form: 'a list of addresses, CIDR ranges, loopback, linklocal, uniquelocal, or a number of hops',
  placeholder: 'list',
  schema: z.array(z.string().refine(isProxyEntry)).transform(trustedProxies),
  fromText: asList,
};

export function secretText(minBytes: number): Kind<string> {
  return {
    form: `at least ${minBytes} bytes of text`,
    placeholder: 'text',
    schema: z.string().refine((value) => Buffer.byteLength(value) >= minBytes),
    fromText: asText,
  };
}

export function secretList(minBytes: number): Kind<string[]> {
  return {
    form: `a list of secrets, each at least ${minBytes} bytes of text without spaces and commas`,
    placeholder: 'list',
    schema: z.array(z.string().refine((value) => Buffer.byteLength(value) >= minBytes)).min(1),
    fromText: asList,
  };
}

const ratePattern = /^(\d{1,7}) per (\d{1,5})s$/;

export const rate: Kind<Rate> = {
  form: 'a rate such as "5 per 10s"',
  placeholder: 'rate',
  schema: z.string().transform((written, context) => {
    const [, count, seconds] = ratePattern.exec(written) ?? [];
    if (Number(count) > 0 && Number(seconds) > 0) {
      return { burst: Number(count), perSecond: Number(count) / Number(seconds) };
    }
    context.addIssue({ code: 'custom', message: 'not a rate' });
    return z.NEVER;
  }),
  fromText: asText,
};

const apiKeyPattern = /^([A-Za-z0-9_.-]{1,64}):(\S{16,})$/;

export const apiKeys: Kind<ApiKey[]> = {
  form: 'a list of name:key, each key at least 16 characters',
  placeholder: 'list',
  schema: z
    .array(z.string().regex(apiKeyPattern))
    .min(1)
    .transform((entries) =>
      entries.map((entry) => {
        const colon = entry.indexOf(':');
        return { name: entry.slice(0, colon), key: entry.slice(colon + 1) };
      }),
    ),
  fromText: asList,
};

export function optional<T>(kind: Kind<T>): Kind<T | undefined> {
  return { ...kind, schema: kind.schema.optional() };
}
