// The API reference: for everybody, within the Content Security Policy (the guard in fixtures.ts hears of
// every complaint), on a telephone, by keyboard, in light and dark.

import { isAccessible } from '../axe.ts';
import { expect, test } from '../fixtures.ts';
import { paths } from '../pages.ts';

// axe is a script; see accessibility.spec.ts.
test.use({ javaScriptEnabled: true, user: null });

test('the reference shows the operations of the document, and leads from a body to its schema', async ({ page, request, server }) => {
  const answer = await page.goto(paths.apiDocs);
  expect(answer!.headers()['content-security-policy']).toContain("default-src 'none'");
  const document = await (await request.get(`${server.url}/api/openapi.json`)).json();
  const operations = Object.values<Record<string, { summary: string }>>(document.paths).flatMap((it) => Object.values(it));
  expect(operations.length).toBeGreaterThan(20);
  for (const { summary } of operations) {
    await expect(page.getByRole('heading', { name: summary, exact: true, level: 3 })).toBeAttached();
  }

  await page.getByRole('link', { name: 'Many decisions at once' }).click();
  const operation = page.getByRole('article', { name: 'Many decisions at once' });
  await expect(operation).toBeInViewport();
  await operation.getByRole('link', { name: 'Questions', exact: true }).click();
  const schema = page.getByRole('article', { name: 'Questions', exact: true });
  await expect(schema).toBeInViewport();
  await expect(schema).toContainText('array of DecisionQuestion');
});

test('nothing is wrong with the reference for whoever uses other means', async ({ page }) => {
  // axe looks at every element of a long page, twice.
  test.setTimeout(300_000);
  await page.goto(paths.apiDocs);
  await isAccessible(page, 'the reference');
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto(paths.apiDocs);
  await page.waitForLoadState();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await isAccessible(page, 'the reference on a telephone');

  // What is folded opens by keyboard.
  const shared = page.getByRole('article', { name: 'Which engine reviews the code' }).locator('summary');
  await shared.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('article', { name: 'Which engine reviews the code' }).getByText('429')).toBeVisible();
});

test('the same as the system says, in light and in dark', async ({ page }) => {
  const colours: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(paths.apiDocs);
    colours.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
  }
  expect(colours[0]).not.toBe(colours[1]);
});
