// Keyboard shortcuts. They can be turned off in their dialog, which "?" opens.
"use strict";

(() => {
  const SEQUENCE_MS = 1500; // in which the second key of a sequence has to come
  const SETTING = "shortcuts";
  const menuLinks = () => all(".sidebar a[data-key]");
  const isOff = () => localStorage.getItem(SETTING) === "off";
  let sequenceStart = 0;

  const rows = () => all("#content .table tbody tr").filter((row) => row.checkVisibility() && row.querySelector("a[href]"));

  // Focus the first link of the row after or before the focused one.
  function moveRow(step) {
    const list = rows();
    const current = list.indexOf(document.activeElement.closest("tr"));
    const next = current < 0 ? (step > 0 ? 0 : list.length - 1) : current + step;
    (list[next]?.querySelector("th a[href]") ?? list[next]?.querySelector("a[href]"))?.focus();
  }

  function toggleRow() {
    document.activeElement.closest("tr")?.querySelector(".select-cell input")?.click();
  }

  // Edit the object of the focused row, or else that of the page.
  function edit() {
    const link = document.activeElement.closest("#content tr")?.querySelector("[data-edit]");
    if (link) location.assign(link.dataset.edit || link.href);
    else find("#content [data-key=e]")?.click();
  }

  function openDialog() {
    const list = byId("shortcut-pages");
    list.replaceChildren(...menuLinks().flatMap((link) => {
      const [term, description] = [document.createElement("dt"), document.createElement("dd")];
      for (const key of ["g", link.dataset.key]) {
        term.append(Object.assign(document.createElement("kbd"), { textContent: key }), " ");
      }
      description.textContent = link.querySelector("[data-label]").textContent;
      return [term, description];
    }));
    byId("shortcuts-on").checked = !isOff();
    byId("shortcuts").showModal();
  }

  const ACTIONS = {
    "/": () => find("[data-palette]")?.click(),
    f: () => find("#content [data-key=f]")?.focus(),
    "?": openDialog,
    j: () => moveRow(1),
    k: () => moveRow(-1),
    x: toggleRow,
    e: edit,
    t: toggleTimes,
    g: () => (sequenceStart = Date.now()),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (!byId("shortcuts") || document.querySelector("dialog:modal") || (isOff() && event.key !== "?")) return;
    const inSequence = Date.now() - sequenceStart < SEQUENCE_MS;
    sequenceStart = 0;
    const action = inSequence
      ? () => menuLinks().find((link) => link.dataset.key === event.key)?.click()
      : Object.hasOwn(ACTIONS, event.key) && ACTIONS[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });

  document.addEventListener("change", ({ target }) => {
    if (target.id === "shortcuts-on") localStorage.setItem(SETTING, target.checked ? "on" : "off");
  });
})();
