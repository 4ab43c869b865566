// The command palette. Ctrl+K opens it; arrows select a result, and Enter opens it.
"use strict";

(() => {
  const palette = () => byId("palette");
  const box = () => palette().querySelector("input");
  const options = () => all("[role=option]", palette());
  const selected = () => options().find((option) => option.ariaSelected === "true");
  const DELAY_MS = 150; // after the last key
  let timer;
  let requestedText = null; // the text of the last request
  let shownText = null; // the text of the shown results
  let opensFirst = false; // whether Enter was pressed before they came

  function select(option) {
    for (const other of options()) other.ariaSelected = String(other === option);
    if (option) box().setAttribute("aria-activedescendant", option.id);
    else box().removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  function load() {
    clearTimeout(timer);
    requestedText = box().value;
    box().dispatchEvent(new Event("palette"));
  }

  function openPalette() {
    if (!palette() || document.querySelector("dialog:modal")) return false;
    palette().showModal();
    box().select();
    opensFirst = false;
    load();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
      if (palette()?.open || openPalette()) event.preventDefault();
      return;
    }
    if (!palette()?.open || event.target !== box() || event.isComposing) return;
    const list = options();
    if (event.key === "Enter" && box().value !== shownText) {
      event.preventDefault();
      opensFirst = true;
      if (box().value !== requestedText) load();
    } else if (event.key === "Enter" && selected()) {
      event.preventDefault();
      selected().click();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && list.length) {
      event.preventDefault();
      const index = list.indexOf(selected());
      const next = event.key === "ArrowDown" ? index + 1 : Math.max(index, 0) - 1;
      select(list.at(next % list.length));
    } else if (event.key === "Escape") {
      event.preventDefault(); // a search field would only be emptied
      palette().close();
    }
  });
  document.addEventListener("click", (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (plain && event.target.closest("[data-palette]") && openPalette()) event.preventDefault();
    else if (event.target === palette() || event.target.closest("#palette [role=option]")) palette().close();
  });
  document.addEventListener("input", ({ target }) => {
    if (!palette()?.open || target !== box()) return;
    opensFirst = false;
    clearTimeout(timer);
    timer = setTimeout(load, DELAY_MS);
  });
  document.addEventListener("htmx:afterSwap", ({ target, detail }) => {
    if (target.id !== "palette-results") return;
    shownText = detail.requestConfig.parameters.q;
    byId("palette-status").textContent = target.firstElementChild.dataset.status;
    box().ariaExpanded = String(options().length > 0);
    select(shownText.trim() ? options()[0] : null);
    if (opensFirst && shownText === box().value) {
      opensFirst = false;
      selected()?.click();
    }
  });
  // Without results, Enter opens the search page.
  document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
    if (detail.successful || target.form?.parentElement !== palette()) return;
    requestedText = null;
    if (opensFirst) box().form.submit();
  });
})();
