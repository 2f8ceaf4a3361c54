// Focus management after actions, and what screen readers announce there.

import type { Locator, Page } from '@playwright/test';

import { expect, test } from '../fixtures.ts';
import { DIALOG, Toggle, paths, signIn, typeNewPassword } from '../pages.ts';

/** The field has the focus, says that it is wrong, and why. */
async function isWrong(field: Locator, why: RegExp): Promise<void> {
  await expect(field).toBeFocused();
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveAccessibleDescription(why);
}

test('it comes back to the box when the button that had it goes away', async ({ configuration, page, js }) => {
  await configuration.open('globex');
  await configuration.codeReview.ready();
  await page.getByRole('button', { name: 'Review and consent' }).click();
  await configuration.confirmButton.click();
  await configuration.isSaved('Code Review', true);
  await expect(configuration.codeReview.box).toBeFocused();
  await configuration.codeReview.undo();
  await configuration.isSaved('Code Review', false);
  await expect(configuration.codeReview.box).toBeFocused();

  // The undoing leads through the dialog, and out of it back to where one was.
  if (js) {
    await configuration.codeReview.undo();
    await configuration.cancelButton.click();
    await expect(configuration.codeReview.undoButton).toBeFocused();
    await configuration.codeReview.undo();
    await configuration.confirmButton.click();
    await configuration.isSaved('Code Review', true);
    await expect(configuration.codeReview.box).toBeFocused();
  }

  const developer = configuration.flow('Developer');
  await developer.switch();
  await configuration.isSaved('Developer', false);
  await developer.undo();
  await configuration.isSaved('Developer', true);
  await expect(developer.box).toBeFocused();
});

test('a choice about Orbit that is undone keeps it', { tag: '@javascript' }, async ({ page, server, js }) => {
  await server.run('feature', 'set', 'orbit_user_preference', 'true');
  await page.goto(paths.preferences);
  const master = new Toggle(page, js, 'Use Orbit in GitLab Duo');
  await master.switch();
  await master.undo();
  await expect(master.box).not.toBeChecked();
  await expect(master.box).toBeFocused();
});

test('a password that is refused', async ({ page, trouble }) => {
  trouble.expect(/status of 4/);
  await page.goto(paths.password);
  const change = async (current: string, fresh: string, again = fresh) => {
    await page.getByLabel('Current password').fill(current);
    await typeNewPassword(page, fresh, again);
    await page.getByRole('button', { name: 'Change password' }).click();
  };
  await change('wrong', 'four quiet words here');
  await isWrong(page.getByLabel('Current password'), /^The password is wrong\.$/);
  await change('duo-console-demo', 'Password1');
  await isWrong(page.getByLabel('New password', { exact: true }), /At least .+ among the most common/);
  await change('duo-console-demo', 'four quiet words here', 'another');
  await isWrong(page.getByLabel('New password again'), /^The two new passwords are not the same\.$/);
});

test('a sign-in that is refused', async ({ visit, trouble }) => {
  trouble.expect(/status of 401/);
  const page = await visit(null);
  await page.goto(paths.signIn);
  await signIn(page, 'owner', 'wrong');
  await isWrong(page.getByLabel('Password'), /^The user name or the password is wrong\.$/);
});

test('a token that is refused', async ({ page }) => {
  await page.goto(paths.accessTokens);
  await page.getByLabel('Name').fill('ci');
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.getByRole('checkbox').first()).toBeFocused();
  await expect(page.getByRole('group', { name: 'Scopes' })).toHaveAccessibleDescription('Choose at least one scope.');
  await page.getByLabel('Name').fill('   ');
  await page.getByRole('checkbox', { name: 'read_decisions' }).check();
  await page.getByRole('button', { name: 'Create token' }).click();
  await isWrong(page.getByLabel('Name'), /Give the token a name/);
});

