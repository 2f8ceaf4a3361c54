// Administrators say who is in a feature group, and see which flags are open for it.

import type { Locator, Page } from '@playwright/test';

import { expect, test } from '../fixtures.ts';
import { paths } from '../pages.ts';

test.use({ user: 'admin' });

const FLAG = 'duo_developer_orbit';

const members = (page: Page): Locator => page.getByRole('region', { name: 'Members' });
const note = (page: Page): Locator => page.getByRole('main').getByRole('status').first();

test('a group is created, filled, named by a flag, and emptied', async ({ page }) => {
  await page.goto(paths.featureFlags);
  await page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'Feature groups' }).click();
  await expect(page).toHaveURL(paths.featureGroups);
  const groups = page.getByRole('list', { name: 'Feature groups' }).getByRole('listitem');
  await expect(groups).toHaveCount(1);
  await expect(groups.first()).toContainText('Every administrator, and nobody else.');
  await page.getByLabel('Name', { exact: true }).fill('two words');
  await page.getByRole('button', { name: 'Create the group' }).click();
  await expect(page.getByRole('alert')).toContainText('The name has 1 to 255 letters');
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('two words');
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused();
  await page.getByLabel('Name', { exact: true }).fill('testers');
  await page.getByRole('button', { name: 'Create the group' }).click();
  await expect(page).toHaveURL(paths.featureGroup('testers'));
  await expect(note(page)).toContainText('The group is created.');

  await page.getByLabel('User name or path').fill('revi');
  await page.getByRole('button', { name: 'Add to the group' }).click();
  await expect(page.getByRole('alert')).toContainText('There is no user revi.');
  await expect(page.getByLabel('User name or path')).toHaveValue('revi');
  await expect(page.getByLabel('User name or path')).toBeFocused();
  await page.getByRole('alert').getByRole('link', { name: 'user reviewer' }).click();
  await expect(page.getByLabel('User name or path')).toHaveValue('reviewer');
  await page.getByRole('button', { name: 'Add to the group' }).click();
  await expect(note(page)).toHaveText('user reviewer is in the group.');
  await page.getByLabel('Kind').selectOption('project');
  await page.getByLabel('User name or path').fill('acme/website');
  await page.getByRole('button', { name: 'Add to the group' }).click();
  await expect(members(page).getByRole('listitem')).toHaveText([/^reviewer user/, /^acme\/website project/]);

  await page.goto(paths.featureFlag(FLAG, 'staging'));
  await page.getByLabel('Feature group', { exact: true }).selectOption('testers');
  await page.getByRole('button', { name: 'Open for this group' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Open for feature group testers' }).click();
  await expect(note(page)).toContainText('Saved.');
  await page.getByRole('region', { name: /^Gates in / }).getByRole('link', { name: 'feature groups' }).click();
  const testers = groups.filter({ hasText: 'testers' });
  await expect(testers).toContainText('user reviewer, project acme/website');
  await expect(testers).toContainText(`Open for it: ${FLAG} (staging)`);
  await testers.getByRole('link', { name: 'testers' }).click();
  const flags = page.getByRole('region', { name: 'Flags that are open for it' });
  await expect(flags.getByRole('listitem')).toContainText(FLAG);
  await expect(flags.getByRole('link', { name: 'staging' })).toHaveAttribute('href', paths.featureFlag(FLAG, 'staging'));

  await page.getByRole('button', { name: 'Remove user reviewer' }).click();
  await expect(note(page)).toHaveText('user reviewer is no longer in the group.');
  await page.getByRole('button', { name: 'Remove project acme/website' }).click();
  await expect(members(page)).toContainText('Nobody is in it yet.');
});

test('two who change a group at the same time lose neither of their members', async ({ page, server, visit }) => {
  await server.run('feature', 'group', 'testers', '--user', 'developer');
  const other = await visit('admin');
  for (const one of [page, other]) await one.goto(paths.featureGroup('testers'));
  await page.getByLabel('User name or path').fill('reviewer');
  await page.getByRole('button', { name: 'Add to the group' }).click();
  await expect(members(page).getByRole('listitem')).toHaveCount(2);
  // The other page still shows one member.
  await other.getByRole('button', { name: 'Remove user developer' }).click();
  await expect(members(other).getByRole('listitem')).toHaveText([/^reviewer user/]);
  await other.getByLabel('User name or path').fill('owner');
  await other.getByRole('button', { name: 'Add to the group' }).click();
  await expect(members(other).getByRole('listitem')).toHaveText([/^owner user/, /^reviewer user/]);
});

test('names are suggested while one types', { tag: '@javascript' }, async ({ page, server }) => {
  await server.run('feature', 'group', 'testers');
  await page.goto(paths.featureGroup('testers'));
  const field = page.getByLabel('User name or path');
  const suggested = page.locator('#any-actor-found option');
  await expect(field).toHaveAttribute('list', 'any-actor');
  await expect(async () => {
    await field.fill('');
    await field.fill('websi');
    await expect(field).toHaveAttribute('list', 'any-actor-found', { timeout: 1_000 });
  }).toPass();
  await expect(suggested).toHaveCount(1);
  await expect(suggested).toHaveAttribute('value', 'acme/website');
  await expect(suggested).toHaveAttribute('label', 'project acme/website');
  await expect(page.getByLabel('Kind')).toHaveValue('user');
  await field.fill('acme/website');
  await expect(page.getByLabel('Kind')).toHaveValue('project');
  await field.fill('revi');
  await expect(suggested).toHaveAttribute('value', 'reviewer');
  await expect(page.getByLabel('Kind')).toHaveValue('project');
  await field.fill('reviewer');
  await expect(page.getByLabel('Kind')).toHaveValue('user');
  await field.fill('');
  await expect(field).toHaveAttribute('list', 'any-actor');
});

test('by keyboard alone', async ({ page, server }) => {
  await server.run('feature', 'group', 'testers');
  await page.goto(paths.featureGroup('testers'));
  await page.getByLabel('User name or path').focus();
  await page.keyboard.type('reviewer');
  await page.keyboard.press('Enter');
  await expect(note(page)).toHaveText('user reviewer is in the group.');
  await page.getByRole('button', { name: 'Remove user reviewer' }).focus();
  await page.keyboard.press('Enter');
  await expect(note(page)).toHaveText('user reviewer is no longer in the group.');
});

test.describe('somebody else', () => {
  test.use({ user: 'owner' });

  test('finds no such page', async ({ page, server, trouble }) => {
    trouble.expect(/status of 404/);
    await server.run('feature', 'group', 'testers');
    for (const address of [paths.featureGroups, paths.featureGroup('testers')]) {
      await page.goto(address);
      await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
    }
  });
});
