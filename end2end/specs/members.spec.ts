// Owners say who has which role, and which groups are invited.

import type { Locator, Page } from '@playwright/test';

import { expect, test } from '../fixtures.ts';
import { paths } from '../pages.ts';

const row = (page: Page, username: string): Locator =>
  page.getByRole('list', { name: 'Members' }).getByRole('listitem').filter({ hasText: `@${username}` });
const note = (page: Page): Locator => page.getByRole('main').getByRole('status').first();

test('a member is added, changed and taken back', async ({ page }) => {
  await page.goto(paths.overview('acme'));
  await page.getByRole('link', { name: 'Members', exact: true }).click();
  await expect(page).toHaveURL(paths.members('acme'));
  await expect(page.getByText('4 members', { exact: true })).toBeVisible();

  const add = page.getByRole('region', { name: 'Add a member' });
  await add.getByLabel('User name or email address').fill('nobody');
  await add.getByLabel('Role').selectOption('Developer');
  await add.getByRole('button', { name: 'Add the member' }).click();
  await expect(add.getByRole('alert')).toContainText('There is no user nobody.');
  await expect(add.getByLabel('User name or email address')).toBeFocused();
  await expect(add.getByLabel('Role')).toHaveValue('developer');
  await add.getByLabel('User name or email address').fill('outsider');
  await add.getByLabel('Ends on (optional)').fill('2999-01-01');
  await add.getByRole('button', { name: 'Add the member' }).click();
  await expect(note(page)).toHaveText('@outsider is Developer until 2999-01-01 now.');
  await expect(row(page, 'outsider')).toContainText('Reviews: No review');
  await expect(row(page, 'reviewer')).toContainText('Reviews: GitLab Duo Code Review');

  await row(page, 'outsider').getByRole('link', { name: 'Change outsider' }).click();
  const dialog = page.getByRole('dialog', { name: 'Role of @outsider' });
  await expect(dialog.getByLabel('Ends on (optional)')).toHaveValue('2999-01-01');
  await dialog.getByLabel('Role').selectOption('Guest');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(note(page)).toHaveText('@outsider is Guest until 2999-01-01 now.');

  await row(page, 'outsider').getByRole('link', { name: 'Change outsider' }).click();
  await dialog.getByRole('link', { name: 'Take the role back' }).click();
  const ask = page.getByRole('dialog', { name: 'Take the role of @outsider back?' });
  await ask.getByRole('button', { name: 'Take the role back' }).click();
  await expect(note(page)).toHaveText('@outsider is no longer a member.');
  await expect(row(page, 'outsider')).toHaveCount(0);
});

test('the last owner is asked', async ({ page }) => {
  await page.goto(paths.members('acme'));
  await expect(page.getByText('@owner is the only Owner.')).toBeVisible();
  await row(page, 'owner').getByRole('link', { name: 'Change owner' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Role').selectOption('Guest');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert')).toContainText('After this, nobody owns the group acme');
  await expect(dialog.getByLabel('Role')).toHaveValue('guest');
  await dialog.getByRole('checkbox', { name: 'Yes, leave the group without an Owner' }).check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(note(page)).toHaveText('@owner is Guest now.');
  await expect(page.getByText('This group has no active Owner')).toBeVisible();
});

test('a group is invited', async ({ page }) => {
  await page.goto(paths.members('acme/website'));
  const invited = page.getByRole('region', { name: 'Invited groups' });
  await invited.getByLabel('Path of the group to invite').fill('globex');
  await invited.getByLabel('Role').selectOption('Reporter');
  await invited.getByRole('button', { name: 'Invite the group' }).click();
  await expect(note(page)).toHaveText('The members of globex have a role here now, at most Reporter.');
  await expect(row(page, 'developer')).toContainText('through the invited group Globex');
  await invited.getByRole('link', { name: 'Change the invitation of globex' }).click();
  await page.getByRole('dialog').getByRole('link', { name: 'Take the invitation back' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take the invitation back' }).click();
  await expect(note(page)).toHaveText('globex is no longer invited.');
});

test('names are suggested while one types, of people whom one may know', { tag: '@javascript' }, async ({ page, visit }) => {
  await page.goto(paths.members('acme'));
  const field = page.getByLabel('User name or email address');
  const suggested = page.locator('#add-user-found option');
  await expect(async () => {
    await field.fill('');
    await field.fill('revi');
    await expect(suggested).toHaveCount(1, { timeout: 1_000 });
  }).toPass();
  await expect(suggested).toHaveAttribute('value', 'reviewer');
  await expect(field).toHaveRole('combobox');
  // An Owner of acme reads nowhere that this account exists.
  await field.fill('outsider');
  await expect(suggested).toHaveCount(0);
  const admin = await visit('admin');
  await admin.goto(paths.seats('acme'));
  const names = admin.getByLabel('User names');
  const found = admin.locator('#users-found option');
  await expect(async () => {
    await names.fill('');
    await names.fill('developer, outsi');
    await expect(found).toHaveCount(1, { timeout: 1_000 });
  }).toPass();
  await expect(found).toHaveAttribute('value', 'developer, outsider');
});

test('people are found by a button as well, and what was entered stays', async ({ page }) => {
  await page.goto(paths.members('acme'));
  const add = page.getByRole('region', { name: 'Add a member' });
  await add.getByLabel('User name or email address').fill('rev');
  await add.getByLabel('Role').selectOption('Maintainer');
  await add.getByRole('button', { name: 'Find people' }).click();
  await expect(add.getByRole('status')).toBeFocused();
  await add.getByRole('link', { name: '(@reviewer)' }).click();
  await expect(add.getByLabel('User name or email address')).toHaveValue('reviewer');
  await expect(add.getByLabel('Role')).toHaveValue('maintainer');
  await add.getByLabel('User name or email address').fill('outsid');
  await add.getByRole('button', { name: 'Find people' }).click();
  await expect(add.getByRole('status')).toContainText('Nobody whom you may know has that in the name.');
});