test('a name or a filter that says nothing', async ({ configuration, page, visit }) => {
  await configuration.open('acme');
  const explain = page.getByRole('region', { name: 'Explain' });
  await explain.getByLabel('User name').fill('nobody-here');
  await explain.getByRole('button', { name: 'Explain' }).click();
  await isWrong(explain.getByLabel('User name'), /^There is no user nobody-here\. Check the name\.$/);

  await page.goto(`${paths.auditEvents('acme')}?from=2026-06-02&to=2026-06-01`);
  await isWrong(page.getByLabel('Last day (UTC)'), /^The last day is before the first\./);

  const admin = await visit('admin');
  await admin.goto(paths.featureFlag('duo_developer_orbit'));
  const evaluate = admin.getByRole('region', { name: 'Evaluate for…' });
  await evaluate.getByLabel('User name').fill('nobody-here');
  await evaluate.getByRole('button', { name: 'Evaluate' }).click();
  await isWrong(evaluate.getByLabel('User name'), /There is no user nobody-here/);
});

test('what a form did has it on the page that follows', async ({ configuration, page, visit }) => {
  const has = async (page: Page, text: string | RegExp) => {
    await expect(page.locator(':focus')).toHaveText(text);
    await expect(page.locator(':focus')).toHaveRole('status');
  };
  const admin = await visit('admin');
  await admin.goto(paths.featureFlag('duo_developer_orbit', 'staging'));
  await admin.getByRole('link', { name: 'Turn on for everyone' }).click();
  await expect(admin.getByRole('dialog').getByRole('link', { name: 'Cancel' })).toBeFocused();
  await admin.getByRole('dialog').getByRole('button', { name: 'Turn on for everyone' }).click();
  await has(admin, /^Saved\. In staging/);
  await admin.getByRole('region', { name: 'Evaluate for…' }).getByLabel('User name').fill('reviewer');
  await admin.getByRole('button', { name: 'Evaluate' }).click();
  await has(admin, /^On/);

  await configuration.open('acme');
  await page.getByLabel('User name').fill('reviewer');
  await page.getByRole('button', { name: 'Explain' }).click();
  await has(page, new RegExp('^GitLab Duo Code Review'));
  await page.goto(paths.preferences);
  await page.getByRole('button', { name: 'Save changes' }).click();
  await has(page, 'Saved');
});

test('the skip link leads to the heading, and shows it', async ({ configuration, page }) => {
  await configuration.open('acme');
  await configuration.codeReview.ready();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await isClear(page, page.getByRole('heading', { level: 1 }));
});

test('what a fragment leads to stands below the header', async ({ page, visit, configuration }) => {
  await page.goto(`${paths.configuration('acme')}#developer-v1`);
  await isClear(page, configuration.flow('Developer').box);
  const admin = await visit('admin');
  await admin.goto(`${paths.featureFlag('duo_developer_orbit')}#evaluate`);
  await isClear(admin, admin.getByRole('heading', { name: 'Evaluate for…' }));
});

/** Nothing of the header stands over it. */
async function isClear(page: Page, what: Locator): Promise<void> {
  await expect(what).toBeInViewport({ ratio: 1 });
  const header = (await page.getByRole('banner').boundingBox())!;
  const { y } = (await what.boundingBox())!;
  expect(y).toBeGreaterThanOrEqual(header.y + header.height);
}

test('magnified four times the dialog shows what is asked', async ({ configuration, page }) => {
  await page.setViewportSize({ width: 320, height: 256 });
  const shows = async () => {
    await expect(configuration.cancelButton).toBeFocused();
    await expect(configuration.cancelButton).toBeInViewport({ ratio: 1 });
    await expect(configuration.dialog.getByRole('heading')).toBeInViewport({ ratio: 1 });
    // At least three lines of the text, with nothing over them.
    const lead = (await configuration.dialog.getByText(DIALOG.lead).boundingBox())!;
    const cancel = (await configuration.cancelButton.boundingBox())!;
    expect(cancel.y - lead.y).toBeGreaterThan(60);
  };
  await configuration.open('globex');
  await configuration.codeReview.ready();
  await page.getByRole('button', { name: 'Review and consent' }).click();
  await shows();
  await page.goto(`${paths.configuration('globex')}?confirm=code_review/v1`);
  await shows();
});
