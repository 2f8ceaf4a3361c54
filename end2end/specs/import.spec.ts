// Administrators import a file: what it would do first, then just that; and what is wrong with one.

import { expect, test } from '../fixtures.ts';
import { paths } from '../pages.ts';

test.use({ user: 'admin' });

const file = (content: string) => ({ name: 'members.csv', mimeType: 'text/csv', buffer: Buffer.from(content) });

test('a file is looked at, applied and exported', async ({ page }) => {
  await page.goto(paths.jobs);
  await page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'Import and export' }).click();
  await expect(page).toHaveURL(paths.import);
  await page.getByRole('button', { name: 'Show what it would do' }).click();
  await expect(page.getByRole('alert')).toContainText('Choose a file, or paste its content.');

  await page.getByLabel('What the file has').selectOption('Members');
  await page.getByLabel('File', { exact: true }).setInputFiles(file('path,user,role\nglobex,reviewer,Maintainer\n'));
  await page.getByRole('button', { name: 'Show what it would do' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Import: Members' })).toBeVisible();
  const lines = page.getByRole('region', { name: 'What it would do' }).getByRole('listitem');
  await expect(lines.first()).toContainText('reviewer in globex');
  await expect(lines.first()).toContainText('role: Maintainer');
  await page.getByRole('button', { name: 'Apply the import' }).click();
  await expect(page.getByRole('main').getByRole('status')).toContainText('Imported. Members: 1 new');

  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export Members' }).click();
  expect((await download).suggestedFilename()).toMatch(/^members-.*\.csv$/);
});

test('every wrong line is named', async ({ page }) => {
  await page.goto(paths.import);
  await page.getByLabel('What the file has').selectOption('Members');
  await page.getByLabel('Or its content').fill('path,user,role\nglobex,reviewer,Boss\nnowhere,nobody,Guest\n');
  await page.getByRole('button', { name: 'Show what it would do' }).click();
  const wrong = page.getByRole('region', { name: 'What is wrong' }).getByRole('listitem');
  await expect(wrong).toHaveCount(3);
  await expect(wrong.first()).toContainText('Line 2, role');
  await expect(page.getByRole('button', { name: 'Apply the import' })).toBeHidden();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download the refused lines' }).click();
  expect((await download).suggestedFilename()).toBe('refused-members.csv');
});

test('what was pasted is there to be corrected', async ({ page }) => {
  const pasted = 'path,user,role\nglobex,reviewer,<Boss> & Co\n';
  await page.goto(paths.import);
  await page.getByLabel('What the file has').selectOption('Members');
  const text = page.getByLabel('Or its content');
  await text.fill(pasted);
  await page.getByRole('button', { name: 'Show what it would do' }).click();
  await page.getByRole('link', { name: 'Correct it here' }).click();
  await expect(text).toHaveValue(pasted);
  await expect(text).toBeFocused();
  await expect(page.getByLabel('What the file has')).toHaveValue('members');
  await text.fill(pasted.replace('<Boss> & Co', 'Guest'));
  await page.getByRole('button', { name: 'Show what it would do' }).click();
  await page.getByRole('link', { name: 'Edit it here' }).click();
  await expect(text).toHaveValue('path,user,role\nglobex,reviewer,Guest\n');
});
