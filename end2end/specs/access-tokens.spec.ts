// Access tokens: created, shown once, revoked.

import { expect, test } from '../fixtures.ts';
import { paths } from '../pages.ts';

test('a token is shown once, works, and stops working when it is revoked', async ({ page, playwright, server }) => {
  await page.goto(paths.accessTokens);
  await page.getByLabel('Name').fill('review bot');
  await page.getByRole('checkbox', { name: 'read_decisions' }).check();
  await page.getByRole('button', { name: 'Create token' }).click();

  const shown = page.getByRole('status').filter({ hasText: 'This is the token review bot' });
  await expect(shown).toContainText('Copy it now: it is not shown again.');
  const token = await shown.getByRole('code').innerText();
  expect(token.length).toBeGreaterThan(20);

  const api = await playwright.request.newContext({
    baseURL: server.url,
    storageState: { cookies: [], origins: [] },
    extraHTTPHeaders: { authorization: `Bearer ${token}` },
  });
  const ask = () => api.get('/api/v1/decisions/code_review', { params: { namespace: 'acme', user: 'reviewer' } });
  expect((await ask()).status()).toBe(200);
  expect((await api.get('/api/v1/groups/acme/flows')).status()).toBe(403);

  await page.reload();
  await expect(shown).toHaveCount(0);
  await expect(page.getByText(token)).toHaveCount(0);
  const row = page.getByRole('listitem').filter({ hasText: 'review bot' });
  await expect(row).toContainText('Active');
  await expect(row).toContainText('read_decisions');
  await expect(row).toContainText('last used');

  await page.getByRole('button', { name: 'Revoke review bot' }).click();
  await expect(page.getByText('The token review bot is revoked. It stopped working at once.')).toBeVisible();
  await expect(row).toContainText('Revoked');
  expect((await ask()).status()).toBe(401);
  await api.dispose();
});

test('a form that is refused keeps what was typed', async ({ page }) => {
  await page.goto(paths.accessTokens);
  await page.getByLabel('Name').fill('no scopes & more');
  await page.getByLabel('Expires on').fill(await dayFromNow(page.getByLabel('Expires on'), 9));
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.getByRole('alert')).toHaveText('Choose at least one scope.');
  await expect(page.getByLabel('Name')).toHaveValue('no scopes & more');
  await expect(page.getByLabel('Expires on')).toHaveValue(
    await dayFromNow(page.getByLabel('Expires on'), 9),
  );

  await page.getByLabel('Name').fill('   ');
  await page.getByRole('checkbox', { name: 'read_settings' }).check();
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.getByRole('alert')).toContainText('Give the token a name');
  await expect(page.getByLabel('Name')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByRole('checkbox', { name: 'read_settings' })).toBeChecked();
  await expect(page.getByRole('checkbox', { name: 'read_decisions' })).not.toBeChecked();
});

/** A day that the field allows, counted from the first. */
async function dayFromNow(field: import('@playwright/test').Locator, days: number): Promise<string> {
  const first = new Date(`${await field.getAttribute('min')}T00:00:00Z`);
  first.setUTCDate(first.getUTCDate() + days);
  return first.toISOString().slice(0, 10);
}

test('the copied token is the token', { tag: '@javascript' }, async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(paths.accessTokens);
  await page.getByLabel('Name').fill('copied');
  await page.getByRole('checkbox', { name: 'read_decisions' }).check();
  await page.getByRole('button', { name: 'Create token' }).click();
  await page.getByRole('button', { name: 'Copy token' }).click();
  await expect(page.getByText('Copied', { exact: true })).toBeVisible();
  const shown = await page.getByRole('status').getByRole('code').innerText();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(shown);
});
