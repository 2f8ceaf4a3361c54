// Audit events: filtered, paged, exported.

import { readFile } from 'node:fs/promises';

import { expect, test } from '../fixtures.ts';
import { paths } from '../pages.ts';

test('an owner finds the consent and takes it away', async ({ configuration, page }) => {
  await page.goto(paths.auditEvents('acme'));
  const changes = page.getByRole('region', { name: 'Changes' });
  const events = changes.getByRole('listitem');
  const before = await events.count();
  await expect(events.first()).toContainText('Administrator (@admin) turned on');
  await configuration.open('acme');
  await configuration.consent();
  await page.goto(paths.auditEvents('acme'));
  await expect(events).toHaveCount(before + 2);

  await changes.getByLabel('Kind').selectOption('Namespace consent given');
  await changes.getByRole('button', { name: 'Filter' }).click();
  await expect(events).toHaveCount(1);
  await expect(events).toContainText(/Group Owner \(@owner\) consented to Code Review\s*Consent\s*just now/);
  await expect(changes.getByLabel('Kind')).toHaveValue('namespace_consent_given');

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    changes.getByRole('link', { name: 'Download CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^audit-events-acme-\d{4}-\d\d-\d\d\.csv$/);
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain('namespace_consent_given');

  await events.getByRole('link', { name: /^Event \d+$/ }).click();
  await expect(page).toHaveURL(/\?event=\d+$/);
  await expect(events).toHaveCount(1);
  await changes.getByRole('link', { name: 'Clear the filter' }).click();
  await expect(events).toHaveCount(before + 2);
});

test.describe('an administrator', () => {
  test.use({ user: 'admin' });

  test('sees everything, by person', async ({ page }) => {
    await page.goto(paths.groups);
    await page.getByRole('button', { name: 'Account menu' }).click();
    await page.getByRole('link', { name: 'Administration' }).click();
    await page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'Audit events' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Audit events' })).toBeVisible();
    await page.getByLabel('Person').fill('Outsider');
    await page.getByRole('button', { name: 'Filter' }).click();
    const events = page.getByRole('main').getByRole('listitem');
    await expect(events).toHaveCount(1);
    await expect(events).toContainText('(@outsider) signed in');
    await page.getByLabel('Person').fill('nobody-here');
    await page.getByRole('button', { name: 'Filter' }).click();
    await expect(page.getByText('No event fits the filter.')).toBeVisible();
  });
});
