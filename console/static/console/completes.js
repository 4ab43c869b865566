// A search box that offers what it could go on with: a combobox with a listbox, as the
// ARIA practices have it. htmx fetches the options; this file moves among them.
"use strict";

const box = () => document.querySelector("[data-completes]");
const list = () => document.getElementById("completions");
const options = () => [...(list()?.querySelectorAll("[role=option]") ?? [])];
const chosen = () => options().find((one) => one.ariaSelected === "true");

function choose(option) {
  for (const one of options()) one.ariaSelected = String(one === option);
  if (option) {
    box().setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else box()?.removeAttribute("aria-activedescendant");
}

function show(open) {
  if (!list()) return;
  list().hidden = !open;
  box().setAttribute("aria-expanded", String(open));
  if (!open) choose(null);
}

function pick(option) {
  const input = box();
  input.value = option.dataset.text;
  show(false);
  input.focus();
  if (input.value.endsWith(":")) input.dispatchEvent(new Event("input", { bubbles: true }));
}

function ready() {
  const input = box();
  if (!input || input.role === "combobox") return;
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", "completions");
  input.setAttribute("aria-expanded", "false");
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target !== list()) return ready();
  show(options().length > 0 && document.activeElement === box());
});
document.addEventListener("keydown", (event) => {
  if (event.target !== box() || event.isComposing) return;
  const all = options();
  const open = !list().hidden;
  if (event.key === "Escape" && open) {
    event.preventDefault();
    show(false);
  } else if ((event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) && open && chosen()) {
    event.preventDefault();
    pick(chosen());
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && all.length) {
    event.preventDefault();
    show(true);
    const step = event.key === "ArrowDown" ? 1 : -1;
    const now = all.indexOf(chosen());
    choose(all[now < 0 && step < 0 ? all.length - 1 : (now + step + all.length) % all.length]);
  }
});
// Before the box loses the focus to it.
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest?.("#completions [role=option]");
  if (!option) return;
  event.preventDefault();
  pick(option);
});
document.addEventListener("focusout", (event) => {
  if (event.target === box()) show(false);
});
document.addEventListener("submit", () => show(false));
ready();
