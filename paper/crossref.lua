-- Numbered sections, equations, tables and figures, and references to them, alike in Typst, LaTeX and HTML.
-- Labels: {#sec:x} {#eq:x} {#tbl:x} {#fig:x}.  References: [Table @tbl:x], [-@eq:x].
-- A label that stands twice and a reference to nothing stop the build.
local kinds = { sec = true, eq = true, tbl = true, fig = true }
local numbers, count, section = {}, { eq = 0, tbl = 0, fig = 0 }, { 0, 0, 0, 0, 0, 0 }
local latex, typst, html = FORMAT:match("latex"), FORMAT:match("typst"), FORMAT:match("html")

local function kind(id)
  local word = id:match("^(%a+):")
  return kinds[word] and word
end

local function define(id, number)
  if id == "" then return end
  if numbers[id] then error("label defined twice: " .. id) end
  numbers[id] = tostring(number)
end

local function count_up(id)
  local word = kind(id)
  count[word] = count[word] + 1
  define(id, count[word])
end

local function header(element)
  if element.classes:includes("unnumbered") then return end
  section[element.level] = section[element.level] + 1
  for level = element.level + 1, 6 do section[level] = 0 end
  define(element.identifier, table.concat(section, ".", 1, element.level))
end

local function figure(element)
  if kind(element.identifier) == "fig" then count_up(element.identifier) end
end

-- A table made by code, in the language of this format, with the caption written in the text.
-- Classes: .small and .tiny for small print, .here for a table that must not float, .long for one that may go over the page.
local function included(element)
  count_up(element.identifier)
  local path = element.attributes.src .. "." .. (latex and "tex" or typst and "typ" or "html")
  local file = io.open(path)
  if not file then error("no table " .. path .. "; its exhibit was not built") end
  local body = file:read("a")
  file:close()
  local caption = pandoc.utils.blocks_to_inlines(element.content)
  local small, here, tiny = element.classes:includes("small"), element.classes:includes("here"), element.classes:includes("tiny")
  if latex then
    local text = pandoc.write(pandoc.Pandoc({ pandoc.Plain(caption) }), "latex"):gsub("%s+$", "")
    return pandoc.RawBlock("latex", "\\begin{table}[" .. (here and "h!" or "htbp") .. "]\\centering" .. (tiny and "\\scriptsize" or small and "\\footnotesize" or "\\small")
      .. "\n\\caption{" .. text .. "}\\label{" .. element.identifier .. "}\n" .. body .. "\\end{table}")
  elseif typst then
    local size = tiny and "0.75em" or small and "0.84em" or "0.92em"
    local long = element.classes:includes("long")
    return {
      pandoc.RawBlock("typst", (long and "#[#show figure: set block(breakable: true)\n" or "")
        .. "#figure(kind: table, " .. (here and "placement: none, " or "") .. "caption: ["), pandoc.Plain(caption),
      pandoc.RawBlock("typst", "])[#set text(size: " .. size .. ")\n" .. body .. "] <" .. element.identifier .. ">" .. (long and "]" or "")),
    }
  end
  table.insert(caption, 1, pandoc.Strong("Table " .. numbers[element.identifier] .. ". "))
  return pandoc.Div({
    pandoc.Div(pandoc.Plain(caption), { class = "caption" }),
    pandoc.Div(pandoc.RawBlock("html", body), { class = "scroll" }),
  }, { id = element.identifier, class = "table" })
end

local function div(element)
  if element.classes:includes("include") then return included(element) end
end

local function plain_table(element)
  if kind(element.identifier) == "tbl" then count_up(element.identifier) end
end

-- $$ ... $$ {#eq:x}
local function equation(element)
  for place, item in ipairs(element.content) do
    if item.t == "Math" and item.mathtype == "DisplayMath" then
      local tail = pandoc.utils.stringify({ table.unpack(element.content, place + 1) })
      local id = tail:match("^%s*{#(eq:[%w_-]+)}")
      if id then
        count_up(id)
        local body = item.text:gsub("^%s+", ""):gsub("%s+$", "")
        if latex then
          return pandoc.RawBlock("latex", "\\begin{equation}\\label{" .. id .. "}\n" .. body .. "\n\\end{equation}")
        elseif typst then
          return {
            pandoc.RawBlock("typst", "#math.equation(block: true, numbering: \"(1)\")["), pandoc.Plain({ item }),
            pandoc.RawBlock("typst", "] <" .. id .. ">"),
          }
        end
        local number = pandoc.Span("(" .. numbers[id] .. ")", { class = "eqno" })
        return pandoc.Div({ pandoc.Plain({ item }), pandoc.Plain({ number }) }, { id = id, class = "equation" })
      end
    end
  end
end

local function reference(cite)
  local out = pandoc.Inlines({})
  for place, item in ipairs(cite.citations) do
    if not kind(item.id) then return nil end
    if not numbers[item.id] then error("undefined cross-reference: " .. item.id) end
    if place > 1 then out:insert(pandoc.Str(place == #cite.citations and " and " or ", ")) end
    out:extend(item.prefix)
    if #item.prefix > 0 then out:insert(pandoc.Str("\u{a0}")) end
    if latex then
      out:insert(pandoc.RawInline("latex", "\\ref{" .. item.id .. "}"))
    else
      out:insert(pandoc.Link(numbers[item.id], "#" .. item.id))
    end
    out:extend(item.suffix)
  end
  return out
end

local function captioned_figure(element)
  local number, first = numbers[element.identifier], element.caption.long[1]
  if html and number and first then
    table.insert(first.content, 1, pandoc.Strong("Figure " .. number .. ". "))
    return element
  end
end

-- In HTML a caption inside a narrow table would be as narrow as the table, so it stands above.
local function captioned_table(element)
  local number = numbers[element.identifier]
  if not (html and number) then return nil end
  local caption, id = pandoc.utils.blocks_to_inlines(element.caption.long), element.identifier
  table.insert(caption, 1, pandoc.Strong("Table " .. number .. ". "))
  element.caption, element.identifier = pandoc.Caption({}), ""
  return pandoc.Div({
    pandoc.Div(pandoc.Plain(caption), { class = "caption" }), pandoc.Div(element, { class = "scroll" }),
  }, { id = id, class = "table" })
end

-- Numbers first, in the order of the text, so that a reference may stand before what it refers to.
return { {
  Pandoc = function(doc)
    doc = doc:walk({
      traverse = "topdown", Header = header, Figure = figure, Div = div, Table = plain_table, Para = equation,
    })
    doc = doc:walk({ Cite = reference })
    doc.meta.abstract = doc.meta.abstract and pandoc.Pandoc({}, { a = doc.meta.abstract }):walk({ Cite = reference }).meta.a
    return doc:walk({ Table = captioned_table, Figure = captioned_figure })
  end,
} }
