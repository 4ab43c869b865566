// Steps in place: a link or form with data-step opens its page in the dialog of the page
// instead. Forms in the dialog, and links there with data-step, stay in it; a page that is
// no step takes the place of the page below. Without this file they are pages.
"use strict";

(() => {
  let below = null; // the page below the dialog: its title, and whether it is out of date
  let landed = null; // what the last response was: its URL, and whether it is a whole page
  let pageTitle = ""; // of the page below
  let typed = null; // what a form held when the person had to confirm who they are
  let busy = false;
  let isReturning = false; // to the entry of a page that has been swapped already

  const box = () => byId("step");
  const isConfirmation = (url) => new URL(url).pathname.startsWith("/accounts/");

  // Send a request for the dialog; one at a time, since a form is not sent twice.
  async function send(verb, url, values, opener) {
    if (busy) return;
    busy = true;
    landed = null;
    if (!box().open) pageTitle = document.title;
    opener?.setAttribute("aria-busy", "true");
    try {
      await htmx.ajax(verb, url, { source: box(), target: box(), swap: "innerHTML", values });
    } catch {
      return; // console.js says that no response came
    } finally {
      busy = false;
      opener?.removeAttribute("aria-busy");
    }
    if (!landed) return;
    if (landed.part && below) {
      below.part = landed.part;
      history.back();
    } else if (landed.isPage) arrive(landed.url);
    else show(landed.url, verb);
  }

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    // A part of the page below that the step changed ends the step.
    const isPart = detail.requestConfig?.elt === box() && detail.xhr.status < 400 && detail.xhr.getResponseHeader("HX-Retarget");
    if (isPart) landed = { part: detail.target.id };
    if (detail.target.id !== "step") return;
    landed = { url: detail.xhr.responseURL, isPage: /^\s*<!doctype/i.test(detail.serverResponse) };
    detail.shouldSwap = true;
    detail.isError = false;
    if (landed.isPage) detail.target = document.body;
  });

  // The step's URL stands in the address bar, so that a reload and the way back work.
  function show(url, verb) {
    const dialog = box();
    if (dialog.open) {
      below.isOutdated ||= verb === "POST" && !isConfirmation(url);
      history.replaceState({ step: true }, "", url);
    } else {
      below = { url: location.href, title: pageTitle, isOutdated: false };
      history.replaceState({ htmx: true }, ""); // htmx loads it anew on the way back
      history.pushState({ step: true }, "", url);
      dialog.showModal();
    }
    dialog.ariaLabel = dialog.querySelector("h1")?.textContent.trim() ?? document.title;
    dialog.scrollTop = 0;
    refill(dialog, url);
    placeFocus(dialog);
  }

  // A long step is read from its top; in a short one the first field is next.
  function placeFocus(dialog) {
    const isShort = dialog.scrollHeight <= dialog.clientHeight;
    const heading = dialog.querySelector("h1");
    heading?.setAttribute("tabindex", "-1");
    const first = dialog.querySelector("[autofocus], [aria-invalid=true]")
      ?? (isShort ? dialog.querySelector("[data-hides] [data-copy-from], :required:invalid:not([type=radio], fieldset)") : null) ?? heading;
    first?.focus();
  }

  function refill(dialog, url) {
    if (!typed || isConfirmation(url)) return;
    if (new URL(url).pathname === typed.path) {
      for (const [name, value] of typed.values) {
        const field = dialog.querySelector(`:is(textarea, input[type=text], input:not([type]))[name="${CSS.escape(name)}"]`);
        if (field && !field.value) field.value = value;
      }
    }
    typed = null;
  }

  // A whole page came: it is where the person is now.
  function arrive(url) {
    if (below?.url === url) {
      isReturning = true;
      history.back();
    } else {
      if (!below && url !== location.href) history.pushState(null, "", location.href);
      history.replaceState({ htmx: true }, "", url);
    }
    below = typed = null;
    scrollTo(0, 0);
    if (document.activeElement === document.body) byId("content")?.focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    const isPlain = !event.button && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    const part = event.target.closest?.("a[data-step], [data-step-close]");
    if (!part || !isPlain || event.defaultPrevented) return;
    const isStep = part.matches("a[data-step]");
    const needed = part.dataset.stepClose; // what the page below must have for closing to lead there
    if (!isStep && (!box()?.open || (needed && !document.querySelector(needed)))) return;
    event.preventDefault();
    if (isStep) send("GET", part.href, undefined, part);
    else if (part.href && below.isOutdated) send("GET", part.href, undefined, part);
    else history.back();
  });

  document.addEventListener("submit", (event) => {
    const { target: form, submitter, defaultPrevented } = event;
    if (defaultPrevented || !form.matches("form[data-step], #step form")) return;
    event.preventDefault();
    const action = submitter?.getAttribute("formaction") ?? form.getAttribute("action");
    const url = new URL(action || location.href, location.href).href;
    const values = new FormData(form, submitter);
    if (!isConfirmation(url)) typed = { path: new URL(url).pathname, values };
    send(form.method.toUpperCase(), url, values, submitter);
  });

  // Esc goes back as the other ways do. A secret that is shown once is not lost by it:
  // its buttons say where it goes.
  document.addEventListener("cancel", (event) => {
    if (event.target !== box()) return;
    event.preventDefault();
    const secret = box().querySelector("[data-hides] [data-copy-from]");
    if (secret) secret.focus();
    else history.back();
  }, true);
  document.addEventListener("close", (event) => {
    if (event.target === box() && below) history.back();
  }, true);

  // Lists in a step are paged without further entries, so that one way back leaves it.
  document.addEventListener("htmx:beforeHistoryUpdate", ({ detail }) => {
    if (box()?.contains(detail.requestConfig.elt)) detail.history.type = "replace";
  });

  addEventListener("popstate", (event) => {
    if (isReturning) {
      isReturning = false;
      event.stopImmediatePropagation();
    } else if (below) {
      const { title, isOutdated, part } = below;
      below = typed = null;
      if (!isOutdated || part) event.stopImmediatePropagation(); // else htmx loads it anew
      box().close();
      box().replaceChildren();
      document.title = title;
      if (part) byId(part)?.querySelector("[autofocus]")?.focus();
    } else if (event.state?.step) location.reload();
  }, true);
})();
