"use strict";
(() => {
  const answers = JSON.parse(document.getElementById("answers").textContent)
    .map((a) => ({ ...a, first: BigInt(a.first), last: BigInt(a.last), offset: BigInt(a.offset) }));
  const form = document.getElementById("search");
  const input = document.getElementById("address");
  const output = document.getElementById("answer");
  let lit = [];

  const hex = (n) => {
    let digits = n.toString(16).padStart(8, "0");
    digits = digits.padStart(Math.ceil(digits.length / 4) * 4, "0");
    return "0x" + digits.match(/.{4}/g).join("_");
  };

  const light = (id, scroll) => {
    lit.forEach((element) => element.classList.remove("lit"));
    lit = [];
    const line = id && document.getElementById(id);
    if (!line) return;
    lit = [line, ...document.querySelectorAll(`[data-line="${CSS.escape(id)}"]`)];
    lit.forEach((element) => element.classList.add("lit"));
    const side = line.closest("aside");
    if (scroll && getComputedStyle(side).position === "sticky") {
      const top = line.getBoundingClientRect().top - side.getBoundingClientRect().top;
      side.scrollTop += top - side.clientHeight / 3;
    }
  };

  const parse = (text) => {
    const plain = text.trim().replaceAll("_", "");
    return /^(0x[0-9a-f]+|[0-9]+)$/i.test(plain) ? BigInt(plain) : null;
  };

  const search = () => {
    const address = parse(input.value);
    output.replaceChildren();
    document.querySelectorAll("g.lit").forEach((g) => g.classList.remove("lit"));
    if (address === null) {
      if (input.value.trim()) output.textContent = "That is no address: write 0x0900_0000.";
      return;
    }
    const found = answers.filter((a) => a.first <= address && address <= a.last);
    if (!found.length) output.textContent = `${hex(address)}: nothing answers.`;
    found.forEach((a) => {
      const offset = a.offset + (address - a.first);
      const text = `${hex(address)} in ${a.space}: ${a.name} + 0x${offset.toString(16)} (${a.what}) `;
      const line = document.createElement("div");
      line.append(text);
      if (a.line) {
        const link = document.createElement("a");
        link.href = "#" + a.line;
        link.textContent = a.spot;
        line.append(link);
      }
      output.append(line);
    });
    if (found.length) light(found[0].line, true);
    document.querySelectorAll("#map g[data-first]").forEach((g) => {
      const inside = BigInt(g.dataset.first) <= address && address <= BigInt(g.dataset.last);
      g.classList.toggle("lit", inside);
    });
  };

  form.hidden = false;
  form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
  input.addEventListener("input", search);

  document.querySelectorAll("g[data-spot]").forEach((g) => {
    const link = g.closest("a");
    if (!link) return;
    const id = (link.getAttribute("href") || "").slice(1);
    g.addEventListener("mouseenter", () => light(id, true));
    link.addEventListener("focus", () => light(id, true));
  });
  document.querySelectorAll("main [data-line]").forEach((element) => {
    element.addEventListener("mouseenter", () => light(element.dataset.line, true));
  });
})();
