// Account settings: sessions, password, reset links; and the first administrator of a new server.

import { join } from 'node:path';

import { AxeBuilder } from '@axe-core/playwright';

import { PASSWORD, expect, test } from '../fixtures.ts';
import { makeResetLink, paths, signIn, typeNewPassword } from '../pages.ts';
import { Server } from '../server.ts';

const NEW_PASSWORD = 'a new horse battery';

test('a session elsewhere is seen and ended, one by one or all at once', async ({ page, visit }) => {
  const elsewhere = [await visit(null), await visit(null), await visit(null)];
  for (const other of elsewhere) {
    await other.goto(paths.signIn);
    await signIn(other, 'owner', PASSWORD);
    await expect(other.getByRole('heading', { level: 1, name: 'Groups' })).toBeVisible();
  }
  const signedOut = async () => {
    let count = 0;
    for (const other of elsewhere) {
      await other.goto(paths.groups);
      count += await other.getByRole('heading', { level: 1, name: 'Sign in' }).count();
    }
    return count;
  };

  await page.goto(paths.activeSessions);
  const sessions = page.getByRole('main').getByRole('listitem');
  await expect(sessions).toHaveCount(4);
  const own = sessions.filter({ hasText: 'This session' });
  await expect(own).toHaveCount(1);
  await expect(sessions.filter({ hasText: 'Chrome on' })).toHaveCount(3);
  await expect(own).toContainText('From 127.0.0.1, signed in');
  await expect(own.getByRole('button')).toHaveCount(0);

  await page.getByRole('button', { name: /^Revoke Chrome on/ }).first().click();
  await expect(page.getByRole('main').getByRole('status')).toHaveText('The session has ended.');
  await expect(sessions).toHaveCount(3);
  expect(await signedOut()).toBe(1);

  await page.goto(paths.activeSessions);
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await expect(page.getByRole('main').getByRole('status')).toHaveText('2 other sessions have ended.');
  await expect(sessions).toHaveCount(1);
  await expect(page.getByRole('button', { name: 'Sign out everywhere else' })).toHaveCount(0);
  expect(await signedOut()).toBe(3);
});

test('a new password is taken with the current one, and only the new one works then', async ({ page, visit, trouble }) => {
  trouble.expect(/status of 401/);
  const elsewhere = await visit(null);
  await elsewhere.goto(paths.signIn);
  await signIn(elsewhere, 'owner', PASSWORD);
  await expect(elsewhere.getByRole('heading', { level: 1, name: 'Groups' })).toBeVisible();

  await page.goto(paths.password);
  for (const [current, again, message] of [
    ['not-the-password', NEW_PASSWORD, 'The password is wrong.'],
    [PASSWORD, `${NEW_PASSWORD}!`, 'The two new passwords are not the same.'],
  ] as const) {
    await page.getByLabel('Current password').fill(current);
    await typeNewPassword(page, NEW_PASSWORD, again);
    await page.getByRole('button', { name: 'Change password' }).click();
    await expect(page.getByRole('alert')).toHaveText(message);
  }
  await page.getByLabel('Current password').fill(PASSWORD);
  await typeNewPassword(page, 'Password1');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByRole('alert')).toContainText('among the most common');
  await expect(page.getByLabel('New password', { exact: true })).toHaveAttribute('aria-invalid', 'true');

  await page.getByLabel('Current password').fill(PASSWORD);
  await typeNewPassword(page, NEW_PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).click();
  const changed = page.getByRole('main').getByRole('status');
  await expect(changed).toHaveText('Your password is changed. All your other sessions have ended.');
  await elsewhere.goto(paths.signIn);
  await signIn(elsewhere, 'owner', PASSWORD);
  await expect(elsewhere.getByRole('alert')).toHaveText('The user name or the password is wrong.');
  await signIn(elsewhere, 'owner', NEW_PASSWORD);
  await expect(elsewhere.getByRole('heading', { level: 1, name: 'Groups' })).toBeVisible();
});

