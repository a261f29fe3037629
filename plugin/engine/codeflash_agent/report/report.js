"use strict";
// Draws the charts from the page's own data and opens the record that a figure points to. All texts go in as text.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const tone = (verdict) => colour(verdict === "better" ? "--better" : verdict === "worse" ? "--worse" : "--same");
  const percent = (share) => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
  const ratio = (value) => `${value.toFixed(value >= 10 ? 1 : Math.abs(value - 1) >= 0.05 ? 2 : 3)}×`;
  const cut = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

  function base(width) {
    return { width, style: { background: "transparent", color: colour("--ink"), fontSize: "12.5px", overflow: "visible" } };
  }

  function waterfall(place) {
    const drawn = data.waterfall;
    if (!drawn) { place.closest("figure").remove(); return; }
    const width = place.clientWidth, narrow = width < 560, left = narrow ? 150 : 320;
    const letters = Math.floor(left / 7.4);
    const last = drawn.steps[drawn.steps.length - 1].after;
    const rows = [
      { y: "at the start", x1: 0, x2: 1, kind: "--same", text: "100 %" },
      ...drawn.steps.map((step) => ({ y: cut(step.label, letters), x1: Math.min(step.before, step.after), x2: Math.max(step.before, step.after),
        kind: step.after <= step.before ? "--better" : "--worse", text: percent(step.after), href: step.href })),
      { y: "now", x1: 0, x2: last, kind: "--same", text: percent(last), href: drawn.steps[drawn.steps.length - 1].href },
    ];
    place.replaceChildren(Plot.plot({
      ...base(width), marginLeft: left, marginRight: 60, marginTop: 10, marginBottom: 38, height: 54 + 30 * rows.length,
      x: { domain: [0, Math.max(1, ...rows.map((row) => row.x2))], label: `${drawn.metric} left`, tickFormat: (share) => percent(share), ticks: narrow ? 3 : 5, grid: true, labelAnchor: "center", labelArrow: "none" },
      y: { domain: rows.map((row) => row.y), label: null, tickSize: 0 },
      marks: [
        Plot.barX(rows, { y: "y", x1: "x1", x2: "x2", fill: (row) => colour(row.kind), href: "href", rx: 2, insetTop: 3, insetBottom: 3 }),
        Plot.text(rows, { y: "y", x: "x2", text: "text", dx: 6, textAnchor: "start", fill: colour("--ink") }),
      ],
    }));
  }

  function ratios(place) {
    if (!data.ratios.length) { place.closest("figure").remove(); return; }
    const width = place.clientWidth, narrow = width < 560, left = narrow ? 100 : 270;
    const letters = Math.floor(left / 7.4);
    const rows = data.ratios.filter((row) => row.low > 0).map((row) => ({ ...row, of: cut(row.of, letters) }));
    const groups = [...new Set(rows.map((row) => row.of))], metrics = [...new Set(rows.map((row) => row.metric))];
    const ticks = rows.map((row) => ({ ...row, y: `${row.of}\n${row.metric}` }));
    const domain = groups.flatMap((group, index) => [...(index ? [`gap ${index}\n`] : []), ...metrics.filter((metric) => ticks.some((row) => row.of === group && row.metric === metric)).map((metric) => `${group}\n${metric}`)]);
    const heads = new Set(groups.map((group) => domain.find((name) => name.startsWith(`${group}\n`))));
    const low = Math.min(0.9, ...rows.map((row) => row.low)), high = Math.max(1.1, ...rows.map((row) => row.high));
    const ends = [low * 0.97, high * 1.03], inside = (steps) => steps.filter((step) => step >= ends[0] && step <= ends[1]);
    place.replaceChildren(Plot.plot({
      ...base(width), marginLeft: left + 70, marginRight: 60, marginTop: 10, marginBottom: 38, height: 54 + 22 * domain.length,
      x: { type: "log", domain: ends, label: "times better than before", labelAnchor: "center", labelArrow: "none", grid: true, ticks: high / low < 4 ? inside(narrow ? [0.5, 1, 2] : [0.5, 0.75, 1, 1.25, 1.5, 2, 3]) : narrow ? 3 : 6, tickFormat: (value) => `${+value.toPrecision(3)}×` },
      y: { domain, label: null, tickSize: 0, tickFormat: (name) => name.split("\n")[1] },
      marks: [
        Plot.ruleX([1], { stroke: colour("--ink"), strokeDasharray: "3 3" }),
        Plot.text(domain.filter((name) => heads.has(name)), { y: (name) => name, text: (name) => name.split("\n")[0], frameAnchor: "left", textAnchor: "start", dx: -(left + 70), fill: colour("--ink"), fontWeight: 600, clip: false }),
        Plot.link(ticks, { x1: "low", x2: "high", y1: "y", y2: "y", stroke: (row) => tone(row.verdict), strokeWidth: 4, strokeLinecap: "round", strokeOpacity: 0.45 }),
        Plot.dot(ticks, { x: "ratio", y: "y", r: 4.5, fill: (row) => tone(row.verdict), href: "href" }),
        Plot.text(ticks, { x: "high", y: "y", text: (row) => ratio(row.ratio), dx: 8, textAnchor: "start", fill: colour("--quiet") }),
      ],
    }));
  }

  function flames() {
    const hue = d3.scaleLinear().domain([0, 1]).range(matchMedia("(prefers-color-scheme: dark)").matches ? ["#d9b06a", "#e08a5a"] : ["#f6d58a", "#f0a06a"]).clamp(true);
    const shade = (text) => { let sum = 0; for (const letter of text) sum = (sum * 31 + letter.codePointAt(0)) % 997; return sum / 997; };
    for (const place of document.querySelectorAll(".flame")) {
      const flame = data.flames.find((one) => String(one.number) === place.dataset.profile);
      if (!flame) continue;
      place.replaceChildren();
      const chart = flamegraph.default().width(place.clientWidth).cellHeight(18).minFrameSize(2).inverted(true).sort(true).title("").selfValue(false)
        .transitionDuration(matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 300)
        .label((frame) => `${frame.data.name}: ${frame.value.toPrecision(3)} s, ${percent(frame.value / flame.root.value)}`)
        .setColorMapper((frame) => (frame.highlight ? colour("--link") : hue(shade(frame.data.name))));
      d3.select(place).datum(structuredClone(flame.root)).call(chart);
    }
  }

  function draw() {
    for (const [name, one] of [["waterfall", waterfall], ["ratios", ratios]]) {
      const place = document.getElementById(name);
      if (place) one(place);
    }
    flames();
  }

  function reveal() {
    const row = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    const folded = row?.closest("details");
    if (folded) { folded.open = true; row.scrollIntoView({ block: "center" }); }
  }

  let width = 0, waiting = 0;
  const again = () => { if (document.body.clientWidth !== width) { width = document.body.clientWidth; draw(); } };
  addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(again, 150); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("hashchange", reveal);
  again();
  reveal();
})();
