// axe finds nothing: on every page, in every state, in light and dark.

import { isAccessible } from '../axe.ts';
import { expect, test } from '../fixtures.ts';
import { Toggle, makeResetLink, paths, typeNewPassword } from '../pages.ts';

// axe is a script. Without JavaScript it looks at the same pages, whose own script never comes.
test.use({ javaScriptEnabled: true });

// Each looks at many states, in light and in dark.
test.describe.configure({ timeout: 120_000 });

test('the configuration and its dialog', async ({ configuration, page }) => {
  await configuration.open('acme');
  await isAccessible(page, 'before anything');
  await configuration.codeReview.switch();
  await expect(configuration.dialog).toBeVisible();
  await isAccessible(page, 'the dialog');
  await configuration.confirmButton.click();
  await configuration.isSaved('Code Review', true);
  await isAccessible(page, 'consented');
  await page.goto(`${paths.configuration('acme')}?explain_user=developer`);
  await expect(page.getByRole('table')).toBeVisible();
  await isAccessible(page, 'explained');
  await page.goto(`${paths.configuration('acme')}?explain=developer%2Fv1&explain_user=developer`);
  await expect(page.getByRole('table')).toBeVisible();
  await isAccessible(page, 'a version explained');
  await page.goto(`${paths.configuration('acme')}?explain_user=nobody-here`);
  await isAccessible(page, 'nobody to explain for');
  await page.goto(paths.auditEvents('acme'));
  await isAccessible(page, 'audit events');
  await page.goto(`${paths.auditEvents('acme')}?from=2026-06-02&to=2026-06-01`);
  await expect(page.getByRole('alert')).toBeVisible();
  await isAccessible(page, 'a filter that says nothing');
});

test('the members of a group and their dialogs', async ({ page, visit }) => {
  await page.goto(paths.members('acme'));
  await isAccessible(page, 'an Owner');
  await page.goto(`${paths.members('acme')}?change=developer`);
  await expect(page.getByRole('dialog')).toBeVisible();
  await isAccessible(page, 'the dialog of a role');
  await page.goto(`${paths.members('acme')}?remove=owner&last_owner=yes`);
  await isAccessible(page, 'the last owner');
  await page.goto(`${paths.members('acme')}?search=nobody-here`);
  await isAccessible(page, 'nobody found');
  await page.goto(`${paths.members('acme')}?user=review&find=people`);
  await expect(page.getByRole('link', { name: '(@reviewer)' })).toBeVisible();
  await isAccessible(page, 'people found');
  const developer = await visit('developer');
  await developer.goto(paths.members('acme/platform/api'));
  await isAccessible(developer, 'a Developer in a project');
});

test('the audit events of everything', async ({ visit }) => {
  const page = await visit('admin');
  await page.goto(paths.adminAuditEvents);
  await expect(page.getByRole('listitem').filter({ hasText: 'signed in' }).first()).toBeVisible();
  await isAccessible(page, 'every event');
  await page.goto(`${paths.adminAuditEvents}?person=nobody-here`);
  await isAccessible(page, 'no event');
});

test('the configuration in its other states', async ({ configuration, page, visit }) => {
  await configuration.open('globex');
  await isAccessible(page, 'transitional');
  await page.goto(`${paths.configuration('globex')}?confirm=code_review/v1`);
  await isAccessible(page, 'the dialog at an address of its own');
  await configuration.open('initech');
  await isAccessible(page, 'a tier that lacks flows');
  await configuration.open('acme/platform');
  await isAccessible(page, 'a subgroup');
  const maintainer = await visit('maintainer');
  await maintainer.goto(paths.configuration('acme'));
  await isAccessible(maintainer, 'a Maintainer');
});

test('a change that was refused', async ({ configuration, page, visit, server, trouble }) => {
  trouble.expect(/status of 409/);
  await configuration.open('acme');
  await configuration.codeReview.ready();
  const other = await visit('admin');
  const form = { group: 'acme', flow: 'developer/v1', version: '1', enabled: 'false' };
  const headers = { origin: server.url, accept: 'application/json' };
  for (const enabled of ['false', 'true']) {
    const version = enabled === 'false' ? '1' : '2';
    const saved = await other.request.post('/actions/set_flow', { form: { ...form, enabled, version }, headers });
    expect(saved.status()).toBe(200);
  }
  await configuration.flow('Developer').switch();
  await expect(configuration.alert('Developer')).toContainText('Administrator turned this on first.');
  await isAccessible(page, 'a conflict');
});

