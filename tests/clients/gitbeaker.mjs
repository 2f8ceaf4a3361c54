// @gitbeaker/rest against a running server: what it reads is what the database has, and what it changes is
// changed once.
//
// Run by scripts/test-clients, which says where the server is and whose token to use.

import assert from "node:assert/strict";
import { Gitlab } from "@gitbeaker/rest";
import { at, facts, fullName, isBelow, members, of } from "./facts.mjs";

const host = process.env.DUO_TEST_URL;
const client = (token) => new Gitlab({ host, token });
const admin = client(process.env.DUO_TEST_ADMIN_TOKEN);
const owner = client(process.env.DUO_TEST_OWNER_TOKEN);
const every = ["DIRECT", "INHERITED", "SHARED_FROM_GROUPS"];
const all = facts();
const ids = (rows) => rows.map((it) => it.id);
const sorted = (rows) => [...rows].sort((a, b) => a - b);
const same = (found, expected, what) => assert.deepEqual(sorted(ids(found)), sorted(ids(expected)), what);

async function refused(status, message, call) {
  await assert.rejects(call, (error) => {
    assert.equal(error.cause?.response?.status, status, error.message);
    assert.match(error.cause.description, message);
    return true;
  });
}

/** As many audit events as a call leads to. */
async function events(count, call) {
  const before = facts().events.length;
  const answer = await call();
  assert.equal(facts().events.length - before, count);
  return answer;
}

// Groups.
const groups = of(all, "group");
const listed = await admin.Groups.all({ perPage: 2 });
same(listed, groups, "groups by pages");
for (const group of listed) {
  const row = groups.find((it) => it.id === group.id);
  assert.deepEqual(
    [group.full_path, group.name, group.parent_id, group.full_name, group.description, group.visibility],
    [row.full_path, row.name, row.parent_id, fullName(all, row), row.description, "private"],
  );
  assert.equal(group.path, row.full_path.split("/").at(-1));
  assert.equal(group.web_url, `${host}/groups/${row.full_path}/-/settings/gitlab_duo`);
}
const keyset = { pagination: "keyset", orderBy: "id", sort: "asc", perPage: 2 };
assert.deepEqual(ids(await admin.Groups.all(keyset)), ids(groups), "groups by keyset");
assert.equal((await admin.Groups.all({ perPage: 2, maxPages: 1 })).length, 2);
same(
  await admin.Groups.all({ topLevelOnly: true }),
  groups.filter((it) => it.parent_id === null),
  "top-level groups",
);
const platforms = groups.filter((it) => /platform/i.test(it.full_path) || /platform/i.test(it.name));
same(await admin.Groups.all({ search: "platform" }), platforms, "found groups");
const { data, paginationInfo } = await admin.Groups.all({ perPage: 2, page: 1, showExpanded: true });
assert.deepEqual([data.length, paginationInfo.total, paginationInfo.next], [2, groups.length, 2]);

const acme = at(all, "acme");
const below = groups.filter((it) => isBelow(all, it, acme));
for (const which of ["acme", acme.id]) {
  const group = await admin.Groups.show(which);
  assert.deepEqual([group.id, group.full_path, group.parent_id], [acme.id, "acme", null]);
  const children = below.filter((it) => it.parent_id === acme.id);
  same(await admin.Groups.allSubgroups(which), children, "subgroups");
  same(await admin.Groups.allDescendantGroups(which, { perPage: 1 }), below, "descendants");
  const direct = of(all, "project").filter((it) => it.parent_id === acme.id);
  same(await admin.Groups.allProjects(which), direct, "projects of a group");
  const inside = of(all, "project").filter((it) => isBelow(all, it, acme));
  same(await admin.Groups.allProjects(which, { includeSubgroups: true }), inside, "projects below");
}
const platform = await admin.Groups.show("acme/platform");
assert.equal(platform.full_name, fullName(all, at(all, "acme/platform")));

// Projects.
const projects = of(all, "project");
same(await admin.Projects.all({ perPage: 1 }), projects, "projects");
assert.deepEqual(ids(await admin.Projects.all({ ...keyset, perPage: 1 })), ids(projects), "projects by keyset");
for (const row of projects) {
  const project = await admin.Projects.show(row.full_path);
  assert.deepEqual(
    [project.id, project.path_with_namespace, project.name_with_namespace, project.namespace.id],
    [row.id, row.full_path, fullName(all, row), row.parent_id],
  );
  assert.deepEqual(await admin.Projects.show(row.id), project);
}

// Members.
for (const row of groups) {
  for (const [options, relations] of [
    [{}, ["DIRECT"]],
    [{ includeInherited: true }, every],
  ]) {
    const found = await admin.GroupMembers.all(row.id, { ...options, perPage: 50 });
    const levels = found.map((it) => [it.username, it.access_level]);
    assert.deepEqual(new Map(levels), members(all, row, relations), row.full_path);
    assert.equal(new Set(ids(found)).size, found.length);
  }
}
const [someone] = await admin.GroupMembers.all("acme");
assert.equal((await admin.GroupMembers.show("acme", someone.id)).access_level, someone.access_level);
const inherited = { includeInherited: true };
const inPlatform = await admin.GroupMembers.show("acme/platform", someone.id, inherited);
assert.equal(inPlatform.username, someone.username);
const inWebsite = await admin.ProjectMembers.all("acme/website", inherited);
assert.ok(inWebsite.some((it) => it.username === someone.username));
await refused(404, /^404 Member Not Found$/, () => admin.GroupMembers.show("acme", 999_999));

