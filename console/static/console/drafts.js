// A form with data-draft is kept on the server while it is filled in, so that a lost
// session loses nothing. Without this file the draft is kept when it goes to review.
"use strict";

function keepDrafts(form) {
  const state = document.getElementById("draft-state");
  const door = document.getElementById("draft-sign-in");
  let timer = 0;
  let unkept = false;

  const send = () => fetch(form.dataset.draft, {
    method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual",
  });
  // Signing in again, in another tab, makes the form's token one of the past.
  const renewed = async () => {
    const page = await fetch(location.href, { redirect: "manual" });
    if (!page.ok) return page;
    const now = new DOMParser().parseFromString(await page.text(), "text/html");
    form.csrfmiddlewaretoken.value = now.querySelector("[name=csrfmiddlewaretoken]").value;
    return send();
  };
  const keep = async () => {
    let signedOut = false;
    try {
      let answer = await send();
      if (answer.status === 403) answer = await renewed();
      signedOut = answer.type === "opaqueredirect";
      if (!answer.ok) throw new Error(String(answer.status));
      unkept = false;
      if (state) state.textContent = (await answer.text()).trim();
    } catch {
      if (state) state.textContent = signedOut ? form.dataset.draftSignedOut : form.dataset.draftFailed;
    }
    if (door) door.hidden = !signedOut;
    return signedOut;
  };

  form.addEventListener("input", (event) => {
    if (event.target.closest("[data-filter]")) return;
    unkept = true;
    clearTimeout(timer);
    timer = setTimeout(keep, 1200);
  });
  // What was typed last goes first: sending it to be signed in would lose it.
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    if (unkept) {
      event.preventDefault();
      if (await keep()) {
        door?.focus();
        return;
      }
      unkept = false;
      form.requestSubmit(event.submitter);
    }
  });
  addEventListener("beforeunload", (event) => { if (unkept && form.isConnected) event.preventDefault(); });
}

htmx.onLoad((part) => {
  for (const form of part.querySelectorAll("form[data-draft]")) keepDrafts(form);
});
