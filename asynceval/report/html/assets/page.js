(() => {
  const byId = (id) => document.getElementById(id);
  const index = JSON.parse(byId("index").textContent);
  const { talks, models, judges, categories, questions, flags } = index;
  const form = byId("filters");
  const STEP = 100;
  const state = { found: [], shown: 0, open: null, beside: null, isPlain: false };
  const texts = new Map();

  const element = (name, attributes, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes ?? {})) {
      if (value !== null && value !== false) made.setAttribute(key, value === true ? "" : value);
    }
    made.append(...children.filter((child) => child !== null));
    return made;
  };
  const number = (value) => (value === null ? "–" : String(Math.round(value * 100) / 100));
  const judge = () => Number(form.elements.judge.value || 0);
  const value = (row) => (judges.length ? talks.values[judge()][row] : null);
  const unit = (place) => (judges[place]?.pairs ? " %" : "");
  const flagsOf = (row) => flags.filter((_, bit) => talks.flags[row] & (1 << bit));

  // Texts of one question, unpacked when first asked for.
  const load = (question) => {
    if (!texts.has(question)) texts.set(question, unpack(byId(`texts-${question}`).textContent));
    return texts.get(question);
  };
  const unpack = async (packed) => {
    if (typeof DecompressionStream === "undefined") {
      throw new Error("This browser cannot unpack the texts. Any browser from 2023 or later can.");
    }
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return JSON.parse(await new Response(stream).text());
  };

  // The filters, and what they find.
  const options = (name, entries) => {
    const made = entries.map(([key, words]) => element("option", { value: key }, words));
    form.elements[name].replaceChildren(...made);
  };
  const setUp = () => {
    const named = (names, all) => [["", all], ...names.map((name, place) => [String(place), name])];
    options("model", named(models, "all"));
    options("category", named(categories, "all"));
    options("judge", judges.map((its, place) => [String(place), its.name]));
    options("flag", [["", "any"], ["any", "any flag set"], ...flags.map((name, bit) => [String(bit), name])]);
    options("spread", [["", "any"], ...[1, 2, 3, 4, 5].map((n) => [String(n), `${n} or more points`])]);
    const orders = { "": "as planned", low: "lowest first", high: "highest first", spread: "most disputed first" };
    options("order", Object.entries(orders));
  };
  const filters = () => {
    const given = {};
    for (const { name, value: its } of form.elements) {
      if (name && its !== "" && !(name === "judge" && its === "0")) given[name] = its;
    }
    return given;
  };
  const find = () => {
    const given = filters();
    const words = (given.text ?? "").toLowerCase();
    const [least, most] = [Number(given.min ?? Number.NaN), Number(given.max ?? Number.NaN)];
    const isFound = (row) => {
      const [id, category, text] = questions[talks.q[row]];
      const its = value(row);
      if (given.model !== undefined && talks.m[row] !== Number(given.model)) return false;
      if (given.category !== undefined && category !== Number(given.category)) return false;
      if (!Number.isNaN(least) && (its === null || its < least)) return false;
      if (!Number.isNaN(most) && (its === null || its > most)) return false;
      if (given.spread !== undefined && !(talks.spread[row] >= Number(given.spread))) return false;
      if (given.flag === "any" && !talks.flags[row]) return false;
      if (given.flag !== undefined && given.flag !== "any" && !(talks.flags[row] & (1 << Number(given.flag)))) return false;
      return !words || id.toLowerCase().includes(words) || text.toLowerCase().includes(words);
    };
    const rows = talks.q.map((_, row) => row).filter(isFound);
    const none = given.order === "low" ? Infinity : -Infinity;
    const key = given.order === "spread" ? (row) => talks.spread[row] ?? none : (row) => value(row) ?? none;
    if (given.order !== undefined) rows.sort((a, b) => (given.order === "low" ? key(a) - key(b) : key(b) - key(a)) || a - b);
    return rows;
  };

  // The list. Only a part of it stands in the page at a time.
  const item = (row) => {
    const [id, category, text] = questions[talks.q[row]];
    const choice = index.choices > 1 ? ` #${talks.c[row]}` : "";
    const marks = flagsOf(row);
    return element(
      "li",
      null,
      element(
        "a",
        { href: address({ open: row }), "data-row": row, "aria-current": row === state.open ? "true" : null },
        element("b", null, models[talks.m[row]] + choice),
        element("span", { class: "value" }, number(value(row)) + (value(row) === null ? "" : unit(judge()))),
        element("small", null, `${id} · ${categories[category]} · ${text.slice(0, 160)}`),
        marks.length ? element("small", null, marks.join(", ")) : null,
      ),
    );
  };
  const grow = (most) => {
    const rows = state.found.slice(state.shown, most);
    byId("talks").append(...rows.map(item));
    state.shown += rows.length;
    byId("more").hidden = state.shown >= state.found.length;
  };
  const refresh = () => {
    state.found = find();
    state.shown = 0;
    byId("talks").replaceChildren();
    byId("value-label").textContent = judges[judge()]?.pairs ? "Pairs won, %" : "Score";
    byId("count").textContent = `${state.found.length} of ${talks.q.length} conversations`;
    grow(STEP);
  };

  // The address: everything that is seen can be led back to. It names what a filter is set to, so that it
  // says the same on a later page, with more models.
  const lists = { model: models, category: categories, judge: judges.map((its) => its.name), flag: flags };
  const titled = (name, its) => lists[name]?.[its] ?? its;
  const placed = (name, its) => {
    const place = lists[name]?.indexOf(its) ?? -1;
    return place < 0 ? (lists[name] && its !== "any" ? "" : its) : String(place);
  };
  const address = ({ open = state.open, beside = state.beside } = {}) => {
    const parts = new URLSearchParams(Object.entries(filters()).map(([name, its]) => [name, titled(name, its)]));
    if (open !== null) {
      parts.set("q", questions[talks.q[open]][0]);
      parts.set("a", models[talks.m[open]]);
      if (talks.c[open]) parts.set("c", talks.c[open]);
      if (beside !== null) parts.set("b", models[beside]);
    }
    return `#conversations?${parts}`;
  };
  const follow = () => {
    const [place, query] = location.hash.split("?");
    if (place !== "" && place !== "#conversations") return false;
    const parts = new URLSearchParams(query);
    for (const its of form.elements) {
      if (its.name) its.value = placed(its.name, parts.get(its.name) ?? "") || (its.name === "judge" ? "0" : "");
    }
    const [question, a, b] = [parts.get("q"), models.indexOf(parts.get("a")), models.indexOf(parts.get("b"))];
    const choice = Number(parts.get("c") ?? 0);
    const row = talks.q.findIndex((q, n) => questions[q][0] === question && talks.m[n] === a && talks.c[n] === choice);
    state.open = row < 0 ? null : row;
    state.beside = b < 0 ? null : b;
    refresh();
    show();
    return query !== undefined;
  };
  const note = () => history.replaceState(null, "", address());

  // One conversation: the questions, the answers side by side, the judges' words.
  const words = (text) => {
    const box = element("div", { class: state.isPlain ? "words plain" : "words" });
    if (state.isPlain) box.textContent = text;
    else box.append(...markdown(text));
    return box;
  };
  const folded = (title, text) => element("details", null, element("summary", null, title), words(text));
  const verdict = (its) => {
    if (its.verdict === "better") return `${models[its.winner]} is better`;
    return its.o === null && !its.verdict.includes(":") ? `score ${its.verdict}` : its.verdict;
  };
  const judged = (its, isOpen) => {
    const shown = its.o === null ? [] : its.order === 1 ? [its.m, its.o] : [its.o, its.m];
    const pair = shown.length ? `, ${models[shown[0]]} shown first, ${models[shown[1]]} second` : "";
    const repeat = its.r ? `, repeat ${its.r + 1}` : "";
    const asked = its.asked.length ? `, asked again (${its.asked.join(", ")})` : "";
    const title = `${judges[its.j].name}: ${verdict(its)}${pair}${repeat}${asked}`;
    const said = its.words.flatMap(({ text, thinking }) => [
      thinking ? folded("Thinking", thinking) : null,
      text === null ? null : words(text),
    ]);
    return element("details", { class: "judged", open: isOpen }, element("summary", null, title), ...said);
  };
  const side = (content, model, choice, turn) => {
    const its = content.answers.find((answer) => answer.m === model && answer.c === choice && answer.t === turn);
    const box = element("div", { class: "side" }, element("h5", null, models[model]));
    if (!its || its.text === null) {
      box.append(element("p", { class: "flag" }, `no answer: ${its?.cause ?? "not reached"}`));
    } else {
      if (its.cut) box.append(element("span", { class: "flag" }, "cut"));
      if (its.thinking) box.append(folded("Thinking", its.thinking));
      box.append(its.text.trim() ? words(its.text) : element("p", { class: "flag" }, "empty"));
    }
    const grades = content.judgments.filter((j) => j.o === null && j.m === model && j.c === choice && j.t === turn);
    box.append(...grades.map((j) => judged(j, true)));
    return box;
  };
  const isOf = (its, a, b) => (its.m === a || its.o === a) && (b === null || its.m === b || its.o === b);
  const turnOf = (content, turn, a, b, choice) => {
    const sides = b === null ? [a] : [a, b];
    const games = content.judgments.filter((j) => j.o !== null && j.t === turn && j.c === choice && isOf(j, a, b));
    return [
      element("h4", null, `Turn ${turn}`),
      element("div", { class: "asked" }, element("h5", null, "Question"), words(content.turns[turn - 1])),
      content.reference[turn - 1] ? folded("Reference answer", content.reference[turn - 1]) : null,
      element("h5", { class: "hidden" }, "Answers"),
      element("div", { class: "sides" }, ...sides.map((model) => side(content, model, choice, turn))),
      ...(b === null && games.length ? [element("p", { class: "note" }, `${games.length} games: choose a model to compare with, or open one below.`)] : []),
      ...games.map((j) => judged(j, b !== null)),
    ];
  };
  const compare = (model) => {
    const select = element("select", { id: "beside" }, element("option", { value: "" }, "nobody"));
    models.forEach((name, place) => place !== model && select.append(element("option", { value: place }, name)));
    select.value = state.beside ?? "";
    select.addEventListener("change", () => {
      state.beside = select.value === "" ? null : Number(select.value);
      note();
      show().then(() => byId("beside").focus());
    });
    return element("label", null, "Beside ", select);
  };
  const plainly = () => {
    const box = element("input", { type: "checkbox", id: "plain", checked: state.isPlain });
    box.addEventListener("change", () => {
      state.isPlain = box.checked;
      show().then(() => byId("plain").focus());
    });
    return element("label", null, box, " as plain text");
  };
  const link = () => {
    const its = element("a", { href: address() }, "Link to this conversation");
    return its;
  };
  const nobody = [...byId("talk").childNodes];
  const show = async () => {
    const row = state.open;
    const box = byId("talk");
    for (const its of byId("talks").querySelectorAll("a")) {
      if (Number(its.dataset.row) === row) its.setAttribute("aria-current", "true");
      else its.removeAttribute("aria-current");
    }
    if (row === null) {
      box.replaceChildren(...nobody);
      return;
    }
    if (state.beside === talks.m[row]) state.beside = null;
    const question = talks.q[row];
    const [model, choice] = [talks.m[row], talks.c[row]];
    try {
      const content = await load(question);
      if (row !== state.open) return;
      const [id, category] = questions[question];
      const marks = flagsOf(row).map((name) => element("span", { class: "flag" }, name));
      const values = judges.map((its, place) => `${its.name}: ${number(talks.values[place][row])}${talks.values[place][row] === null ? "" : unit(place)}`);
      box.replaceChildren(
        element("h3", null, `${models[model]} on ${id} (${categories[category]})`),
        element("p", { class: "note" }, values.join(" · ")),
        element("div", { class: "bar" }, compare(model), plainly(), link(), element("div", null, ...marks)),
        ...content.turns.flatMap((_, turn) => turnOf(content, turn + 1, model, state.beside, choice)).filter((its) => its !== null),
      );
    } catch (error) {
      box.replaceChildren(element("p", { class: "flag" }, error.message));
    }
  };
  // Who goes through the list by key goes back from it in one step.
  const open = async (row, isStep = false) => {
    const isFirst = state.open === null;
    state.open = row;
    if (isStep && !isFirst) note();
    else history.pushState(null, "", address());
    await show();
    const place = byId("talks").querySelector(`[data-row="${row}"]`);
    place?.scrollIntoView({ block: "nearest" });
    byId("talk").focus({ preventScroll: true });
    byId("reader").scrollIntoView({ block: "start" });
  };
  const step = (by) => {
    if (!state.found.length) return;
    const at = state.found.indexOf(state.open);
    const next = at < 0 ? 0 : Math.min(state.found.length - 1, Math.max(0, at + by));
    if (next >= state.shown) grow(next + STEP);
    open(state.found[next], true);
  };

  // Themes and keys.
  const themes = ["automatic", "light", "dark"];
  const dress = (theme) => {
    if (theme === "automatic") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    byId("theme").textContent = `Theme: ${theme}`;
  };
  byId("theme").addEventListener("click", () => {
    const now = document.documentElement.dataset.theme ?? "automatic";
    dress(themes[(themes.indexOf(now) + 1) % themes.length]);
  });
  byId("help").addEventListener("click", () => byId("keys").showModal());
  byId("more").addEventListener("click", () => grow(state.shown + STEP));
  byId("talks").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(Number(link.dataset.row));
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    refresh();
    note();
  });
  form.addEventListener("reset", () => setTimeout(() => {
    refresh();
    note();
  }));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
    const isTyping = event.target.closest?.("input:not([type=checkbox]), select, textarea");
    if (event.key === "Escape" && isTyping) event.target.blur();
    if (isTyping) return;
    const acts = {
      j: () => step(1),
      k: () => step(-1),
      "/": () => form.elements.text.focus(),
      "?": () => byId("keys").showModal(),
    };
    if (acts[event.key]) {
      event.preventDefault();
      acts[event.key]();
    }
  });
  window.addEventListener("popstate", follow);
  window.addEventListener("hashchange", follow);
  setUp();
  refresh();
  if (follow()) byId("conversations").scrollIntoView();
})();
