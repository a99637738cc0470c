// What the moving parts of the page need from the browser: clicks, forms and dropped files become events, and what was
// asked for scrolls into view inside its own pane. Gradio calls one function for each part, with its element.

const EDGE = 16; // pixels kept free above what is scrolled to
const PATIENCE = 1500; // milliseconds after which a source that did not open is asked for again
const REPEATS = 3;

function whole(value) {
  return value === undefined ? null : Number(value);
}

function sendClicks(element, trigger) {
  element.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const data = button.dataset;
    if ("example" in data) {
      trigger("click", { example: whole(data.example) });
      questionBox().focus();
    }
    else if ("copy" in data) copyText(button);
    else if ("back" in data) goBack();
    else if ("edit" in data) editQuestion(whole(data.edit), trigger);
    else if ("turn" in data || "report" in data || "shelf" in data) openSource(button, trigger);
  });
}

// Every click has a number of its own, so that the panel knows a new choice from one that it shows already.
function openSource(button, trigger) {
  const data = button.dataset;
  window.wmoClicks = (window.wmoClicks ?? 0) + 1;
  window.wmoOpener = button;
  insist({
    turn: whole(data.turn), number: whole(data.number), rank: whole(data.rank), report: data.report ?? null,
    count: window.wmoClicks,
  }, trigger, "shelf" in data ? 0 : REPEATS); // the list of reports has no number by which to know that it came
}

// Gradio closes its stream of results when nothing is under way any more, and loses the result of a click that is
// sent at that very moment; asking again opens the stream again. The same click twice shows what it showed once.
function insist(choice, trigger, repeats) {
  trigger("select", choice);
  if (!repeats) return;
  setTimeout(() => {
    const isShown = Number(document.querySelector("#wmo-sources .panel").dataset.count) >= choice.count;
    if (!isShown && choice.count === window.wmoClicks) insist(choice, trigger, repeats - 1);
  }, PATIENCE);
}

function questionBox() {
  return document.querySelector("#wmo-question textarea");
}

function editQuestion(turn, trigger) {
  trigger("edit", { turn });
  questionBox().focus();
}

async function copyText(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    copyTheOldWay(button.dataset.copy); // away from this machine and without https, browsers offer no clipboard
  }
  const label = button.textContent;
  if (label === button.dataset.copied) return;
  button.textContent = button.dataset.copied;
  setTimeout(() => { button.textContent = label; }, 1500);
}

function copyTheOldWay(text) {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

// The button of the open source looks pressed in the conversation too.
function markOpen() {
  const open = citingButton();
  for (const button of document.querySelectorAll("#wmo-conversation [aria-current]")) {
    if (button !== open) button.removeAttribute("aria-current");
  }
  open?.setAttribute("aria-current", "true");
}

function citingButton() {
  const chip = document.querySelector("#wmo-sources .chips [aria-current]");
  if (!chip) return null;
  const { turn, number } = chip.dataset;
  return document.querySelector(`#wmo-conversation .cite[data-turn="${turn}"][data-number="${number}"]`);
}

function isNarrow() {
  return window.matchMedia("(max-width: 899px)").matches;
}

function goBack() {
  const opener = window.wmoOpener;
  const shown = opener?.isConnected && !opener.closest("#wmo-sources") ? opener : null;
  const target = citingButton() ?? shown ?? questionBox();
  target.scrollIntoView({ block: "center" });
  target.focus({ preventScroll: true });
}

// A file that is dropped beside its place must not make the browser leave the page.
function stayHere() {
  for (const kind of ["dragover", "drop"]) document.addEventListener(kind, (event) => event.preventDefault());
}

function readConversation(element, trigger, watch) {
  sendClicks(element, trigger);
  stayHere();
  document.addEventListener("click", (event) => { // Stop is drawn by Gradio, and gone once it was pressed
    if (event.target.closest("#wmo-stop")) questionBox().focus();
  });
  const pane = element.parentElement;
  let following = true;
  let count = 0;
  const stopFollowing = () => { following = false; };
  pane.addEventListener("wheel", stopFollowing, { passive: true });
  pane.addEventListener("touchmove", stopFollowing, { passive: true });

  const settle = () => {
    const turns = element.querySelector(".turns");
    document.documentElement.lang = turns.dataset.language;
    document.title = turns.dataset.title;
    markOpen();
    const all = turns.querySelectorAll(".turn");
    if (all.length !== count) following = true;
    count = all.length;
    if (!following || !count) return;
    const top = all[count - 1].getBoundingClientRect().top - pane.getBoundingClientRect().top;
    pane.scrollTop += top - EDGE;
  };
  watch("value", settle);
  settle();
}

function readPanel(element, trigger, watch) {
  sendClicks(element, trigger);
  let shown = "0";
  let wasInside = false;
  document.addEventListener("focusin", (event) => { wasInside = element.contains(event.target); });
  const teller = document.createElement("p"); // drawn once: only what changes in it is read aloud
  teller.className = "unseen";
  teller.setAttribute("role", "status");
  document.body.append(teller);

  const settle = () => {
    const panel = element.querySelector(".panel");
    const count = panel.dataset.count;
    const isAdrift = document.activeElement === document.body; // what had the focus was drawn anew
    if (wasInside && isAdrift) element.querySelector("h2").focus({ preventScroll: true });
    if (count === shown) return;
    teller.textContent = wasInside ? "" : panel.dataset.said;
    shown = count;
    markOpen();
    const pane = element.querySelector(".panel-text");
    const mark = pane.querySelector("mark.current, mark.near");
    const top = mark ? mark.getBoundingClientRect().top - pane.getBoundingClientRect().top : -pane.scrollTop;
    pane.scrollTop += mark ? top - pane.clientHeight / 4 : top;
    if (isNarrow()) element.scrollIntoView({ block: "start" });
  };
  watch("value", settle);
}

// The tab with the reports: files and an address come in, a form goes out, and nothing is removed unasked.

function readIntake(element, trigger, upload) {
  const take = async (files) => {
    const box = element.querySelector(".drop");
    const said = element.querySelector("[data-uploads]");
    const sent = [];
    const refused = [];
    for (const [position, file] of files.entries()) {
      said.textContent = fill(box.dataset.uploading, { done: position + 1, total: files.length });
      if (file.size > whole(box.dataset.most)) {
        refused.push(fill(box.dataset.tooLarge, { name: file.name, size: megabytes(file.size) }));
        continue;
      }
      try {
        sent.push((await upload(file)).path);
      } catch {
        refused.push(fill(box.dataset.failed, { name: file.name }));
      }
    }
    said.textContent = refused.join(" ");
    if (sent.length) trigger("upload", { files: sent });
  };
  element.addEventListener("change", (event) => {
    if (event.target.type !== "file") return;
    take([...event.target.files]);
    event.target.value = "";
  });
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    const address = event.target.elements.address;
    trigger("submit", { address: address.value });
    address.value = "";
  });
  letFilesDrop(element, take);
}

