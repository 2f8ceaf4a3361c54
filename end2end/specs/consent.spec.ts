// An owner turns Code Review on for the first time: the dialog comes before anything is saved.

import { expect, test } from '../fixtures.ts';
import { DIALOG, HELPER_TEXT } from '../pages.ts';

test.beforeEach(async ({ configuration }) => configuration.open('acme'));

test('the dialog says exactly what is agreed to, and nothing is saved while it is open', async ({
  configuration,
  engine,
  visit,
}) => {
  await expect(configuration.codeReview.box).not.toBeChecked();
  await configuration.codeReview.switch();

  const { dialog } = configuration;
  await expect(dialog).toBeVisible();
  await expect(dialog.getByRole('heading', { name: DIALOG.title, exact: true })).toBeVisible();
  await expect(dialog.getByText(DIALOG.lead, { exact: true })).toBeVisible();
  await expect(dialog.getByText(DIALOG.changesHeading, { exact: true })).toBeVisible();
  await expect(dialog.getByRole('listitem')).toHaveText(DIALOG.changes);
  await expect(dialog.getByText(DIALOG.revert)).toHaveText(DIALOG.revert);
  await expect(dialog.getByRole('button')).toHaveText([DIALOG.cancel, DIALOG.confirm]);
  await expect(configuration.cancelButton).toBeFocused();

  expect(await engine('acme', 'reviewer')).toBe('duo_code_review');
  expect(await engine('acme', 'developer')).toBe('none');
  const elsewhere = await visit('owner');
  await elsewhere.goto(configuration.page.url().replace(/\?.*/, ''));
  await expect(elsewhere.getByRole('checkbox', { name: 'Code Review', exact: true })).not.toBeChecked();
});

test('every way out of the dialog changes nothing and leads back to the box, clear again', async ({
  configuration,
  engine,
  page,
}) => {
  for (const [way, leave] of configuration.waysOut) {
    await test.step(way, async () => {
      await configuration.codeReview.switch();
      await expect(configuration.dialog).toBeVisible();
      await leave();
      await expect(configuration.dialog).toBeHidden();
      await expect(configuration.codeReview.box).not.toBeChecked();
      await expect(configuration.codeReview.box).toBeFocused();
      await expect(configuration.status('Code Review')).toHaveText('');
      expect(await engine('acme', 'developer')).toBe('none');
      await page.reload();
      await expect(configuration.codeReview.box).not.toBeChecked();
    });
  }
});

test('confirming saves the setting and the consent, and the very next decision follows', async ({
  configuration,
  engine,
  page,
}) => {
  expect(await engine('acme/platform/api', 'reviewer')).toBe('duo_code_review');
  expect(await engine('acme/platform/api', 'developer')).toBe('none');

  await configuration.codeReview.switch();
  await configuration.confirmButton.click();
  await configuration.isSaved('Code Review', true);

  for (const namespace of ['acme', 'acme/platform/api']) {
    expect(await engine(namespace, 'reviewer')).toBe('code_review_flow');
    expect(await engine(namespace, 'developer')).toBe('code_review_flow');
  }

  const isShown = async () => {
    await expect(configuration.codeReview.box).toBeChecked();
    await expect(configuration.helperText).toBeVisible();
    await expect(configuration.codeReview.box).toHaveAccessibleDescription(new RegExp(HELPER_TEXT));
    await expect(configuration.row('Code Review')).toContainText('Consent given by Group Owner just now');
    await expect(configuration.row('Code Review').locator('time').first()).toHaveAttribute('datetime', /^20.+Z$/);
    await expect(configuration.transitionalNote).toBeHidden();
  };
  await isShown();
  await page.reload();
  await isShown();
  await expect(configuration.status('Code Review')).toHaveText('');
});

test('a consent that is not in effect yet says so, before it is given and after', async ({ configuration, page, server, engine }) => {
  await server.run('feature', 'set', 'duo_code_review_flow_priority', 'false');
  const why = 'because Code Review Flow is being rolled out and has not reached this group.';
  // The server learns in a moment what another process changed.
  await expect(async () => {
    await configuration.open('acme');
    await expect(page.getByRole('main')).toContainText('has not reached this group', { timeout: 500 });
  }).toPass();
  await configuration.codeReview.switch();
  await expect(configuration.dialog).toContainText(`Not in effect for now, ${why}`);
  await configuration.confirmButton.click();
  await configuration.isSaved('Code Review', true);
  const said = `Consented; not in effect, ${why} Seat holders: GitLab Duo Code Review; others: Code Review Flow.`;
  for (const time of ['at once', 'after a reload']) {
    await test.step(time, async () => {
      await expect(configuration.row('Code Review')).toContainText(said);
      await expect(configuration.codeReview.box).toHaveAccessibleDescription(new RegExp(said));
      await expect(configuration.helperText).toHaveCount(0);
      await page.reload();
    });
  }
  expect(await engine('acme', 'reviewer')).toBe('duo_code_review');
  await configuration.row('Code Review').getByRole('link', { name: 'See the overview' }).click();
  await expect(page.getByRole('region', { name: 'Code review', exact: true })).toContainText('Given by Group Owner, not in effect');

  await server.run('feature', 'set', 'duo_code_review_flow_priority', 'true');
  await expect(async () => {
    await configuration.open('acme');
    await expect(configuration.helperText).toBeVisible({ timeout: 500 });
  }).toPass();
  expect(await engine('acme', 'reviewer')).toBe('code_review_flow');
});

