"use strict";
// The page's own work: read the numbers, answer the controls, hand the drawing to Plot. No number is made here but
// medians and shares of what the filters leave, and products with the size of a sale.
const DATA = JSON.parse(document.getElementById("numbers").textContent);
const at = (id) => document.getElementById(id);
const MINUS = "\u2212";
const fixed = (x, digits) => (Math.abs(x) < 0.5 * 10 ** -digits ? (0).toFixed(digits) : x.toFixed(digits)).replace("-", MINUS);
const percent = (x) => `${fixed(100 * x, 1)}%`;
const BLUE = "var(--blue)", ORANGE = "var(--orange)";

function element(name, given = {}, ...children) {
  const made = Object.assign(document.createElement(name), given);
  made.append(...children);
  return made;
}

/** Words of a set: its parts, with round brackets at open ends; an end that rounds to zero keeps its first digit. */
function words(parts, digits) {
  const end = (x) => {
    const small = x !== 0 && Math.abs(x) < 0.5 * 10 ** -digits && Math.abs(x) > 1e-6;
    return fixed(x, small ? -Number(x.toExponential(0).split("e")[1]) : digits);
  };
  return parts.map(([low, high]) =>
    `${low === null ? `(${MINUS}∞` : `[${end(low)}`}, ${high === null ? "∞)" : `${end(high)}]`}`).join(" ∪ ");
}

/** Room for the longest of some labels, in the letters of a plot. */
function roomFor(names) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return Math.ceil(Math.max(...names.map((name) => pen.measureText(name).width))) + 14;
}

/** Put a plot into its place, named for those who do not see it. */
function show(id, label, options) {
  const room = at(id), width = Math.max(280, room.clientWidth);
  const plot = Plot.plot({ width, marginBottom: 42, style: { background: "none", fontFamily: "inherit", overflow: "hidden" }, ...options });
  plot.setAttribute("role", "img");
  plot.setAttribute("aria-label", label);
  for (const mark of plot.querySelectorAll("g[aria-label]")) { // an image has no parts that are read out
    mark.dataset.mark = mark.getAttribute("aria-label");
    mark.removeAttribute("aria-label");
  }
  room.replaceChildren(plot);
}

// ------------------------------------------------------------------------------------------------ a sale
const sale = { size: at("sale-size"), holder: at("sale-holder"), design: at("sale-design") };

function saleDesigns() {
  const known = DATA.sales.filter((each) => each.holder === sale.holder.value);
  sale.design.replaceChildren(...known.map((each) => element("option", { value: each.design, textContent: each.design })));
  drawSale();
}

function scaled(each, billions) {
  const times = billions / 100, end = (x) => (x === null ? null : x * times);
  return { ...each, value: each.value * times, set: each.set && each.set.map(([low, high]) => (times < 0 ? [end(high), end(low)] : [end(low), end(high)])) };
}

/** Whether a set is the whole line: the number beside it then says nothing. */
const whole = (each) => Boolean(each.set) && each.set.some(([low, high]) => low === null && high === null);

