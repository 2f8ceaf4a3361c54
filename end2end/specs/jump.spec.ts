// Jump to finds pages by part of their name.

import { expect, test } from '../fixtures.ts';
import { paths } from '../pages.ts';

test('a form finds pages, and says when there is none', async ({ page }) => {
  await page.goto(paths.groups);
  const field = page.getByRole('searchbox', { name: 'Jump to' });
  await field.fill('globex');
  await field.press('Enter');
  await expect(page).toHaveURL(/\/-\/jump\?q=globex/);
  await expect(page.getByRole('main').getByRole('status')).toHaveText(/^\d+ pages found$/);
  await page.getByRole('main').getByRole('link', { name: 'globex: configuration' }).click();
  await expect(page).toHaveURL(paths.configuration('globex'));

  await field.fill('no such thing');
  await field.press('Enter');
  await expect(page.getByRole('main').getByRole('status')).toHaveText('Nothing found. Try a shorter search.');
});

test('/ and Ctrl-K lead to the field, which finds pages while one types', { tag: '@javascript' }, async ({ page }) => {
  await page.goto(paths.groups);
  const field = page.getByRole('searchbox', { name: 'Jump to' });
  // The keys work as soon as the field is awake.
  await expect(async () => {
    await page.keyboard.press('/');
    await expect(field).toBeFocused({ timeout: 100 });
  }).toPass();
  await expect(field).toHaveValue('');
  await field.pressSequentially('acme/plat');
  const results = page.getByRole('search').getByRole('link');
  await expect(results.filter({ hasText: 'acme/platform: configuration' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(results).toHaveCount(0);

  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('Control+k');
  await expect(field).toBeFocused();
  await page.keyboard.type('pref');
  await expect(results).toHaveCount(1);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(paths.preferences);
});

test('the letters are not typed into the page while another field has the focus', { tag: '@javascript' }, async ({ configuration, page }) => {
  await configuration.open('acme');
  await configuration.codeReview.ready();
  const user = page.getByLabel('User name');
  await user.fill('');
  await user.press('/');
  await expect(user).toHaveValue('/');
  await expect(user).toBeFocused();
});