test('groups, overview, jump-to and what is not there', async ({ page, visit, trouble }) => {
  trouble.expect(/status of 40[34]/);
  await page.goto(paths.groups);
  await isAccessible(page, 'groups');
  await page.getByRole('button', { name: 'Account menu' }).click();
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
  await isAccessible(page, 'the account menu');
  await page.goto(`${paths.groups}?search=nothing-like-it`);
  await isAccessible(page, 'no group of that name');
  await page.goto(`${paths.groups}?open=acme`);
  await isAccessible(page, 'what is below a group');
  await page.goto(paths.overview('acme'));
  await isAccessible(page, 'an overview');
  await page.goto(paths.overview('globex'));
  await isAccessible(page, 'an overview with a reminder');
  await page.goto(`${paths.jump}?q=acme`);
  await isAccessible(page, 'what jump-to found');
  await page.goto('/no/such/page');
  await isAccessible(page, 'not found');

  const outsider = await visit('outsider');
  await outsider.goto(paths.groups);
  await isAccessible(outsider, 'no groups');
  const developer = await visit('developer');
  await developer.goto(paths.overview('acme'));
  await isAccessible(developer, "a Developer's overview");
  await developer.goto(paths.configuration('acme'));
  await isAccessible(developer, 'forbidden');
});

test('what jump-to finds while one types', { tag: '@javascript' }, async ({ page, configuration }) => {
  await configuration.open('acme');
  await configuration.codeReview.ready();
  await page.getByRole('searchbox', { name: 'Jump to' }).pressSequentially('acme');
  await expect(page.getByRole('search').getByRole('link').first()).toBeVisible();
  await isAccessible(page, 'results');
});

test("a user's own pages", async ({ page, server, js }) => {
  await page.goto(paths.preferences);
  await isAccessible(page, 'preferences without Orbit');
  await server.run('feature', 'set', 'orbit_user_preference', 'true');
  await page.goto(paths.preferences);
  await isAccessible(page, 'Orbit off');
  await new Toggle(page, js, 'Use Orbit in GitLab Duo').switch();
  await expect(page.getByRole('checkbox', { name: 'Agentic Chat' })).toBeVisible();
  await isAccessible(page, 'Orbit on');

  await page.goto(paths.accessTokens);
  await isAccessible(page, 'tokens');
  await page.getByLabel('Name').fill('axe');
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await isAccessible(page, 'a token that was refused');
  await page.getByRole('checkbox', { name: 'read_decisions' }).check();
  await page.getByRole('button', { name: 'Create token' }).click();
  await expect(page.getByRole('status').getByRole('code')).toBeVisible();
  await isAccessible(page, 'a token, shown once');
});

test('signing in', async ({ visit, trouble }) => {
  trouble.expect(/status of 401/);
  const page = await visit(null);
  await page.goto(paths.signIn);
  await isAccessible(page, 'sign-in');
  await page.getByLabel('User name').fill('owner');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await isAccessible(page, 'sign-in failed');
});

test('sessions, passwords and administration', async ({ page, visit, server, trouble }) => {
  trouble.expect(/status of 404/);
  await page.goto(paths.activeSessions);
  await isAccessible(page, 'active sessions');
  await page.goto(paths.password);
  await page.getByLabel('Current password').fill('wrong');
  await typeNewPassword(page, 'a new password', 'another');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await isAccessible(page, 'a password that was refused');
  await page.goto(paths.confirm);
  await isAccessible(page, 'confirming who one is');

  const admin = await visit('admin');
  const link = await makeResetLink(admin, 'developer');
  await isAccessible(admin, 'a person, with a link shown once');
  for (const [address, state] of [
    [paths.people, 'people'],
    [`${paths.people}?search=nobody-like-it`, 'nobody found'],
    [paths.newPerson, 'a new person'],
  ] as const) {
    await admin.goto(address);
    await isAccessible(admin, state);
  }
  await admin.goto(paths.newPerson);
  await admin.getByLabel('User name').fill('a b');
  await admin.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(admin.getByRole('alert')).toContainText('A user name has');
  await isAccessible(admin, 'a new person that was refused');
  await server.run('user', 'create', 'review-bot', '--bot');
  await server.run('token', 'create', '--user', 'review-bot', '--name', 'ci', '--scope', 'read_decisions');
  await admin.goto(paths.person('review-bot'));
  await isAccessible(admin, 'a bot with a token');
  await server.run('user', 'block', 'reviewer');
  await admin.goto(paths.person('reviewer'));
  await isAccessible(admin, 'somebody who is blocked');
  const developer = await visit(null);
  await developer.goto(link);
  await expect(developer.getByRole('heading', { name: 'Set a new password' })).toBeVisible();
  await isAccessible(developer, 'a reset link');
  await developer.goto(`${link}x`);
  await isAccessible(developer, 'a reset link that does not work');
});

