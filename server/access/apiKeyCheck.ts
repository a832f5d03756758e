import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (key: string): Buffer => createHash('sha256').update(key).digest();

/** Tells whose key an `Authorization` header carries, or undefined where it carries none of ours. */
export type ApiKeyCheck = (authorization: string | undefined) => string | undefined;

/** Makes the check; digests of equal length are compared in constant time, and every key is looked at every time. */
export function createApiKeyCheck(keys: readonly { name: string; key: string }[]): ApiKeyCheck {
  const known = keys.map(({ name, key }) => ({ name, digest: digest(key) }));
  return (authorization) => {
    const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (given === undefined) return undefined;
    const givenDigest = digest(given);
    let owner: string | undefined;
    for (const key of known) if (timingSafeEqual(key.digest, givenDigest)) owner ??= key.name;
    return owner;
  };
}

/** The same check for operators' tokens, who have no names; undefined where there are none, and nobody gets in. */
export function adminTokenCheck(tokens: readonly string[] | undefined): ApiKeyCheck | undefined {
  return tokens && createApiKeyCheck(tokens.map((key) => ({ name: 'operator', key })));
}
