// Inputs of settings: add and remove rows, show durations in seconds, and highlight changed
// fields. Without this file the same buttons send the form to the server.
"use strict";

(() => {
  const INPUT = "input:not([type=hidden]), select, textarea";
  const SECONDS = { seconds: 1, minutes: 60, hours: 3600, days: 86400 };
  let addedRows = 0; // in this page

  const notifyInput = (element) => element.dispatchEvent(new Event("input", { bubbles: true }));
  const bodies = (list) => [...list.querySelectorAll(":scope > table > tbody")];

  // Replace the row's token in the names and IDs of its inputs and nested lists.
  function rename(row, from, to) {
    for (const element of [row, ...row.querySelectorAll("*")]) {
      for (const { name, value } of [...element.attributes]) {
        if (name !== "class" && value.includes(from)) element.setAttribute(name, value.replaceAll(from, to));
      }
    }
  }

  function renumber(list) {
    bodies(list).forEach((row, at) => {
      const was = row.dataset.position ?? String(at + 1);
      row.dataset.position = String(at + 1);
      if (was === row.dataset.position) return;
      const number = new RegExp(`(?<!\\d)${was}(?!\\d)`);
      const own = [...row.querySelectorAll("[aria-label]")].filter((element) => element.closest("[data-rows]") === list);
      for (const element of own) element.setAttribute("aria-label", element.getAttribute("aria-label").replace(number, at + 1));
    });
  }

  function clear(row) {
    for (const list of row.querySelectorAll("[data-rows]")) for (const extra of bodies(list).slice(1)) extra.remove();
    for (const input of row.querySelectorAll(INPUT)) {
      if (input.type === "checkbox") input.checked = false;
      else if (input.tagName !== "SELECT") input.value = "";
    }
    for (const details of row.querySelectorAll("details")) details.open = false;
  }

  // An empty last row is focused instead of adding another element.
  const empty = (row) => [...row.querySelectorAll(INPUT)].every((element) => (element.type === "checkbox" ? !element.checked : !element.value));

  function add(list) {
    renumber(list);
    const last = bodies(list).at(-1);
    if (empty(last)) return last.querySelector(INPUT).focus();
    const row = last.cloneNode(true);
    clear(row);
    const token = row.dataset.row;
    if (token) {
      const fresh = `j${(addedRows += 1)}`;
      const name = list.dataset.rows;
      rename(row, `${name}.${token}.`, `${name}.${fresh}.`);
      rename(row, `f-${name.replaceAll(".", "-")}-${token}-`, `f-${name.replaceAll(".", "-")}-${fresh}-`);
      row.dataset.row = fresh;
      row.querySelector(`input[name="${name}.row"]`).value = fresh;
    }
    last.after(row);
    renumber(list);
    row.querySelector(INPUT).focus();
    notifyInput(list);
  }

  function drop(list, row) {
    renumber(list);
    const rows = bodies(list);
    const at = rows.indexOf(row);
    if (rows.length > 1) row.remove();
    else clear(row);
    renumber(list);
    const next = bodies(list)[Math.min(at, rows.length - 2)] ?? row;
    (next.querySelector(INPUT) ?? list.querySelector("[data-add]")).focus();
    notifyInput(list);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-add], [data-drop]");
    if (button) {
      event.preventDefault();
      const list = button.closest("[data-rows]");
      if (button.matches("[data-add]")) add(list);
      else drop(list, button.closest("tbody"));
    }
    const link = event.target.closest?.("#problems a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (field) setTimeout(() => field.querySelector(INPUT)?.focus(), 0); // after the jump
  });

  // Show a duration in seconds while it is typed.
  function showSeconds(duration) {
    const [number, unit] = duration.querySelectorAll("input, select");
    const seconds = /^\d{1,12}$/.test(number.value.trim()) ? BigInt(number.value.trim()) * BigInt(SECONDS[unit.value]) : 0n;
    const grouped = seconds.toLocaleString(document.documentElement.lang);
    const text = seconds > 0n && unit.value !== "seconds" ? duration.dataset.duration.replace("#", grouped) : "";
    duration.querySelector(".field-text").textContent = text;
  }

  // Highlight fields that differ from the loaded page; fields highlighted by the server stay so.
  const before = new WeakMap();
  const state = (field) => JSON.stringify([...field.querySelectorAll(INPUT)].map((element) => (/^(checkbox|radio)$/.test(element.type) ? element.checked : element.value)));
  const remember = (field) => before.has(field) || before.set(field, { state: state(field), marked: field.matches(".is-changed") });
  htmx.onLoad((part) => {
    for (const field of part.querySelectorAll(".field[id]")) remember(field);
  });

  document.addEventListener("input", (event) => {
    const field = event.target.closest?.(".field[id]");
    if (!field) return;
    if (event.target.name?.endsWith(".pick")) {
      const exactly = field.querySelector(`input[name="${CSS.escape(event.target.name.slice(0, -5))}.own"][value="exactly"]`);
      if (exactly) exactly.checked = true;
    }
    const duration = event.target.closest("[data-duration]");
    if (duration) showSeconds(duration);
    remember(field);
    const { state: initial, marked } = before.get(field);
    field.classList.toggle("is-changed", marked || state(field) !== initial);
  });
})();
