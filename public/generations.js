// The pages of the generations are HTML that the server makes (crates/browse), and work without this script. With it the next address
// is shown without leaving the page, and keys press what has their letter in data-key.
import { showKept } from "/preferences.js";

const page = () => document.querySelector(".generations");
let asked = 0;

/** Shows what is at an address below /generations; where that fails, goes there, so that one sees why. */
async function show(address, push) {
  const mine = ++asked;
  page().setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`/fragments${address}`);
    const html = await answer.text();
    if (mine !== asked) return;
    if (!answer.ok) throw new Error(html);
    page().innerHTML = html;
    showKept();
    if (push) {
      history.pushState(null, "", address);
      scrollTo(0, 0);
    }
    document.getElementById("content").focus();
  } catch {
    location.href = address;
  } finally {
    page().setAttribute("aria-busy", "false");
  }
}

/** Sends a form of one record; the answer takes the place of what it was sent from. */
async function send(form, part) {
  try {
    const answer = await fetch(`/fragments${form.getAttribute("action")}`, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
    });
    if (!answer.ok) throw new Error((await answer.json()).message);
    part.innerHTML = await answer.text();
    expire(part);
  } catch (error) {
    const said = document.createElement("p");
    said.className = "wrong";
    said.setAttribute("role", "alert");
    said.textContent = `It was not kept. ${error.message}`;
    part.append(said);
  }
  // The control that was pressed is gone, and the focus with it.
  if (document.activeElement === document.body) part.closest("[data-row]")?.querySelector("[data-open], summary")?.focus();
}

/** What was just said can be taken back for ten seconds. */
function expire(within) {
  for (const undo of within.querySelectorAll(".undo")) setTimeout(() => undo.remove(), 10_000);
}

/** Does what a key means; false where it means nothing. */
function press(key) {
  if (document.documentElement.dataset.keys === "off" && key.length === 1) return false;
  const rows = [...document.querySelectorAll("[data-row]")];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = { j: at + 1, k: at - 1, ArrowDown: at + 1, ArrowUp: at - 1 }[key];
  if (next !== undefined && (at >= 0 || key === "j")) {
    rows[next]?.querySelector("[data-open]")?.focus();
    return true;
  }
  // Nothing is said of a record that nobody chose.
  const row = rows[at] ?? (rows.length === 1 ? rows[0] : undefined);
  const named = /^[a-z]$/.test(key) ? row?.querySelector(`[data-key=${key}]`) : undefined;
  named?.click();
  named?.parentElement.querySelector("textarea")?.focus();
  return Boolean(named);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!link || !plain || !page()?.contains(link) || link.target || link.relList.contains("external")) return;
  if (link.origin !== location.origin || !/^\/generations(\/|$)/.test(link.pathname)) return;
  event.preventDefault();
  show(link.pathname + link.search, true);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!page()?.contains(form)) return;
  const part = form.closest("[data-part]");
  event.preventDefault();
  if (part) return void send(form, part);
  // Empty fields ask for nothing.
  const fields = [...new FormData(form)].filter(([, value]) => value !== "");
  show(`${form.getAttribute("action")}?${new URLSearchParams(fields)}`, true);
});

document.addEventListener("keydown", (event) => {
  const taken = event.target.closest("input, select, textarea, dialog, [contenteditable]");
  if (event.defaultPrevented || taken || event.ctrlKey || event.metaKey || event.altKey) return;
  if (press(event.key)) event.preventDefault();
});

addEventListener("popstate", () => show(location.pathname + location.search, false));
expire(document);
document.documentElement.setAttribute("data-hydrated", "");
