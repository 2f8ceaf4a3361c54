// The front page: what needs a decision, groups at a glance, what is below them.

import { expect, test } from '../fixtures.ts';
import { paths } from '../pages.ts';

test('what needs a decision comes first, and leads to it', async ({ page, configuration }) => {
  await page.goto('/');
  await expect(page.getByText('Globex needs a decision: Code Review is on without consent.')).toBeVisible();
  await page.getByRole('link', { name: 'Review and consent for Globex' }).click();
  await expect(configuration.dialog).toBeVisible();
  await configuration.confirmButton.click();
  await page.goto('/');
  await expect(page.getByRole('row', { name: /Globex/ })).toContainText('Consented by Group Owner');
  await expect(page.getByText('needs a decision')).toBeHidden();
});

test('a group opens and closes by keyboard, and its overview says who reviews', async ({ page, visit }) => {
  await page.goto(paths.groups);
  await expect(page.getByRole('link', { name: 'Platform', exact: true })).toBeHidden();
  await page.getByRole('link', { name: 'Show what is below Acme' }).press('Enter');
  await expect(page.getByRole('link', { name: 'Platform', exact: true })).toBeVisible();
  await page.getByRole('link', { name: 'Hide what is below Acme' }).press('Enter');
  await expect(page.getByRole('link', { name: 'Platform', exact: true })).toBeHidden();
  const reviewer = await visit('reviewer');
  await reviewer.goto(paths.overview('globex'));
  const own = reviewer.getByRole('heading', { name: 'Your reviews here: GitLab Duo Code Review' });
  await expect(own).toBeVisible();
});

test('administrators reach their home from every page', async ({ page, visit }) => {
  await page.goto('/');
  await expect(page.getByRole('link', { name: 'Admin', exact: true })).toBeHidden();
  const admin = await visit('admin');
  await admin.goto('/');
  await admin.getByRole('link', { name: 'Admin', exact: true }).click();
  await expect(admin.getByRole('heading', { name: 'What needs attention' })).toBeVisible();
  await admin.getByRole('link', { name: 'Show groups: Groups without consent' }).click();
  await expect(admin).toHaveURL(`${paths.consents}?state=missing`);
  await expect(admin.getByText('Consent missing')).toHaveCount(1);
});
