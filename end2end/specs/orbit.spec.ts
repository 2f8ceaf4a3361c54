// Orbit is a user's own choice, behind a feature flag that an operator opens and closes.

import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures.ts';
import { Toggle, paths } from '../pages.ts';

test.use({ user: 'reviewer' });

const FLAG = 'orbit_user_preference';
const MASTER = 'Use Orbit in GitLab Duo';
const UNDER_MASTER = [
  'Agentic Chat',
  'Orbit Agent',
  'Other Foundational Agents',
  'Custom Agents',
  'Duo Developer',
];

const behavior = (page: Page) => page.getByRole('region', { name: 'Behavior' });

async function saved(page: Page, toggle: Toggle, on: boolean): Promise<void> {
  const feedback = behavior(page).getByRole('status').filter({ hasText: 'Saved' });
  await expect(feedback).toHaveCount(1);
  await expect(toggle.undoButton).toBeVisible();
  await expect(toggle.box).toBeChecked({ checked: on });
}

test('the section is absent until the flag is opened for the user', async ({ page, server, visit }) => {
  await page.goto(paths.preferences);
  await expect(page.getByRole('heading', { level: 1, name: 'Preferences' })).toBeVisible();
  await expect(behavior(page)).toHaveCount(0);

  await server.run('feature', 'set', FLAG, 'true', '--user', 'reviewer');
  await page.reload();
  await expect(behavior(page)).toBeVisible();
  await expect(page.getByRole('checkbox', { name: MASTER })).not.toBeChecked();

  const somebodyElse = await visit('developer');
  await somebodyElse.goto(paths.preferences);
  await expect(behavior(somebodyElse)).toHaveCount(0);
});

test('opting in shows the choices below, and each saves itself', async ({ page, server, js }) => {
  await server.run('feature', 'set', FLAG, 'true', '--user', 'reviewer');
  await page.goto(paths.preferences);
  const master = new Toggle(page, js, MASTER);
  for (const name of UNDER_MASTER) await expect(new Toggle(page, js, name).box).toBeHidden();

  await master.switch();
  await saved(page, master, true);
  for (const name of UNDER_MASTER) await expect(new Toggle(page, js, name).box).toBeChecked();

  for (const name of UNDER_MASTER) {
    const toggle = new Toggle(page, js, name);
    await toggle.switch();
    await saved(page, toggle, false);
  }
  const chat = new Toggle(page, js, 'Agentic Chat');
  await chat.switch();
  await saved(page, chat, true);
  await chat.undo();
  await saved(page, chat, false);
  await chat.switch();
  await saved(page, chat, true);

  await page.reload();
  await expect(master.box).toBeChecked();
  await expect(chat.box).toBeChecked();
  for (const name of UNDER_MASTER.slice(1)) await expect(new Toggle(page, js, name).box).not.toBeChecked();

  await master.switch();
  await saved(page, master, false);
  for (const name of UNDER_MASTER) await expect(new Toggle(page, js, name).box).toBeHidden();
  await master.undo();
  await saved(page, master, true);
  await expect(chat.box).toBeChecked();
  await expect(new Toggle(page, js, 'Custom Agents').box).not.toBeChecked();
});

test('saving another preference writes nothing about Orbit', async ({ page, server, js }) => {
  await server.run('feature', 'set', FLAG, 'true', '--user', 'reviewer');
  const changes = async () => {
    const log = await server.run('audit', 'list', '--format', 'json');
    return log.split('orbit_settings_updated').length - 1;
  };
  await page.goto(paths.preferences);
  const master = new Toggle(page, js, MASTER);
  await master.switch();
  await saved(page, master, true);
  expect(await changes()).toBe(1);

  await page.getByRole('radio', { name: 'Dark' }).check();
  await page.getByRole('radio', { name: '24-hour' }).check();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByRole('region', { name: 'Appearance' }).getByRole('status')).toHaveText('Saved');
  await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked();
  await expect(page.getByRole('radio', { name: '24-hour' })).toBeChecked();
  await expect(master.box).toBeChecked();
  expect(await changes()).toBe(1);
});

test('closing the flag hides the section, refuses a late form, and keeps what was chosen', async ({
  page,
  server,
  js,
  trouble,
}) => {
  trouble.expect(/status of 403/);
  await server.run('feature', 'set', FLAG, 'true', '--user', 'reviewer');
  await page.goto(paths.preferences);
  const master = new Toggle(page, js, MASTER);
  const custom = new Toggle(page, js, 'Custom Agents');
  await master.switch();
  await saved(page, master, true);
  await custom.switch();
  await saved(page, custom, false);

  const refusal = 'Orbit is not available to you at the moment. What you chose is kept.';
  await server.run('feature', 'set', FLAG, 'false');
  await master.switch();
  await expect(page.getByRole('alert').filter({ hasText: refusal })).toBeVisible();
  await page.goto(paths.preferences);
  await expect(behavior(page)).toHaveCount(0);

  await server.run('feature', 'set', FLAG, 'true', '--user', 'reviewer');
  await page.reload();
  await expect(master.box).toBeChecked();
  await expect(custom.box).not.toBeChecked();
});
