// Backstage's catalog module for GitLab against a running server: its providers find the users, groups,
// memberships and projects that the database has, as entities that the catalog takes.
//
// Run by scripts/test-clients, which says where the server is and whose token to use.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { facts, isBelow, at, members, of } from "./facts.mjs";

const require = createRequire(import.meta.url);
const { ConfigReader } = require("@backstage/config");
const catalog = require("@backstage/catalog-model");
// By their files: the module's front door is also that of a cache which needs all of Backstage's backend.
const files = dirname(require.resolve("@backstage/plugin-catalog-backend-module-gitlab/package.json"));
const { GitlabOrgDiscoveryEntityProvider } = require(
  `${files}/dist/providers/GitlabOrgDiscoveryEntityProvider.cjs.js`,
);
const { GitlabDiscoveryEntityProvider } = require(`${files}/dist/providers/GitlabDiscoveryEntityProvider.cjs.js`);

const url = process.env.DUO_TEST_URL;
const host = "duo-console.test";
const all = facts();
const slug = (path) => path.replaceAll("/", "-");
const active = all.users.filter((it) => it.state === "active");

/** What one run of a provider brings into the catalog, and what it says. */
async function run(Provider, token, settings) {
  const gitlab = [{ host, token, baseUrl: url, apiBaseUrl: `${url}/api/v4` }];
  const provider = { host, orgEnabled: true, ...settings };
  const config = new ConfigReader({
    integrations: { gitlab },
    catalog: { providers: { gitlab: { test: provider } } },
  });
  const said = [];
  const failures = [];
  const logger = {
    debug() {},
    info: (message) => said.push(message),
    warn: (message) => failures.push(message),
    error: (message) => failures.push(message),
    child: () => logger,
  };
  const schedule = { run: async ({ fn }) => fn() };
  const mutations = [];
  const connection = { applyMutation: async (it) => mutations.push(it), refresh: async () => {} };
  const [made] = Provider.fromConfig(config, { logger, schedule });
  await made.connect(connection);
  assert.deepEqual(failures, []);
  assert.deepEqual(
    mutations.map((it) => it.type),
    ["full"],
  );
  return { entities: mutations[0].entities.map((it) => it.entity), said };
}

/** As the catalog itself judges what providers bring. */
async function check(entity) {
  const policy = catalog.EntityPolicies.allOf([
    new catalog.SchemaValidEntityPolicy(),
    new catalog.DefaultNamespaceEntityPolicy(),
    new catalog.NoForeignRootFieldsEntityPolicy(),
    new catalog.FieldFormatEntityPolicy(),
  ]);
  await policy.enforce(entity);
  const kind = { User: catalog.userEntityV1alpha1Validator, Group: catalog.groupEntityV1alpha1Validator };
  assert.ok(await kind[entity.kind].check(entity), entity.metadata.name);
}

/** Runs the provider of users and groups, and holds what it finds against the rows. */
async function organisation(settings, users, groups, name, relations) {
  const { entities } = await run(GitlabOrgDiscoveryEntityProvider, process.env.DUO_TEST_ADMIN_TOKEN, settings);
  for (const entity of entities) await check(entity);
  const found = (kind) => new Map(entities.filter((it) => it.kind === kind).map((it) => [it.metadata.name, it]));

  const names = new Set(users.map((it) => it.username));
  const inGroup = groups.map((it) => [
    it,
    [...members(all, it, relations).keys()].filter((user) => names.has(user)),
  ]);
  const foundUsers = found("User");
  assert.deepEqual([...foundUsers.keys()].sort(), [...names].sort());
  for (const user of users) {
    const { metadata, spec } = foundUsers.get(user.username);
    assert.equal(spec.profile.displayName, user.name);
    assert.equal(metadata.annotations[`${host}/user-id`], String(user.id));
    assert.equal(metadata.annotations[`${host}/user-login`], `${url}/admin/people/${user.username}`);
    const expected = inGroup.filter(([, names]) => names.includes(user.username)).map(([it]) => name(it));
    assert.deepEqual(spec.memberOf.sort(), expected.sort(), user.username);
  }
  // Groups without members are left out by Backstage.
  const shown = inGroup.filter(([, names]) => names.length > 0).map(([it]) => it);
  const foundGroups = found("Group");
  assert.deepEqual([...foundGroups.keys()].sort(), shown.map(name).sort());
  for (const group of shown) {
    const { metadata, spec } = foundGroups.get(name(group));
    const parent = shown.find((it) => it.id === group.parent_id);
    assert.equal(spec.profile.displayName, group.name);
    assert.equal(spec.parent, parent && name(parent));
    assert.equal(metadata.annotations[`${host}/team-path`], group.full_path);
    assert.equal(metadata.annotations[`${host}/visibility`], "private");
    assert.equal(metadata.description, group.description || undefined);
  }
  return inGroup.reduce((count, [, names]) => count + names.length, 0);
}

const groups = of(all, "group");
const whole = (it) => slug(it.full_path);
let memberships = 0;
for (const [settings, relations] of [
  [{}, ["DIRECT"]],
  [{ relations: ["INHERITED"] }, ["DIRECT", "INHERITED"]],
  [{ relations: ["INHERITED", "SHARED_FROM_GROUPS"] }, ["DIRECT", "INHERITED", "SHARED_FROM_GROUPS"]],
]) {
  memberships += await organisation(settings, active, groups, whole, relations);
}
assert.ok(memberships > 300, "there is something to find");

// One group with what is below it, by GraphQL alone, and only its members.
for (const path of ["acme", "crowd"]) {
  const group = at(all, path);
  const inside = groups.filter((it) => it.id === group.id || isBelow(all, it, group));
  const levels = members(all, group, ["DIRECT", "INHERITED", "SHARED_FROM_GROUPS"]);
  const users = active.filter((it) => levels.has(it.username));
  const below = (it) => slug(it.id === group.id ? path : it.full_path.slice(path.length + 1));
  const settings = { group: path, restrictUsersToGroup: true };
  await organisation(settings, users, inside, below, ["DIRECT"]);
}

// Projects are found and looked into; files are in GitLab, so there is no catalog-info.yaml.
const projects = of(all, "project").filter((it) => it.archived_at === null);
const project = await run(GitlabDiscoveryEntityProvider, process.env.DUO_TEST_ADMIN_TOKEN, {});
assert.deepEqual(project.entities, []);
assert.ok(project.said.includes(`Processed 0 from scanned ${projects.length} projects.`), project.said.join("\n"));

console.log("Backstage's catalog module for GitLab: ok");
