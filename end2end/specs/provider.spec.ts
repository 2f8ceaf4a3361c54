// Sign-in through a conforming OpenID Connect provider.

import { writeFile } from 'node:fs/promises';

import type { Page } from '@playwright/test';

import { isAccessible } from '../axe.ts';
import { PASSWORD, test as base, expect } from '../fixtures.ts';
import { paths } from '../pages.ts';
import { SignInProvider } from '../provider.ts';

const test = base.extend<{ provider: SignInProvider }>({
  provider: async ({}, use) => {
    const provider = await SignInProvider.down();
    provider.accounts = {
      ann: { email: 'owner@acme.example', email_verified: true },
      mallory: { email: 'owner@acme.example', email_verified: false },
      bob: { email: 'bob@acme.example', email_verified: true },
      out: { email: 'out@acme.example', email_verified: true },
    };
    await use(provider);
    await provider.stop();
  },

  serve: async ({ provider }, use, testInfo) => {
    const file = testInfo.outputPath('client-secret');
    await writeFile(file, `${provider.secret}\n`);
    await use(provider.options(file));
  },
});

test.use({ user: null });

test.beforeEach(async ({ server }) => {
  await server.run('user', 'set-email', 'owner', 'Owner@acme.example');
  await server.run('user', 'set-email', 'outsider', 'out@acme.example');
});

const BUTTON = { name: 'Sign in with Example', exact: true };

/** Opens the sign-in page until the button is there: a provider that was down is tried again. */
async function openWithButton(page: Page): Promise<void> {
  await expect(async () => {
    await page.goto(paths.signIn);
    await expect(page.getByRole('link', BUTTON)).toBeVisible({ timeout: 200 });
  }).toPass({ timeout: 20_000 });
}

