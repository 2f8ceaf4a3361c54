// Display preferences: theme and time format.

import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures.ts';
import { paths } from '../pages.ts';

async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole('radio', { name }).check();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByRole('region', { name: 'Appearance' }).getByRole('status')).toHaveText('Saved');
}

const LIGHT = { canvas: 'rgb(247, 247, 249)', ink: 'rgb(31, 30, 38)' };
const DARK = { canvas: 'rgb(18, 17, 23)', ink: 'rgb(237, 237, 242)' };

test('a theme changes the colours, whatever the system prefers', async ({ page }) => {
  const looks = async ({ canvas, ink }: typeof LIGHT) => {
    const body = page.locator('body');
    await expect(body).toHaveCSS('background-color', canvas);
    await expect(body).toHaveCSS('color', ink);
  };
  await page.goto(paths.preferences);
  await page.emulateMedia({ colorScheme: 'dark' });
  await looks(DARK);
  await choose(page, 'Light');
  await looks(LIGHT);
  await page.goto(paths.groups);
  await looks(LIGHT);

  await page.goto(paths.preferences);
  await page.emulateMedia({ colorScheme: 'light' });
  await choose(page, 'Dark');
  await looks(DARK);
  await choose(page, 'System');
  await looks(LIGHT);
});

test('times are written as the user likes them, with the exact time on hover', async ({ page, configuration }) => {
  const time = configuration.row('Developer').locator('time');
  await configuration.open('acme');
  await expect(time).toHaveText(/^(just now|\d+ minutes? ago)$/);
  await expect(time).toHaveAttribute('title', /^\d+ \w+ 20\d\d, \d\d:\d\d UTC$/);

  await page.goto(paths.preferences);
  await choose(page, '24-hour');
  await configuration.open('acme');
  await expect(time).toHaveText(/^\d+ \w+ 20\d\d, \d\d:\d\d UTC$/);

  await page.goto(paths.preferences);
  await choose(page, '12-hour');
  await configuration.open('acme');
  await expect(time).toHaveText(/^\d+ \w+ 20\d\d, \d+:\d\d (AM|PM) UTC$/);
});
