import { expect, picture, test } from "../fixtures";

test("the first page answers and says what it is for", async ({ page }) => {
  const response = await page.goto("/");
  expect(response?.status()).toBe(200);
  await expect(page).toHaveTitle(/Surprisal/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await picture(page, "open");
});
