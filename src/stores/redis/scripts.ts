// What runs inside Redis, each atomically and on keys of one shard. None throws on what it finds in our keys: a value that is
// not what it should be is set aside under `…:quarantine` for a day by a write, and left out by a read; both are counted.
import {
  DOCUMENT_BYTES_MAX,
  ENTRY_BYTES_MAX,
  FIELD_CHARS_MAX,
  OTHER_FIELD,
  OWNER_CHARS_MAX,
} from '../../core/store.ts';
import { SIZE_MAX } from '../pending.ts';

const DAY_MS = 86_400_000;
/** A UTF-16 unit is at most three bytes of UTF-8. */
const FIELD_BYTES_MAX = FIELD_CHARS_MAX * 3;
/** A document's line with version, its id as JSON, and its value. */
const STORED_DOCUMENT_BYTES_MAX = DOCUMENT_BYTES_MAX + OWNER_CHARS_MAX * 6 + 64;
/** All documents of one answer. */
const ANSWER_BYTES_MAX = 4_194_304;

const SET_ASIDE = `
local function is_error(answer) return type(answer) == 'table' and answer.err ~= nil end
local function set_aside(key)
  if redis.call('EXISTS', key) == 1 then
    redis.call('RENAME', key, key .. ':quarantine')
    redis.call('PEXPIRE', key .. ':quarantine', ${DAY_MS})
  end
end
`;

/**
 * KEYS: the sender's mark, then a key for each value. ARGV: the batch's number, the mark's lifetime, then for each value its
 * kind, lifetime, size and items. A number that the mark has reached was applied before: nothing happens.
 * Answers {1 when it was applied before, refused, ignored}.
 */
const apply = `${SET_ASIDE}
local seen = redis.pcall('GET', KEYS[1])
if is_error(seen) then redis.call('DEL', KEYS[1]); seen = false end
if seen and tonumber(seen) and tonumber(seen) >= tonumber(ARGV[1]) then return {1, 0, 0} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local refused, ignored = 0, 0
local function run(command, key, field, ...)
  local answer = redis.pcall(command, key, field, ...)
  if not is_error(answer) then return answer end
  ignored = ignored + 1
  if command == 'HINCRBY' and redis.call('TYPE', key).ok == 'hash' then redis.call('HDEL', key, field)
  else set_aside(key) end
  answer = redis.pcall(command, key, field, ...)
  if not is_error(answer) then return answer end
  refused = refused + 1
  return 0
end
local at = 3
for k = 2, #KEYS do
  local key, kind, ttl, max, items = KEYS[k], ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  at = at + 4
  for i = 1, items do
    local item = ARGV[at]
    if kind == 'counters' or kind == 'histogram' then
      local by = ARGV[at + 1]
      at = at + 2
      local total = run('HINCRBY', key, item, by)
      if kind == 'counters' and total == tonumber(by) and item ~= '${OTHER_FIELD}'
        and redis.call('HLEN', key) - redis.call('HEXISTS', key, '${OTHER_FIELD}') > max then
        redis.call('HDEL', key, item)
        run('HINCRBY', key, '${OTHER_FIELD}', by)
        refused = refused + 1
      end
    elseif kind == 'index' then
      if ARGV[at + 1] == '' then run('ZREM', key, item) else run('ZADD', key, ARGV[at + 1], item) end
      at = at + 2
    else
      at = at + 1
      if kind == 'distinct' then run('PFADD', key, item)
      elseif kind == 'feed' then run('LPUSH', key, item)
      elseif run('SADD', key, item) == 1 and redis.call('SCARD', key) > max then
        redis.call('SREM', key, item)
        refused = refused + 1
      end
    end
  end
  if kind == 'index' then
    local over = redis.call('ZCARD', key) - max
    if over > 0 then redis.call('ZREMRANGEBYRANK', key, 0, over - 1) end
  elseif kind == 'feed' then redis.call('LTRIM', key, 0, max - 1) end
  if ttl > 0 then redis.call('PEXPIRE', key, ttl) end
end
return {0, refused, ignored}
`;

