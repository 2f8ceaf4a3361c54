// Authorisation: what a user may not see is not there; what they may not do says which role could.

import { expect, test } from '../fixtures.ts';
import { paths } from '../pages.ts';

const REFUSAL = 'This needs the role Owner of the top-level group, or an administrator.';

test.describe('a Maintainer', () => {
  test.use({ user: 'maintainer' });

  test('sees every flow, and why none of them can be switched', async ({ configuration, page }) => {
    await configuration.open('acme');
    await expect(page.getByText('You can see these settings but not change them.')).toBeVisible();
    const boxes = page.getByRole('checkbox');
    await expect(boxes).toHaveCount(9);
    for (const box of await boxes.all()) {
      await expect(box).toBeDisabled();
      await expect(box).toHaveAccessibleDescription(
        /Only an Owner of the top-level group or an administrator can change this\./,
      );
    }
    await expect(page.getByRole('button', { name: /^Save/ })).toHaveCount(0);
    await expect(page.getByRole('link', { name: 'Audit events' })).toHaveCount(0);
    await page.goto(`${paths.configuration('acme')}?confirm=code_review/v1`);
    await expect(configuration.dialog).toHaveCount(0);
  });

  test('gets 403 for a form made by hand, and nothing changes', async ({ configuration, page, engine, server }) => {
    await configuration.open('acme');
    const form = { group: 'acme', flow: 'developer/v1', version: '1', enabled: 'false' };
    const post = (accept: string) =>
      page.request.post('/actions/set_flow', {
        form,
        headers: { accept, origin: server.url },
        maxRedirects: 0,
      });
    const refused = await post('application/json');
    expect(refused.status()).toBe(403);
    expect(await refused.text()).toContain(REFUSAL);

    const led = await post('text/html');
    expect(led.status()).toBe(303);
    await page.reload();
    await expect(configuration.alert('Developer')).toHaveText(`Couldn't save. ${REFUSAL}`);
    await expect(configuration.flow('Developer').box).toBeChecked();
    expect(await engine('acme', 'developer')).toBe('none');
  });

  test('a form from another site is refused', async ({ page }) => {
    const form = { group: 'acme', flow: 'developer/v1', version: '1' };
    for (const origin of ['https://elsewhere.example', 'null']) {
      const refused = await page.request.post('/actions/set_flow', { form, headers: { origin } });
      expect(refused.status()).toBe(403);
      expect(await refused.text()).toContain('did not come from this site');
    }
  });
});

test.describe('a Developer', () => {
  test.use({ user: 'developer' });

  test('is told which role could see the configuration', async ({ page, trouble }) => {
    trouble.expect(/status of 403/);
    const answer = await page.goto(paths.configuration('acme'));
    expect(answer?.status()).toBe(403);
    await expect(page.getByRole('heading', { level: 1, name: 'You may not do this' })).toBeVisible();
    await expect(page.getByText('This needs the role Maintainer.')).toBeVisible();
    const audit = await page.goto(paths.auditEvents('acme'));
    expect(audit?.status()).toBe(403);
    await expect(page.getByText('This needs the role Owner.')).toBeVisible();
    await page.getByRole('link', { name: 'Your groups' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Groups' })).toBeVisible();
  });

  test('sees the overview without the settings', async ({ page }) => {
    await page.goto(paths.overview('acme'));
    await expect(page.getByText('Only Maintainers and Owners see the settings.')).toBeVisible();
    await expect(page.getByRole('link', { name: 'Configuration' })).toHaveCount(0);
  });
});

test.describe('an outsider', () => {
  test.use({ user: 'outsider' });

  test('finds neither groups nor their pages', async ({ page, trouble }) => {
    trouble.expect(/status of 404/);
    await page.goto(paths.groups);
    await expect(page.getByRole('heading', { name: 'No groups yet' })).toBeVisible();
    for (const path of [paths.overview, paths.configuration, paths.auditEvents]) {
      for (const group of ['acme', 'no-such-group']) {
        const answer = await page.goto(path(group));
        expect(answer?.status()).toBe(404);
        await expect(page.getByRole('heading', { level: 1, name: 'Page not found' })).toBeVisible();
      }
    }
  });
});

test.describe('an administrator', () => {
  test.use({ user: 'admin' });

  test('may consent for a group without being a member', async ({ configuration, page, engine }) => {
    await configuration.open('acme');
    await configuration.consent();
    await expect(configuration.row('Code Review')).toContainText('Consent given by Administrator');
    expect(await engine('acme', 'developer')).toBe('code_review_flow');
    await page.getByRole('link', { name: 'Audit events' }).click();
    await expect(page.getByText('As Administrator, on the page')).toBeVisible();
  });
});

test('a subgroup shows what it inherits, and the way up', async ({ configuration, page }) => {
  await configuration.open('acme/platform/runtime');
  await expect(page.getByText('Flows are turned on and off in the top-level group.')).toBeVisible();
  await expect(configuration.flow('Developer').box).toBeChecked();
  for (const box of await page.getByRole('checkbox').all()) {
    await expect(box).toBeDisabled();
    await expect(box).toHaveAccessibleDescription(/Inherited from acme\./);
  }
  await page.getByRole('link', { name: 'Go to the configuration of Acme' }).click();
  await expect(page).toHaveURL(paths.configuration('acme'));
  await expect(configuration.flow('Developer').box).toBeEnabled();
});

test('a flow that the tier lacks says which tier has it', async ({ configuration }) => {
  await configuration.open('initech');
  const { box } = configuration.flow('SAST False Positive Detection');
  await expect(box).toBeDisabled();
  await expect(box).toHaveAccessibleDescription(/This flow needs the tier Ultimate\./);
  await expect(configuration.codeReview.box).toBeEnabled();
});
