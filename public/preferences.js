// What a person chose and this machine keeps: theme, palette, coloured signs, letters as keys, and which hints were read. Each is a
// cookie, which the server writes into <html> as data-NAME (app/src/preferences.rs). A control says in data-keep what it sets.
const root = document.documentElement;

/** Makes the controls show what is kept: those of HTML that knows nothing of it. */
export function showKept() {
  for (const control of document.querySelectorAll("[data-keep]")) {
    const is = control.value === (root.dataset[control.dataset.keep] ?? "");
    if (control.type === "checkbox") control.checked = is;
    else if (control.hasAttribute("aria-pressed")) control.setAttribute("aria-pressed", is);
  }
}

function keep(name, value) {
  root.dataset[name] = value;
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
  showKept();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-keep]");
  if (!button) return;
  event.preventDefault();
  const name = button.dataset.keep;
  // A hint that was read is added to the others.
  const before = name === "seen" && button.value && root.dataset.seen;
  keep(name, before ? `${before}.${button.value}` : button.value);
  const menu = button.closest("details.menu");
  menu?.removeAttribute("open");
  menu?.querySelector("summary").focus();
});

document.addEventListener("change", ({ target }) => {
  if (target.dataset.keep) keep(target.dataset.keep, target.type !== "checkbox" || target.checked ? target.value : "");
});

showKept();
