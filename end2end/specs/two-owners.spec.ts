// Concurrent edits: the second owner is told who was first, and overwrites nothing.

import { expect, test } from '../fixtures.ts';
import { Configuration } from '../pages.ts';

// The island's request is answered with a status that says so.
test.beforeEach(({ trouble }) => trouble.expect(/status of 409/));

test('the later change of a flow is refused, with who changed it', async ({ configuration, visit, js }) => {
  const other = new Configuration(await visit('admin'), js);
  await configuration.open('acme');
  await other.open('acme');
  await configuration.flow('Developer').ready();
  await other.flow('Developer').ready();

  await configuration.flow('Developer').switch();
  await configuration.isSaved('Developer', false);
  await configuration.flow('Developer').switch();
  await configuration.isSaved('Developer', true);

  await other.flow('Developer').switch();
  await expect(other.alert('Developer')).toHaveText(
    "Couldn't save. Group Owner turned this on first. This is how it is now.",
  );
  await expect(other.flow('Developer').box).toBeChecked();
  await expect(other.row('Developer')).toContainText('Changed by Group Owner');

  // What is shown now is current, so the next try is saved.
  await other.flow('Developer').switch();
  await other.isSaved('Developer', false);
  await expect(other.row('Developer')).toContainText('Changed by Administrator');
});

test('a consent to what another owner turned off meanwhile is not recorded', async ({
  configuration,
  visit,
  engine,
  js,
}) => {
  const other = new Configuration(await visit('admin'), js);
  await configuration.open('globex');
  await other.open('globex');
  await other.codeReview.ready();
  await other.page.getByRole('button', { name: 'Review and consent' }).click();
  await expect(other.dialog).toBeVisible();

  await configuration.codeReview.switch();
  await configuration.isSaved('Code Review', false);

  await other.confirmButton.click();
  await expect(other.dialog).toBeHidden();
  await expect(other.alert('Code Review')).toHaveText(
    "Couldn't save. Group Owner turned this off first. This is how it is now.",
  );
  await expect(other.codeReview.box).not.toBeChecked();
  await expect(other.helperText).toBeHidden();
  expect(await engine('globex', 'reviewer')).toBe('duo_code_review');
  expect(await engine('globex', 'developer')).toBe('none');
});

test('a second consent changes nothing, and shows whose was first', async ({ configuration, visit, js }) => {
  const other = new Configuration(await visit('admin'), js);
  await configuration.open('acme');
  await other.open('acme');
  await other.codeReview.switch();
  await expect(other.dialog).toBeVisible();
  await configuration.consent();

  await other.confirmButton.click();
  await expect(other.dialog).toBeHidden();
  await expect(other.codeReview.box).toBeChecked();
  await expect(other.row('Code Review')).toContainText('Consent given by Group Owner');
});