test('another flow stays as it was through all of it', async ({ configuration, api }) => {
  const others = async () => {
    const answer = await api.get('/api/v1/groups/acme/flows');
    const { flows } = (await answer.json()) as { flows: Array<{ flow?: string; reference?: string }> };
    expect(flows).toHaveLength(9);
    return flows.slice(1);
  };
  const before = await others();

  await configuration.consent();
  await configuration.codeReview.switch();
  await configuration.isSaved('Code Review', false);

  expect(await others()).toEqual(before);
  await expect(configuration.flow('Developer').box).toBeChecked();
  await expect(configuration.flow('Recommend Reviewers').box).not.toBeChecked();
});

test('a flow that needs no consent is saved at once, and undone', async ({ configuration, engine }) => {
  const developer = configuration.flow('Developer');
  await expect(developer.box).toBeChecked();
  await developer.switch();
  await configuration.isSaved('Developer', false);
  await expect(configuration.row('Developer')).toContainText('Changed by Group Owner just now');
  await developer.undo();
  await configuration.isSaved('Developer', true);
  await expect(configuration.codeReview.box).not.toBeChecked();
  expect(await engine('acme', 'developer')).toBe('none');
});

test('undoing the switching on withdraws the consent', async ({ configuration, engine }) => {
  await configuration.consent();
  await configuration.codeReview.undo();
  await configuration.isSaved('Code Review', false);
  await expect(configuration.status('Code Review')).toHaveText(
    'Saved. Consent withdrawn. Seat holders: GitLab Duo Code Review; others: no review.',
  );
  await expect(configuration.helperText).toBeHidden();
  expect(await engine('acme', 'reviewer')).toBe('duo_code_review');
  expect(await engine('acme', 'developer')).toBe('none');
});

test('undoing the switching off leads through the dialog', async ({ configuration, engine }) => {
  await configuration.consent();
  await configuration.codeReview.switch();
  await configuration.isSaved('Code Review', false);

  await configuration.codeReview.undo();
  await expect(configuration.dialog).toBeVisible();
  expect(await engine('acme', 'developer')).toBe('none');
  await configuration.confirmButton.click();
  await configuration.isSaved('Code Review', true);
  expect(await engine('acme', 'developer')).toBe('code_review_flow');
});

test('the dialog has an address of its own, with every way out', async ({ configuration, page }) => {
  const address = `${new URL(page.url()).pathname}?confirm=code_review/v1`;
  for (const [way, leave] of configuration.waysOut) {
    await test.step(way, async () => {
      await page.goto(address);
      await expect(configuration.cancelButton).toBeFocused();
      // Escape works from when the page has woken: whoever is faster presses it again.
      await expect(async () => {
        if (await configuration.dialog.isVisible()) await leave();
        await expect(configuration.dialog).toBeHidden({ timeout: 1_000 });
      }).toPass();
      await expect(configuration.codeReview.box).not.toBeChecked();
    });
  }
  await page.goto(address);
  await configuration.confirmButton.click();
  await configuration.isSaved('Code Review', true);
});

test('the confirming button cannot be pressed twice', { tag: '@javascript' }, async ({ configuration, page }) => {
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  let posts = 0;
  await page.route('**/actions/set_flow', async (route) => {
    posts += 1;
    await held;
    await route.continue();
  });
  await configuration.codeReview.switch();
  await configuration.confirmButton.click();
  await expect(configuration.confirmButton).toHaveAttribute('aria-busy', 'true');
  await configuration.confirmButton.click({ force: true });
  release();
  await configuration.isSaved('Code Review', true);
  expect(posts).toBe(1);
});

test('when the server does not answer, it is said beside the box and nothing is lost', { tag: '@javascript' }, async ({
  configuration,
  page,
  trouble,
}) => {
  trouble.expect(/ERR_INTERNET_DISCONNECTED|ERR_FAILED/);
  await configuration.codeReview.ready();
  await page.route('**/actions/set_flow', (route) => route.abort());
  await configuration.flow('Developer').switch();
  await expect(configuration.alert('Developer')).toHaveText(
    "Couldn't save. The server did not answer. Check your connection and try again.",
  );
  await expect(configuration.flow('Developer').box).toBeChecked();
  await page.unroute('**/actions/set_flow');
  await configuration.flow('Developer').switch();
  await configuration.isSaved('Developer', false);
});
