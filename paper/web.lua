-- The web edition only: every number becomes a link to its lineage, every table gets a place for its files.
-- It runs before numbers.lua, which then puts the digits into the links; econ.report.web fills the places.
local function number(span)
  if not span.classes:includes("num") or not span.attributes.key then return nil end
  return pandoc.Link({ span }, "#lineage:" .. span.attributes.key, "", { class = "num" }), false
end

local function included(div)
  if not div.classes:includes("include") then return nil end
  return { div, pandoc.Div({}, { class = "files", ["data-table"] = div.attributes.src }) }
end

return { { traverse = "topdown", Span = number }, { Div = included } }
