// Consent by keyboard alone.

import type { Locator, Page } from '@playwright/test';

import { expect, test } from '../fixtures.ts';
import { paths } from '../pages.ts';

/** Presses Tab until the control has the focus. */
async function tabTo(page: Page, control: Locator, most = 60): Promise<void> {
  for (let pressed = 0; pressed < most; pressed += 1) {
    await page.keyboard.press('Tab');
    if (await control.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`the focus never came to ${control}`);
}

test('consenting, undoing and asking why, by keyboard alone', async ({ configuration, page, js, engine }) => {
  const { codeReview } = configuration;
  const press = async () => {
    await page.keyboard.press('Space');
    if (!js) {
      await page.keyboard.press('Tab');
      await expect(codeReview.saveButton).toBeFocused();
      await page.keyboard.press('Enter');
    }
    await expect(configuration.cancelButton).toBeFocused();
  };
  await configuration.open('acme');
  await codeReview.ready();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await tabTo(page, codeReview.box);
  await press();
  await page.keyboard.press(js ? 'Escape' : 'Enter');
  await expect(configuration.dialog).toBeHidden();
  await expect(codeReview.box).toBeFocused();
  await expect(codeReview.box).not.toBeChecked();

  await press();
  await page.keyboard.press('Tab');
  await expect(configuration.confirmButton).toBeFocused();
  await page.keyboard.press('Enter');
  await configuration.isSaved('Code Review', true);
  expect(await engine('acme', 'developer')).toBe('code_review_flow');

  await expect(codeReview.box).toBeFocused();
  await tabTo(page, codeReview.undoButton);
  await page.keyboard.press('Enter');
  await configuration.isSaved('Code Review', false);
  expect(await engine('acme', 'developer')).toBe('none');

  await tabTo(page, page.getByLabel('User name'));
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('developer');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Explain' })).toContainText('No review');
});

test('the focus stays in the dialog while it is open', async ({ configuration, page }) => {
  await configuration.open('acme');
  await configuration.codeReview.switch();
  await expect(configuration.cancelButton).toBeFocused();
  const reached = new Set<string>();
  for (let pressed = 0; pressed < 8; pressed += 1) {
    await page.keyboard.press(pressed < 4 ? 'Tab' : 'Shift+Tab');
    // The page may hand the focus to the browser itself, never to what lies behind the dialog.
    const inside = await page.locator(':focus').evaluateAll((all) => all.map((it) => it.closest('dialog') && it.textContent));
    for (const text of inside) reached.add(text ?? 'outside');
  }
  expect([...reached].sort()).toEqual(['Cancel', 'Enable Code Review Flow']);
});

test('what has the focus shows it', async ({ configuration, page }) => {
  await configuration.open('acme');
  await tabTo(page, configuration.codeReview.box);
  await expect(configuration.codeReview.box).toHaveCSS('outline-style', 'solid');
  await expect(configuration.codeReview.box).toHaveCSS('outline-width', '2px');
});

test('a member is added, changed and taken back, by keyboard alone', async ({ page }) => {
  const note = page.getByRole('main').getByRole('status').first();
  const press = async (control: Locator, ...keys: string[]) => {
    await tabTo(page, control, 300);
    for (const key of keys) await page.keyboard.press(key);
  };
  await page.goto(paths.members('acme'));
  await press(page.getByLabel('User name or email address'));
  await page.keyboard.type('outsider');
  await press(page.getByRole('region', { name: 'Add a member' }).getByLabel('Role'));
  await page.keyboard.type('Dev');
  await press(page.getByRole('button', { name: 'Add the member' }), 'Enter');
  await expect(note).toHaveText('@outsider is Developer now.');
  await expect(note).toBeFocused();

  await press(page.getByRole('link', { name: 'Change outsider' }), 'Enter');
  const dialog = page.getByRole('dialog', { name: 'Role of @outsider' });
  await press(dialog.getByLabel('Role'));
  await page.keyboard.type('Guest');
  await press(dialog.getByRole('button', { name: 'Save' }), 'Enter');
  await expect(note).toHaveText('@outsider is Guest now.');

  await press(page.getByRole('link', { name: 'Change outsider' }), 'Enter');
  await press(dialog.getByRole('link', { name: 'Take the role back' }), 'Enter');
  await press(page.getByRole('dialog').getByRole('button', { name: 'Take the role back' }), 'Enter');
  await expect(note).toHaveText('@outsider is no longer a member.');
});

test('seats are given and taken back, by keyboard alone', async ({ page }) => {
  const note = page.getByRole('main').getByRole('status').first();
  await page.goto(paths.seats('acme'));
  await tabTo(page, page.getByLabel('User names'));
  await page.keyboard.type('develop');
  await tabTo(page, page.getByRole('button', { name: 'Find people' }));
  await page.keyboard.press('Enter');
  // What was found has the focus; the next stop is the first of them.
  const found = page.getByRole('region', { name: 'Give seats' }).getByRole('link', { name: '(@developer)' });
  await expect(page.getByRole('region', { name: 'Give seats' }).getByRole('status')).toBeFocused();
  await tabTo(page, found);
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('User names')).toHaveValue('developer');
  await tabTo(page, page.getByRole('button', { name: 'Give seats' }));
  await page.keyboard.press('Enter');
  await expect(note).toContainText('developer has a seat now.');
  await tabTo(page, page.getByRole('button', { name: 'Take back: developer' }), 300);
  await page.keyboard.press('Enter');
  await expect(note).toContainText('developer no longer has a seat.');
});
