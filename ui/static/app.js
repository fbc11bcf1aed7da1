"use strict";
/* The page's script. `ui/view.py` says what there is, `ui/render.py` draws most of it; this keeps the sentences of an
   answer and the text of an article, with text nodes only, and updates them in place: a chip that has the focus stays
   the same element while an answer streams.
   Sections: elements, memory, state, chips and hover card, turns, sources, asking, filters, popovers, history, links,
   the corpus page, theme, start. */

window.verbatim = (() => {
  // ── Elements ────────────────────────────────────────────────────────────────────────────────────────────────
  const $ = (id) => document.getElementById(id);

  /** Make an element; `on…` are listeners, everything else is an attribute; children are nodes or texts. */
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

  // Breaking a kerned word into lines takes the square of its length: 100,000 letters without a blank would hang the page.
  const unkern = (node, text) => node.classList.toggle("endless", /[^\s<>]{1000}/.test(text));

  /** Put in HTML that the server has drawn, unless it is there already. */
  function draw(node, html) {
    if (node.drawn !== html) { unkern(node, html); node.innerHTML = html; }
    node.drawn = html;
    show(node, html !== "");
  }

  /** Make the children of `parent` show `items`, one each, keeping the elements that are there. */
  function sync(parent, items, make) {
    items.forEach((item, at) => {
      if (!parent.children[at]) parent.append(make());
      parent.children[at].update(item);
    });
    while (parent.children.length > items.length) parent.lastElementChild.remove();
  }

  /** What a server function gives, or null when it can't be reached. */
  const server = (name, sent = {}) => gradio.server[name](sent).catch(() => null);

  // ── Memory: what survives a reload ──────────────────────────────────────────────────────────────────────────
  const MOST_THREADS = 30;

  function recall(key, otherwise) {
    try { return JSON.parse(localStorage.getItem(`verbatim.${key}`)) ?? otherwise; } catch { return otherwise; }
  }

  /** What is drawn is left out: the server draws it again. */
  function remember(key, value) {
    const text = JSON.stringify(value, (name, each) => (name === "drawn" ? null : each));
    try { localStorage.setItem(`verbatim.${key}`, text); return true; } catch { return false; }
  }

  // ── State ───────────────────────────────────────────────────────────────────────────────────────────────────
  const identity = () => Date.now().toString(36) + Math.random().toString(36).slice(2, 8);
  const newThread = (turns = []) => ({ id: identity(), at: Date.now(), turns });
  const noFilters = () => ({ after: null, before: null, outlets: [], undated: false });

  let gradio;                       // element, props, trigger, watch, server
  let library = null;               // what the server says of the corpus
  let thread = newThread();         // the conversation on the screen
  let filters = noFilters();
  let cards = [];                   // a TurnCard for each turn of the thread
  let running = null;               // the TurnCard whose answer is being written
  let editing = null;               // the TurnCard whose question is in the box
  const narrow = matchMedia("(max-width: 899px)");

  const announce = (words) => setText($("status"), words);
  const plural = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

  // ── Chips and their hover card ──────────────────────────────────────────────────────────────────────────────
  const numberOf = (chip) => Number(chip.dataset.number);
  const cardOf = (node) => cards.find((each) => each.root.contains(node)) ?? panel.card;

  function makeChip(card) {
    const chip = h("button", { type: "button", class: "chip" });
    chip.update = (number) => {
      chip.dataset.number = number;
      setText(chip, String(number));
      chip.setAttribute("aria-label", card.quote(number).label);
    };
    return chip;
  }

  const hover = { chip: null, timer: 0 };

  function drawHover(chip) {
    const quote = cardOf(chip)?.quote(numberOf(chip));
    if (!quote) return;
    $("card").replaceChildren(
      h("p", { class: "who" }, h("strong", {}, quote.outlet), ` · ${quote.date}`),
      h("p", { class: "said" }, `“${quote.excerpt}”`),
      ...(quote.also ? [h("p", { class: "hint" }, quote.also)] : []),
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
    const chipOf = (event) => event.target.closest?.(".chip:not(.still)");
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

  /** A question on the screen with all of its answer: parts are made once and filled as they become known. */
  class TurnCard {
    constructor(view) {
      const part = (tag, name, ...children) => (this[name] = h(tag, { class: name, hidden: true }, ...children));
      this.heading = h("h2", { id: `q-${view.id}`, tabindex: "-1" }, view.question);
      this.answer = h("div", { class: "answer" });
      this.root = h("article", { class: "turn", "aria-labelledby": this.heading.id }, this.heading,
        part("div", "progress", h("p", {}, h("span", { class: "dot" }), h("span")), h("div", { class: "steps" }, ...STEPS.map(() => h("i")))),
        part("div", "head"), this.answer, part("div", "failure"), part("section", "evidence"), part("div", "body"));
      this.root.addEventListener("click", (event) => this.act(event.target.closest("[data-do]")));
      this.root.addEventListener("submit", (event) => { event.preventDefault(); this.complain(event.target); });
      this.update(view);
    }

    quote(number) { return this.view.quotes.find((each) => each.number === number); }

    update(view) {
      this.view = view;
      const busy = view.state === "asking" || view.state === "waiting";
      this.answer.setAttribute("aria-busy", String(busy));
      this.drawProgress(busy);
      this.drawClaims();
      this.drawFailure();
      if (view.drawn) this.drawParts(view);
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
      unkern(this.answer, this.view.claims.map((each) => each.text + each.quoted).join(" "));
      sync(this.answer, this.view.claims.filter((each) => !each.removed), () => {
        const [text, quoted, chips] = [h("span"), h("span", { class: "quoted" }), h("span", { class: "chips" })];
        const claim = h("span", { class: "claim" }, h("span", { class: "words" }, text, quoted), chips);
        claim.update = (each) => {
          setText(text, each.text);
          setText(quoted, each.quoted && `“${each.quoted}”`);
          claim.classList.toggle("long", each.text.length + each.quoted.length > 160);
          // Only numbers whose words were found in the article get a chip.
          sync(chips, each.citations.filter((number) => this.quote(number)?.exact), () => makeChip(this));
        };
        return claim;
      });
    }

    /** What was found stands there while the answer is written; the chips of the answer replace it. */
    drawParts({ drawn, outcome }) {
      if (!drawn.evidence && this.evidence.contains(document.activeElement)) {
        (this.answer.querySelector(".chip") ?? this.heading).focus();
      }
      draw(this.evidence, drawn.evidence);
      draw(this.head, drawn.head);
      draw(this.body, drawn.body);
      this.root.classList.toggle("premise", outcome?.verdict.kind === "premise");
      if (outcome) this.drawMore();
    }

    drawFailure() {
      const { state, message } = this.view;
      const bad = state === "failed" || state === "stopped";
      show(this.failure, bad);
      if (!bad || this.failure.firstChild) return;
      this.failure.append(h("p", {}, message), h("button", { type: "button", class: "primary", "data-do": "again" }, "Try again"),
        h("button", { type: "button", class: "link", "data-do": "edit" }, "Edit"));
    }

    /** What to ask next comes a while after the answer: who opens a source at once must not wait for it. */
    async drawMore() {
      await new Promise((done) => setTimeout(done, 1000));
      if (cards.at(-1) !== this) return;
      const { quotes } = this.view;
      const heard = [...new Set(quotes.map((each) => each.speaker).filter(Boolean))];
      const found = await server("next_questions", { articles: [...new Set(quotes.map((each) => each.article))], heard });
      const before = new Set(thread.turns.map((each) => each.question));
      const offered = (found?.length ? found : (library?.examples ?? []).map((each) => each.question))
        .filter((each) => !before.has(each)).slice(0, 3);
      const more = this.body.querySelector(".more");
      if (!more) return;
      show(more, offered.length > 0);
      more.lastElementChild.replaceChildren(...offered.map((each) => h("button", { type: "button", onclick: () => ask(each) }, each)));
    }

    /** Do what a button of this turn is for. */
    act(pressed) {
      const { outcome, question } = this.view;
      const does = {
        again: () => askAgain(this),
        widen: () => { setFilters(noFilters()); askAgain(this); },
        edit: () => edit(this),
        copy: () => copyText(outcome.markdown, pressed),
        link: () => copyText(linkTo(question, this.view.filters ?? noFilters()), pressed),
        markdown: () => download("verbatim-answer.md", outcome.markdown),
        json: () => download("verbatim-answer.json", `${JSON.stringify(outcome.record, null, 2)}\n`),
        good: () => { this.rate("good"); this.send({ helpful: true }); },
        bad: () => this.rate("bad"),
        cancel: () => { this.rate(""); this.body.querySelector(".bad").focus(); },
      };
      does[pressed?.dataset.do]?.();
    }

    rate(name) {
      for (const thumb of this.body.querySelectorAll(".thumb")) thumb.setAttribute("aria-pressed", String(thumb.classList.contains(name)));
      const box = this.body.querySelector(".feedback");
      show(box, name === "bad" && box.querySelector("form") !== null);
      box.querySelector("input")?.focus();
      box.scrollIntoView({ block: "nearest" });
    }

    complain(form) {
      const given = new FormData(form);
      this.send({ helpful: false, reasons: given.getAll("reason"), comment: given.get("comment") });
    }

    async send(details) {
      const kept = await server("report", { question: this.view.question, answer: this.view.outcome.record, ...details });
      const words = kept ? "Thank you. Your answer was kept with the question." : "That could not be kept. Try again later.";
      const box = this.body.querySelector(".feedback");
      box.replaceChildren(h("p", {}, words));
      show(box, true);
      announce(words);
    }
  }

  function download(name, text) {
    const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    h("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  async function copyText(text, beside) {
    const label = beside.querySelector(".label");
    const before = (label.before ??= label.textContent);
    let done = true;
    try { await navigator.clipboard.writeText(text); } catch { done = false; }
    setText(label, done ? "Copied" : "Not allowed by the browser");
    announce(label.textContent);
    setTimeout(() => setText(label, before), 2000);
  }

  // ── Sources: all articles, the quotes of a turn, or one article that is open ─────────────────────────────────
  const panel = { card: null, origin: null, opened: null, number: null, numbers: [], reading: false };
  const views = { library: h("div"), quotes: h("div"), article: h("div", { class: "article" }) };

  function showPanel(name) {
    for (const [key, node] of Object.entries(views)) show(node, key === name);
    show($("back"), name === "article" || (name === "library" && panel.card !== null));
    show($("sources-foot"), name === "article" && panel.numbers.length > 0);
    $("back").setAttribute("aria-label", name === "article" && !panel.numbers.length ? "Back to all articles" : "Back to the quotes");
    panel.shown = name;
  }

  function title(...parts) { $("sources-title").replaceChildren(...parts); }

  const textButton = (words, action) => h("button", { type: "button", class: "link", onclick: action }, words);

  function drawLibrary() {
    panel.opened = null;
    title(library?.total ? `All ${plural(library.total, "article")}` : "Articles");
    draw(views.library, library?.listing ?? "");
    if (library && !views.library.querySelector(".link")) views.library.append(textButton("Add, remove or look up", openCorpus));
    showPanel("library");
  }

  function drawQuotes(card) {
    Object.assign(panel, { card, opened: null });
    title(card.view.drawn.title);
    draw(views.quotes, card.view.drawn.sources);
    if (!views.quotes.querySelector(".link")) views.quotes.append(textButton(`See all ${plural(library?.total ?? 0, "article")}`, drawLibrary));
    $("sources-body").scrollTop = 0;
    showPanel("quotes");
  }

  async function openQuote(chip) {
    const [card, number] = [cardOf(chip), numberOf(chip)];
    const quote = card.quote(number);
    hideHover();
    Object.assign(panel, { origin: chip, card, reading: true });
    openSheet();
    const key = `${card.view.id} ${quote.article} ${card.view.state === "done"}`;
    if (panel.opened !== key || panel.shown !== "article") {
      const same = card.view.quotes.filter((each) => each.article === quote.article && each.exact);
      const article = await fetchArticle(quote.article, same.map((each) => [each.number, each.start, each.end]));
      if (panel.origin !== chip) return;
      if (!article) { drawMissing(quote.outlet, quote.shown); return; }
      const cited = card.view.outcome?.used ?? same.map((each) => each.number);
      panel.numbers = same.map((each) => each.number).filter((each) => cited.includes(each) || each === number);
      panel.numbers.sort((one, other) => card.quote(one).start - card.quote(other).start);
      drawArticle(article);
      panel.opened = key;
    }
    activate(number);
  }

  /** Open an article by itself, at the words from `start` to `end` where these are given. */
  async function openArticle(opener) {
    const { open, start, end } = opener.dataset;
    Object.assign(panel, { origin: opener, opened: null, number: null, numbers: [], reading: true });
    openSheet();
    const article = await fetchArticle(open, start ? [[1, Number(start), Number(end)]] : []);
    if (panel.origin !== opener) return;
    if (!article) { drawMissing("Not there any more", opener.textContent); return; }
    drawArticle(article);
    title(h("strong", {}, article.outlet), h("span", {}, article.date));
    if (start) { markWords(1); focusMark(); } else focusSoon($("sources-title"), 120);
  }

  const fetchArticle = (key, spans) => server("open_article", { key, spans });

  function drawMissing(name, words) {
    panel.opened = null;
    title(name);
    views.article.replaceChildren(h("p", { class: "intro" }, "This article could not be opened: it is no longer in the index, or the server did not answer."),
      h("blockquote", {}, `“${words}”`));
    panel.numbers = [];
    showPanel("article");
  }

  function drawArticle(article) {
    const head = article.headline ? [h("h3", { class: "headline" }, article.title)] : [];
    if (article.url) head.push(h("p", { class: "intro" }, h("a", { href: article.url, target: "_blank", rel: "noopener noreferrer" }, "The article at its publisher")));
    if (article.about) head.push(h("p", { class: "intro" }, article.about));
    const text = article.paragraphs.map((segments) => {
      const paragraph = h("p", {}, ...segments.map(drawSegment));
      paragraph.classList.toggle("headline", paragraph.textContent.trim() === article.title);
      return paragraph;
    });
    unkern(views.article, text.map((each) => each.textContent).join(" "));
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
    markWords(number);
    const at = panel.numbers.indexOf(number);
    setText($("place"), `Quote ${at + 1} of ${panel.numbers.length}`);
    $("previous").disabled = at <= 0;
    $("next").disabled = at >= panel.numbers.length - 1;
    markChips(number);
    focusMark();
  }

  function markWords(number) {
    for (const mark of views.article.querySelectorAll("mark")) {
      mark.classList.toggle("other", panel.numbers.some((each) => mark.quotes.includes(each)));
      mark.classList.toggle("active", mark.sentences.includes(number) || mark.quotes.includes(number));
      mark.classList.toggle("exact", mark.quotes.includes(number));
    }
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
      chip.classList.toggle("open", cardOf(chip) === panel.card && numberOf(chip) === number);
    }
  }

  function step(by) {
    const number = panel.numbers[panel.numbers.indexOf(panel.number) + by];
    if (number !== undefined) activate(number);
  }

  function backFromArticle() {
    markChips(null);
    panel.reading = false;
    if (panel.card?.view.drawn && panel.numbers.length + (panel.shown === "library") > 0) drawQuotes(panel.card);
    else drawLibrary();
    $("sources-title").focus();
  }

  /** After reading: to what opened the source, or to a chip with its number, or to the question. */
  function returnFocus() {
    closeSheet();
    const { origin, card, number } = panel;
    const twin = card && [...card.root.querySelectorAll(".chip")].find((each) => numberOf(each) === number);
    const target = origin?.isConnected && origin.offsetParent ? origin : twin ?? card?.heading ?? $("question");
    target.quiet = true;
    target.focus();
    target.quiet = false;
  }

  /** The panel follows an answer, unless an article is being read. */
  function follow(card) {
    if (panel.shown === "article" && panel.reading) return;
    if (card.view.drawn?.sources) drawQuotes(card);
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

  // ── Asking, stopping, asking again ──────────────────────────────────────────────────────────────────────────
  function ask(question) {
    if (running || !question.trim()) return;
    if (editing) leaveFrom(editing);
    const view = { id: identity(), question: question.trim(), state: "asking", message: "", stages: [], quotes: [], claims: [], outcome: null, drawn: null, filters };
    const turns = thread.turns.filter((each) => each.outcome).map((each) => ({ question: each.question, answer: each.outcome.text.slice(0, 4000) }));
    panel.reading = false;
    closeCorpus();
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

  function dropCard(card) {
    cards = cards.filter((each) => each !== card);
    card.root.remove();
    if (panel.card === card) Object.assign(panel, { card: null, opened: null, shown: "quotes" });
  }

  function askAgain(card) {
    if (running) return;
    thread.turns = thread.turns.filter((each) => each.id !== card.view.id);
    dropCard(card);
    ask(card.view.question);
  }

  /** Put a question into the box, to be asked in its place. */
  function edit(card) {
    if (running) return;
    setEditing(card);
    $("question").value = card.view.question;
    if (card.view.filters) setFilters(card.view.filters);
    fitBox();
    $("question").focus();
  }

  function setEditing(card) {
    editing = card;
    show($("editing"), card !== null);
  }

  /** Go on from before a question; the conversation as it was stays in the history. */
  function leaveFrom(card) {
    const at = cards.indexOf(card);
    saveThread();
    thread = newThread(thread.turns.slice(0, at));
    cards.slice(at).forEach(dropCard);
    setEditing(null);
  }

  /** A turn came from the server; one that was stopped or left meanwhile is not wanted any more. */
  function receive(view) {
    if (!running || view?.id !== running.view.id) return;
    const card = running;
    const first = !card.view.drawn?.sources && Boolean(view.drawn?.sources);
    replaceView(card, { ...view, filters: card.view.filters });
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
    server("stop", running.view.id);
    end("stopped", "Stopped. The answer is not complete, and what stands here is unchecked.");
    $("question").focus();
  }

  /** The connection was lost, or the server refused: its own failures come as turns. */
  function lost() {
    end("failed", "The server did not answer, or too many questions are waiting. The question is kept: try again.");
  }

  function drawComposer() {
    $("send").setAttribute("aria-label", running ? "Stop" : "Ask");
    $("send").classList.toggle("stopping", running !== null);
  }

  function fitBox() {
    const box = $("question");
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
  }

  // ── Filters ─────────────────────────────────────────────────────────────────────────────────────────────────
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
    drawFilter($("dates-button"), dates, after || before);
    drawFilter($("outlets-button"), whose, outlets.length > 0);
  }

  function drawFilter(node, words, set) {
    setText(node.querySelector(".label"), words);
    node.classList.toggle("set", Boolean(set));
  }

  function drawOutlets() {
    $("outlet-choices").replaceChildren(...(library?.outlets ?? []).map((name) =>
      h("label", { class: "check" }, h("input", { type: "checkbox", value: name }), ` ${name}`)));
    setFilters(filters);
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
    setEditing(null);
    closeCorpus();
    Object.assign(panel, { card: null, origin: null, opened: null, shown: "library" });
    $("thread").replaceChildren();
    show($("start"), thread.turns.length === 0);
    drawLibrary();
    thread.turns.map(addCard).forEach(redraw);
    if (cards.length) toTop(cards.at(-1));
    remember("current", thread.id);
  }

  /** Only what an answer says is kept in the browser; the server draws it again. */
  async function redraw(card) {
    const { filters: _, ...view } = card.view;
    const outcome = view.outcome && { ...view.outcome, markdown: "", record: {} };
    const drawn = await server("redraw", { ...view, outcome });
    if (!card.root.isConnected) return;
    if (drawn) replaceView(card, { ...card.view, drawn });
    else card.update({ ...card.view, claims: [], quotes: [], outcome: null, state: "failed", message: "This answer was kept by another version of the page, or the server can’t be reached." });
    if (card !== cards.at(-1)) return;
    follow(card);
    toTop(card);
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
    show($("latest"), $("corpus").hidden && Boolean(last) && last.heading.getBoundingClientRect().top > edge.bottom - 60);
  }

  // ── Links: a question and its filters, behind the # that no server sees ─────────────────────────────────────
  function linkTo(question, { after, before, outlets, undated }) {
    const parts = new URLSearchParams({ q: question });
    if (after) parts.set("after", after);
    if (before) parts.set("before", before);
    if (undated) parts.set("undated", "1");
    for (const name of outlets) parts.append("outlet", name);
    return `${location.origin}${location.pathname}#${parts}`;
  }

  /** Ask what the address asks, once: a reload shows the answer that was given. */
  function followLink() {
    const parts = new URLSearchParams(location.hash.slice(1));
    const question = parts.get("q");
    const day = (name) => (/^\d{4}-\d\d-\d\d$/.test(parts.get(name) ?? "") ? parts.get(name) : null);
    if (!question?.trim()) return false;
    history.replaceState(null, "", location.pathname);
    openThread(newThread());
    setFilters({ after: day("after"), before: day("before"), outlets: parts.getAll("outlet"), undated: parts.has("undated") });
    ask(question);
    return true;
  }

  // ── The corpus page ─────────────────────────────────────────────────────────────────────────────────────────
  async function openCorpus() {
    closeSheet();
    for (const id of ["start", "thread"]) show($(id), false);
    show($("corpus"), true);
    document.querySelector(".dock").hidden = true;
    drawLatest();
    $("scroll").scrollTop = 0;
    await drawCorpus();
    focusSoon($("corpus-title"), 10);
  }

  function closeCorpus() {
    if ($("corpus").hidden) return;
    show($("corpus"), false);
    show($("thread"), true);
    show($("start"), cards.length === 0);
    document.querySelector(".dock").hidden = false;
    if (cards.length) toTop(cards.at(-1));
  }

  async function drawCorpus() {
    const corpus = await server("corpus");
    $("corpus").most = corpus?.most ?? 0;
    setText($("corpus-counts"), corpus ? corpus.counts : "The articles could not be loaded. Try again.");
    setText($("corpus-rules"), corpus?.rules ?? "");
    show($("drop"), Boolean(corpus?.open));
    draw($("holdings"), corpus?.html ?? "");
  }

  async function lookUp(words) {
    const found = await server("look_up", { words });
    draw($("matches"), found?.html ?? "");
    if (!found || found.said) {
      $("matches").replaceChildren(h("p", { class: "quiet" }, found?.said ?? "The server did not answer. Try again."));
      $("matches").drawn = null;
    }
    show($("matches"), true);
    announce($("matches").textContent.trim().slice(0, 200));
  }

  async function showTaken(details) {
    if (!details.open || details.dataset.loaded) return;
    details.dataset.loaded = "yes";
    draw(details.lastElementChild, (await server("taken_out", details.dataset.taken)) || "It could not be loaded.");
  }

  /** The first press asks, the second removes. */
  async function removeArticle(pressed) {
    if (!pressed.dataset.sure) {
      pressed.dataset.sure = "yes";
      setText(pressed, "Remove for good? Press again");
      pressed.removeAttribute("aria-label");
      pressed.addEventListener("blur", () => { delete pressed.dataset.sure; setText(pressed, "Remove"); }, { once: true });
      return;
    }
    const said = await server("remove", pressed.dataset.key);
    announce(said === "" ? "Removed." : said ?? "The server did not answer. Try again.");
    if (said === "") { await changed(); $("corpus-title").focus(); } else setText(pressed, $("status").textContent);
  }

  /** The corpus is another one: draw what shows it. */
  async function changed() {
    await Promise.all([drawCorpus(), loadLibrary()]);
  }

  /** Send files one after the other. */
  async function addFiles(files) {
    for (const file of files) {
      const words = h("span", { class: "quiet" }, "Waiting…");
      const bar = h("progress", { max: "1", "aria-label": `Sending ${file.name}` });
      const row = h("li", {}, h("strong", {}, file.name), bar, words);
      $("arrivals").prepend(row);
      const last = await sendFile(file, bar, (said) => setText(words, said));
      bar.remove();
      row.classList.toggle("bad", last.bad);
      setText(words, last.words);
      announce(`${file.name}: ${last.words}`);
    }
    await changed();
  }

  function sendFile(file, bar, say) {
    const most = $("corpus").most;
    if (file.size > most) return { bad: true, words: `${file.size.toLocaleString("en")} bytes; at most ${most.toLocaleString("en")} are read, see max_file_bytes` };
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      const steps = () => request.responseText.split("\n").slice(0, -1).map((line) => JSON.parse(line));
      const broken = { bad: true, words: "The server did not answer. Try again." };
      request.upload.addEventListener("progress", (event) => {
        bar.value = event.loaded / event.total;
        say(`Sending, ${Math.round(100 * bar.value)} %`);
      });
      request.upload.addEventListener("load", () => { bar.removeAttribute("value"); say("Reading…"); });
      request.addEventListener("progress", () => { if (request.status === 200) say(steps().at(-1)?.words ?? "Reading…"); });
      request.addEventListener("error", () => done(broken));
      request.addEventListener("load", () => done(request.status === 200 ? steps().at(-1) ?? broken : { bad: true, words: request.responseText }));
      request.open("POST", `/ui/upload?name=${encodeURIComponent(file.name.toWellFormed?.() ?? file.name)}`);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.send(file);
    });
  }

  function listenToCorpus() {
    const [page, drop] = [$("corpus"), $("drop")];
    $("leave-corpus").addEventListener("click", () => { closeCorpus(); $("question").focus(); });
    $("files").addEventListener("change", async (event) => { const files = [...event.target.files]; event.target.value = ""; await addFiles(files); });
    $("look-up").addEventListener("submit", (event) => { event.preventDefault(); lookUp($("words").value); });
    page.addEventListener("toggle", (event) => { if (event.target.dataset.taken) showTaken(event.target); }, true);
    page.addEventListener("click", (event) => {
      const pressed = event.target.closest("[data-do=remove]");
      if (pressed) removeArticle(pressed);
    });
    for (const name of ["dragover", "dragleave", "drop"]) drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", name === "dragover");
      if (name === "drop") addFiles([...event.dataTransfer.files]);
    });
  }

  // ── Theme ───────────────────────────────────────────────────────────────────────────────────────────────────
  function setTheme(name) {
    document.documentElement.dataset.theme = name;
    $("theme")?.setAttribute("aria-label", name === "dark" ? "Light theme" : "Dark theme");
  }

  const theme = () => document.documentElement.dataset.theme;

  // ── Start ───────────────────────────────────────────────────────────────────────────────────────────────────
  function drawStart() {
    const start = $("start");
    setText($("counts"), library.counts);
    if (!library.total) {
      start.querySelector("h2").textContent = "There are no articles yet.";
      start.querySelector(".lead").replaceChildren("Add some on the page of ", textButton("articles", openCorpus), ", or make an index and reload this page: ", h("code", {}, "verbatim index FOLDER"));
      return;
    }
    if (!library.examples.length) return;
    $("examples").replaceChildren(h("h3", {}, "Try one of these"), ...library.examples.map((each) =>
      h("button", { type: "button", class: "example", onclick: () => ask(each.question) }, h("span", {}, each.question), h("span", { class: "kind" }, each.kind))));
  }

  async function refreshStatus() {
    const words = await server("status");
    if (words) setText($("made-of"), words);
  }

  async function loadLibrary() {
    library = await server("library");
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

  function listenToButtons() {
    const click = (id, action) => $(id).addEventListener("click", action);
    click("new", () => { openThread(newThread()); $("question").focus(); });
    click("history-button", (event) => { drawHistory(); togglePopover($("history"), event.currentTarget); });
    click("clear-history", () => { remember("threads", []); drawHistory(); });
    click("corpus-button", openCorpus);
    click("theme", () => { setTheme(theme() === "dark" ? "light" : "dark"); remember("theme", theme()); });
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
    click("cancel-edit", () => { setEditing(null); $("question").value = ""; fitBox(); $("question").focus(); });
    for (const id of ["dates", "outlets"]) $(id).addEventListener("change", readFilters);
    $("verbatim").addEventListener("click", (event) => {
      const opener = event.target.closest("[data-open]");
      if (opener) openArticle(opener);
    });
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
      closeCorpus();
      $("question").focus();
    } else if (event.key === "Escape") {
      if (popover) closePopover(true);
      else if (hover.chip) hideHover();
      else if ($("sources").contains(document.activeElement) || $("verbatim").classList.contains("sheet-open")) returnFocus();
      else if (editing) $("cancel-edit").click();
      else if (!$("corpus").hidden) $("leave-corpus").click();
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
    addEventListener("hashchange", followLink);
    setInterval(() => { if (!document.hidden) refreshStatus(); }, 20_000);
    addEventListener("resize", () => { closePopover(); hideHover(); drawLatest(); });
    narrow.addEventListener("change", () => { if (!narrow.matches) closeSheet(); });
  }

  /** Called by the template when Gradio has put it into the page. */
  function attach(context) {
    gradio = context;
    $("sources-body").append(...Object.values(views));
    setTheme(theme());
    listenToButtons();
    listenToComposer();
    listenToCorpus();
    listenToPage();
    watchChips($("verbatim"));
    gradio.watch("value", () => receive(gradio.props.value));
    const current = recall("current", "");
    if (!followLink()) openThread(recall("threads", []).find((each) => each.id === current) ?? newThread());
    loadLibrary();
    refreshStatus();
  }

  setTheme(recall("theme", matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  return { attach, lost };
})();