test('feature flags', async ({ visit, server }) => {
  await server.run('feature', 'set', 'duo_developer_orbit', 'true', '--environment', 'staging');
  await server.run('feature', 'set', 'duo_developer_orbit', 'true', '--group', 'acme');
  await server.run('feature', 'set', 'duo_developer_orbit', '50', '--actors');
  await server.run('feature', 'freeze', 'dev', '--reason', 'A demonstration.');
  const soon = new Date(Date.now() + 5_000).toISOString();
  await server.run('feature', 'schedule', 'duo_developer_orbit', 'true', '--environment', 'dev', '--at', soon);
  const page = await visit('admin');
  const flag = paths.featureFlag('duo_developer_orbit');
  for (const [address, state] of [
    [paths.featureFlags, 'the flags'],
    [`${paths.featureFlags}?freeze=staging&reason=why`, 'the form for a change freeze'],
    [`${paths.featureFlags}?search=nothing-like-it`, 'no flag'],
    [flag, 'a flag'],
    [`${flag}&change=on`, 'the dialog of a change, with a warning'],
    [`${flag}&change=actors+25&due_at=2030-01-01T10:00`, 'the dialog of a change for later'],
    [`${flag}&change=open&kind=user&name=re`, 'a name that nobody has'],
    [`${flag}&change=actors&percentage=101`, 'a percentage that is none'],
    [`${flag}&eval_user=reviewer&eval_group=acme&eval_project=`, 'evaluated'],
    [paths.featureFlag('mr_ai_resolve_conflicts', 'production').concat('&change=on'), 'a check that was not passed'],
  ] as const) {
    await page.goto(address);
    await isAccessible(page, state);
  }
  await page.goto(flag);
  await page.getByRole('link', { name: /^Restore what event/ }).first().click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await isAccessible(page, 'the dialog of an earlier set');
  const planned = page.getByRole('region', { name: 'Scheduled changes' });
  await expect(async () => {
    await page.goto(paths.featureFlag('duo_developer_orbit', 'dev'));
    await expect(planned).toContainText('Failed', { timeout: 1_000 });
  }).toPass();
  await isAccessible(page, 'a scheduled change that failed');
});

