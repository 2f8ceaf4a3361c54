// What is true, from the rows of the database (facts.py), and what follows from them: who is a member of what.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("facts.py", import.meta.url));

/** The rows as they are now. */
export function facts() {
  const rows = execFileSync(process.env.DUO_TEST_PYTHON, [script], { maxBuffer: 1 << 26 });
  return JSON.parse(rows);
}

/** The group or project with this path. */
export function at(all, path) {
  return all.namespaces.find((it) => it.full_path === path);
}

/** The groups, or the projects. */
export function of(all, kind) {
  return all.namespaces.filter((it) => it.kind === kind);
}

/** Those from this one to the top. */
function chain(all, namespace) {
  const above = all.namespaces.find((it) => it.id === namespace.parent_id);
  return above ? [namespace, ...chain(all, above)] : [namespace];
}

/** Whether it is below the other one, directly or not. */
export function isBelow(all, namespace, group) {
  return namespace.id !== group.id && chain(all, namespace).some((it) => it.id === group.id);
}

/** As GitLab shows it. */
export function fullName(all, namespace) {
  return chain(all, namespace)
    .reverse()
    .map((it) => it.name)
    .join(" / ");
}

/**
 * The access level of each member of a group by user name. `relations` may have DIRECT, INHERITED and
 * SHARED_FROM_GROUPS. Minimal Access is not inherited.
 */
export function members(all, group, relations) {
  const now = Date.now();
  const counts = (it) => it.expires_at === null || it.expires_at > now;
  const given = [];
  const add = (level, membership) => given.push([membership.user_id, Math.min(level, membership.access_level)]);
  const of = (id) => all.memberships.filter((it) => it.namespace_id === id && counts(it));
  for (const namespace of chain(all, group)) {
    const inherited = namespace.id !== group.id;
    const fits = (level) => !inherited || level >= 10;
    if (!inherited || relations.includes("INHERITED")) {
      of(namespace.id)
        .filter((it) => fits(it.access_level))
        .forEach((it) => add(50, it));
    }
    if (!relations.includes("SHARED_FROM_GROUPS")) continue;
    for (const share of all.shares.filter((it) => it.namespace_id === namespace.id && counts(it))) {
      of(share.invited_group_id)
        .filter((it) => fits(Math.min(it.access_level, share.access_level)))
        .forEach((it) => add(share.access_level, it));
    }
  }
  const levels = new Map();
  for (const [id, level] of given) levels.set(id, Math.max(level, levels.get(id) ?? 0));
  const users = all.users.filter((it) => levels.has(it.id));
  return new Map(users.map((it) => [it.username, levels.get(it.id)]));
}