function letFilesDrop(element, take) {
  const mark = (isOver) => element.querySelector(".drop")?.classList.toggle("over", isOver);
  element.addEventListener("dragover", () => mark(true));
  element.addEventListener("dragleave", () => mark(false));
  element.addEventListener("drop", (event) => {
    mark(false);
    take([...event.dataTransfer.files]);
  });
}

function megabytes(bytes) {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: false };
  return (bytes / 1e6).toLocaleString(document.documentElement.lang, digits);
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}

function readBench(element, trigger, watch) {
  sendClicks(element, trigger);
  element.addEventListener("click", (event) => {
    const data = event.target.closest("button")?.dataset ?? {};
    if ("stop" in data) trigger("stop", {});
    else if ("clear" in data) trigger("clear", {});
  });
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    if (form.reportValidity()) trigger("submit", { batch: whole(form.dataset.batch), rows: rowsOf(form) });
  });
  let kept = { batch: "", fields: [] }; // what was filled in, for when the form comes again in the other language
  const keep = () => {
    const form = element.querySelector("form.review");
    if (form) kept = { batch: form.dataset.batch, fields: fieldsOf(form).map((f) => [f.value, f.checked]) };
  };
  element.addEventListener("input", keep);
  element.addEventListener("change", keep);
  let shown = "";
  let wasOnStop = false;
  let wasOnClear = false;
  document.addEventListener("focusin", (event) => {
    wasOnStop = "stop" in event.target.dataset;
    wasOnClear = "clear" in event.target.dataset;
  });
  watch("value", () => {
    const form = element.querySelector("form.review");
    if (form?.dataset.batch === kept.batch) {
      fieldsOf(form).forEach((field, place) => { [field.value, field.checked] = kept.fields[place]; });
    }
    const head = element.querySelector("h2[tabindex]");
    const isAdrift = document.activeElement === document.body; // what had the focus was drawn anew
    if (wasOnStop && isAdrift) element.querySelector("[data-stop]")?.focus();
    if (wasOnClear && isAdrift) document.querySelector("#wmo-intake input")?.focus();
    if (head && head.textContent !== shown) { // a new stage: who listens or types goes on from its heading
      head.focus({ preventScroll: true });
      element.scrollIntoView({ block: "start" });
    }
    shown = head?.textContent ?? "";
  });
}

// The line stands above a form that may be longer than the window.
function readFault(element, watch) {
  watch("value", () => {
    const fault = element.querySelector(".fault");
    if (!fault) return;
    fault.tabIndex = -1;
    fault.focus({ preventScroll: true });
    fault.scrollIntoView({ block: "center" });
  });
}

function fieldsOf(form) {
  return [...form.querySelectorAll("input, select")];
}

function rowsOf(form) {
  return [...form.querySelectorAll("fieldset[data-index]")].map((set) => {
    const row = { index: whole(set.dataset.index), as: "" };
    for (const field of set.querySelectorAll("input, select")) {
      const name = field.name.split("-")[0];
      if (!["radio", "checkbox"].includes(field.type) || field.checked) row[name] = field.value;
    }
    return row;
  });
}

function readTable(element, trigger) {
  sendClicks(element, trigger);
  element.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const dialog = element.querySelector("dialog");
    const data = button?.dataset ?? {};
    if ("remove" in data) {
      dialog.querySelector("p").textContent = fill(dialog.dataset.text, { title: data.title });
      dialog.dataset.report = data.remove;
      dialog.showModal();
    } else if ("keep" in data) dialog.close();
    else if ("confirm" in data) {
      dialog.close();
      trigger("delete", { report: dialog.dataset.report });
    }
  });
}
