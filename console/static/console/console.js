// Small conveniences. Every page works without this file.
"use strict";

const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
const byId = (id) => document.getElementById(id);
const find = (selector) => (selector ? document.querySelector(selector) : null);
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

// Announce a text of the page to screen readers.
function say(words) {
  const status = byId("status");
  if (status) status.textContent = words ?? "";
}

// The element for notices: that of the open dialog, or of the page.
const noticesTarget = () => byId(byId("step")?.open ? "step-notices" : "notices");

// htmx: send the CSRF token with every change, and report requests that got no response.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
});
// Show the server's error message above the page.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { isError, xhr } = event.detail;
  if (!isError || !xhr.getResponseHeader("HX-Retarget")) return;
  if (event.detail.target.id === "notices") event.detail.target = noticesTarget();
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});
for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(failure, (event) => {
    // An element with its own message for a missing response shows it in place.
    const own = event.target.querySelector?.(":scope > template[data-unanswered]");
    if (own) {
      byId(own.dataset.unanswered)?.replaceChildren(own.dataset.said);
      return event.target.replaceChildren(own.content.cloneNode(true));
    }
    const notice = byId("no-answer");
    if (notice) noticesTarget()?.replaceChildren(notice.content.cloneNode(true));
  });
}

// Keep the keyboard focus when htmx replaces the focused element and it has no id: focus the
// element with the same text, and among equal ones that at the same position. Numbers in the
// text may differ if the element is unique; after polling, its target has to be the same.
const tidy = (words) => words.replace(/\s+/g, " ").trim();
const labelOf = (element) => tidy(`${element.ariaLabel ?? ""} ${element.textContent}`);
const textWithoutNumbers = (element) => tidy(element.textContent.replace(/\d[\d\s.,’]*/g, " "));
const targetOf = (element) => element.dataset.copy ?? element.getAttribute("href") ?? element.form?.getAttribute("action");
let refocus = null;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const here = document.activeElement;
  refocus = null;
  if (detail.target.id === "step") return; // steps.js places the focus
  if (!here?.matches("a, button, summary") || !detail.target.contains(here)) return;
  const strict = detail.requestConfig?.headers["X-Poll"];
  const like = (words) => all(here.tagName, byId("content") ?? document).filter(
    (element) => words(element) === words(here) && (!strict || targetOf(element) === targetOf(here)) && element.checkVisibility(),
  );
  const [same, near] = [like(labelOf), like(textWithoutNumbers)];
  refocus = () => {
    const [still, fits] = [like(labelOf), like(textWithoutNumbers)];
    if (still.length) return still.length === same.length ? still[same.indexOf(here)] : null;
    return !here.id && textWithoutNumbers(here) && near.length === 1 && fits.length === 1 ? fits[0] : null;
  };
});
document.addEventListener("htmx:afterSettle", () => {
  if (!refocus || document.activeElement !== document.body) return;
  (refocus() ?? byId("content"))?.focus({ preventScroll: true });
  refocus = null;
});

// Follow a link that htmx replaces between pointerdown and pointerup: the browser sends no
// click for two different elements.
let pressed = null;
document.addEventListener("pointerdown", (event) => {
  const link = event.target.closest?.("a[href]");
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  pressed = link && plain ? { link, x: event.clientX, y: event.clientY } : null;
});
document.addEventListener("pointercancel", () => (pressed = null));

// Skip the swap of a polling response while the pointer or Space is pressed, which would
// lose the click: the page polls again soon.
let holding = false;
document.addEventListener("pointerdown", (event) => (holding = event.button === 0));
document.addEventListener("keydown", (event) => (holding ||= event.key === " "));
document.addEventListener("keyup", (event) => (holding &&= event.key !== " "));
for (const end of ["pointerup", "pointercancel", "dragend", "visibilitychange"]) document.addEventListener(end, () => (holding = false));
addEventListener("blur", () => (holding = false));
document.addEventListener("htmx:beforeSwap", (event) => {
  if (holding && event.detail.requestConfig?.headers["X-Poll"]) event.detail.shouldSwap = false;
});

document.addEventListener("pointerup", (event) => {
  if (!pressed || pressed.link.isConnected) return;
  const moved = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y);
  if (moved < 8) location.assign(pressed.link.href);
});

// Copy: <button data-copy="text"> or <button data-copy-from="id">.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy], [data-copy-from]");
  if (!button) return;
  const text = button.dataset.copy ?? byId(button.dataset.copyFrom)?.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text.trim());
  } catch {
    return;
  }
  button.dataset.done = "";
  say(byId("status")?.dataset.copied);
  setTimeout(() => {
    delete button.dataset.done;
    say("");
  }, 1600);
});

// Theme and density: applied at once, and saved so that the server renders them next time.
document.addEventListener("change", async (event) => {
  const form = event.target.closest?.("form[data-display-form]");
  if (!form) return;
  document.documentElement.dataset[form.dataset.displayForm] = event.target.value;
  if (event.target.name === "times") keepTimes();
  await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
});

