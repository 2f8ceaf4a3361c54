// Owners give Duo Enterprise seats, never more than were purchased; reviews follow at once.

import type { Locator, Page } from '@playwright/test';

import { expect, test } from '../fixtures.ts';
import { paths } from '../pages.ts';

const note = (page: Page): Locator => page.getByRole('main').getByRole('status').first();
const holders = (page: Page): Locator => page.getByRole('region', { name: 'Holders' }).getByRole('listitem');
const waiting = (page: Page): Locator => page.getByRole('region', { name: 'Waiting for a seat' }).getByRole('listitem');

test('a seat is given and taken back, and what it means is said', async ({ page, engine }) => {
  await page.goto(paths.overview('acme'));
  await page.getByRole('link', { name: '1 seat used' }).click();
  await expect(page).toHaveURL(paths.seats('acme'));
  await expect(page.getByRole('heading', { level: 1, name: 'Seats' })).toBeVisible();
  await expect(holders(page)).toHaveText([/^Reviewer With Seat/]);

  const names = page.getByLabel('User names');
  await names.fill('developer, outsider');
  await page.getByRole('button', { name: 'Give seats' }).click();
  await expect(page.getByRole('alert')).toContainText('No role in acme or below it: outsider.');
  await expect(names).toHaveValue('developer, outsider');
  await expect(names).toBeFocused();
  await expect(holders(page)).toHaveCount(1);

  await names.fill('@developer');
  await page.getByRole('button', { name: 'Give seats' }).click();
  await expect(note(page)).toHaveText('developer has a seat now. developer now gets GitLab Duo Code Review.');
  await expect(note(page)).toBeFocused();
  expect(await engine('acme', 'developer')).toBe('duo_code_review');

  await page.getByRole('button', { name: 'Take back: developer' }).click();
  await expect(note(page)).toHaveText('developer no longer has a seat. developer now gets no review.');
  expect(await engine('acme', 'developer')).toBe('none');
});

test('where none is free people wait, and the longest waiting is given the next', async ({ page, visit }) => {
  const admin = await visit('admin');
  await admin.goto(paths.seats('acme'));
  await admin.getByLabel('Number', { exact: true }).fill('1');
  await admin.getByRole('button', { name: 'Save the number' }).click();
  await expect(note(admin)).toHaveText('Saved: 1 of 1 seat used.');

  await page.goto(paths.seats('acme'));
  await expect(page.getByRole('button', { name: 'Give seats' })).toHaveCount(0);
  for (const name of ['maintainer', 'developer']) {
    await page.getByLabel('User names').fill(name);
    await page.getByRole('button', { name: 'Put on the waiting list' }).click();
    await expect(note(page)).toHaveText(`${name} waits for a seat.`);
  }
  await expect(waiting(page)).toHaveText([/^Group Maintainer/, /^Developer Without Seat/]);
  await page.getByRole('button', { name: 'Take back: reviewer' }).click();
  await expect(page.getByText('1 seat is free and 2 waiting.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Give a seat to' })).toHaveCount(1);
  await page.getByRole('button', { name: 'Give a seat to maintainer' }).click();
  await expect(holders(page)).toHaveText([/^Group Maintainer/]);
  await expect(waiting(page)).toHaveText([/^Developer Without Seat/]);

  await admin.getByLabel('Number', { exact: true }).fill('0');
  await admin.getByRole('button', { name: 'Save the number' }).click();
  await expect(admin.getByRole('alert')).toContainText('0 is less than the 1 in use');
});

test('administrators see every pool', async ({ visit }) => {
  const admin = await visit('admin');
  await admin.goto(paths.people);
  await admin.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'Seats' }).click();
  await expect(admin).toHaveURL(paths.adminSeats);
  const pools = admin.getByRole('table', { name: 'Seats by pool' }).getByRole('row');
  await expect(pools).toHaveText([/^Pool/, /^Instance/, /^Acme/, /^Globex/, /^Total/]);
  await admin.getByLabel('User names').fill('developer');
  await admin.getByRole('button', { name: 'Give seats' }).click();
  await expect(note(admin)).toContainText('developer has a seat now.');
  await expect(pools.nth(1)).toHaveText(/^Instance–1–0$/);
});
