// Loaded when somebody goes to /generate (app/src/pages/generate.rs): brings the bundle of that page (crates/studio) and shows it
// wherever its element is. The element comes and goes with the page; the bundle stays.
const sheet = document.createElement("link");
sheet.rel = "stylesheet";
sheet.href = "/pkg/studio.css";
document.head.append(sheet);

// A model from the person's own disk: what it takes is loaded when one is opened.
const own = () => import("/own.js");
let opened = false;
globalThis.surprisal_own = {
  open: async (files) => {
    opened = true;
    return (await own()).open(files);
  },
  ask: async (...question) => (await own()).ask(...question),
  // As if it had been pasted: the page opens it as a run of this browser.
  show: async (name, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([text], name));
    dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
  },
};

try {
  const studio = await import("/pkg/studio.js");
  await studio.default({ module_or_path: "/pkg/studio.wasm" });
  customElements.define(
    "surprisal-studio",
    class extends HTMLElement {
      connectedCallback() {
        studio.mount(this);
      }
      disconnectedCallback() {
        studio.unmount();
        if (opened) own().then(({ close }) => close());
      }
    },
  );
} catch (error) {
  const place = document.querySelector("surprisal-studio");
  if (place) place.textContent = `This page could not be loaded (${error}). Load it again.`;
}
