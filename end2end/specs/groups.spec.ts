// Administrators make groups, Owners what is below, and both change, move, archive and delete them.

import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures.ts';
import { paths } from '../pages.ts';

test.use({ user: 'admin' });

const note = (page: Page) => page.getByRole('main').getByRole('status').first();

test('a group is created, changed, moved, archived and deleted', async ({ page, visit }) => {
  await page.goto(paths.people);
  await page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'Groups', exact: true }).click();
  await page.getByRole('link', { name: 'New group' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Acme');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('There is a group or project acme already.');
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Acme');
  await page.getByLabel('Name', { exact: true }).fill('Hooli XYZ');
  await page.getByLabel('First Owner (optional)').fill('outsider');
  await page.getByLabel('Tier').selectOption('Ultimate');
  await page.getByLabel('Duo Enterprise').check();
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page).toHaveURL(paths.overview('hooli-xyz'));
  await expect(note(page)).toContainText('The group is created.');

  const owner = await visit('outsider');
  await owner.goto(paths.overview('hooli-xyz'));
  await owner.getByRole('link', { name: 'New subgroup' }).click();
  await owner.getByLabel('Name', { exact: true }).fill('Labs');
  await owner.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(owner).toHaveURL(paths.overview('hooli-xyz/labs'));
  await owner.getByRole('link', { name: 'New project' }).click();
  await owner.getByLabel('Name', { exact: true }).fill('Boxes');
  await owner.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(owner).toHaveURL(paths.overview('hooli-xyz/labs/boxes'));

  await owner.goto(paths.overview('hooli-xyz/labs'));
  await owner.getByRole('link', { name: 'General settings' }).click();
  await owner.getByLabel('Path').fill('research');
  await owner.getByRole('button', { name: 'Save changes' }).click();
  await expect(owner).toHaveURL(paths.editGroup('hooli-xyz/research'));
  await expect(note(owner)).toHaveText('Saved.');

  await owner.getByRole('link', { name: 'Archive this group' }).click();
  await owner.getByRole('dialog').getByRole('link', { name: 'Cancel' }).click();
  await owner.getByRole('link', { name: 'Archive this group' }).click();
  await owner.getByRole('dialog').getByRole('button', { name: 'Archive this group' }).click();
  await expect(note(owner)).toContainText('Archived.');
  await owner.goto(paths.overview('hooli-xyz/research/boxes'));
  await expect(owner.getByRole('main')).toContainText('Archived: reviews and flows have stopped');
  await owner.goto(paths.editGroup('hooli-xyz/research'));
  await owner.getByRole('button', { name: 'Unarchive this group' }).click();
  await expect(note(owner)).toContainText('Unarchived.');

  await page.goto(paths.editGroup('hooli-xyz/research'));
  await page.getByLabel('Move it to').fill('acme');
  await page.getByRole('button', { name: 'Move this group…' }).click();
  await expect(page.getByRole('dialog')).toContainText('acme/research');
  await page.getByRole('dialog').getByRole('button', { name: 'Move this group' }).click();
  await expect(page).toHaveURL(paths.editGroup('acme/research'));

  await page.getByRole('link', { name: 'Delete this group…' }).click();
  await page.getByLabel('Type the full path to confirm').fill('acme');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete this group' }).click();
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('Type the full path, acme/research');
  await page.getByLabel('Type the full path to confirm').fill('acme/research');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete this group' }).click();
  await expect(page).toHaveURL(paths.overview('acme'));
  await expect(note(page)).toContainText('acme/research is deleted.');
});