// Users.
const users = await admin.Users.all({ perPage: 50 });
same(users, all.users, "users");
for (const user of users) {
  const row = all.users.find((it) => it.id === user.id);
  assert.deepEqual(
    [user.username, user.name, user.state, user.bot, user.is_admin, user.email],
    [row.username, row.name, row.state, row.kind === "bot", row.is_admin === 1, row.email],
  );
  assert.equal(user.web_url, `${host}/admin/people/${row.username}`);
}
assert.deepEqual(ids(await admin.Users.all({ ...keyset, perPage: 40 })), ids(all.users), "users by keyset");
const inState = (state) => all.users.filter((it) => it.state === state);
same(await admin.Users.all({ active: true, perPage: 100 }), inState("active"), "active users");
same(await admin.Users.all({ blocked: true }), inState("blocked"), "blocked users");
assert.ok(inState("blocked").length > 0);
const [reviewer] = await admin.Users.all({ username: "reviewer" });
assert.deepEqual(await admin.Users.show(reviewer.id), reviewer);
assert.equal((await admin.Users.showCurrentUser()).username, "admin");
assert.equal((await owner.Users.showCurrentUser()).username, "owner");

// The program and the token.
const document = await (await fetch(`${host}/api/openapi.json`)).json();
const metadata = await admin.Metadata.show();
assert.deepEqual([metadata.version, metadata.enterprise], [document.info.version, false]);
const token = await admin.PersonalAccessTokens.show();
assert.deepEqual([token.name, token.active, token.revoked], ["test", true, false]);
assert.ok(token.scopes.includes("read_settings"));

// Audit events.
const byKeyset = { pagination: "keyset", perPage: 100 };
same(await admin.AuditEvents.all(byKeyset), all.events, "audit events");
const ofAcme = await owner.AuditEvents.all({ groupId: "acme", ...byKeyset });
assert.ok(ofAcme.length > 0 && ofAcme.every((it) => it.entity_id === acme.id), "those of acme");

// Refused, or not there.
await refused(404, /^404 Group Not Found$/, () => admin.Groups.show("nowhere"));
await refused(404, /^404 Project Not Found$/, () => admin.Projects.show("acme"));
await refused(403, /^403 Forbidden/, () => owner.AuditEvents.all());
await refused(401, /^401 Unauthorized$/, () => client("duo-wrong").Groups.all());
await refused(400, /^archive is unknown/, () => admin.Groups.all({ archive: false }));

// GitLab Duo settings of a group.
const edit = (change) => owner.Groups.edit("crowd", change);
const flows = ["developer/v1", "fix_pipeline/v1"];
const one = {
  duo_availability: "default_on",
  duo_remote_flows_availability: true,
  enabled_foundational_flows: flows,
};
const other = { duo_availability: "default_off", duo_remote_flows_availability: false };
const state = (group) => [
  group.duo_availability,
  group.duo_remote_flows_enabled,
  [...group.enabled_foundational_flows].sort(),
];
assert.deepEqual(state(await edit(one)), ["default_on", true, flows]);
assert.deepEqual(state(await events(2, () => edit(other))), ["default_off", false, flows]);
assert.deepEqual(state(await events(0, () => edit(other))), ["default_off", false, flows]);
assert.deepEqual(state(await owner.Groups.show("crowd")), ["default_off", false, flows]);
await events(2, () => edit(one));
assert.deepEqual(state(await events(2, () => edit({ enabled_foundational_flows: [] }))), ["default_on", true, []]);
await events(2, () => edit(one));
const { ignored } = await events(0, () => edit({ visibility: "public" }));
assert.deepEqual(
  ignored.map((it) => it.param),
  ["visibility"],
);
// Consent names its wording.
const withReview = { enabled_foundational_flows: ["code_review/v1", ...flows] };
await events(0, () => refused(400, /consents\/code_review\/wording/, () => edit(withReview)));
const headers = { "PRIVATE-TOKEN": process.env.DUO_TEST_OWNER_TOKEN };
const wording = await (await fetch(`${host}/api/v1/consents/code_review/wording`, { headers })).json();
const consent = { create_code_review_flow_consent: true, consent_wording: wording.id };
assert.deepEqual(state(await edit({ ...withReview, ...consent })), ["default_on", true, ["code_review/v1", ...flows]]);
await events(0, () => edit(withReview));
assert.deepEqual(state(await edit(one)), ["default_on", true, flows]);
const developer = client(process.env.DUO_TEST_DEVELOPER_TOKEN);
await events(0, () => refused(403, /^403 Forbidden/, () => developer.Groups.edit("acme", other)));

console.log("@gitbeaker/rest: ok");
