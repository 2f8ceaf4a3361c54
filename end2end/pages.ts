// Page objects: elements are found by role and label. Differences in use without JavaScript are hidden here,
// so that specs need not know.

import { expect, type Locator, type Page } from '@playwright/test';

export const DIALOG = {
  title: 'Enable GitLab Duo Code Review Flow?',
  lead: 'Enabling this will route all Duo Code Reviews in this namespace through the Duo Agent Platform (DAP) instead of GitLab Duo Code Review.',
  changesHeading: 'What changes:',
  changes: [
    'Reviews will run as Code Review Flow, consuming GitLab Credits ($0.25/review).',
    'GitLab Duo Code Review will no longer run for this namespace, regardless of seat assignments.',
  ],
  revert: 'To revert: Uncheck GitLab Duo Code Review Flow in these settings at any time.',
  cancel: 'Cancel',
  confirm: 'Enable Code Review Flow',
};

export const HELPER_TEXT =
  'Code Review Flow is active for all users in this namespace. Duo Enterprise seat assignments do not affect which review engine runs.';

/** What switching Code Review off comes to where there are seats. */
const SWITCHED_OFF =
  /^Saved\. (Consent withdrawn\. )?Seat holders: GitLab Duo Code Review; others: no review\.$/;

export const paths = {
  groups: '/dashboard/groups',
  admin: '/admin',
  consents: '/admin/consents',
  overview: (group: string) => `/groups/${group}/-/settings/gitlab_duo`,
  availability: (group: string) => `/groups/${group}/-/settings/gitlab_duo/availability`,
  adminSettings: '/admin/settings',
  groupConsents: (group: string) => `/groups/${group}/-/consents`,
  receipt: (id: number) => `/-/consents/${id}`,
  configuration: (group: string) => `/groups/${group}/-/settings/gitlab_duo/configuration`,
  members: (group: string) => `/groups/${group}/-/group_members`,
  seats: (group: string) => `/groups/${group}/-/seats`,
  adminSeats: '/admin/seats',
  auditEvents: (group: string) => `/groups/${group}/-/audit_events`,
  adminAuditEvents: '/admin/audit_events',
  preferences: '/-/profile/preferences',
  accessTokens: '/-/user_settings/personal_access_tokens',
  activeSessions: '/-/user_settings/active_sessions',
  password: '/-/user_settings/password',
  people: '/admin/people',
  newPerson: '/admin/people/new',
  person: (username: string) => `/admin/people/${username}`,
  featureFlags: '/admin/feature_flags',
  featureFlag: (name: string, environment = 'production') => `/admin/feature_flags/${name}?environment=${environment}`,
  featureGroups: '/admin/feature_groups',
  featureGroup: (name: string) => `/admin/feature_groups/${name}`,
  adminGroups: '/admin/groups',
  newGroup: '/groups/new',
  editGroup: (group: string) => `/groups/${group}/-/edit`,
  jobs: '/admin/jobs',
  import: '/admin/import',
  confirm: '/users/confirm',
  signIn: '/users/sign_in',
  jump: '/-/jump',
  apiDocs: '/api/docs',
};

/** A checkbox that saves itself; without JavaScript a button beside it does. */
export class Toggle {
  constructor(
    private readonly page: Page,
    private readonly js: boolean,
    readonly name: string,
  ) {}

  get box(): Locator {
    return this.page.getByRole('checkbox', { name: this.name, exact: true });
  }

  get saveButton(): Locator {
    return this.page.getByRole('button', { name: `Save ${this.name}`, exact: true });
  }

  get undoButton(): Locator {
    return this.page.getByRole('button', { name: `Undo ${this.name}`, exact: true });
  }

  /** Waits until the page listens; without JavaScript it always does. */
  async ready(): Promise<void> {
    await expect(this.box).toBeVisible();
    if (this.js) await expect(this.saveButton).toBeHidden();
  }

  /** Asks for the other state. What comes of it is for the test to see. */
  async switch(): Promise<void> {
    await this.ready();
    await this.box.click();
    if (!this.js) await this.saveButton.click();
  }

  async undo(): Promise<void> {
    await this.undoButton.click();
  }
}

export class Configuration {
  constructor(
    readonly page: Page,
    readonly js: boolean,
  ) {}

  async open(group: string): Promise<void> {
    await this.page.goto(paths.configuration(group));
    await expect(this.page.getByRole('heading', { level: 1, name: 'Configuration' })).toBeVisible();
  }

  flow(name: string): Toggle {
    return new Toggle(this.page, this.js, name);
  }

  get codeReview(): Toggle {
    return this.flow('Code Review');
  }

  row(name: string): Locator {
    return this.page.getByRole('listitem').filter({ has: this.flow(name).box });
  }

  status(name: string): Locator {
    return this.row(name).getByRole('status');
  }

  alert(name: string): Locator {
    return this.row(name).getByRole('alert');
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog', { name: DIALOG.title });
  }

  get cancelButton(): Locator {
    return this.dialog.getByRole('button', { name: DIALOG.cancel, exact: true });
  }

  get confirmButton(): Locator {
    return this.dialog.getByRole('button', { name: DIALOG.confirm, exact: true });
  }

  get helperText(): Locator {
    return this.page.getByText(HELPER_TEXT);
  }

  get transitionalNote(): Locator {
    return this.page.getByText('Reviews for Duo Enterprise seat holders still use GitLab Duo Code Review');
  }

  /** The ways out of the dialog that change nothing. */
  get waysOut(): Array<[string, () => Promise<void>]> {
    const ways: Array<[string, () => Promise<void>]> = [
      ['Cancel', () => this.cancelButton.click()],
      ['the backdrop', () => this.clickBackdrop()],
    ];
    if (this.js) ways.push(['Escape', () => this.page.keyboard.press('Escape')]);
    return ways;
  }

  /** The browser drops a click that comes before it painted a page for the first time. */
  private async clickBackdrop(): Promise<void> {
    await expect(async () => {
      await this.page.mouse.click(5, 400);
      await expect(this.dialog).toBeHidden({ timeout: 2_000 });
    }).toPass();
  }

  /** Turns Code Review on with consent. */
  async consent(): Promise<void> {
    await this.codeReview.switch();
    await this.confirmButton.click();
    await this.isSaved('Code Review', true);
  }

  /** It says that it is saved, what came of it, and the box is as said. */
  async isSaved(name: string, on: boolean): Promise<void> {
    await expect(this.dialog).toBeHidden();
    const switchedOff = name === 'Code Review' && !on;
    await expect(this.status(name)).toHaveText(switchedOff ? SWITCHED_OFF : 'Saved');
    await expect(this.flow(name).box).toBeChecked({ checked: on });
  }
}

/** Fills in the sign-in page. */
export async function signIn(page: Page, user: string, password: string): Promise<void> {
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Fills in both fields of a new password. */
export async function typeNewPassword(page: Page, password: string, again = password): Promise<void> {
  await page.getByLabel('New password', { exact: true }).fill(password);
  await page.getByLabel('New password again').fill(again);
}

/** Makes a link with which `user` sets a new password; the link. */
export async function makeResetLink(page: Page, user: string): Promise<string> {
  await page.goto(paths.person(user));
  await page.getByRole('button', { name: `Make a reset link for ${user}`, exact: true }).click();
  return page.getByRole('status').getByRole('code').innerText();
}
