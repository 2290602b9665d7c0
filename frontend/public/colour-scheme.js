// Runs before the first paint, so that a page in the dark scheme never flashes white.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem('broker-colour-scheme');
  } catch {
    // storage may be forbidden: then the system decides
  }
  var dark =
    chosen === 'dark' ||
    (chosen !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
