// What the two moving parts of the page need from the browser: clicks become events, and what was asked for
// scrolls into view inside its own pane. Gradio calls one function for each part, with its element.

const EDGE = 16; // pixels kept free above what is scrolled to

function whole(value) {
  return value === undefined ? null : Number(value);
}

function sendClicks(element, trigger) {
  element.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const data = button.dataset;
    if ("example" in data) trigger("click", { example: whole(data.example) });
    else if ("copy" in data) copyText(button);
    else if ("back" in data) goBack();
    else if ("turn" in data || "report" in data || "shelf" in data) {
      trigger("select", {
        turn: whole(data.turn), number: whole(data.number), rank: whole(data.rank), report: data.report ?? null,
      });
    }
  });
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
  const target = citingButton() ?? document.querySelector("#wmo-question textarea");
  target.scrollIntoView({ block: "center" });
  target.focus({ preventScroll: true });
}

function readConversation(element, trigger, watch) {
  sendClicks(element, trigger);
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

  const settle = () => {
    const count = element.querySelector(".panel").dataset.count;
    if (count === shown) return;
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
