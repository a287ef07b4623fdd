// Loaded when somebody goes to /generate (app/src/pages/generate.rs): brings the bundle of that page (crates/studio) and shows it
// wherever its element is. The element comes and goes with the page; the bundle stays.
const sheet = document.createElement("link");
sheet.rel = "stylesheet";
sheet.href = "/pkg/studio.css";
document.head.append(sheet);

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
      }
    },
  );
} catch (error) {
  const place = document.querySelector("surprisal-studio");
  if (place) place.textContent = `This page could not be loaded (${error}). Load it again.`;
}
