-- Appends a batch to telemetry; batches enter only through this script. Runs atomically inside the server.
--
-- KEYS  1 stream  2 prefix of the sets of digests seen (":seen:<slot>")  3 slot counter  4 clients (hash: client -> received)
-- ARGV  1 client  2 received  3 slot length, s  4 largest entry, bytes  5 digests, 10 bytes each, in the order of the batch
--       6 one letter for each digest: "n" append its payload when new, "c" claim the id (its record is a fact of the ledger),
--         "k" only ask whether it is known  7… the payloads of the "n"s
-- Answers {id of the last entry or "", records in that entry, one letter for each digest: "1" known before, "0" not}
local client, received, width = ARGV[1], ARGV[2], 10
local digests, kinds = ARGV[5], ARGV[6]
local count = #kinds

-- Ids are remembered for one to two slots. The slot number never decreases, even if the clock goes back.
local slot = math.floor(tonumber(redis.call("TIME")[1]) / tonumber(ARGV[3]))
local last = tonumber(redis.call("GET", KEYS[3]) or "-1")
if slot > last then redis.call("SET", KEYS[3], slot) else slot = last end
local current, older = KEYS[2] .. slot, KEYS[2] .. (slot - 1)

local members = {}
for i = 1, count do members[i] = string.sub(digests, (i - 1) * width + 1, i * width) end
local inCurrent = redis.call("SMISMEMBER", current, unpack(members))
local inOlder = redis.call("SMISMEMBER", older, unpack(members))

local known, fresh, payloads = {}, {}, {}
local added, at = {}, 7
for i = 1, count do
  local kind = string.sub(kinds, i, i)
  local seen = inCurrent[i] == 1 or inOlder[i] == 1 or added[members[i]]
  known[i] = seen and "1" or "0"
  if not seen and kind ~= "k" then
    added[members[i]] = true
    fresh[#fresh + 1] = members[i]
  end
  if kind == "n" then
    if not seen then payloads[#payloads + 1] = ARGV[at] end
    at = at + 1
  end
end
if #fresh > 0 then
  redis.call("SADD", current, unpack(fresh))
  redis.call("EXPIRE", current, tonumber(ARGV[3]) * 3)
end
if redis.call("HGET", KEYS[4], client) ~= received then redis.call("HSET", KEYS[4], client, received) end

-- One entry per batch, split if it is too large for one message to a subscriber.
local id, held = "", 0
local part, size = {}, 0
local function flush()
  if #part == 0 then return end
  id = redis.call("XADD", KEYS[1], "*", "c", client, "r", received, "b", "[" .. table.concat(part, ",") .. "]")
  held = #part
  part, size = {}, 0
end
for i = 1, #payloads do
  if size > 0 and size + #payloads[i] > tonumber(ARGV[4]) then flush() end
  part[#part + 1] = payloads[i]
  size = size + #payloads[i] + 1
end
flush()
return {id, held, table.concat(known)}
