// Globex had Code Review on before consent existed: seat holders keep the classic engine until an
// owner consents, in one of two ways.

import { expect, test } from '../fixtures.ts';
import { paths } from '../pages.ts';

test.beforeEach(async ({ configuration }) => configuration.open('globex'));

test('it is on, without the helper text, and with a note', async ({ configuration, engine }) => {
  await expect(configuration.codeReview.box).toBeChecked();
  await expect(configuration.helperText).toBeHidden();
  await expect(configuration.transitionalNote).toBeVisible();
  expect(await engine('globex/portal', 'reviewer')).toBe('duo_code_review');
  expect(await engine('globex/portal', 'developer')).toBe('code_review_flow');
});

test('"Review and consent" leads to the dialog in one step', async ({ configuration, engine, page }) => {
  const review = page.getByRole('button', { name: 'Review and consent' });
  await configuration.codeReview.ready();
  for (const [way, leave] of configuration.waysOut) {
    await test.step(way, async () => {
      await review.click();
      await expect(configuration.dialog).toBeVisible();
      await expect(configuration.cancelButton).toBeFocused();
      await leave();
      await expect(configuration.dialog).toBeHidden();
      await expect(configuration.codeReview.box).toBeChecked();
      await expect(configuration.transitionalNote).toBeVisible();
    });
  }
  expect(await engine('globex', 'reviewer')).toBe('duo_code_review');

  await review.click();
  await configuration.confirmButton.click();
  await configuration.isSaved('Code Review', true);
  await expect(configuration.helperText).toBeVisible();
  await expect(configuration.transitionalNote).toBeHidden();
  expect(await engine('globex', 'reviewer')).toBe('code_review_flow');
  expect(await engine('globex', 'developer')).toBe('code_review_flow');
});

test('off and on again leads through the dialog', async ({ configuration, engine }) => {
  await configuration.codeReview.switch();
  await configuration.isSaved('Code Review', false);
  // There was no consent to withdraw.
  await expect(configuration.status('Code Review')).toHaveText(
    'Saved. Seat holders: GitLab Duo Code Review; others: no review.',
  );
  expect(await engine('globex', 'developer')).toBe('none');

  await configuration.codeReview.switch();
  await expect(configuration.dialog).toBeVisible();
  await configuration.cancelButton.click();
  await expect(configuration.codeReview.box).not.toBeChecked();

  await configuration.consent();
  await expect(configuration.helperText).toBeVisible();
  expect(await engine('globex', 'reviewer')).toBe('code_review_flow');
});

test('turning it off withdraws the consent, turning it on asks again, and the ledger keeps it all', async ({
  configuration,
  page,
}) => {
  await page.goto(paths.auditEvents('globex'));
  await expect(page.getByText('Nobody has given or withdrawn consent yet.')).toBeVisible();

  await configuration.open('globex');
  await configuration.codeReview.ready();
  await page.getByRole('button', { name: 'Review and consent' }).click();
  await configuration.confirmButton.click();
  await configuration.isSaved('Code Review', true);
  await configuration.codeReview.switch();
  await configuration.isSaved('Code Review', false);
  await expect(configuration.helperText).toBeHidden();
  await configuration.consent();

  await page.getByRole('link', { name: 'Audit events' }).click();
  const ledger = page.getByRole('region', { name: 'Consent to Code Review Flow' }).getByRole('listitem');
  await expect(ledger).toContainText([
    /Group Owner \(@owner\) gave consent just now\s*As Owner, on the page, to wording version 1/,
    /Group Owner \(@owner\) withdrew the consent just now/,
    /Group Owner \(@owner\) gave consent just now/,
  ]);
  const changes = page.getByRole('region', { name: 'Changes' }).getByRole('listitem');
  await expect(changes.filter({ hasText: 'Group Owner (@owner) turned off Code Review' })).toHaveCount(1);
});