test('an administrator finds a user and makes a link that sets the password once', async ({ visit, trouble }) => {
  trouble.expect(/status of 404/);
  const admin = await visit('admin');
  await admin.goto(paths.groups);
  await admin.getByRole('button', { name: 'Account menu' }).click();
  await admin.getByRole('link', { name: 'Administration' }).click();
  await expect(admin).toHaveURL('/admin');
  await admin.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'People' }).click();
  await expect(admin).toHaveURL(paths.people);
  await admin.getByRole('searchbox', { name: 'Name, user name or email address' }).fill('seat');
  await admin.getByRole('button', { name: 'Filter' }).click();
  // The heading and two people.
  await expect(admin.getByRole('table', { name: 'People' }).getByRole('row')).toHaveCount(3);
  await admin.getByRole('row').filter({ hasText: '@reviewer' }).getByRole('link').click();
  await admin.getByRole('button', { name: 'Make a reset link for reviewer' }).click();
  await expect(admin).toHaveURL(paths.person('reviewer'));
  const shown = admin.getByRole('status').filter({ hasText: '@reviewer sets a new password once' });
  const link = await shown.getByRole('code').innerText();
  await admin.reload();
  await expect(admin.getByText(link)).toHaveCount(0);

  const reviewer = await visit(null);
  await reviewer.goto(link);
  await expect(reviewer.getByRole('main')).toContainText('For @reviewer');
  await typeNewPassword(reviewer, NEW_PASSWORD);
  await reviewer.getByRole('button', { name: 'Set password' }).click();
  await expect(reviewer.getByRole('status')).toHaveText('Your new password is set. Sign in with it.');
  await signIn(reviewer, 'reviewer', NEW_PASSWORD);
  await expect(reviewer.getByRole('heading', { level: 1, name: 'Groups' })).toBeVisible();

  await reviewer.goto(link);
  await expect(reviewer.getByRole('heading', { name: 'This link does not work any more' })).toBeVisible();
  const again = await makeResetLink(admin, 'reviewer');
  expect(again).not.toBe(link);
});

test('administration is not there for others', async ({ page, trouble }) => {
  trouble.expect(/status of 404/);
  await page.goto(paths.people);
  await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
  await page.getByRole('button', { name: 'Account menu' }).click();
  await expect(page.getByRole('link', { name: 'Preferences' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Administration' })).toHaveCount(0);
});

test.describe('a new server', () => {
  // axe is a script.
  test.use({ javaScriptEnabled: true });

  test('its first administrator is made with the link that it prints', async ({ visit, template, trouble }, testInfo) => {
    trouble.expect(/status of 4(04|22)/);
    const server = await Server.start(join(template.directory, `${testInfo.testId}-new.db`), []);
    const line = /^Create the administrator, within 24 hours: (\S+)$/;
    const printed = () => server.said.map((said) => line.exec(said)?.[1]).find((found) => found !== undefined) ?? '';
    await expect.poll(printed).not.toBe('');
    const link = printed();
    expect(server.log).not.toContain(new URL(link).searchParams.get('token'));

    const page = await visit(null);
    await page.goto(link);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    }
    await page.getByLabel('User name').fill('root');
    await page.getByLabel('Name', { exact: true }).fill('Ann Lee');
    await typeNewPassword(page, 'Password1');
    await page.getByRole('button', { name: 'Create administrator' }).click();
    await expect(page.getByRole('alert')).toContainText('among the most common');
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Ann Lee');
    await typeNewPassword(page, NEW_PASSWORD);
    await page.getByRole('button', { name: 'Create administrator' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Groups' })).toBeVisible();
    await page.goto(new URL(paths.people, server.url).href);
    await expect(page.getByRole('row').filter({ hasText: '@root' })).toContainText(/Ann Lee\s*Administrator/);
    await page.goto(link);
    await expect(page.getByRole('heading', { name: 'This link does not work any more' })).toBeVisible();
    await expect(page.getByText('It was used, or it has expired.')).toBeVisible();
    // It may still be fetching its icon.
    await page.close();
    expect(await server.stop()).toBe(0);
  });
});
