// A form with data-draft is kept on the server while it is filled in, so that a lost
// session loses nothing. Without this file the draft is kept when it goes to review.
"use strict";

for (const form of document.querySelectorAll("form[data-draft]")) {
  const state = document.getElementById("draft-state");
  let timer = 0;
  let unkept = false;

  const keep = async () => {
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body, redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      unkept = false;
      if (state) state.textContent = (await answer.text()).trim();
    } catch {
      if (state) state.textContent = form.dataset.draftFailed;
    }
  };

  form.addEventListener("input", (event) => {
    if (event.target.closest("[data-filter]")) return;
    unkept = true;
    clearTimeout(timer);
    timer = setTimeout(keep, 1200);
  });
  form.addEventListener("submit", () => { unkept = false; clearTimeout(timer); });
  addEventListener("beforeunload", (event) => { if (unkept) event.preventDefault(); });
}
