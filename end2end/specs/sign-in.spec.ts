// Signing in and out, through the real forms.

import { PASSWORD, expect, test } from '../fixtures.ts';
import { paths, signIn } from '../pages.ts';

test.use({ user: null });

test('signing in leads to where one wanted to go', async ({ page }) => {
  await page.goto(`${paths.configuration('acme')}?explain_user=reviewer`);
  await expect(page).toHaveURL(/\/users\/sign_in\?return_to=/);
  await signIn(page, 'owner', PASSWORD);
  await expect(page).toHaveURL(`${paths.configuration('acme')}?explain_user=reviewer`);
  await expect(page.getByRole('heading', { level: 1, name: 'Configuration' })).toBeVisible();
});

test('a wrong password is said, the name is kept, and the way back too', async ({ page, trouble }) => {
  trouble.expect(/status of 401/);
  await page.goto(paths.auditEvents('acme'));
  for (const [user, password] of [
    ['owner', 'not-the-password'],
    ['no-such-user', PASSWORD],
  ] as const) {
    await signIn(page, user, password);
    await expect(page.getByRole('alert')).toHaveText('The user name or the password is wrong.');
    await expect(page.getByLabel('User name')).toHaveValue(user);
    await expect(page.getByLabel('Password')).toHaveValue('');
  }
  await signIn(page, 'owner', PASSWORD);
  await expect(page).toHaveURL(paths.auditEvents('acme'));
});

test('after five failures one has to wait, with the right password too', async ({ page, trouble }) => {
  trouble.expect(/status of 4(01|29)/);
  await page.goto(paths.signIn);
  for (let failure = 1; failure <= 5; failure += 1) {
    await signIn(page, 'owner', `wrong ${failure}`);
    await expect(page.getByRole('alert')).toHaveText('The user name or the password is wrong.');
  }
  await signIn(page, 'owner', PASSWORD);
  await expect(page.getByRole('alert')).toHaveText(/^Too many failed attempts\. Try again in \d+ seconds?\.$/);
  await expect(page.getByLabel('User name')).toHaveValue('owner');
  await signIn(page, 'reviewer', PASSWORD);
  await expect(page.getByRole('heading', { level: 1, name: 'Groups' })).toBeVisible();
});

test('nobody is led to another site', async ({ page, context }) => {
  for (const elsewhere of ['https://elsewhere.example/', '//elsewhere.example', '/\\elsewhere.example']) {
    await context.clearCookies();
    await page.goto(`${paths.signIn}?return_to=${encodeURIComponent(elsewhere)}`);
    await signIn(page, 'owner', PASSWORD);
    await expect(page.getByRole('heading', { level: 1, name: 'Groups' })).toBeVisible();
    await expect(page).toHaveURL('/');
  }
});

test('signing out ends the session', async ({ page, context }) => {
  await page.goto(paths.signIn);
  await signIn(page, 'owner', PASSWORD);
  await expect(page.getByRole('heading', { level: 1, name: 'Groups' })).toBeVisible();
  const session = await context.cookies();

  await page.getByRole('button', { name: 'Account menu' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('status')).toHaveText('You are signed out.');

  await context.addCookies(session);
  await page.goto(paths.groups);
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
});

test('the session is out of reach of scripts and of other sites', async ({ page, context }) => {
  await page.goto(paths.signIn);
  await signIn(page, 'owner', PASSWORD);
  await expect(page.getByRole('heading', { level: 1, name: 'Groups' })).toBeVisible();
  const session = (await context.cookies()).find((cookie) => cookie.name === 'duo_session');
  expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
});
