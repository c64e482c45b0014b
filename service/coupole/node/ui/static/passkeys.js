"use strict";
// Passkeys: asks the service what to sign, lets the browser ask the person, and sends the answer as a plain form.
// No text is turned into elements here, so no Trusted Types policy is needed.
(() => {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const keys = (list) => (list || []).map((key) => ({ ...key, id: bytes(key.id) }));

  const asked = (told, kind) => {
    const options = { ...told, challenge: bytes(told.challenge) };
    if (kind === "create") {
      options.user = { ...told.user, id: bytes(told.user.id) };
      options.excludeCredentials = keys(told.excludeCredentials);
    } else {
      options.allowCredentials = keys(told.allowCredentials);
    }
    return { publicKey: options };
  };

  const plain = (credential) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    const id = text(credential.rawId);
    return JSON.stringify({ id, rawId: id, type: credential.type, response, clientExtensionResults: {} });
  };

  const signed = async (form) => {
    const answer = await fetch(form.dataset.passkey, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok || !answer.headers.get("content-type").includes("json")) throw new Error("refused");
    const options = asked(await answer.json(), form.dataset.kind);
    return form.dataset.kind === "create"
      ? navigator.credentials.create(options)
      : navigator.credentials.get(options);
  };

  for (const form of window.PublicKeyCredential ? document.querySelectorAll("form[data-passkey]") : []) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const wrong = form.querySelector("[role=alert]");
      wrong.hidden = true;
      try {
        form.elements.credential.value = plain(await signed(form));
        form.submit();
      } catch {
        wrong.hidden = false;
      }
    });
  }

  // A code may come behind the # of an address: that part is never sent, so no log holds it.
  const code = document.querySelector("input[data-from-address]");
  if (code && /^#[A-Za-z0-9-]{16,24}$/.test(location.hash)) {
    code.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
    code.form.querySelector("button").focus();
  }
})();
