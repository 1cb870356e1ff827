#!lua flags=no-writes
-- Returns up to ARGV[2] entries of the stream KEYS[1] from the id ARGV[1] on, packed as one MessagePack array of
-- [id, recorded_at, hash, body]; a field that an entry does not have is ''. One text costs a reader a tenth of
-- what an answer of thousands of texts does.
local names = { r = 2, h = 3, b = 4 }
local rows = redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])
for number, row in ipairs(rows) do
  local entry, fields = { row[1], '', '', '' }, row[2]
  for at = 1, #fields, 2 do
    local place = names[fields[at]]
    if place then
      entry[place] = fields[at + 1]
    end
  end
  rows[number] = entry
end
return cmsgpack.pack(rows)
