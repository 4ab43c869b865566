// Save a form with data-draft on the server while it is edited, so that an expired session
// loses nothing. Without this file the draft is saved when it is submitted for review.
"use strict";

function saveDrafts(form) {
  const state = document.getElementById("draft-state");
  const signInLink = document.getElementById("draft-sign-in");
  let timer = 0;
  let isUnsaved = false;

  const send = () => fetch(form.dataset.draft, {
    method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual",
  });
  // The CSRF token changes when the user signs in again, in another tab.
  const resend = async () => {
    const page = await fetch(location.href, { redirect: "manual" });
    if (!page.ok) return page;
    const currentPage = new DOMParser().parseFromString(await page.text(), "text/html");
    form.csrfmiddlewaretoken.value = currentPage.querySelector("[name=csrfmiddlewaretoken]").value;
    return send();
  };
  const save = async () => {
    let signedOut = false;
    try {
      let response = await send();
      if (response.status === 403) response = await resend();
      signedOut = response.type === "opaqueredirect";
      if (!response.ok) throw new Error(String(response.status));
      isUnsaved = false;
      if (state) state.textContent = (await response.text()).trim();
    } catch {
      if (state) state.textContent = signedOut ? form.dataset.draftSignedOut : form.dataset.draftFailed;
    }
    if (signInLink) signInLink.hidden = !signedOut;
    return signedOut;
  };

  form.addEventListener("input", (event) => {
    if (event.target.closest("[data-filter]")) return;
    isUnsaved = true;
    clearTimeout(timer);
    timer = setTimeout(save, 1200);
  });
  // Save the last input before submitting: a redirect to the sign-in page would lose it.
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    if (isUnsaved) {
      event.preventDefault();
      if (await save()) {
        signInLink?.focus();
        return;
      }
      isUnsaved = false;
      form.requestSubmit(event.submitter);
    }
  });
  addEventListener("beforeunload", (event) => { if (isUnsaved && form.isConnected) event.preventDefault(); });
}

htmx.onLoad((part) => {
  for (const form of part.querySelectorAll("form[data-draft]")) saveDrafts(form);
});
