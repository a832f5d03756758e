/*
 * What the register does in Redis: each script is one step that nothing comes between, by Redis' own clock.
 *
 * Keys, all under `{prefix}:` and with a time to live:
 *   members   sorted set   node -> when it is gone, ms         changes   sorted set   node -> version of its record
 *   records   hash         node -> `session record`            version   the view's
 *   pulse     `last-beat settled-from`, ms                     holders:<room>   sorted set   node -> when it is gone, ms
 *   home:<room>   `node session epoch expires`, ms; the node is `-` once the home was given up
 */

const common = `
local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
-- When anybody was heard last, and from when on silence means that a node is gone.
local function pulse(key)
  local last, from = string.match(redis.call('GET', key) or '0 0', '^(%d+) (%d+)$')
  return tonumber(last), tonumber(from)
end
local function settled(key, now, silence)
  local last, from = pulse(key)
  return now - last <= silence and now >= from
end
`;

const beat = `
local members, changes, records, versionKey, pulseKey = unpack(KEYS)
local node, session, record, channel = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local ttl, silence, since = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local joining, tell = ARGV[8] == '1', ARGV[9] == '1'
local now = nowMs()
local stored = redis.call('HGET', records, node)
local fresh = not stored or string.match(stored, '^%S+') ~= session
if stored and fresh then
  local last = (redis.call('ZSCORE', members, node) or now) - ttl
  if not joining or now - last < silence then return {'occupied', last} end
end
local last, from = pulse(pulseKey)
if now - last > silence then from = now + ttl end
redis.call('SET', pulseKey, now .. ' ' .. from, 'PX', ttl)
local version = tonumber(redis.call('GET', versionKey) or '0')
-- The register lost what it knew, or a part of it: everything is new.
if version < since then since = 0 end
local news = false
if stored ~= session .. ' ' .. record then
  version = math.max(version + 1, now)
  redis.call('HSET', records, node, session .. ' ' .. record)
  redis.call('ZADD', changes, version, node)
  news = fresh or tell
end
redis.call('ZADD', members, now + ttl, node)
if now >= from then
  for _, gone in ipairs(redis.call('ZRANGEBYSCORE', members, '-inf', now)) do
    redis.call('ZREM', members, gone)
    redis.call('ZREM', changes, gone)
    redis.call('HDEL', records, gone)
    news = true
  end
end
redis.call('SET', versionKey, version, 'PX', ttl)
for _, key in ipairs({members, changes, records}) do redis.call('PEXPIRE', key, ttl) end
if news then redis.call('PUBLISH', channel, '') end
local changed = redis.call('ZRANGEBYSCORE', changes, '(' .. since, '+inf')
local texts = #changed > 0 and redis.call('HMGET', records, unpack(changed)) or {}
return {'beating', now >= from and 1 or 0, version, redis.call('ZRANGE', members, 0, -1), changed, texts}
`;

const leave = `
local members, changes, records = unpack(KEYS)
local node, session, channel = unpack(ARGV)
local stored = redis.call('HGET', records, node)
if stored and string.match(stored, '^%S+') == session then
  redis.call('ZREM', members, node)
  redis.call('ZREM', changes, node)
  redis.call('HDEL', records, node)
  redis.call('PUBLISH', channel, node .. ' ' .. session)
end
return 1
`;

/** The homes' keys come first, then the holders'. */
const keep = `
local node, session = ARGV[1], ARGV[2]
local homeTtl, memory, ttl, homes = tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local seat = node .. ' ' .. session
local now = nowMs()
local lost = {}
for i = 1, homes do
  local epoch = ARGV[6 + i]
  local stored = redis.call('GET', KEYS[i])
  local holder, storedEpoch = string.match(stored or '- - 0 0', '^(%S+ %S+) (%d+)')
  if tonumber(storedEpoch) > tonumber(epoch) or (storedEpoch == epoch and holder ~= seat) then
    lost[#lost + 1] = i
  else
    redis.call('SET', KEYS[i], seat .. ' ' .. epoch .. ' ' .. (now + homeTtl), 'PX', memory)
  end
end
for i = homes + 1, #KEYS do
  redis.call('ZADD', KEYS[i], now + ttl, node)
  redis.call('PEXPIRE', KEYS[i], ttl)
end
return lost
`;

const claim = `
local node, session, homeTtl, memory = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local silence, fromEpoch = tonumber(ARGV[5]), tonumber(ARGV[6])
local seat = node .. ' ' .. session
local now = nowMs()
local stored = redis.call('GET', KEYS[1]) or '- - 0 0'
local holder, holderSession, epoch, expires = string.match(stored, '^(%S+) (%S+) (%d+) (%d+)$')
epoch = tonumber(epoch)
if holder .. ' ' .. holderSession ~= seat then
  local live = holder ~= '-' and (now < tonumber(expires) or not settled(KEYS[2], now, silence))
  -- An earlier process of this node is gone: it could not have announced itself otherwise.
  if live and holder ~= node then return {'other', holder, epoch} end
  if fromEpoch >= 0 and epoch > fromEpoch then return {'moved-on'} end
  epoch = math.max(epoch + 1, fromEpoch + 1, now)
end
redis.call('SET', KEYS[1], seat .. ' ' .. epoch .. ' ' .. (now + homeTtl), 'PX', memory)
return {'mine', node, epoch}
`;

const letGo = `
local node, session, memory, homes = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
for i = 1, homes do
  local held = node .. ' ' .. session .. ' ' .. ARGV[4 + i] .. ' '
  local stored = redis.call('GET', KEYS[i])
  if stored and string.sub(stored, 1, #held) == held then
    redis.call('SET', KEYS[i], '- - ' .. ARGV[4 + i] .. ' 0', 'PX', memory)
  end
end
for i = homes + 1, #KEYS do redis.call('ZREM', KEYS[i], node) end
return 1
`;

const find = `
local stored = redis.call('GET', KEYS[1])
if not stored then return {} end
local holder, epoch, expires = string.match(stored, '^(%S+) %S+ (%d+) (%d+)$')
local now = nowMs()
if holder == '-' or (now >= tonumber(expires) and settled(KEYS[2], now, tonumber(ARGV[1]))) then return {} end
return {holder, tonumber(epoch)}
`;

const holders = `
local now = nowMs()
if settled(KEYS[2], now, tonumber(ARGV[1])) then redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now) end
return redis.call('ZRANGE', KEYS[1], 0, -1)
`;

const bodies = { beat, leave, keep, claim, letGo, find, holders };

export type RedisScript = keyof typeof bodies;

/** Each with what several of them use in front. */
export const redisScripts = Object.fromEntries(
  Object.entries(bodies).map(([name, body]) => [name, common + body]),
) as Record<RedisScript, string>;
