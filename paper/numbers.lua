-- []{.num key=exhibit.number fmt=value:1} becomes the text that econ.report rendered for it.
-- The build renders the numbers; this filter only looks them up, and stops at one that is not there.
local numbers
local false_claims, told, seen = {}, {}, {}

local html = FORMAT:match("html")
local MARK = "[no longer so on this vintage]"

-- Struck out where the format can strike what holds citations and formulas, and marked in words.
local function marked(words)
  local struck = FORMAT:match("latex") and words or pandoc.Inlines({ pandoc.Strikeout(words) })
  return struck .. { pandoc.Space(), pandoc.Strong({ pandoc.Str(MARK) }) }
end

-- [words]{.claim key=name}: econ.report held the words to the results before; the page of the web may show which.
local function claim(span)
  if not span.classes:includes("claim") then return nil end
  local key = span.attributes.key
  if false_claims[key] then
    if not seen[key] then
      seen[key] = true
      table.insert(told, { pandoc.Plain(span.content) })
    end
    span.content = marked(span.content)
  end
  return html and span or span.content
end

-- What is false stands before the first section too.
local function listed(doc)
  if #told == 0 then return nil end
  local head = pandoc.Para({ pandoc.Strong({ pandoc.Str("Sentences that no longer hold on this vintage of the data:") }) })
  doc.blocks:insert(1, pandoc.BulletList(told))
  doc.blocks:insert(1, head)
  return doc
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
  local given = pandoc.json.decode(file:read("a"), false)
  numbers = given.numbers
  for _, key in ipairs(given["false"]) do false_claims[key] = true end
  file:close()
  meta["numbers-file"] = nil
  return meta
end

return {
  { Meta = read },
  { Span = lookup },
  { Span = claim },
  { Pandoc = listed },
}