test('seats', async ({ page, visit, server }) => {
  await page.goto(paths.seats('acme'));
  await isAccessible(page, 'seats without limit');
  await page.getByLabel('User names').fill('nobody-here');
  await page.getByRole('button', { name: 'Give seats' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await isAccessible(page, 'a name that nobody has');
  await server.run('seat', 'pool', '--group', 'acme', '--purchased', '1');
  await server.run('seat', 'give', 'developer', 'maintainer', '--group', 'acme', '--wait');
  await page.goto(paths.seats('acme'));
  await isAccessible(page, 'no seat is free');
  await page.getByRole('button', { name: 'Take back: reviewer' }).click();
  await expect(page.getByRole('button', { name: 'Give a seat to developer' })).toBeVisible();
  await isAccessible(page, 'one is free, and two wait');
  await page.goto(`${paths.seats('acme')}?users=nobody-here&find=people`);
  await isAccessible(page, 'no people found');
  await page.goto(paths.seats('acme/platform'));
  await isAccessible(page, 'below the top-level group');
  await page.goto(paths.seats('initech'));
  await isAccessible(page, 'no Duo Enterprise');
  const admin = await visit('admin');
  await server.run('seat', 'give', 'reviewer', '--instance');
  await admin.goto(paths.adminSeats);
  await isAccessible(admin, 'every pool');
});

test('jobs', async ({ visit, server }) => {
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  await server.run('feature', 'schedule', 'duo_developer_orbit', '25', '--actors', '--at', tomorrow);
  const page = await visit('admin');
  await page.goto(paths.admin);
  await isAccessible(page, "the administrators' home");
  await page.goto(paths.consents);
  await isAccessible(page, 'consents');
  await page.goto(paths.adminSettings);
  await page.getByText('Change Automatic review').click();
  await isAccessible(page, 'settings of the instance');
  await page.goto(paths.availability('acme/platform'));
  await page.getByText('Change GitLab Duo', { exact: true }).click();
  await isAccessible(page, 'availability');
  await page.goto(paths.jobs);
  await isAccessible(page, 'what waits');
  await page.getByRole('button', { name: 'Stop duo_developer_orbit in production: 25 % of actors' }).click();
  await expect(page.getByRole('main').getByRole('status')).toContainText('Stopped: duo_developer_orbit');
  await isAccessible(page, 'what was stopped');
});

test('imports', async ({ visit }) => {
  const page = await visit('admin');
  await page.goto(paths.import);
  await isAccessible(page, 'the four files');
  for (const [role, state] of [['Boss', 'a file that is refused'], ['Guest', 'a plan']] as const) {
    await page.goto(paths.import);
    await page.getByLabel('What the file has').selectOption('Members');
    await page.getByLabel('Or its content').fill(`path,user,role\nglobex,reviewer,${role}\n`);
    await page.getByRole('button', { name: 'Show what it would do' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Import: Members' })).toBeVisible();
    await isAccessible(page, state);
    await page.getByRole('link', { name: /^(Correct|Edit) it here$/ }).click();
    await expect(page.getByLabel('Or its content')).toBeFocused();
    await isAccessible(page, `${state}, to be edited`);
  }
});

test('change freezes and feature groups', async ({ visit, server, trouble }) => {
  // A form with a long field is answered in place.
  trouble.expect(/status of 422/);
  await server.run('feature', 'freeze', 'production', '--reason', 'The launch.');
  await server.run('feature', 'group', 'testers', '--user', 'reviewer', '--group', 'acme');
  await server.run('feature', 'set', 'duo_developer_orbit', 'true', '--feature-group', 'testers', '--environment', 'staging');
  const page = await visit('admin');
  await page.goto(paths.featureFlags);
  await isAccessible(page, 'a change freeze');
  await page.goto(`${paths.featureFlags}?freeze=staging`);
  await page.getByLabel('Reason').fill('é'.repeat(300));
  await page.getByRole('button', { name: 'Begin the freeze' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await isAccessible(page, 'a reason that is too long');
  await page.goto(paths.featureGroups);
  await isAccessible(page, 'the groups');
  await page.getByLabel('Name', { exact: true }).fill('two words');
  await page.getByRole('button', { name: 'Create the group' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await isAccessible(page, 'a group that was refused');
  await page.goto(paths.featureGroup('testers'));
  await isAccessible(page, 'a group');
  await page.getByLabel('User name or path').fill('re');
  await page.getByRole('button', { name: 'Add to the group' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await isAccessible(page, 'a member whom nobody knows');
  await page.goto(paths.featureGroup('testers'));
  await page.getByRole('button', { name: 'Remove user reviewer' }).click();
  await expect(page.getByRole('main').getByRole('status')).toBeVisible();
  await isAccessible(page, 'a member less');
});

test('groups that are created, changed and ended', async ({ visit }) => {
  const page = await visit('admin');
  await page.goto(paths.adminGroups);
  await isAccessible(page, 'the top-level groups');
  await page.goto(`${paths.adminGroups}?search=nothing-like-it`);
  await isAccessible(page, 'no such group');
  await page.goto(paths.newGroup);
  await isAccessible(page, 'a new group');
  await page.getByLabel('Name', { exact: true }).fill('Acme');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await isAccessible(page, 'a group that was refused');
  await page.goto(paths.editGroup('acme'));
  await isAccessible(page, 'the general settings');
  for (const dialog of ['archive', 'move&to=globex', 'delete']) {
    await page.goto(`${paths.editGroup('acme')}?confirm=${dialog}`);
    await isAccessible(page, dialog);
  }
  await page.goto(`${paths.editGroup('acme/website')}?confirm=archive`);
  await page.getByRole('dialog').getByRole('button', { name: 'Archive this project' }).click();
  await expect(page.getByRole('main').getByRole('status')).toBeVisible();
  await isAccessible(page, 'archived');
  await page.goto(paths.overview('acme/website'));
  await isAccessible(page, 'the overview of what is archived');
});

test('a phone', async ({ configuration, page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await configuration.open('globex');
  await isAccessible(page, 'the configuration');
  await page.getByRole('button', { name: 'Menu', exact: true }).click();
  await expect(page.getByRole('navigation', { name: 'Globex' })).toBeVisible();
  await isAccessible(page, 'the menu');
});
