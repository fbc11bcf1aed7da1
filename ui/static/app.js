"use strict";
/* The page's script. It draws what `ui/view.py` and `ui/corpus.py` write, with text nodes only, and updates them
   in place: a chip that has the focus stays the same element while an answer streams.
   Sections: elements, icons, memory, state, chips and hover card, turns, sources, composer, history, theme, start. */

window.verbatim = (() => {
  // ── Elements ────────────────────────────────────────────────────────────────────────────────────────────────
  const $ = (id) => document.getElementById(id);

  /** Make an element; `on…` are listeners, everything else is an attribute. */
  function h(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value !== false) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children);
    return node;
  }

  const setText = (node, text) => { if (node.textContent !== text) node.textContent = text; };
  const show = (node, yes) => { node.hidden = !yes; };

  /** Make the children of `parent` show `items`, one each, keeping the elements that are there. */
  function sync(parent, items, make) {
    items.forEach((item, at) => {
      if (!parent.children[at]) parent.append(make());
      parent.children[at].update(item);
    });
    while (parent.children.length > items.length) parent.lastElementChild.remove();
  }

  /** A button with an icon, and a visible or an accessible name. */
  const button = (name, symbol, attributes = {}) =>
    h("button", { type: "button", ...attributes }, icon(symbol), h("span", { class: "label" }, name));

  // ── Icons ───────────────────────────────────────────────────────────────────────────────────────────────────
  const ICONS = {
    plus: "M12 5v14M5 12h14",
    clock: "M4 5v4h4M4.6 9a8 8 0 1 1-.4 4M12 8v4.5l3 1.7",
    papers: "M5 4h11v16H6.5A1.5 1.5 0 0 1 5 18.5zM16 9h3v9.5a1.5 1.5 0 0 1-3 0M8 8h5M8 12h5M8 16h3",
    moon: "M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7z",
    sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
    send: "M4.5 4.5 20.5 12l-16 7.5L7.5 12zM7.5 12h6",
    square: "M6 6h12v12H6z",
    down: "m6.5 9.5 5.5 5.5 5.5-5.5",
    left: "m14.5 6-6 6 6 6",
    right: "m9.5 6 6 6-6 6",
    cross: "m6 6 12 12M18 6 6 18",
    check: "m5 12.5 4.5 4.5L19 7.5",
    fork: "M12 20v-6M12 14 5.5 7.5M12 14l6.5-6.5M5 12V7h5M14 7h5v5",
    none: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM6.5 17.5l11-11",
    note: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4.5M12 15.8v.2",
    copy: "M9 9h10v10H9zM15 9V5H5v10h4",
    download: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
    up: "M8 11v9H5v-9zM8 11l4-7.5c1.6 0 2.4 1.2 2.1 2.6L13.5 9.5H18c1.4 0 2.3 1.2 2 2.5l-1.4 6.3c-.2 1-1.1 1.7-2.1 1.7H8",
    calendar: "M5 6h14v13H5zM5 10h14M9 4v4M15 4v4",
  };

  function icon(name) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", ICONS[name]);
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("class", "icon");
    svg.append(path);
    return svg;
  }

  // ── Memory: what survives a reload ──────────────────────────────────────────────────────────────────────────
  const MOST_THREADS = 30;

  function recall(key, otherwise) {
    try { return JSON.parse(localStorage.getItem(`verbatim.${key}`)) ?? otherwise; } catch { return otherwise; }
  }

  function remember(key, value) {
    try { localStorage.setItem(`verbatim.${key}`, JSON.stringify(value)); return true; } catch { return false; }
  }

  // ── State ───────────────────────────────────────────────────────────────────────────────────────────────────
  const identity = () => Date.now().toString(36) + Math.random().toString(36).slice(2, 8);
  const newThread = () => ({ id: identity(), at: Date.now(), turns: [] });
  const noFilters = () => ({ after: null, before: null, outlets: [], undated: false });

  let gradio;                       // element, props, trigger, watch, server
  let library = null;               // what the server says of the corpus
  let thread = newThread();         // the conversation on the screen
  let filters = noFilters();
  let cards = [];                   // a TurnCard for each turn of the thread
  let running = null;               // the TurnCard whose answer is being written
  const narrow = matchMedia("(max-width: 899px)");

  const announce = (words) => setText($("status"), words);
  const plural = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

  // ── Chips and their hover card ──────────────────────────────────────────────────────────────────────────────
  function makeChip(card) {
    const chip = h("button", { type: "button", class: "chip" });
    chip.card = card;
    chip.update = (number) => {
      const quote = card.quote(number);
      chip.number = number;
      setText(chip, String(number));
      chip.setAttribute("aria-label", `Quote ${number}, ${quote.outlet}, ${quote.date}`);
    };
    return chip;
  }

  const hover = { chip: null, timer: 0 };

  function drawHover(chip) {
    const quote = chip.card.quote(chip.number);
    if (!quote) return;
    $("card").replaceChildren(
      h("p", { class: "who" }, h("strong", {}, quote.outlet), ` · ${quote.date}`),
      h("p", { class: "said" }, `“${clipped(quote.shown)}”`),
      h("p", { class: "hint" }, "Select to read it in the article"),
    );
    hideHover();
    hover.chip = chip;
    chip.setAttribute("aria-describedby", "card");
    show($("card"), true);
    place($("card"), chip, 24);
  }

  function hideHover() {
    clearTimeout(hover.timer);
    hover.chip?.removeAttribute("aria-describedby");
    hover.chip = null;
    show($("card"), false);
  }

  function soon(action) {
    clearTimeout(hover.timer);
    hover.timer = setTimeout(action, 140);
  }

  /** Long quotes end at the border of a clause, or else of a word. */
  function clipped(text, most = 280) {
    if (text.length <= most) return text;
    const clauses = [...text.slice(0, most).matchAll(/[,;:–—][’']?\s/g)].map((each) => each.index);
    const end = clauses.at(-1) > most / 2 ? clauses.at(-1) : text.lastIndexOf(" ", most);
    return `${text.slice(0, end).trim()} …`;
  }

  /** Put a floating box under what it belongs to, or above it where there is no room, inside the window. */
  function place(box, anchor, indent = 0) {
    const at = anchor.getBoundingClientRect();
    const size = box.getBoundingClientRect();
    const below = at.bottom + 8 + size.height <= innerHeight;
    const left = Math.min(at.left - indent, innerWidth - size.width - 12);
    box.style.left = `${Math.max(12, left)}px`;
    box.style.top = `${Math.max(8, below ? at.bottom + 8 : at.top - 8 - size.height)}px`;
  }

  function watchChips(root) {
    const chipOf = (event) => event.target.closest?.(".chip");
    root.addEventListener("click", (event) => {
      const chip = chipOf(event) ?? event.target.closest?.(".quote-block")?.querySelector(".chip");
      if (chip && !String(getSelection())) openQuote(chip);
    });
    root.addEventListener("pointerover", (event) => {
      if (event.pointerType === "touch") return;
      const chip = chipOf(event);
      if (chip && chip !== hover.chip) soon(() => chip.isConnected && drawHover(chip));
      else if (chip || event.target.closest("#card")) clearTimeout(hover.timer);
      else if (hover.chip) soon(hideHover);
      else clearTimeout(hover.timer);
    });
    root.addEventListener("focusin", (event) => {
      const chip = chipOf(event);
      if (chip?.matches(":focus-visible") && !chip.quiet) drawHover(chip);
      else hideHover();
    });
    root.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const chip = chipOf(event);
      if (!chip || !step) return;
      const chips = [...chip.closest(".turn, .sources-body").querySelectorAll(".chip")].filter((each) => each.offsetParent);
      chips[chips.indexOf(chip) + step]?.focus();
      event.preventDefault();
    });
  }

  // ── Turns ───────────────────────────────────────────────────────────────────────────────────────────────────
  const STEPS = ["understand", "search", "read", "write"];
  const VERDICT_ICONS = { supported: "check", partly: "note", disagree: "fork", absent: "none" };
  const REASONS = {
    unsupported_quote: "A quote doesn’t support the statement",
    missing: "Something is missing",
    wrong_source: "Wrong or outdated source",
    should_abstain: "It should have said “not in the articles”",
  };

  /** A question on the screen with all of its answer: parts are made once and filled as they become known. */
  class TurnCard {
    constructor(view) {
      const part = (tag, name, ...children) => (this[name] = h(tag, { class: name, hidden: true }, ...children));
      this.heading = h("h2", { id: `q-${view.id}`, tabindex: "-1" }, view.question);
      this.answer = h("div", { class: "answer" });
      this.root = h("article", { class: "turn", "aria-labelledby": this.heading.id }, this.heading,
        part("div", "progress", h("p", {}, h("span", { class: "dot" }), h("span")), h("div", { class: "steps" }, ...STEPS.map(() => h("i")))),
        part("details", "answered", h("summary", {}, h("span"), icon("down")), h("ol")),
        part("p", "verdict"), this.answer, part("div", "absence"), part("div", "disputes"), part("ul", "notes"),
        part("details", "removed", h("summary", {}, h("span"), icon("down")), h("ul")),
        part("div", "failure"), part("section", "evidence", h("h3"), h("div", { class: "quotes" })),
        part("section", "cited", h("h3"), h("div", { class: "cited-list" })), part("div", "actions"), part("div", "feedback"),
        part("section", "more", h("h3", {}, "Ask next"), h("div")));
      this.update(view);
    }

    quote(number) { return this.view.quotes.find((each) => each.number === number); }

    /** Only numbers whose words were found in the article get a chip. */
    citable(numbers) { return numbers.filter((number) => this.quote(number)?.exact); }

    chips(parent, numbers) { sync(parent, this.citable(numbers), () => makeChip(this)); }

    update(view) {
      this.view = view;
      const busy = view.state === "asking" || view.state === "waiting";
      this.answer.setAttribute("aria-busy", String(busy));
      this.drawProgress(busy);
      this.drawClaims();
      this.drawEvidence(busy);
      this.drawFailure();
      if (view.outcome && !this.complete) this.drawOutcome(view.outcome);
    }

    drawProgress(busy) {
      show(this.progress, busy);
      const stage = this.view.stages.at(-1);
      const words = this.view.message || `${stage ? stage.words : "Sending the question"}…`;
      setText(this.progress.firstChild.lastChild, words);
      const reached = STEPS.indexOf(stage?.name);
      [...this.progress.lastChild.children].forEach((step, at) => {
        step.className = at < reached ? "past" : at === reached ? "now" : "";
      });
      if (busy && running === this) announce(words);
    }

    drawClaims() {
      sync(this.answer, this.view.claims.filter((each) => !each.removed), () => {
        const [text, quoted, chips] = [h("span"), h("span", { class: "quoted" }), h("span", { class: "chips" })];
        const claim = h("span", { class: "claim" }, h("span", { class: "words" }, text, quoted), chips);
        claim.update = (each) => {
          setText(text, each.text);
          setText(quoted, each.quoted && `“${each.quoted}”`);
          claim.classList.toggle("long", each.text.length + each.quoted.length > 160);
          this.chips(chips, each.citations);
        };
        return claim;
      });
    }

    /** What was found stands there while the answer is written; the chips of the answer replace it. */
    drawEvidence(busy) {
      const found = busy ? this.view.quotes.filter((each) => each.exact) : [];
      if (!found.length && this.evidence.contains(document.activeElement)) {
        (this.answer.querySelector(".chip") ?? this.heading).focus();
      }
      show(this.evidence, found.length > 0);
      setText(this.evidence.firstChild, `Found in the articles: ${plural(found.length, "sentence")}`);
      sync(this.evidence.lastChild, found.slice(0, 4), () => quoteBlock(this, true));
    }

    drawFailure() {
      const { state, message } = this.view;
      const bad = state === "failed" || state === "stopped";
      show(this.failure, bad);
      if (!bad || this.failure.firstChild) return;
      const again = h("button", { type: "button", class: "primary", onclick: () => askAgain(this) }, "Try again");
      this.failure.append(icon("note"), h("p", {}, message), again);
    }

    drawOutcome(outcome) {
      this.complete = true;
      this.drawSteps(outcome);
      this.drawVerdict(outcome);
      if (outcome.absence) this.drawAbsence(outcome);
      this.drawDisputes(outcome.disagreements);
      show(this.notes, outcome.notes.length > 0);
      this.notes.append(...outcome.notes.map((each) => h("li", {}, icon("note"), h("span", {}, each))));
      this.drawRemoved();
      if (!outcome.absence) this.drawCited(outcome);
      this.drawActions(outcome);
      this.drawMore();
    }

    drawSteps(outcome) {
      show(this.answered, true);
      setText(this.answered.querySelector("span"), outcome.answered);
      const steps = this.view.stages.map((each) => h("li", {}, each.words));
      if (outcome.standalone) steps.unshift(h("li", {}, `Understood as: ${outcome.standalone}`));
      this.answered.querySelector("ol").replaceChildren(...steps);
    }

    drawVerdict({ verdict, absence }) {
      show(this.verdict, !absence);
      this.verdict.classList.add(verdict.kind);
      this.verdict.replaceChildren(icon(VERDICT_ICONS[verdict.kind]), h("strong", {}, verdict.words), h("span", {}, verdict.reason));
    }

    drawAbsence({ absence, used }) {
      show(this.absence, true);
      const quotes = h("div", { class: "quotes" });
      sync(quotes, this.citable(used).map((number) => this.quote(number)), () => quoteBlock(this, true));
      const title = h("div", { class: "absence-title" }, icon("none"), h("h3", {}, absence.title));
      this.absence.append(title, h("p", {}, [absence.reason, absence.covered].filter(Boolean).join(" ")));
      if (absence.hidden) this.absence.append(widening(this, absence));
      if (quotes.children.length) this.absence.append(h("h4", {}, "Closest passages"), quotes);
    }

    drawDisputes(disagreements) {
      show(this.disputes, disagreements.length > 0);
      this.disputes.append(...disagreements.map((each) => h("section", { class: "dispute" }, h("h3", {}, each.claim),
        h("div", { class: "sides" }, ...each.sides.map((side) => this.side(side))))));
    }

    side({ position, citations }) {
      const said = this.citable(citations).map((number) => {
        const quote = this.quote(number);
        const chips = h("span", { class: "chips" });
        this.chips(chips, [number]);
        return h("div", { class: "said-by" }, h("p", { class: "speaker" }, quote.speaker ?? quote.outlet),
          h("p", { class: "quiet" }, quote.date), h("blockquote", {}, `“${clipped(quote.shown)}”`),
          h("p", { class: "quiet" }, quote.outlet, chips));
      });
      return h("div", { class: "side" }, h("h4", {}, position), ...said);
    }

    drawRemoved() {
      const removed = this.view.claims.filter((each) => each.removed);
      show(this.removed, removed.length > 0);
      setText(this.removed.querySelector("span"), `${plural(removed.length, "sentence")} removed`);
      this.removed.querySelector("ul").append(...removed.map((each) => h("li", {}, h("s", {}, each.text + each.quoted), ` ${each.fault}`)));
    }

    drawCited(outcome) {
      const groups = grouped(this, outcome.used);
      show(this.cited, groups.length > 0);
      setText(this.cited.firstChild, plural(groups.length, "source"));
      this.cited.lastChild.append(...groups.map(([first, ...others]) => {
        const chips = h("span", { class: "chips" });
        this.chips(chips, [first.number]);
        return h("div", { class: "source quote-block" }, chips, h("p", {}, h("strong", {}, first.outlet),
          h("span", {}, `${first.date} · ${plural(others.length + 1, "quote")}`)));
      }));
    }

    drawActions(outcome) {
      show(this.actions, true);
      const copy = button("Copy with sources", "copy", { class: "action" });
      copy.addEventListener("click", () => copyText(outcome.markdown, copy));
      const file = (name, kind, text) => button(name, "download", { class: "action", onclick: () => download(`verbatim-answer.${kind}`, text) });
      const rate = (name, helpful) => button(name, "up", { class: `action thumb ${helpful ? "good" : "bad"}`, "aria-pressed": "false" });
      const good = rate("This helped", true);
      const bad = rate("Something is wrong", false);
      good.addEventListener("click", () => this.judge(good, bad));
      bad.addEventListener("click", () => this.complain(good, bad));
      this.actions.append(copy, file("Download .md", "md", outcome.markdown),
        file("Download .json", "json", `${JSON.stringify(outcome.record, null, 2)}\n`), h("span", { class: "space" }), good, bad);
    }

    async send(details) {
      const report = { question: this.view.question, answer: this.view.outcome.record, ...details };
      const kept = await gradio.server.report(report);
      const words = kept ? "Thank you. Your answer was kept with the question." : "That could not be kept. Try again later.";
      this.feedback.replaceChildren(h("p", {}, words));
      show(this.feedback, true);
      announce(words);
    }

    judge(good, bad) {
      good.setAttribute("aria-pressed", "true");
      bad.setAttribute("aria-pressed", "false");
      this.send({ helpful: true });
    }

    complain(good, bad) {
      good.setAttribute("aria-pressed", "false");
      bad.setAttribute("aria-pressed", "true");
      const close = () => { show(this.feedback, false); bad.setAttribute("aria-pressed", "false"); bad.focus(); };
      const form = complaint((details) => this.send({ helpful: false, ...details }), close);
      this.feedback.replaceChildren(form);
      show(this.feedback, true);
      form.querySelector("input").focus();
      this.feedback.scrollIntoView({ block: "nearest" });
    }

    drawMore() {
      const before = new Set(thread.turns.map((each) => each.question));
      const examples = (library?.examples ?? []).filter((each) => !before.has(each.question)).slice(0, 3);
      show(this.more, examples.length > 0);
      this.more.lastChild.replaceChildren(...examples.map((each) => h("button", { type: "button", onclick: () => ask(each.question) }, each.question)));
    }
  }

  /** A quote with its chip; a click anywhere on it opens it. */
  function quoteBlock(card, withSource) {
    const chips = h("span", { class: "chips" });
    const said = h("blockquote");
    const source = h("p", { class: "quiet" });
    const block = h("div", { class: "quote-block" }, chips, h("div", {}, said, source));
    block.update = (quote) => {
      setText(said, `“${withSource ? clipped(quote.shown) : quote.shown}”`);
      setText(source, withSource ? `${quote.outlet} · ${quote.date}` : "");
      card.chips(chips, [quote.number]);
    };
    return block;
  }

  /** Quotes by article, in the order of their numbers. */
  function grouped(card, numbers) {
    const groups = new Map();
    for (const number of card.citable(numbers)) {
      const quote = card.quote(number);
      groups.set(quote.article, [...(groups.get(quote.article) ?? []), quote]);
    }
    return [...groups.values()];
  }

  function widening(card, { hidden, total }) {
    const all = () => { setFilters(noFilters()); askAgain(card); };
    return h("div", { class: "widen" },
      h("p", {}, `Your filters hide ${hidden === total ? "all" : hidden.toLocaleString("en")} of the ${plural(total, "article")}.`),
      h("button", { type: "button", class: "primary", onclick: all }, `Search all ${plural(total, "article")}`));
  }

  function complaint(send, close) {
    const form = h("form", { class: "complaint" }, h("h3", {}, "What was wrong?"),
      ...Object.entries(REASONS).map(([value, words]) =>
        h("label", { class: "check" }, h("input", { type: "checkbox", name: "reason", value }), ` ${words}`)),
      h("label", { class: "comment" }, "Anything else? (optional)", h("textarea", { rows: "2", maxlength: "2000", name: "comment" })),
      h("div", { class: "buttons" }, h("button", { type: "submit", class: "primary" }, "Send"),
        h("button", { type: "button", class: "link", onclick: close }, "Cancel")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = new FormData(form);
      send({ reasons: given.getAll("reason"), comment: given.get("comment") });
    });
    return form;
  }

  function download(name, text) {
    const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    h("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  async function copyText(text, beside) {
    const label = beside.querySelector(".label");
    let done = true;
    try { await navigator.clipboard.writeText(text); } catch { done = false; }
    setText(label, done ? "Copied" : "Not allowed by the browser");
    announce(label.textContent);
    setTimeout(() => setText(label, "Copy with sources"), 2000);
  }

  // ── Sources: all articles, the quotes of a turn, or one article that is open ─────────────────────────────────
  const panel = { card: null, origin: null, opened: null, number: null, numbers: [], reading: false };
  const views = { library: h("div"), quotes: h("div"), article: h("div", { class: "article" }) };

  function showPanel(name) {
    for (const [key, node] of Object.entries(views)) show(node, key === name);
    show($("back"), name === "article" || (name === "library" && panel.card !== null));
    show($("sources-foot"), name === "article" && panel.numbers.length > 0);
    $("back").setAttribute("aria-label", name === "article" && !panel.card ? "Back to all articles" : "Back to the quotes");
    panel.shown = name;
  }

  function title(...parts) { $("sources-title").replaceChildren(...parts); }

  function drawLibrary() {
    panel.opened = null;
    const total = library?.total ?? 0;
    title(total ? `All ${plural(total, "article")}` : "Articles");
    const items = (library?.articles ?? []).map((each) => h("button", { type: "button", class: "listed", onclick: () => openListed(each) },
      h("strong", {}, each.title), h("span", {}, `${each.outlet} · ${each.date}`)));
    const rest = total - items.length;
    views.library.replaceChildren(h("p", { class: "intro" }, total ? "Answers use only these." : "There are no articles yet."), ...items);
    if (rest > 0) views.library.append(h("p", { class: "intro" }, `and ${plural(rest, "article")} more`));
    showPanel("library");
  }

  function drawQuotes(card) {
    Object.assign(panel, { card, opened: null });
    const { outcome, quotes } = card.view;
    const used = outcome ? outcome.used : quotes.map((each) => each.number);
    title(outcome?.absence ? "Closest passages" : outcome ? "Quotes used" : "Quotes found");
    const intro = outcome?.absence ? "These passages are close, but don’t answer the question."
      : outcome ? `${outcome.matching} of ${plural(used.length, "quote")} match the articles word for word.`
        : "These sentences are closest to the question.";
    const groups = grouped(card, used).map((each) => {
      const list = h("div");
      sync(list, each, () => quoteBlock(card, false));
      return h("section", { class: "group" }, h("h3", {}, h("strong", {}, each[0].outlet), h("span", {}, each[0].date)), list);
    });
    const all = h("button", { type: "button", class: "link", onclick: drawLibrary }, `See all ${plural(library?.total ?? 0, "article")}`);
    views.quotes.replaceChildren(h("p", { class: "intro" }, intro), ...groups, all);
    $("sources-body").scrollTop = 0;
    showPanel("quotes");
  }

  async function openQuote(chip) {
    const { card, number } = chip;
    const quote = card.quote(number);
    hideHover();
    Object.assign(panel, { origin: chip, card, reading: true });
    openSheet();
    const key = `${card.view.id} ${quote.article} ${card.view.state === "done"}`;
    if (panel.opened !== key || panel.shown !== "article") {
      const same = card.view.quotes.filter((each) => each.article === quote.article && each.exact);
      const article = await fetchArticle(quote.article, same.map((each) => [each.number, each.start, each.end]));
      if (panel.origin !== chip) return;
      if (!article) { drawMissing(quote); return; }
      const cited = card.view.outcome && !card.view.outcome.absence ? card.view.outcome.used : same.map((each) => each.number);
      panel.numbers = same.map((each) => each.number).filter((each) => cited.includes(each) || each === number);
      panel.numbers.sort((one, other) => card.quote(one).start - card.quote(other).start);
      drawArticle(article);
      panel.opened = key;
    }
    activate(number);
  }

  async function openListed(listed) {
    Object.assign(panel, { origin: null, reading: true });
    const article = await fetchArticle(listed.id, []);
    panel.numbers = [];
    if (!article) { drawMissing({ outlet: listed.outlet, shown: listed.title }); return; }
    drawArticle(article);
    title(h("strong", {}, article.outlet), h("span", {}, article.date));
    $("sources-title").focus();
  }

  const fetchArticle = (key, spans) => gradio.server.open_article({ key, spans }).catch(() => null);

  function drawMissing(quote) {
    panel.opened = null;
    title(quote.outlet);
    views.article.replaceChildren(h("p", { class: "intro" }, "This article could not be opened: it is no longer in the index, or the server did not answer."),
      h("blockquote", {}, `“${quote.shown}”`));
    panel.numbers = [];
    showPanel("article");
  }

  function drawArticle(article) {
    const head = article.headline ? [h("h3", { class: "headline" }, article.title)] : [];
    if (article.url) head.push(h("p", { class: "intro" }, h("a", { href: article.url, target: "_blank", rel: "noopener noreferrer" }, "The article at its publisher")));
    const text = article.paragraphs.map((segments) => {
      const paragraph = h("p", {}, ...segments.map(drawSegment));
      paragraph.classList.toggle("headline", paragraph.textContent.trim() === article.title);
      return paragraph;
    });
    views.article.replaceChildren(...head, ...text);
    $("sources-body").scrollTop = 0;
    showPanel("article");
  }

  function drawSegment({ text, quotes, sentences }) {
    if (!quotes.length && !sentences.length) return document.createTextNode(text);
    const mark = h("mark", {}, text);
    Object.assign(mark, { quotes, sentences });
    return mark;
  }

  /** Mark one quote as the one that is read, and bring it into view. */
  function activate(number) {
    panel.number = number;
    const quote = panel.card.quote(number);
    const chip = h("span", { class: "chip still", "aria-hidden": "true" }, String(number));
    title(chip, h("strong", {}, quote.outlet), h("span", {}, quote.date));
    for (const mark of views.article.querySelectorAll("mark")) {
      mark.classList.toggle("other", panel.numbers.some((each) => mark.quotes.includes(each)));
      mark.classList.toggle("active", mark.sentences.includes(number) || mark.quotes.includes(number));
      mark.classList.toggle("exact", mark.quotes.includes(number));
    }
    const at = panel.numbers.indexOf(number);
    setText($("place"), `Quote ${at + 1} of ${panel.numbers.length}`);
    $("previous").disabled = at <= 0;
    $("next").disabled = at >= panel.numbers.length - 1;
    markChips(number);
    focusMark();
  }

  function focusMark() {
    const body = $("sources-body");
    const mark = views.article.querySelector("mark.exact") ?? views.article.querySelector("mark.active");
    if (!mark) return;
    const offset = mark.getBoundingClientRect().top - body.getBoundingClientRect().top;
    body.scrollTop += offset - body.clientHeight / 3;
    mark.tabIndex = -1;
    focusSoon(mark, 120);
  }

  // What a sheet that is still coming up holds can't take the focus yet.
  function focusSoon(node, frames) {
    node.focus({ preventScroll: true });
    if (document.activeElement !== node && node.isConnected && frames > 0) requestAnimationFrame(() => focusSoon(node, frames - 1));
  }

  function markChips(number) {
    for (const chip of document.querySelectorAll("#thread .chip")) {
      chip.classList.toggle("open", chip.card === panel.card && chip.number === number);
    }
  }

  function step(by) {
    const number = panel.numbers[panel.numbers.indexOf(panel.number) + by];
    if (number !== undefined) activate(number);
  }

  function backFromArticle() {
    markChips(null);
    if (panel.card && panel.shown === "article") drawQuotes(panel.card);
    else if (panel.card && panel.shown === "library") drawQuotes(panel.card);
    else drawLibrary();
    $("sources-title").focus();
  }

  /** After reading: to the chip that opened the source, or to one with its number, or to the question. */
  function returnFocus() {
    closeSheet();
    const { origin, card, number } = panel;
    const twin = card && [...card.root.querySelectorAll(".chip")].find((each) => each.number === number);
    const target = origin?.isConnected && origin.offsetParent ? origin : twin ?? card?.heading ?? $("question");
    target.quiet = true;
    target.focus();
    target.quiet = false;
  }

  /** The panel follows an answer, unless an article is being read. */
  function follow(card) {
    if (panel.shown === "article" && panel.reading) return;
    if (card.view.quotes.length) drawQuotes(card);
  }

  function openSheet() {
    if (!narrow.matches || $("verbatim").classList.contains("sheet-open")) return;
    setSheet(true);
  }

  function closeSheet() {
    if ($("verbatim").classList.contains("sheet-open")) setSheet(false);
  }

  function setSheet(open) {
    $("verbatim").classList.toggle("sheet-open", open);
    for (const node of [document.querySelector("#verbatim > header"), $("reading")]) node.inert = open;
    show($("backdrop"), open);
    for (const [name, value] of [["role", "dialog"], ["aria-modal", "true"]]) {
      if (open) $("sources").setAttribute(name, value);
      else $("sources").removeAttribute(name);
    }
  }

  // ── Composer: asking, stopping, filters ─────────────────────────────────────────────────────────────────────
  function ask(question) {
    if (running || !question.trim()) return;
    const view = { id: identity(), question: question.trim(), state: "asking", message: "", stages: [], quotes: [], claims: [], outcome: null };
    const turns = thread.turns.filter((each) => each.outcome).map((each) => ({ question: each.question, answer: each.outcome.text.slice(0, 4000) }));
    panel.reading = false;
    thread.turns.push(view);
    running = addCard(view);
    running.update(view);
    drawComposer();
    toTop(running);
    gradio.trigger(gradio.asks, { id: view.id, question: view.question, turns: turns.slice(-20), filters });
  }

  function addCard(view) {
    const card = new TurnCard(view);
    cards.push(card);
    $("thread").append(card.root);
    show($("start"), false);
    return card;
  }

  function askAgain(card) {
    if (running) return;
    thread.turns = thread.turns.filter((each) => each.id !== card.view.id);
    cards = cards.filter((each) => each !== card);
    card.root.remove();
    if (panel.card === card) Object.assign(panel, { card: null, opened: null, shown: "quotes" });
    ask(card.view.question);
  }

  /** A turn came from the server; one that was stopped or left meanwhile is not wanted any more. */
  function receive(view) {
    if (!running || view?.id !== running.view.id) return;
    const card = running;
    const first = !card.view.quotes.length && view.quotes.length > 0;
    replaceView(card, view);
    if (first || view.state === "done") follow(card);
    if (view.state === "done" || view.state === "failed") finish(view.outcome?.announcement ?? view.message);
  }

  function replaceView(card, view) {
    thread.turns = thread.turns.map((each) => (each.id === view.id ? view : each));
    card.update(view);
  }

  function finish(words) {
    running = null;
    announce(words);
    drawComposer();
    saveThread();
    refreshStatus();
  }

  function end(state, message) {
    if (!running) return;
    replaceView(running, { ...running.view, state, message });
    finish(message);
  }

  function stop() {
    gradio.server.stop(running.view.id);
    end("stopped", "Stopped. The answer is not complete, and what stands here is unchecked.");
    $("question").focus();
  }

  /** The connection was lost, or the server refused: its own failures come as turns. */
  function lost() {
    end("failed", "The server did not answer, or too many questions are waiting. The question is kept: try again.");
  }

  function drawComposer() {
    const send = $("send");
    send.replaceChildren(icon(running ? "square" : "send"));
    send.setAttribute("aria-label", running ? "Stop" : "Ask");
    send.classList.toggle("stopping", running !== null);
  }

  function fitBox() {
    const box = $("question");
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
  }

  function setFilters(next) {
    filters = next;
    $("after").value = filters.after ?? "";
    $("before").value = filters.before ?? "";
    $("undated").checked = filters.undated;
    for (const box of $("outlet-choices").querySelectorAll("input")) box.checked = filters.outlets.includes(box.value);
    drawFilters();
  }

  function readFilters() {
    const outlets = [...$("outlet-choices").querySelectorAll("input:checked")].map((box) => box.value);
    filters = { after: $("after").value || null, before: $("before").value || null, outlets, undated: $("undated").checked };
    $("after").max = $("before").value;
    $("before").min = $("after").value;
    drawFilters();
  }

  function drawFilters() {
    const day = (iso) => new Date(`${iso}T12:00`).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
    const { after, before, outlets } = filters;
    const dates = after && before ? `${day(after)} – ${day(before)}` : after ? `From ${day(after)}` : before ? `To ${day(before)}` : "Any date";
    const whose = outlets.length === 0 ? "All publishers" : outlets.length === 1 ? outlets[0] : `${outlets.length} publishers`;
    drawFilter($("dates-button"), "calendar", dates, after || before);
    drawFilter($("outlets-button"), "papers", whose, outlets.length > 0);
  }

  function drawFilter(node, symbol, words, set) {
    node.replaceChildren(icon(symbol), h("span", { class: "label" }, words), icon("down"));
    node.classList.toggle("set", Boolean(set));
  }

  function drawOutlets() {
    $("outlet-choices").replaceChildren(...(library?.outlets ?? []).map((name) =>
      h("label", { class: "check" }, h("input", { type: "checkbox", value: name }), ` ${name}`)));
  }

  // ── Popovers ────────────────────────────────────────────────────────────────────────────────────────────────
  let popover = null;

  function togglePopover(box, opener) {
    if (popover?.box === box) { closePopover(); return; }
    closePopover();
    popover = { box, opener };
    opener.setAttribute("aria-expanded", "true");
    show(box, true);
    place(box, opener);
    box.querySelector("input, button:not([hidden])")?.focus();
  }

  function closePopover(focus = false) {
    if (!popover) return;
    show(popover.box, false);
    popover.opener.setAttribute("aria-expanded", "false");
    if (focus) popover.opener.focus();
    popover = null;
  }

  // ── Threads and history ─────────────────────────────────────────────────────────────────────────────────────
  function saveThread() {
    const others = recall("threads", []).filter((each) => each.id !== thread.id);
    let threads = thread.turns.length ? [{ ...thread, at: Date.now() }, ...others].slice(0, MOST_THREADS) : others;
    while (!remember("threads", threads) && threads.length > 1) threads = threads.slice(0, -1);
    remember("current", thread.id);
  }

  function openThread(next) {
    if (running) stop();
    thread = next;
    cards = [];
    Object.assign(panel, { card: null, origin: null, opened: null, shown: "library" });
    $("thread").replaceChildren();
    show($("start"), thread.turns.length === 0);
    thread.turns.forEach(addCard);
    const last = cards.at(-1);
    if (last) { follow(last); toTop(last); } else drawLibrary();
    remember("current", thread.id);
  }

  function drawHistory() {
    const day = (at) => new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "short" });
    const items = recall("threads", []).map((each) => h("button", { type: "button", class: "kept", onclick: () => { closePopover(); openThread(each); } },
      h("strong", {}, each.turns[0].question), h("span", {}, `${day(each.at)} · ${plural(each.turns.length, "question")}`)));
    $("threads").replaceChildren(...(items.length ? items : [h("p", { class: "quiet" }, "Nothing yet. It is kept in this browser only.")]));
    show($("clear-history"), items.length > 0);
  }

  function toTop(card) {
    const scroller = $("scroll");
    scroller.scrollTop += card.root.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    drawLatest();
  }

  /** Offer the way to the newest turn when it is out of sight. */
  function drawLatest() {
    const last = cards.at(-1);
    const edge = $("scroll").getBoundingClientRect();
    show($("latest"), Boolean(last) && last.heading.getBoundingClientRect().top > edge.bottom - 60);
  }

  // ── Theme ───────────────────────────────────────────────────────────────────────────────────────────────────
  const dark = () => document.documentElement.dataset.theme === "dark";

  function setTheme(name) {
    document.documentElement.dataset.theme = name;
  }

  function drawTheme() {
    const words = dark() ? "Light theme" : "Dark theme";
    $("theme").replaceChildren(icon(dark() ? "sun" : "moon"));
    $("theme").setAttribute("aria-label", words);
  }

  // ── Start ───────────────────────────────────────────────────────────────────────────────────────────────────
  function drawStart() {
    const start = $("start");
    setText($("counts"), library.counts);
    if (!library.total) {
      start.querySelector("h2").textContent = "There are no articles yet.";
      start.querySelector(".lead").replaceChildren("Make an index first, then reload this page: ", h("code", {}, "verbatim index FOLDER"));
      return;
    }
    if (!library.examples.length) return;
    $("examples").replaceChildren(h("h3", {}, "Try one of these"), ...library.examples.map((each) =>
      h("button", { type: "button", class: "example", onclick: () => ask(each.question) }, h("span", {}, each.question), h("span", { class: "kind" }, each.kind))));
  }

  async function refreshStatus() {
    const words = await gradio.server.status({}).catch(() => null);
    if (words) setText($("made-of"), words);
  }

  async function loadLibrary() {
    library = await gradio.server.library({}).catch(() => null);
    if (!library) {
      setText($("counts"), "The articles could not be loaded. Reload the page to try again.");
      return;
    }
    $("question").maxLength = library.longest;
    drawOutlets();
    drawStart();
    if (panel.shown === "library") drawLibrary();
    cards.at(-1)?.drawMore();
  }

  function dressButtons() {
    for (const [id, symbol] of [["new", "plus"], ["history-button", "clock"], ["sources-button", "papers"]]) $(id).prepend(icon(symbol));
    for (const [id, symbol] of [["back", "left"], ["close-sources", "cross"], ["previous", "left"], ["next", "right"], ["latest", "down"]]) $(id).prepend(icon(symbol));
    $("sources-body").append(...Object.values(views));
    drawTheme();
    drawComposer();
    drawFilters();
  }

  function listenToButtons() {
    const click = (id, action) => $(id).addEventListener("click", action);
    click("new", () => { openThread(newThread()); $("question").focus(); });
    click("history-button", (event) => { drawHistory(); togglePopover($("history"), event.currentTarget); });
    click("clear-history", () => { remember("threads", []); drawHistory(); });
    click("theme", () => { setTheme(dark() ? "light" : "dark"); remember("theme", document.documentElement.dataset.theme); drawTheme(); });
    click("sources-button", () => { openSheet(); panel.origin = $("sources-button"); $("sources-title").focus(); });
    click("close-sources", returnFocus);
    click("backdrop", returnFocus);
    click("back", backFromArticle);
    click("previous", () => step(-1));
    click("next", () => step(1));
    click("latest", () => toTop(cards.at(-1)));
    click("dates-button", (event) => togglePopover($("dates"), event.currentTarget));
    click("outlets-button", (event) => togglePopover($("outlets"), event.currentTarget));
    click("clear-dates", () => { setFilters({ ...filters, after: null, before: null, undated: false }); closePopover(true); });
    click("clear-outlets", () => { setFilters({ ...filters, outlets: [] }); closePopover(true); });
    for (const id of ["dates", "outlets"]) $(id).addEventListener("change", readFilters);
  }

  function listenToComposer() {
    const box = $("question");
    $("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      if (running) { stop(); return; }
      const question = box.value;
      box.value = "";
      fitBox();
      ask(question);
    });
    box.addEventListener("input", fitBox);
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      if (!running) $("composer").requestSubmit();
    });
  }

  function onKey(event) {
    if (event.key === "k" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      closeSheet();
      $("question").focus();
    } else if (event.key === "Escape") {
      if (popover) closePopover(true);
      else if (hover.chip) hideHover();
      else if ($("sources").contains(document.activeElement) || $("verbatim").classList.contains("sheet-open")) returnFocus();
    }
  }

  function listenToPage() {
    document.addEventListener("keydown", onKey);
    document.addEventListener("pointerdown", (event) => {
      if (popover && !popover.box.contains(event.target) && !popover.opener.contains(event.target)) closePopover();
    });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) refreshStatus(); });
    $("scroll").addEventListener("scroll", () => { if (hover.chip) hideHover(); drawLatest(); }, { passive: true });
    addEventListener("pagehide", () => { if (running) stop(); });
    setInterval(() => { if (!document.hidden) refreshStatus(); }, 20_000);
    addEventListener("resize", () => { closePopover(); hideHover(); drawLatest(); });
    narrow.addEventListener("change", () => { if (!narrow.matches) closeSheet(); });
  }

  /** Called by the template when Gradio has put it into the page. */
  function attach(context) {
    gradio = context;
    dressButtons();
    listenToButtons();
    listenToComposer();
    listenToPage();
    watchChips($("verbatim"));
    const current = recall("current", "");
    openThread(recall("threads", []).find((each) => each.id === current) ?? newThread());
    gradio.watch("value", () => receive(gradio.props.value));
    loadLibrary();
    refreshStatus();
  }

  setTheme(recall("theme", matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  return { attach, lost };
})();
