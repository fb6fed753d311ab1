/* The portal's manners. Every page works without this file; with it, less is reloaded. */
(function () {
  "use strict";

  const root = document.documentElement;
  const ACT_FAILED = '#toasts [data-failure="act"]';

  /* htmx: the CSRF token goes with every request, empty fields stay out of addresses. */

  document.addEventListener("htmx:configRequest", (event) => {
    const { verb, headers, parameters, elt } = event.detail;
    if (verb !== "get") {
      headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
    } else if (elt.matches("form")) {
      for (const name of Object.keys(parameters)) {
        if (parameters[name] === "") delete parameters[name];
      }
    }
  });

  /* Once an answer leads to another page, this one asks for nothing more: a second click comes too
     late. If the other page doesn't come, this one goes on after a while. */

  let leaving = false;

  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (!event.detail.xhr.getResponseHeader("HX-Redirect")) return;
    leaving = true;
    setTimeout(() => (leaving = false), 5000);
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (leaving) event.preventDefault();
  });

  /* A page that nobody looks at does not ask for news, nor one in which somebody is at work. What
     was asked for before they began is thrown away: it would take their form, or its answer, along. */

  function isBusy(region) {
    const typing = region.contains(document.activeElement) && document.activeElement.matches("input, select");
    return typing || region.querySelector("details[open], .htmx-request");
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    const region = event.detail.elt;
    if (!region.hasAttribute("data-live")) return;
    if (document.hidden || isBusy(region) || document.querySelector(ACT_FAILED)) event.preventDefault();
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const region = event.detail.requestConfig.elt;
    if (region.hasAttribute("data-live") && isBusy(region)) event.detail.shouldSwap = false;
  });

  /* Failures: never a silent nothing. One toast at a time, with a way to try again. */

  function tellFailure(event) {
    const region = document.getElementById("toasts");
    const template = document.getElementById("failure-toast");
    const source = event.detail.elt;
    const live = source.hasAttribute("data-live");
    if (live && document.querySelector(ACT_FAILED)) return;
    region.querySelector("[data-failure]")?.remove();
    const toast = template.content.firstElementChild.cloneNode(true);
    toast.dataset.failure = live ? "live" : "act";
    const submitter = event.detail.requestConfig?.triggeringEvent?.submitter;
    const status = event.detail.xhr ? event.detail.xhr.status : 0;
    toast.querySelector("[data-text]").textContent =
      status === 0 ? template.dataset.offline : status >= 500 ? template.dataset.broken : template.dataset.refused;
    toast.querySelector("[data-retry]").addEventListener("click", () => {
      toast.remove();
      if (!source.isConnected) return location.reload();
      if (live) htmx.trigger(source, "refresh");
      else if (submitter || !source.matches("form")) (submitter || source).click();
      else source.requestSubmit();
    });
    region.append(toast);
  }

  document.addEventListener("htmx:sendError", tellFailure);
  document.addEventListener("htmx:timeout", tellFailure);
  document.addEventListener("htmx:responseError", tellFailure);
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) document.querySelector("#toasts [data-failure]")?.remove();
  });

  /* Toasts: good news goes away by itself, errors stay until they are dismissed. */

  function letGoodNewsGo() {
    for (const toast of document.querySelectorAll("#toasts .toast-note[data-passing]:not([data-timed])")) {
      toast.dataset.timed = "";
      setTimeout(() => toast.remove(), 7000);
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-dismiss]");
    if (button) button.closest(".toast-note").remove();
  });

  /* Light and dark without a round trip; the cookie tells the server what to render next time. */

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-theme-switch]")) return;
    event.preventDefault();
    const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    root.dataset.bsTheme = theme;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax${secure}`;
    drawCharts(document);
  });

  /* Menus close when one clicks elsewhere or presses Escape; `/` goes to the search field. */

  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const search = document.querySelector('input[type="search"]');
    if (!search) return;
    event.preventDefault();
    for (let box = search.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    search.focus();
    search.select();
  });

  /* Charts: the server says what to draw in a JSON script; colours come from the theme. */

  function themed(value, style) {
    if (typeof value === "string" && value.startsWith("--")) return style.getPropertyValue(value).trim();
    if (Array.isArray(value)) return value.map((part) => themed(part, style));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, themed(part, style)]));
    }
    return value;
  }

  function dropChart(canvas) {
    if (window.Chart) Chart.getChart(canvas)?.destroy();
  }

  function dollars(value) {
    return "$" + Number(value).toLocaleString("en-US");
  }

  function drawCharts(scope) {
    if (!window.Chart) return;
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    for (const canvas of scope.querySelectorAll("canvas[data-chart]")) {
      const source = document.getElementById(canvas.dataset.chart);
      if (!source) continue;
      dropChart(canvas);
      const config = themed(JSON.parse(source.textContent), getComputedStyle(root));
      if (canvas.dataset.unit === "money") {
        config.options.scales.y.ticks.callback = dollars;
        config.options.plugins.tooltip = {
          callbacks: { label: (item) => `${item.dataset.label}: ${dollars(item.parsed.y)}` },
        };
      }
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) config.options.animation = false;
      new Chart(canvas, config);
    }
  }

  document.addEventListener("htmx:beforeCleanupElement", (event) => {
    if (event.target.matches?.("canvas[data-chart]")) dropChart(event.target);
  });

  function settle(scope) {
    drawCharts(scope);
    letGoodNewsGo();
  }

  document.addEventListener("htmx:afterSettle", (event) => settle(event.target));
  document.addEventListener("DOMContentLoaded", () => settle(document));
})();