// Time zone: the device's own is offered until one is chosen. Sign-in pages pass it on, so
// that the first sign-in sets the account's.
const browserZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
const zoneCookie = document.body.dataset.timeZoneCookie;
if (zoneCookie) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${zoneCookie}=${browserZone()}; path=/; samesite=lax${secure}`;
}
htmx.onLoad((part) => {
  for (const input of all("input[data-device-zone]", part)) input.value ||= browserZone();
});

// Filter as you type: <input data-filter="#list" data-filter-item=".field"
// data-filter-count="#count" data-filter-nothing="#nothing">. An item can have its text in
// data-words and the settings it contains in data-settings; those that match are listed in
// its [data-matches]. The count has its sentence in data-words.
const MAX_MATCHES = 4;

function filter(input) {
  const items = all(input.dataset.filterItem, find(input.dataset.filter) ?? document);
  const terms = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (text) => terms.every((term) => text.toLowerCase().includes(term));
  let shown = 0;
  for (const item of items) {
    const settings = item.dataset.settings?.split("\n").filter(matches) ?? [];
    item.hidden = !settings.length && !matches(item.dataset.words ?? item.textContent);
    if (item.dataset.settings) listMatches(item, terms.length ? settings : []);
    if (!item.hidden) shown += 1;
  }
  const count = find(input.dataset.filterCount);
  if (count?.dataset.words) count.textContent = count.dataset.words.replace("{shown}", shown).replace("{all}", items.length);
  const nothing = find(input.dataset.filterNothing);
  if (nothing) nothing.hidden = shown > 0;
}

// Link the matching settings of a section; a line has label, API name and field name.
function listMatches(item, settings) {
  const list = item.querySelector("[data-matches]");
  const section = item.querySelector("a");
  list.hidden = !settings.length;
  list.replaceChildren(...settings.slice(0, MAX_MATCHES).map((line) => {
    const [label, member, name] = line.split("\t");
    const link = document.createElement("a");
    link.href = section.hash ? section.href : `${section.href}#field-${name}`;
    link.textContent = label;
    link.title = member;
    return link;
  }));
  if (settings.length > MAX_MATCHES) list.append(`+${settings.length - MAX_MATCHES}`);
}
document.addEventListener("input", (event) => {
  if (event.target.matches?.("input[data-filter]")) filter(event.target);
});
htmx.onLoad((part) => {
  for (const input of all("input[data-filter]", part)) if (input.value) filter(input);
});

// Section navigation within a page marks the section that is in view.
const spied = all(".section-nav a[href^='#']").filter((link) => byId(link.hash.slice(1)));
if (spied.length) {
  // The index is a column, or a row on narrow pages; it scrolls no further than needed.
  const nearest = (start, length, position, visible) => Math.min(start, Math.max(position, start + length - visible));
  const scrollIndex = (link) => {
    const index = link.parentElement;
    index.scrollTo({
      top: nearest(link.offsetTop, link.offsetHeight, index.scrollTop, index.clientHeight),
      left: nearest(link.offsetLeft, link.offsetWidth, index.scrollLeft, index.clientWidth),
    });
  };
  const mark = ([entry]) => {
    if (!entry.isIntersecting) return;
    for (const link of spied) {
      const isCurrent = link.hash.slice(1) === entry.target.id;
      if (isCurrent) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
      if (isCurrent) scrollIndex(link);
    }
  };
  for (const link of spied) new IntersectionObserver(mark, { rootMargin: "-25% 0% -70%" }).observe(byId(link.hash.slice(1)));
}

// <button data-dismiss> removes its toast or notice, data-print prints.
document.addEventListener("click", (event) => {
  event.target.closest?.("[data-dismiss]")?.closest(".toast, .notice")?.remove();
  if (event.target.closest?.("[data-print]")) window.print();
});

// Times in lists: a tap on one shows all of them in the other style, and back.
let timesSwapped = false; // from the style that the server renders
function swapTimes(part) {
  for (const time of all("time[title]", part)) {
    [time.textContent, time.title] = [time.title, time.textContent];
  }
}
function toggleTimes() {
  timesSwapped = !timesSwapped;
  swapTimes(document);
}
// The server renders the other style from now on.
function keepTimes() {
  if (!timesSwapped) swapTimes(document);
  timesSwapped = false;
}
htmx.onLoad((part) => {
  if (timesSwapped && part !== document.body) swapTimes(part);
});
document.addEventListener("click", (event) => {
  if (event.target.matches?.("time[title]") && !event.target.closest("a, button, summary")) toggleTimes();
});

// A secret that is shown once: <div data-hides="seconds"> is removed after that time and when
// the user leaves the page, so that the back button doesn't show it.
function hide(shown) {
  shown.replaceWith(byId("hidden-secret")?.content.cloneNode(true) ?? "");
}
function countDown(shown) {
  const left = shown.querySelector("[data-hides-left]");
  const [bar, words] = [left.querySelector("progress"), left.querySelector("[data-words]")];
  const until = Date.now() + Number(shown.dataset.hides) * 1000;
  const tick = () => {
    const seconds = Math.ceil((until - Date.now()) / 1000);
    if (seconds > 0 && shown.isConnected) {
      bar.value = seconds;
      words.textContent = words.dataset.words.replace("{n}", seconds);
      return;
    }
    clearInterval(ticking);
    if (shown.isConnected) hide(shown);
  };
  const ticking = setInterval(tick, 1000);
  shown.querySelector("[data-hides-plain]").hidden = true;
  left.hidden = false;
  tick();
  addEventListener("pagehide", () => shown.isConnected && hide(shown));
}
htmx.onLoad((part) => {
  for (const shown of all("[data-hides]", part)) countDown(shown);
});