function drawSale() {
  const billions = Number(sale.size.value);
  if (!(billions >= 1 && billions <= 1000)) {
    at("sale-told").textContent = "Enter a sale between 1 and 1000 billion dollars.";
    return;
  }
  const rows = DATA.sales.filter((each) => each.holder === sale.holder.value).map((each) => scaled(each, billions));
  const one = rows.find((each) => each.design === sale.design.value);
  const who = sale.holder.value, said = `${who[0].toLowerCase() === "a" || who[0] === "F" ? who.toLowerCase() : who}`;
  const set = one.set ? `${Math.round(100 * one.level)}% set ${words(one.set, 1)} bp` : `no set (${one.reason})`;
  const number = element("b", { textContent: `${fixed(one.value, 1)} bp` }), act = `sale of $${billions} billion by ${said}`;
  const design = `${one.design}${one.primary ? " (the primary cell)" : ""}`;
  at("sale-told").replaceChildren(...(whole(one) ? [`According to ${design} nothing is known of a ${act}: ${set} after ${one.after}.`]
    : one.associated ? [`A ${act} goes with a change of the 10-year yield by `, number, ` after ${one.after} (${design}: least squares, which do not say what the sale does), ${set}.`]
    : [`A ${act} moves the 10-year yield by `, number, ` after ${one.after} if ${design} holds, ${set}.`]));
  const sizes = rows.flatMap((each) => [Math.abs(each.value), ...(each.set || []).flat().filter((x) => x !== null).map(Math.abs)]);
  const edge = Math.max(1, d3.quantile(sizes.sort(d3.ascending), 0.75) * 1.3), cut = (x, open) => Math.max(-edge, Math.min(edge, x ?? open));
  const bars = rows.flatMap((each) => (each.set || []).map(([low, high]) => ({ ...each, low: cut(low, -edge), high: cut(high, edge) })));
  const narrow = at("sale-plot").clientWidth < 600, high = narrow ? 42 : 34, chosen = (each) => (each.design === one.design ? ORANGE : BLUE);
  show("sale-plot", `Response of the 10-year yield to the sale, ${rows.length} designs`, {
    height: high * rows.length + 60, marginLeft: narrow ? 10 : roomFor(rows.map((each) => each.design)), marginRight: 20, marginTop: narrow ? 26 : 10,
    x: { domain: [-edge, edge], label: "basis points", labelOffset: 38, grid: true }, y: { label: null, axis: narrow ? null : "left", domain: rows.map((each) => each.design), tickSize: 0 },
    marks: [
      Plot.ruleX([0]), narrow ? Plot.text(rows, { y: "design", text: "design", frameAnchor: "left", dy: -14, stroke: "var(--page)", strokeWidth: 5, fill: "currentColor" }) : null,
      Plot.ruleY(bars, { x1: "low", x2: "high", y: "design", stroke: chosen, strokeWidth: 2.2 }),
      Plot.dot(rows.filter((each) => Math.abs(each.value) <= edge && !whole(each)), { x: "value", y: "design", fill: chosen, r: 4.5, symbol: (each) => (each.design === one.design ? "square" : "circle") }),
      Plot.tip(rows, Plot.pointerY({ x: (each) => cut(each.value), y: "design", title: (each) => `${each.design}\n${whole(each) ? "" : `${fixed(each.value, 1)} bp `}${each.set ? words(each.set, 1) : "no set"}`, fill: "var(--page)" })),
    ],
  });
}

/** Long labels of an axis, cut to the width that there is for them; whole in their titles. */
function shorten(room, width) {
  for (const text of room.querySelectorAll('[data-mark="y-axis tick label"] text')) {
    const whole = text.textContent;
    for (let kept = whole.length; text.getComputedTextLength() > width && kept > 1; kept -= 1) text.textContent = `${whole.slice(0, kept - 1)}…`;
    if (text.textContent !== whole) {
      text.append(Object.assign(document.createElementNS("http://www.w3.org/2000/svg", "title"), { textContent: whole }));
    }
  }
}

// ------------------------------------------------------------------------------------------------ specifications
const LABELS = { seller: "Seller", concept: "Concept", outcome: "Yield", horizon: "Horizon, months", controls: "Controls", lags: "Lags", sample: "Sample", design: "Design", weights: "Weights", scale: "Scale", ally: "Ally" };
const curve = { name: "h1", off: {}, kept: [] };
const plain = (label) => label.replace(/^yield_/, "").replaceAll("_", " ");

