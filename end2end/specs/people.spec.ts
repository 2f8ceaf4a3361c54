// People, as administrators manage them.

import { expect, test } from '../fixtures.ts';
import { paths, signIn, typeNewPassword } from '../pages.ts';

const NEW_PASSWORD = 'a new horse battery';

test('a person is created, lets themselves in, is blocked and is let in again', async ({ visit, trouble }) => {
  trouble.expect(/status of 403/);
  const admin = await visit('admin');
  await admin.goto(paths.people);
  await admin.getByRole('link', { name: 'New person' }).click();
  await admin.getByLabel('User name').fill('zoe');
  await admin.getByLabel('Name', { exact: true }).fill('שרה');
  await admin.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(admin).toHaveURL(paths.person('zoe'));
  const link = await admin.getByRole('main').getByRole('status').getByRole('code').innerText();

  const zoe = await visit(null);
  await zoe.goto(link);
  await typeNewPassword(zoe, NEW_PASSWORD);
  await zoe.getByRole('button', { name: 'Set password' }).click();
  await signIn(zoe, 'zoe', NEW_PASSWORD);
  await expect(zoe.getByRole('heading', { level: 1, name: 'Groups' })).toBeVisible();

  await admin.goto(paths.person('zoe'));
  await admin.getByRole('button', { name: 'Block zoe', exact: true }).click();
  await expect(admin.getByRole('main').getByRole('status')).toContainText('Their sessions have ended');
  await zoe.goto(paths.groups);
  await signIn(zoe, 'zoe', NEW_PASSWORD);
  await expect(zoe.getByRole('alert')).toContainText('This account is blocked.');
  await admin.getByRole('button', { name: 'Unblock zoe', exact: true }).click();
  await signIn(zoe, 'zoe', NEW_PASSWORD);
  await expect(zoe.getByRole('heading', { level: 1, name: 'Groups' })).toBeVisible();
});

test('of two administrators who edit one field the second is told what it is now', async ({ visit }) => {
  const [one, two] = [await visit('admin'), await visit('admin')];
  for (const page of [one, two]) await page.goto(paths.person('reviewer'));
  await one.getByLabel('Name', { exact: true }).fill('Rev One');
  await one.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(one.getByRole('main').getByRole('status')).toHaveText('Saved.');
  await two.getByLabel('Name', { exact: true }).fill('Rev Two');
  await two.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(two.getByRole('alert')).toContainText('It is Rev One now.');
  await expect(two.getByLabel('Name', { exact: true })).toHaveValue('Rev Two');
  await two.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(two.getByRole('main').getByRole('status')).toHaveText('Saved.');
  await expect(two.getByRole('heading', { level: 1, name: 'Rev Two' })).toBeVisible();
});
