/* Before anything is painted: a visitor who has not chosen a theme gets the one of the system. */
(function () {
  const root = document.documentElement;
  root.classList.add("scripted");
  if (!root.dataset.bsTheme) {
    root.dataset.bsTheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
})();
