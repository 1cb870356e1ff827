-- Appends facts to the ledger; facts enter only through this script. Runs atomically inside the server.
--
-- KEYS  1 stream  2 head (hash: n, h, r)  3 versions (hash: subject -> version)
--       4 {ledger}:winners (hash: subject -> position of its last fact)  5 prefix of the done buckets
-- ARGV  1 number of acts, then per act:
--       command id, its 12-byte digest (hex), number of subjects, {subject, expected}…, number of bodies, {body, sha256 hex}…
-- Answers one row per act: {"ok", position, hash, recorded_at, versions…} | {"again", position} | {"conflict", subject, version, last position}
local band, bor, bxor, bnot = bit.band, bit.bor, bit.bxor, bit.bnot
local rshift, lshift, ror, tobit, tohex = bit.rshift, bit.lshift, bit.ror, bit.tobit, bit.tohex

local K = {
  0x428a2f98,0x71374491,0xb5c0fbcf,0xe9b5dba5,0x3956c25b,0x59f111f1,0x923f82a4,0xab1c5ed5,
  0xd807aa98,0x12835b01,0x243185be,0x550c7dc3,0x72be5d74,0x80deb1fe,0x9bdc06a7,0xc19bf174,
  0xe49b69c1,0xefbe4786,0x0fc19dc6,0x240ca1cc,0x2de92c6f,0x4a7484aa,0x5cb0a9dc,0x76f988da,
  0x983e5152,0xa831c66d,0xb00327c8,0xbf597fc7,0xc6e00bf3,0xd5a79147,0x06ca6351,0x14292967,
  0x27b70a85,0x2e1b2138,0x4d2c6dfc,0x53380d13,0x650a7354,0x766a0abb,0x81c2c92e,0x92722c85,
  0xa2bfe8a1,0xa81a664b,0xc24b8b70,0xc76c51a3,0xd192e819,0xd6990624,0xf40e3585,0x106aa070,
  0x19a4c116,0x1e376c08,0x2748774c,0x34b0bcb5,0x391c0cb3,0x4ed8aa4a,0x5b9cca4f,0x682e6ff3,
  0x748f82ee,0x78a5636f,0x84c87814,0x8cc70208,0x90befffa,0xa4506ceb,0xbef9a3f7,0xc67178f2}

local function sha256(text)
  local length = #text
  local padding = (55 - length) % 64
  text = text .. "\128" .. string.rep("\0", padding) .. "\0\0\0\0" .. struct.pack(">I4", length * 8)
  local h0, h1, h2, h3 = 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a
  local h4, h5, h6, h7 = 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
  local w = {}
  for start = 1, #text, 64 do
    for i = 1, 16 do w[i] = struct.unpack(">I4", text, start + (i - 1) * 4) end
    for i = 17, 64 do
      local x, y = w[i - 15], w[i - 2]
      w[i] = tobit(w[i - 16] + bxor(ror(x, 7), ror(x, 18), rshift(x, 3))
        + w[i - 7] + bxor(ror(y, 17), ror(y, 19), rshift(y, 10)))
    end
    local a, b, c, d, e, f, g, h = h0, h1, h2, h3, h4, h5, h6, h7
    for i = 1, 64 do
      local t1 = h + bxor(ror(e, 6), ror(e, 11), ror(e, 25)) + bxor(band(e, f), band(bnot(e), g)) + K[i] + w[i]
      local t2 = bxor(ror(a, 2), ror(a, 13), ror(a, 22)) + bxor(band(a, b), band(a, c), band(b, c))
      h, g, f, e, d, c, b, a = g, f, e, tobit(d + t1), c, b, a, tobit(t1 + t2)
    end
    h0, h1, h2, h3 = tobit(h0 + a), tobit(h1 + b), tobit(h2 + c), tobit(h3 + d)
    h4, h5, h6, h7 = tobit(h4 + e), tobit(h5 + f), tobit(h6 + g), tobit(h7 + h)
  end
  return tohex(h0) .. tohex(h1) .. tohex(h2) .. tohex(h3) .. tohex(h4) .. tohex(h5) .. tohex(h6) .. tohex(h7)
end

-- Epoch seconds and microseconds -> ISO 8601 UTC (days-to-civil after Howard Hinnant's public-domain algorithm).
local function iso(seconds, micros)
  local days = math.floor(seconds / 86400)
  local rest = seconds - days * 86400
  local z = days + 719468
  local era = math.floor(z / 146097)
  local doe = z - era * 146097
  local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  local mp = math.floor((5 * doy + 2) / 153)
  local day = doy - math.floor((153 * mp + 2) / 5) + 1
  local month = mp < 10 and mp + 3 or mp - 9
  local year = yoe + era * 400 + (month <= 2 and 1 or 0)
  return string.format("%04d-%02d-%02dT%02d:%02d:%02d.%06d+00:00", year, month, day,
    math.floor(rest / 3600), math.floor(rest / 60) % 60, rest % 60, micros)
end

local head = redis.call("HMGET", KEYS[2], "n", "h", "r")
local n = tonumber(head[1] or "0")
local previous = head[2] or string.rep("0", 64)
local last = head[3] or ""
local time = redis.call("TIME")
local now = iso(tonumber(time[1]), tonumber(time[2]))
if now < last then now = last end -- recorded_at never decreases, even if the machine's clock goes back

local answers = {}
local cursor = 2
local function take() local value = ARGV[cursor]; cursor = cursor + 1; return value end

for act = 1, tonumber(ARGV[1]) do
  local command = take()
  local key = take()
  local bucket = KEYS[5] .. string.sub(key, 1, 4)
  local subjects, versions, conflict = {}, {}, nil
  for i = 1, tonumber(take()) do
    local subject, expected = take(), tonumber(take())
    local version = tonumber(redis.call("HGET", KEYS[3], subject) or "0")
    subjects[i], versions[i] = subject, version + 1
    if not conflict and expected >= 0 and expected ~= version then
      conflict = {"conflict", subject, version, tonumber(redis.call("HGET", KEYS[4], subject) or "0")}
    end
  end
  local bodies = tonumber(take())
  local done = redis.call("HGET", bucket, key)
  if done then
    cursor = cursor + bodies * 2
    answers[act] = {"again", tonumber(done)}
  elseif conflict then
    cursor = cursor + bodies * 2
    answers[act] = conflict
  else
    for _ = 1, bodies do
      local body, digest = take(), take()
      n = n + 1
      previous = sha256(previous .. now .. digest)
      redis.call("XADD", KEYS[1], n .. "-0", "b", body, "r", now, "h", previous)
    end
    redis.call("HSET", bucket, key, n)
    for i = 1, #subjects do
      redis.call("HSET", KEYS[3], subjects[i], versions[i])
      redis.call("HSET", KEYS[4], subjects[i], n)
    end
    local answer = {"ok", n, previous, now}
    for i = 1, #versions do answer[#answer + 1] = versions[i] end
    answers[act] = answer
  end
end
redis.call("HSET", KEYS[2], "n", n, "h", previous, "r", now)
return answers
