// The browser tests. `cargo xtask test e2e` starts the servers and says in the environment where they are:
//   BASE_URL_FILE     a server whose store is a directory
//   BASE_URL_MINIO    a server whose store is a MinIO; not set where there is none, and its project is left out
//   SURPRISAL_CHROMIUM  the browser      SCREENSHOTS  folder for pictures      OUTPUT  folder for traces
import { defineConfig, devices, type Project } from "@playwright/test";

const file = process.env.BASE_URL_FILE;
const minio = process.env.BASE_URL_MINIO;
if (!file) throw new Error("BASE_URL_FILE is not set: run the tests with `cargo xtask test e2e`");

// The name of a file says where it runs:
//   *.hydrate.spec.ts  with JavaScript, on one store: nothing in it depends on the store
//   *.store.spec.ts    with JavaScript, once per store
//   *.nojs.spec.ts     without JavaScript
//   large.*            what is measured there wants the machine for itself
//   all others         everywhere
const large = "**/large.*";
const projects: Project[] = [{ name: "hydrate-file", testIgnore: ["**/*.nojs.spec.ts", large], use: { baseURL: file } }];
if (minio) projects.push({ name: "hydrate-minio", testMatch: "**/*.store.spec.ts", use: { baseURL: minio } });
projects.push({
  name: "nojs",
  testIgnore: ["**/*.hydrate.spec.ts", "**/*.store.spec.ts"],
  use: { baseURL: file, javaScriptEnabled: false },
});
projects.push({
  name: "large",
  testMatch: large,
  use: { baseURL: file },
  dependencies: projects.map(({ name }) => name ?? ""),
});

export default defineConfig({
  testDir: "tests",
  outputDir: process.env.OUTPUT,
  reporter: "list",
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  workers: 2,
  use: {
    ...devices["Desktop Chrome"],
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.SURPRISAL_CHROMIUM,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects,
});