async function signInAs(page: Page, account: string): Promise<void> {
  await page.getByRole('link', BUTTON).click();
  await page.getByLabel('Account').fill(account);
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** The provider has no memory of who was there before. */
async function forget(page: Page): Promise<void> {
  await page.context().clearCookies();
  await openWithButton(page);
}

test('a verified address signs in, and leads to where one wanted to go', async ({ page, server, provider }) => {
  await provider.up(server.url);
  await openWithButton(page);
  await page.goto(`${paths.configuration('acme')}?explain_user=reviewer`);
  await signInAs(page, 'ann');
  await expect(page).toHaveURL(`${paths.configuration('acme')}?explain_user=reviewer`);
  await expect(page.getByRole('heading', { level: 1, name: 'Configuration' })).toBeVisible();
  const cookies = await page.context().cookies(server.url);
  expect(cookies.find(({ name }) => name === 'duo_session')).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
  expect(cookies.map(({ name }) => name)).not.toContain('duo_provider_sign_in');

  await page.getByRole('button', { name: 'Account menu' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('status')).toContainText('You may still be signed in at the sign-in service.');
  await expect(page.getByRole('link', { name: 'Sign out there too' })).toHaveAttribute(
    'href',
    '/users/auth/openid_connect/sign_out',
  );

  // The provider still knows who it is.
  await page.getByRole('link', BUTTON).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Groups' })).toBeVisible();
  const audit = await server.run('audit', 'export', '--format', 'ndjson');
  expect(audit).toContain('identity_linked');
  for (const secret of [provider.secret, 'code=']) {
    expect(server.log).not.toContain(secret);
    expect(audit).not.toContain(secret);
  }
});

test('who may not come in is told why', async ({ page, server, provider, trouble }) => {
  trouble.expect(/status of 403/);
  await provider.up(server.url);
  await openWithButton(page);
  await signInAs(page, 'mallory');
  await expect(page.getByRole('alert')).toContainText('Your email address is not verified.');
  await expect(page.getByRole('alert')).toContainText(/Request \S{16}/);
  await forget(page);
  await signInAs(page, 'bob');
  await expect(page.getByRole('alert')).toContainText('Nobody here has your email address.');
  await forget(page);
  await page.getByRole('link', BUTTON).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('alert')).toContainText('The sign-in was cancelled or declined.');
  await page.goto(paths.groups);
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
});

test('groups of the provider give memberships and take them away', async ({ page, server, provider }) => {
  await provider.up(server.url);
  await openWithButton(page);
  provider.accounts['out'] = { ...provider.accounts['out'], groups: ['acme-admins', 'unknown'] };
  await signInAs(page, 'out');
  await page.goto(paths.configuration('acme'));
  await expect(page.getByRole('checkbox', { name: 'Code Review', exact: true })).toBeEnabled();
  await page.goto(paths.auditEvents('acme'));
  await expect(page.getByRole('listitem').filter({ hasText: 'added the member outsider' })).toBeVisible();

  provider.accounts['out'] = { ...provider.accounts['out'], groups: ['initech-devs'] };
  await page.goto(paths.groups);
  await page.getByRole('button', { name: 'Account menu' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('link', BUTTON).click();
  await expect(page.getByRole('link', { name: 'Initech', exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Acme', exact: true })).toHaveCount(0);
});

test('who signed in by the provider confirms there, and is asked although it knows them', async ({ page, server, provider }) => {
  await provider.up(server.url);
  await openWithButton(page);
  await signInAs(page, 'ann');
  await page.goto(`${paths.confirm}?return_to=${paths.configuration('acme')}`);
  await expect(page.getByRole('heading', { level: 1, name: 'Confirm it is you' })).toBeVisible();
  // The account has a password, too.
  await expect(page.getByLabel('Password')).toBeVisible();
  const before = await page.context().cookies(server.url);
  await signInAs(page, 'ann');
  await expect(page.getByRole('heading', { level: 1, name: 'Configuration' })).toBeVisible();
  const session = (cookies: typeof before): string | undefined =>
    cookies.find(({ name }) => name === 'duo_session')?.value;
  expect(session(await page.context().cookies(server.url))).not.toBe(session(before));
});

test('a provider that is down stops nobody who has a password, and is used when it is back', async ({
  page,
  server,
  provider,
}) => {
  await expect(async () => {
    await page.goto(paths.signIn);
    await expect(page.getByText('Sign in with Example is not available now')).toBeVisible({ timeout: 200 });
  }).toPass();
  await expect(page.getByRole('link', BUTTON)).toHaveCount(0);
  await page.getByLabel('User name').fill('owner');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Groups' })).toBeVisible();

  await page.context().clearCookies();
  await provider.up(server.url);
  await openWithButton(page);
  await signInAs(page, 'ann');
  await expect(page.getByRole('heading', { level: 1, name: 'Groups' })).toBeVisible();
});

test.describe('the sign-in page', () => {
  // axe is a script. Without JavaScript it looks at the same pages, whose own script never comes.
  test.use({ javaScriptEnabled: true });

  test('is accessible in every state, and fits a phone', async ({ page, server, provider, trouble }) => {
    trouble.expect(/status of 403/);
    const look = async (state: string) => {
      await isAccessible(page, state);
      await page.setViewportSize({ width: 320, height: 640 });
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, state).toBeLessThanOrEqual(320);
      await page.setViewportSize({ width: 1280, height: 800 });
    };
    await expect(async () => {
      await page.goto(paths.signIn);
      await expect(page.getByText('is not available now')).toBeVisible({ timeout: 200 });
    }).toPass();
    await look('unavailable');
    await provider.up(server.url);
    await openWithButton(page);
    await look('available');
    await signInAs(page, 'bob');
    await expect(page.getByRole('alert')).toBeVisible();
    await look('refused');
    await forget(page);
    await signInAs(page, 'ann');
    await expect(page.getByRole('heading', { level: 1, name: 'Groups' })).toBeVisible();
    await page.getByRole('button', { name: 'Account menu' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(page.getByRole('status')).toBeVisible();
    await look('signed out here');
  });
});
