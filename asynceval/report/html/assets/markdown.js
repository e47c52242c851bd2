"use strict";
// A small part of Markdown, made into elements whose text is set as text: no word of a model is ever
// read as HTML, no link leads anywhere, nothing is loaded.
const markdown = (() => {
  const element = (name, ...children) => {
    const made = document.createElement(name);
    made.append(...children);
    return made;
  };

  // `code`, **strong**, *emphasis*; all the rest is text. Each pattern looks a bounded way ahead.
  const INLINE = /(`{1,3})([^`\n]{1,2000})\1|\*\*([^*\n]{1,2000})\*\*|\*([^*\s][^*\n]{0,2000})\*/g;
  const inline = (text) => {
    const parts = [];
    let from = 0;
    for (const found of text.matchAll(INLINE)) {
      parts.push(text.slice(from, found.index));
      const [all, , code, strong, emphasis] = found;
      if (code !== undefined) parts.push(element("code", code));
      else if (strong !== undefined) parts.push(element("strong", strong));
      else parts.push(element("em", emphasis));
      from = found.index + all.length;
    }
    parts.push(text.slice(from));
    return parts;
  };

  const lines = (rows) => rows.flatMap((row, n) => (n ? [element("br"), ...inline(row)] : inline(row)));
  const ITEM = /^ {0,12}([-*+]|\d{1,9}[.)])\s+(.*)$/;
  const cells = (row) => row.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
  const isRule = (row) => row !== undefined && /-/.test(row) && /^[\s|:-]+$/.test(row) && row.includes("|");
  const starts = (row) => /^(```|~~~|#{1,6}\s|>)/.test(row) || ITEM.test(row);

  return (text) => {
    const rows = text.replace(/\r\n?/g, "\n").split("\n");
    const out = [];
    let at = 0;
    const take = (test) => {
      const taken = [];
      while (at < rows.length && test(rows[at], taken)) taken.push(rows[at++]);
      return taken;
    };
    while (at < rows.length) {
      const row = rows[at];
      const fence = /^\s{0,3}(```+|~~~+)/.exec(row);
      const heading = /^#{1,6}\s+(.*)$/.exec(row);
      if (!row.trim()) at += 1;
      else if (fence) {
        at += 1;
        const body = take((next) => !next.trim().startsWith(fence[1]));
        at += 1;
        out.push(element("pre", element("code", body.join("\n"))));
      } else if (heading) {
        at += 1;
        out.push(element("h6", ...inline(heading[1])));
      } else if (/^(\s*[-*_]){3,}\s*$/.test(row.slice(0, 80)) && row.length < 80) {
        at += 1;
        out.push(element("hr"));
      } else if (row.startsWith(">")) {
        const body = take((next) => next.startsWith(">"));
        out.push(element("blockquote", ...lines(body.map((next) => next.replace(/^>\s?/, "")))));
      } else if (row.includes("|") && isRule(rows[at + 1])) {
        const body = take((next) => next.includes("|"));
        const [head, , ...rest] = body.map(cells);
        const table = element(
          "table",
          element("thead", element("tr", ...head.map((cell) => element("th", ...inline(cell))))),
          element("tbody", ...rest.map((its) => element("tr", ...its.map((cell) => element("td", ...inline(cell)))))),
        );
        const box = element("div", table);
        box.className = "table";
        out.push(box);
      } else if (ITEM.test(row)) {
        const first = ITEM.exec(row)[1];
        const list = element(/\d/.test(first) ? "ol" : "ul");
        if (/\d/.test(first)) list.start = Number.parseInt(first, 10);
        while (at < rows.length && ITEM.test(rows[at])) {
          const [, , words] = ITEM.exec(rows[at++]);
          const more = take((next) => next.trim() && !starts(next));
          list.append(element("li", ...lines([words, ...more])));
        }
        out.push(list);
      } else {
        const body = take((next, taken) => next.trim() && (!taken.length || !starts(next)));
        out.push(element("p", ...lines(body)));
      }
    }
    return out;
  };
})();
