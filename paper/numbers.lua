-- []{.num key=exhibit.number fmt=value:1} becomes the text that econ.report rendered for it.
-- The build renders the numbers; this filter only looks them up, and stops at one that is not there.
local numbers

local html = FORMAT:match("html")

-- [words]{.claim key=name}: econ.report held the words to the results before; the page of the web may show which.
local function claim(span)
  if not span.classes:includes("claim") then return nil end
  return html and span or span.content
end

local function lookup(span)
  if not span.classes:includes("num") then return nil end
  local key = span.attributes.key or error("a number without key= stands in the text")
  local name = key .. " " .. (span.attributes.fmt or "value")
  local text = numbers[name]
  if not text then error("no number called " .. name) end
  return pandoc.Str(text)
end

local function read(meta)
  local path = pandoc.utils.stringify(meta["numbers-file"] or error("no numbers-file= was given"))
  local file = io.open(path) or error("cannot read " .. path)
  numbers = pandoc.json.decode(file:read("a"), false)
  file:close()
  meta["numbers-file"] = nil
  return meta
end

return {
  { Meta = read },
  { Span = lookup },
  { Span = claim },
}
