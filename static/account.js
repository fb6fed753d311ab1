/* The entrance and what guards an account: comforts, and passkeys, which need a script anyway. */
(function () {
  "use strict";

  function show(selector) {
    for (const element of document.querySelectorAll(selector)) element.hidden = false;
  }

  /* Passwords can be looked at while they are typed. */

  for (const button of document.querySelectorAll("[data-reveal]")) {
    const field = document.getElementById(button.dataset.reveal);
    const hide = button.dataset.hide;
    const reveal = button.textContent;
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = field.type === "password";
      field.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
      button.textContent = shown ? hide : reveal;
    });
  }

  /* Secrets and codes can be copied. */

  for (const button of document.querySelectorAll("[data-copy]")) {
    const source = document.getElementById(button.dataset.copy);
    const label = button.textContent;
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      source.select();
      await navigator.clipboard.writeText(source.value.trim());
      button.textContent = button.dataset.done;
      setTimeout(() => (button.textContent = label), 2500);
    });
  }

  /* Passkeys: the button is there where they are, and a failure is told. */

  show(window.PublicKeyCredential ? "[data-needs-passkeys]" : "[data-no-passkeys]");

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    show("[data-passkey-failure]");
  });
})();
