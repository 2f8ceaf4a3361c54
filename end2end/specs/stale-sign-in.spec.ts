// Sensitive actions require re-authentication after a while, and no input is lost.

import type { Page } from '@playwright/test';

import { PASSWORD, expect, test } from '../fixtures.ts';
import { makeResetLink, paths } from '../pages.ts';

test.use({ serve: ['--fresh-sign-in-minutes', '1'] });
test.setTimeout(120_000);

// Everybody signed in before the first test of the worker; most of the wait is over by now.
test.beforeEach(async ({ template }) => {
  const left = template.signedInAt + 61_000 - Date.now();
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
});

async function confirmed(page: Page, password: string): Promise<void> {
  await expect(page.getByRole('heading', { level: 1, name: 'Confirm it is you' })).toBeVisible();
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Confirm' }).click();
}

test('consent, a token and a reset link ask for the password again', async ({ configuration, engine, page, trouble, visit }) => {
  // The island is told to have the password confirmed.
  trouble.expect(/status of 403/);
  await configuration.open('acme');
  await configuration.flow('Developer').switch();
  await configuration.isSaved('Developer', false);

  await configuration.codeReview.switch();
  await configuration.confirmButton.click();
  await confirmed(page, 'not-the-password');
  await expect(page.getByRole('alert')).toHaveText('The password is wrong.');
  expect(await engine('acme', 'developer')).toBe('none');
  await confirmed(page, PASSWORD);
  await expect(configuration.dialog).toBeVisible();
  await expect(configuration.cancelButton).toBeFocused();
  await configuration.confirmButton.click();
  await configuration.isSaved('Code Review', true);
  expect(await engine('acme', 'developer')).toBe('code_review_flow');

  const other = await visit('maintainer');
  await other.goto(paths.accessTokens);
  await other.getByLabel('Name').fill('kept & found again');
  await other.getByRole('checkbox', { name: 'read_settings' }).check();
  await other.getByRole('button', { name: 'Create token' }).click();
  await confirmed(other, PASSWORD);
  await expect(other.getByLabel('Name')).toHaveValue('kept & found again');
  await expect(other.getByRole('checkbox', { name: 'read_settings' })).toBeChecked();
  await other.getByRole('button', { name: 'Create token' }).click();
  await expect(other.getByRole('status').getByRole('code')).toBeVisible();

  const admin = await visit('admin');
  await admin.goto(paths.person('developer'));
  await admin.getByRole('button', { name: 'Make a reset link for developer' }).click();
  await confirmed(admin, PASSWORD);
  await expect(admin).toHaveURL(paths.person('developer'));
  expect(await makeResetLink(admin, 'developer')).toContain('reset_password_token=');
});
