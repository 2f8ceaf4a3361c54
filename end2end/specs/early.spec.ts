// Input before hydration either works already or is carried out on hydration.

import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures.ts';
import { Toggle, paths } from '../pages.ts';

/** Delays hydration until the returned function is called. */
async function asleep(page: Page, address: string): Promise<() => void> {
  let wake: () => void = () => {};
  const held = new Promise<void>((resolve) => (wake = resolve));
  await page.route('**/*.wasm', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(address, { waitUntil: 'domcontentloaded' });
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  return wake;
}

test('a flow that was switched is saved', { tag: '@javascript' }, async ({ configuration, page, api }) => {
  const wake = await asleep(page, paths.configuration('acme'));
  const developer = configuration.flow('Developer');
  // The button beside it says that it is still to be pressed.
  const [quiet, pressing] = ['rgb(255, 255, 255)', 'rgb(74, 63, 196)'];
  await expect(developer.saveButton).toHaveCSS('background-color', quiet);
  await developer.box.click();
  await expect(developer.box).not.toBeChecked();
  await expect(developer.saveButton).toHaveCSS('background-color', pressing);
  await expect(configuration.codeReview.saveButton).toHaveCSS('background-color', quiet);
  wake();
  await configuration.isSaved('Developer', false);
  const { flows } = (await (await api.get('/api/v1/groups/acme/flows')).json()) as {
    flows: Array<{ reference: string; enabled: boolean }>;
  };
  expect(flows.find((it) => it.reference === 'developer/v1')?.enabled).toBe(false);
  await developer.undo();
  await configuration.isSaved('Developer', true);
});

test('a flow that needs consent asks for it', { tag: '@javascript' }, async ({ configuration, page, engine }) => {
  const wake = await asleep(page, paths.configuration('acme'));
  await configuration.codeReview.box.click();
  wake();
  await expect(configuration.dialog).toBeVisible();
  await expect(configuration.cancelButton).toBeFocused();
  expect(await engine('acme', 'developer')).toBe('none');
  await configuration.cancelButton.click();
  await expect(configuration.codeReview.box).not.toBeChecked();
  await configuration.consent();
});

test('what was switched back in time is not touched', { tag: '@javascript' }, async ({ configuration, page }) => {
  let posts = 0;
  await page.route('**/actions/**', async (route) => {
    posts += 1;
    await route.continue();
  });
  const wake = await asleep(page, paths.configuration('acme'));
  await configuration.flow('Developer').box.dblclick();
  wake();
  await configuration.flow('Developer').ready();
  await expect(configuration.flow('Developer').box).toBeChecked();
  expect(posts).toBe(0);
});

test('a choice about Orbit is saved', { tag: '@javascript' }, async ({ page, server, js }) => {
  await server.run('feature', 'set', 'orbit_user_preference', 'true');
  const wake = await asleep(page, paths.preferences);
  const master = new Toggle(page, js, 'Use Orbit in GitLab Duo');
  await master.box.click();
  wake();
  await expect(page.getByRole('region', { name: 'Behavior' }).getByText('Saved', { exact: true })).toBeVisible();
  await expect(page.getByRole('checkbox', { name: 'Agentic Chat' })).toBeVisible();
  await page.reload();
  await expect(master.box).toBeChecked();
});

test('keys lead to Jump to, and what is typed there is looked for', { tag: '@javascript' }, async ({ page }) => {
  const wake = await asleep(page, paths.configuration('acme'));
  const field = page.getByRole('searchbox', { name: 'Jump to' });
  for (const keys of ['/', 'ControlOrMeta+k']) {
    await page.getByRole('checkbox', { name: 'Developer', exact: true }).focus();
    await page.keyboard.press(keys);
    await expect(field).toBeFocused();
  }
  await page.keyboard.type('a/b');
  await expect(field).toHaveValue('a/b');
  await field.fill('globex');
  wake();
  await expect(page.getByRole('search').getByRole('link').first()).toBeVisible();
});

test('Escape leaves a dialog that is a page', { tag: '@javascript' }, async ({ configuration, page }) => {
  await asleep(page, paths.configuration('acme'));
  await page.goto(`${paths.configuration('acme')}?confirm=code_review/v1`, { waitUntil: 'domcontentloaded' });
  await expect(configuration.cancelButton).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(configuration.dialog).toBeHidden();
  await expect(configuration.codeReview.box).toBeFocused();
});