function median(values) {
  if (!values.length) return NaN;
  const sorted = Float64Array.from(values).sort(), half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function resetCurve() {
  curve.off = Object.fromEntries(Object.keys(DATA.curves[curve.name].axes).map((axis) => [axis, new Set()]));
  const made = Object.entries(DATA.curves[curve.name].axes).map(([axis, options]) =>
    element("fieldset", {}, element("legend", { textContent: LABELS[axis] || plain(axis) }), element("div", {}, ...options.map((option, place) => {
      const box = element("input", { type: "checkbox", checked: true, name: axis, value: option });
      box.addEventListener("change", () => { curve.off[axis][box.checked ? "delete" : "add"](place); drawCurve(); });
      return element("label", {}, box, element("b", { style: "font-weight:normal", textContent: plain(option) }), element("span"));
    }))));
  at("curve-filters").replaceChildren(...made);
  drawCurve();
}

function drawCurve() {
  const all = DATA.curves[curve.name], axes = Object.keys(all.axes);
  const passes = (row) => axes.every((axis) => !curve.off[axis].has(all.codes[axis][row]));
  curve.kept = d3.range(all.value.length).filter(passes);
  const values = curve.kept.map((row) => all.value[row]), count = curve.kept.length;
  const share = (test) => d3.sum(curve.kept, (row) => test(row)) / count;
  const up = share((row) => all.value[row] > 0), apart = share((row) => all.apart[row]), above = share((row) => all.apart[row] && all.value[row] > 0);
  Object.assign(at("curve-told").dataset, count ? { count, median: median(values), positive: up, apart } : { count });
  at("curve-told").replaceChildren(...(count ? [
    element("b", { textContent: `${count.toLocaleString("en-US")} of ${all.value.length.toLocaleString("en-US")}` }), " specifications. Median ",
    element("b", { textContent: `${fixed(median(values), 2)}` }), ` ${all.units}; above zero `, element("b", { textContent: percent(up) }),
    "; sets without zero ", element("b", { textContent: percent(apart) }), ` (${percent(above)} above, ${percent(apart - above)} below).`,
  ] : ["No specification makes all of these choices. Take some again."]));
  for (const box of at("curve-filters").querySelectorAll("input")) {
    const place = all.axes[box.name].indexOf(box.value);
    box.parentNode.querySelector("span").textContent = d3.sum(curve.kept, (row) => all.codes[box.name][row] === place).toLocaleString("en-US");
  }
  const walk = at("curve-walk");
  walk.max = Math.max(0, count - 1);
  walk.disabled = !count;
  if (Number(walk.value) > count - 1) walk.value = Math.max(0, count - 1);
  plotCurve(all);
  one();
}

function told(all, row) {
  const choices = Object.entries(all.axes).map(([axis, options]) => `${(LABELS[axis] || axis).toLowerCase()} ${plain(options[all.codes[axis][row]])}`);
  const [low, high] = all.set[row];
  return [`${fixed(all.value[row], 2)} ${words([[low, high]], 2)}`, choices.join(" · ")];
}

function plotCurve(all) {
  const rows = curve.kept.map((row, rank) => ({ row, rank, value: all.value[row], apart: Boolean(all.apart[row]) }));
  const size = rows.length > 800 ? 1.5 : 2.6, last = Math.max(1, rows.length - 1), narrow = at("curve-plot").clientWidth < 600;
  const options = [{ name: "Set without zero", test: (row) => all.apart[row] },
    ...Object.entries(all.axes).flatMap(([axis, list]) => list.map((option, place) => ({ name: `${LABELS[axis] || axis}: ${plain(option)}`, test: (row) => all.codes[axis][row] === place })))];
  const left = narrow ? 112 : roomFor(options.map((each) => each.name));
  const tops = element("div"), room = at("curve-plot");
  room.replaceChildren(tops);
  if (!rows.length) return;
  tops.id = "curve-top";
  show("curve-top", `${rows.length} estimates in order, from ${fixed(rows[0].value, 1)} to ${fixed(rows.at(-1).value, 1)} ${all.units}`, {
    height: 300, marginLeft: left, x: { domain: [0, last], axis: null }, y: { label: all.units, grid: true }, symbol: { domain: [false, true] },
    marks: [
      Plot.ruleY([0]), Plot.ruleY(all.cited, { y: (each) => each[1], stroke: ORANGE, strokeDasharray: "2,3" }),
      Plot.text(all.cited.slice(-1), { y: (each) => each[1], x: 0, dy: -7, dx: 4, textAnchor: "start", text: () => "dotted: published estimates", fill: ORANGE }),
      Plot.dot(rows.filter((each) => !each.apart), { x: "rank", y: "value", r: size, stroke: ORANGE, strokeWidth: 0.7 }),
      Plot.dot(rows.filter((each) => each.apart), { x: "rank", y: "value", r: size, fill: BLUE }),
      Plot.tip(rows, Plot.pointerX({ x: "rank", y: "value", fill: "var(--page)", title: (each) => told(all, each.row).join("\n").replaceAll(" · ", "\n") })),
    ],
  });
  const under = element("div", { id: "curve-under" });
  room.append(under);
  const columns = Math.min(60, rows.length);
  const cells = options.flatMap(({ name, test }) => {
    const counts = new Float64Array(columns), sizes = new Float64Array(columns);
    rows.forEach((each) => { const k = Math.floor((each.rank * columns) / rows.length); sizes[k] += 1; counts[k] += test(each.row) ? 1 : 0; });
    return Array.from(counts, (n, k) => ({ name, k, share: n / sizes[k] }));
  });
  show("curve-under", "Choices behind the estimates, as counted in the filters", {
    height: 15 * options.length + 10, marginLeft: left, marginTop: 2, marginBottom: 6, x: { axis: null, domain: d3.range(columns), padding: 0 }, y: { label: null, domain: options.map((each) => each.name), tickSize: 0, padding: 0.12 },
    marks: [Plot.cell(cells, { x: "k", y: "name", fill: BLUE, fillOpacity: "share" })],
  });
  if (narrow) shorten(under, left - 14);
}

function one() {
  const all = DATA.curves[curve.name], row = curve.kept[Number(at("curve-walk").value)];
  at("curve-one").textContent = row === undefined ? "" : `Number ${Number(at("curve-walk").value) + 1}: ${told(all, row).join(". ")}`;
  at("curve-walk").setAttribute("aria-valuetext", at("curve-one").textContent);
}

// ------------------------------------------------------------------------------------------------ leaning
const lean = at("leaning-slide");

function drawLeaning() {
  const { curve: line, design, literature, news } = DATA.leaning, one = line[Number(lean.value)], top = 110, low = -60;
  const set = words([[one.lower, one.upper]], 1), inside = news && news.some(([a, b]) => (a ?? -Infinity) <= one.leaning && one.leaning <= (b ?? Infinity));
  Object.assign(at("leaning-told").dataset, { leaning: one.leaning, impact: one.impact });
  at("leaning-told").replaceChildren("If holders buy ", element("b", { textContent: `${fixed(one.leaning, 4)}%` }), " of debt per 10 bp, a sale of 1% of debt moves the yield by ",
    element("b", { textContent: `${fixed(one.impact, 1)} bp` }), `, 90% set ${set} bp. `, news ? `News of the economy puts leaning in ${words(news, 3)}: this is ${inside ? "inside" : "outside"}.` : "");
  lean.setAttribute("aria-valuetext", `${fixed(one.leaning, 4)} percent: ${fixed(one.impact, 1)} basis points`);
  const cut = (x) => (x === null ? x : Math.max(low, Math.min(top, x)));
  show("leaning-plot", `Impact by leaning; at ${fixed(one.leaning, 4)} it is ${fixed(one.impact, 1)} basis points`, {
    height: 360, clip: true, x: { label: "leaning: percent of debt bought in the month per 10 bp", labelOffset: 38, domain: d3.extent(line, (each) => each.leaning) }, y: { label: "impact, bp", domain: [low, top], grid: true },
    marks: [
      Plot.areaY(line, { x: "leaning", y1: (each) => cut(each.lower), y2: (each) => cut(each.upper), fill: BLUE, fillOpacity: 0.17 }), Plot.ruleY([0]),
      Plot.line(line, { x: "leaning", y: "impact", stroke: BLUE, strokeWidth: 2 }),
      Plot.ruleX(design, { x: "leaning", y1: (each) => cut(each.lower), y2: (each) => cut(each.upper), stroke: ORANGE, strokeWidth: 1.6 }),
      Plot.dot(design, { x: "leaning", y: "impact", symbol: "square", fill: ORANGE, r: 5 }), Plot.text(design, { x: "leaning", y: "impact", text: "name", dx: 8, dy: 14, textAnchor: "start", fill: ORANGE }),
      Plot.dot(literature, { x: "leaning", y: "impact", stroke: "currentColor", fill: "var(--page)", r: 4 }),
      ...[[-9, 0], [9, 1]].map(([dx, odd]) => Plot.text(literature.filter((_, k) => k % 2 === odd), { x: "leaning", y: "impact", text: (each) => `${literature.indexOf(each) + 1}`, dx, dy: -6, stroke: "var(--page)", fill: "currentColor" })),
      Plot.tip(literature, Plot.pointer({ x: "leaning", y: "impact", fill: "var(--page)", title: (each) => `${each.name}: ${fixed(each.impact, 1)} bp\nneeds a leaning of ${fixed(each.leaning, 3)}` })),
      Plot.ruleX([one], { x: "leaning", stroke: "currentColor", strokeDasharray: "3,3" }), Plot.dot([one], { x: "leaning", y: "impact", r: 6, fill: "currentColor" }),
    ],
  });
}

// ------------------------------------------------------------------------------------------------ responses
function drawResponses() {
  const shown = new Set([...at("responses-which").querySelectorAll("input:checked")].map((box) => box.value));
  const band = document.querySelector("input[name=band]:checked").value, edge = Math.max(20, Math.min(2000, Number(at("responses-cut").value) || 150));
  const picked = DATA.responses.filter((each) => shown.has(each.design)), room = at("responses-plot"), across = room.clientWidth < 600 ? 1 : room.clientWidth < 850 ? 2 : 3;
  const place = new Map(picked.map((each, k) => [each.design, k])), fx = (each) => place.get(each.design) % across, fy = (each) => Math.floor(place.get(each.design) / across);
  const points = picked.flatMap((each) => each.points.map((point) => ({ design: each.design, sparse: each.points.length < 10, ...point })));
  const cut = (x, open) => Math.max(-edge, Math.min(edge, x ?? open)), banded = points.filter((each) => each[band]);
  const longest = d3.max(points, (each) => each.month) || 24;
  if (!picked.length) { room.replaceChildren(element("p", { textContent: "Choose a design." })); return; }
  show("responses-plot", `Responses of the 10-year yield by design: ${picked.map((each) => each.design).join("; ")}`, {
    height: 190 * Math.ceil(picked.length / across) + 50, marginLeft: 46, marginTop: 34, x: { label: "months", labelOffset: 38, domain: [0, longest], nice: false }, y: { label: "bp", domain: [-edge, edge], grid: true },
    fx: { axis: null, padding: 0.08, domain: d3.range(across) }, fy: { axis: null, padding: 0.16 },
    marks: [
      Plot.areaY(banded.filter((each) => !each.sparse), { x: "month", y1: (each) => cut(each[band][0], -edge), y2: (each) => cut(each[band][1], edge), fx, fy, fill: BLUE, fillOpacity: 0.2, z: "design" }),
      Plot.ruleX(banded.filter((each) => each.sparse), { x: "month", y1: (each) => cut(each[band][0], -edge), y2: (each) => cut(each[band][1], edge), fx, fy, stroke: BLUE, strokeOpacity: 0.55, strokeWidth: 2 }),
      Plot.ruleY([0]), Plot.line(points, { x: "month", y: (each) => cut(each.value), fx, fy, z: "design", stroke: BLUE, strokeWidth: 1.7 }),
      Plot.dot(points.filter((each) => each.sparse && Math.abs(each.value) <= edge), { x: "month", y: "value", fx, fy, fill: BLUE, r: 3 }),
      Plot.text(picked, { fx, fy, text: "design", frameAnchor: "top-left", dy: -15, lineWidth: 30, textOverflow: "ellipsis" }),
      Plot.tip(points, Plot.pointerX({ x: "month", y: (each) => cut(each.value), fx, fy, fill: "var(--page)", title: (each) => `month ${each.month}: ${fixed(each.value, 1)} bp${each[band] ? ` ${words([each[band]], 1)}` : ""}` })),
    ],
  });
}

// ------------------------------------------------------------------------------------------------ designs, claims
/** Rows of a table in groups: the line of an item with the lines below it, under the name of its panel. */
function groups(table) {
  const found = [];
  let panel = null;
  for (const row of table.tBodies[0].rows) {
    if (row.classList.contains("panel")) found.push((panel = { panel: row, items: [] }));
    else if (row.classList.contains("below")) panel.items.at(-1).lines.push(row);
    else {
      if (!panel) found.push((panel = { panel: null, items: [] }));
      panel.items.push({ name: row.cells[0].textContent, cells: [...row.cells].map((cell) => cell.textContent.trim()), lines: [row] });
    }
  }
  return found;
}

function filterTable(parts, keep) {
  let left = 0;
  for (const { panel, items } of parts) {
    const kept = items.filter(keep);
    for (const item of items) for (const line of item.lines) line.hidden = !kept.includes(item);
    if (panel) panel.hidden = !kept.length;
    left += kept.length;
  }
  return left;
}

const designs = groups(at("designs-table").querySelector("table"));
const believed = new Set(designs.flatMap(({ items }) => items.filter((item) => item.cells.at(-1) === "yes").map((item) => item.name)));

function drawDesigns() {
  const only = at("designs-only").checked, rows = DATA.power.filter((each) => !only || believed.has(each.design));
  filterTable(designs, (item) => !only || believed.has(item.name));
  const names = [...new Set(rows.map((each) => each.design))], levels = [...new Set(rows.map((each) => each.impact))].sort(d3.descending), narrow = at("designs-plot").clientWidth < 600;
  show("designs-plot", `Power of ${names.length} designs`, {
    height: 24 * names.length + 70, marginLeft: narrow ? 130 : roomFor(names), x: { label: "share of sets without zero", labelOffset: 38, domain: [0, 1], grid: true }, y: { label: null, domain: names, tickSize: 0 },
    symbol: { domain: levels.map(String), legend: true, label: "true impact, bp", tickFormat: (each) => each.replace("-", MINUS), range: ["circle", "square", "triangle"].slice(0, levels.length) }, color: { domain: levels.map(String), range: ["var(--ink)", ORANGE, BLUE] },
    marks: [
      Plot.ruleX([0.1], { strokeDasharray: "3,3" }),
      Plot.dot(rows, { x: "rejects", y: "design", symbol: (each) => String(each.impact), stroke: (each) => String(each.impact), r: 5, strokeWidth: 2 }),
      Plot.tip(rows, Plot.pointer({ x: "rejects", y: "design", fill: "var(--page)", title: (each) => `${each.design}\nimpact ${fixed(each.impact, 0)} bp: ${percent(each.rejects)} of sets without zero` })),
    ],
  });
  if (narrow) shorten(at("designs-plot"), 116);
}

const claims = groups(at("ledger-table").querySelector("table"));

function drawClaims() {
  const taken = new Set([...at("ledger-which").querySelectorAll("input:checked")].map((box) => box.value));
  const left = filterTable(claims, (item) => taken.has(item.cells[1]));
  at("ledger-told").dataset.count = left;
  at("ledger-told").textContent = `${left} of ${d3.sum(claims, (each) => each.items.length)} claims.`;
}

function boxes(id, names, checked, change, suffix = () => "") {
  at(id).replaceChildren(...names.map((name) => {
    const box = element("input", { type: "checkbox", value: name, checked: checked(name) });
    box.addEventListener("change", change);
    return element("label", {}, box, name + suffix(name));
  }));
}

// ------------------------------------------------------------------------------------------------ start
function start() {
  const holders = [...new Set(DATA.sales.map((each) => each.holder))];
  sale.holder.append(...holders.map((each) => element("option", { value: each, textContent: each })));
  sale.holder.addEventListener("change", saleDesigns);
  sale.design.addEventListener("change", drawSale);
  sale.size.addEventListener("input", drawSale);
  at("curve-which").append(...Object.entries(DATA.curves).map(([name, each]) => {
    const button = element("input", { type: "radio", name: "curve", value: name, checked: name === curve.name });
    button.addEventListener("change", () => { curve.name = name; resetCurve(); });
    return element("label", {}, button, each.words);
  }));
  at("curve-all").addEventListener("click", resetCurve);
  at("curve-walk").addEventListener("input", one);
  lean.max = DATA.leaning.curve.length - 1;
  at("leaning-cited").textContent = DATA.leaning.literature.map((each, k) => `${k + 1} ${each.name}, ${fixed(each.impact, 1)} bp`).join("; ");
  lean.addEventListener("input", drawLeaning);
  const first = new Set(DATA.responses.filter((each) => each.points.length > 10 && (each.kind === "projection" || each.design.startsWith("China"))).map((each) => each.design));
  boxes("responses-which", DATA.responses.map((each) => each.design), (name) => first.has(name), drawResponses);
  for (const each of document.querySelectorAll("input[name=band]")) each.addEventListener("change", drawResponses);
  at("responses-cut").addEventListener("change", drawResponses);
  at("designs-only").addEventListener("change", drawDesigns);
  const verdicts = d3.rollup(claims.flatMap((each) => each.items), (items) => items.length, (item) => item.cells[1]);
  boxes("ledger-which", [...verdicts.keys()].sort(), () => true, drawClaims, (name) => ` (${verdicts.get(name)})`);
  for (const form of document.querySelectorAll("form")) form.addEventListener("submit", (event) => event.preventDefault());
  const draw = () => { drawSale(); drawCurve(); drawLeaning(); drawResponses(); drawDesigns(); };
  const primary = DATA.sales.find((each) => each.primary);
  if (primary) sale.holder.value = primary.holder;
  saleDesigns();
  if (primary) { sale.design.value = primary.design; drawSale(); }
  resetCurve(); drawClaims(); draw();
  let width = window.innerWidth;
  window.addEventListener("resize", () => { if (window.innerWidth !== width) { width = window.innerWidth; draw(); } });
}

start();