/** KEYS: one value. ARGV: its Redis type, then for an index min, max, order and how many; for a feed how many. Answers {ignored, flat list}. */
const read = `#!lua flags=no-writes
local key, wanted = KEYS[1], ARGV[1]
local found = redis.call('TYPE', key).ok
if found == 'none' then return {0, {}} end
if found ~= wanted then return {1, {}} end
local list, longest, step = nil, ${FIELD_BYTES_MAX}, 1
if wanted == 'hash' then
  if redis.call('HLEN', key) > ${SIZE_MAX + 1} then return {1, {}} end
  list, step = redis.call('HGETALL', key), 2
elseif wanted == 'set' then
  if redis.call('SCARD', key) > ${SIZE_MAX} then return {1, {}} end
  list = redis.call('SMEMBERS', key)
elseif wanted == 'list' then
  list, longest = redis.call('LRANGE', key, 0, tonumber(ARGV[2]) - 1), ${ENTRY_BYTES_MAX}
elseif ARGV[4] == 'highest-first' then
  list, step = redis.call('ZRANGE', key, ARGV[3], ARGV[2], 'BYSCORE', 'REV', 'LIMIT', 0, ARGV[5], 'WITHSCORES'), 2
else
  list, step = redis.call('ZRANGE', key, ARGV[2], ARGV[3], 'BYSCORE', 'LIMIT', 0, ARGV[5], 'WITHSCORES'), 2
end
local ignored, kept = 0, {}
for i = 1, #list, step do
  if #list[i] > longest or (step == 2 and #list[i + 1] > 32) then ignored = ignored + 1
  else for j = i, i + step - 1 do kept[#kept + 1] = list[j] end end
end
return {ignored, kept}
`;

/** KEYS: HyperLogLogs. Answers {ignored, estimate}. */
const distinct = `${SET_ASIDE}
local all = redis.pcall('PFCOUNT', unpack(KEYS))
if not is_error(all) then return {0, all} end
local good = {}
for _, key in ipairs(KEYS) do
  if not is_error(redis.pcall('PFCOUNT', key)) then good[#good + 1] = key end
end
if #good == 0 then return {#KEYS, 0} end
return {#KEYS - #good, redis.call('PFCOUNT', unpack(good))}
`;

/** KEYS: where to, then sources. ARGV: lifetime. Answers how many were ignored. */
const merge = `${SET_ASIDE}
local good, ignored = {}, 0
for _, key in ipairs(KEYS) do
  if not is_error(redis.pcall('PFCOUNT', key)) then good[#good + 1] = key
  else
    ignored = ignored + 1
    if key == KEYS[1] then set_aside(key) end
  end
end
redis.call('PFMERGE', KEYS[1], unpack(good))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return ignored
`;

/** KEYS: documents. Answers for each nil, its text, or 1 when it is none; ends early when the answer gets too large. */
const documents = `#!lua flags=no-writes
local answer, bytes = {}, 0
for i, key in ipairs(KEYS) do
  local found = redis.call('TYPE', key).ok
  if found == 'none' then answer[i] = false
  elseif found ~= 'string' or redis.call('STRLEN', key) > ${STORED_DOCUMENT_BYTES_MAX} then answer[i] = 1
  else
    bytes = bytes + redis.call('STRLEN', key)
    if i > 1 and bytes > ${ANSWER_BYTES_MAX} then break end
    answer[i] = redis.call('GET', key)
  end
end
return answer
`;

/**
 * KEYS: the document, the index of its kind on this shard. ARGV: the expected version, a word only this write has, the text
 * after the first line, lifetime, digest, how many may be on this shard, and the beginning of its siblings' keys.
 * Answers {1, version} or {0, text of the present one}.
 */
const put = `${SET_ASIDE}
local current = redis.pcall('GET', KEYS[1])
if is_error(current) then set_aside(KEYS[1]); current = false end
local version, writer = 0, ''
if current then
  local found, by = string.match(current, '^(%d+) ([%w_-]*)\\n')
  if found and #found < 15 then version, writer = tonumber(found), by else set_aside(KEYS[1]); current = false end
end
local expected = tonumber(ARGV[1])
if version == expected + 1 and writer == ARGV[2] then return {1, version} end
if version ~= expected then
  if current and #current > ${STORED_DOCUMENT_BYTES_MAX} then current = false end
  return {0, current}
end
redis.call('SET', KEYS[1], string.format('%d', expected + 1) .. ' ' .. ARGV[2] .. '\\n' .. ARGV[3], 'PX', ARGV[4])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if redis.call('TYPE', KEYS[2]).ok ~= 'zset' then set_aside(KEYS[2]) end
redis.call('ZADD', KEYS[2], string.format('%d', now + tonumber(ARGV[4])), ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%d', now))
local over = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[6])
if over > 0 then
  for _, digest in ipairs(redis.call('ZRANGE', KEYS[2], 0, over - 1)) do
    if digest ~= ARGV[5] then
      redis.call('DEL', ARGV[7] .. digest)
      redis.call('ZREM', KEYS[2], digest)
    end
  end
end
return {1, expected + 1}
`;

/** KEYS: the document, the index. ARGV: the expected version, digest. Answers 1 when it was there. */
const remove = `
local current = redis.pcall('GET', KEYS[1])
if type(current) ~= 'string' then return 0 end
local version = string.match(current, '^(%d+) ')
if not version or tonumber(version) ~= tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
redis.pcall('ZREM', KEYS[2], ARGV[2])
return 1
`;

export const SCRIPTS = { apply, read, distinct, merge, documents, put, remove } as const;
export type ScriptName = keyof typeof SCRIPTS;
