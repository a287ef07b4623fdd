// Of a static site only (`cargo xtask dist --static`): finds out where the site is on its host, and starts the page there. Paths
// below the host are in links that are made later, too; what needs a server is a page of its own that says so.
{
  const root = document.documentElement;
  const script = document.currentScript;
  const base = new URL(".", script.src).pathname.replace(/\/$/, "");
  root.dataset.base = base;
  for (const [, name, value] of document.cookie.matchAll(/(?:^|; )(theme|palette|signs|keys|seen)=([\w.]+)/g)) root.dataset[name] = value;
  import(`${base}/preferences.js`);

  const below = (path) => path === base || path.startsWith(`${base}/`);
  const settle = (link) => {
    const path = link.getAttribute("href");
    const page = base && below(path) ? path.slice(base.length) : path;
    if (/^\/(import|generate|generations|style)\b/.test(page)) link.rel = "external";
    if (base && !below(path)) link.setAttribute("href", base + path);
  };
  const look = (element) => {
    if (element.matches?.('a[href^="/"]')) settle(element);
    element.querySelectorAll?.('a[href^="/"]').forEach(settle);
  };
  new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach(look))).observe(root, {
    childList: true,
    subtree: true,
  });

  if ("page" in script.dataset) {
    import(`${base}/pkg/surprisal.js`)
      .then((page) => page.default({ module_or_path: `${base}/pkg/surprisal.wasm` }).then(() => page.hydrate()))
      .catch((error) => {
        const line = document.createElement("p");
        line.className = "strip strip-error";
        line.setAttribute("role", "alert");
        line.textContent = `This page could not be started (${error}). Load it again.`;
        document.querySelector("main")?.prepend(line);
      });
  }
}
