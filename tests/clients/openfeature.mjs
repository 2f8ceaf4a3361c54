// OpenFeature's provider of the remote evaluation protocol for JavaScript, against a running server;
// its library besides, which asks for all flags at once; and the events that both may follow.
//
// Run by scripts/test-clients, which says where the server is and whose token to use.

import assert from "node:assert/strict";
import { OFREPApi } from "@openfeature/ofrep-core";
import { OFREPProvider } from "@openfeature/ofrep-provider";
import { OpenFeature } from "@openfeature/server-sdk";

const url = process.env.DUO_TEST_URL;
const token = process.env.DUO_TEST_SERVICE_TOKEN;
const flag = "openfeature_flag";
const authorized = { Authorization: `Bearer ${token}` };

async function set(body) {
  const headers = { "PRIVATE-TOKEN": process.env.DUO_TEST_ADMIN_TOKEN, "Content-Type": "application/json" };
  const address = `${url}/api/v4/features/${flag}`;
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  assert.equal(answer.status, 201, await answer.text());
}

function expect(details, value, reason, gate) {
  const { value: found, reason: why, variant, flagMetadata } = details;
  assert.deepEqual([found, why, variant, flagMetadata.gate], [value, reason, value ? "on" : "off", gate]);
}

function failed(details, value, code) {
  assert.deepEqual([details.value, details.reason, details.errorCode], [value, "ERROR", code]);
}

/** The next event with data of a stream. */
async function nextEvent(reader, read = "") {
  const decoder = new TextDecoder();
  for (;;) {
    const { value, done } = await reader.read();
    assert.ok(!done, "the stream ended");
    read += decoder.decode(value, { stream: true });
    const data = read.match(/^data: (.*)$/m);
    if (data) return JSON.parse(data[1]);
  }
}

await OpenFeature.setProviderAndWait(
  new OFREPProvider({ baseUrl: url, headers: Object.entries(authorized) }),
);
const flags = OpenFeature.getClient();
const reviewer = { targetingKey: "reviewer", plan: "ultimate" };

failed(await flags.getBooleanDetails(flag, true), true, "FLAG_NOT_FOUND");
await set({ value: true });
expect(await flags.getBooleanDetails(flag, false), true, "STATIC", "boolean");
await set({ value: false });
expect(await flags.getBooleanDetails(flag, true, reviewer), false, "STATIC", "closed");
await set({ value: true, user: "reviewer", project: "acme/website" });
expect(await flags.getBooleanDetails(flag, false, reviewer), true, "TARGETING_MATCH", "actor");
const website = { project: "acme/website" };
expect(await flags.getBooleanDetails(flag, false, website), true, "TARGETING_MATCH", "actor");
expect(await flags.getBooleanDetails(flag, true, { targetingKey: "owner" }), false, "DEFAULT", "closed");
failed(await flags.getBooleanDetails(flag, false), false, "TARGETING_KEY_MISSING");
failed(await flags.getBooleanDetails(flag, false, { user: "nobody" }), false, "INVALID_CONTEXT");
failed(await flags.getStringDetails(flag, "x", reviewer), "x", "TYPE_MISMATCH");

// All flags, and whether they are still the same.
const remote = new OFREPApi(url);
const all = (context, kept = []) =>
  remote.postBulkEvaluateFlags({ context }, { headers: [...Object.entries(authorized), ...kept] });
const first = await all(reviewer);
assert.equal(first.httpStatus, 200);
assert.ok(first.value.flags.some((it) => it.key === flag && it.value === true && it.variant === "on"));
const kept = [["If-None-Match", first.httpResponse.headers.get("etag")]];
assert.equal((await all(reviewer, kept)).httpStatus, 304);
assert.equal((await all({ targetingKey: "owner" }, kept)).httpStatus, 200);

// A notice, and then the answer is another.
const [stream] = first.value.eventStreams;
assert.equal(stream.type, "sse");
const stop = new AbortController();
const events = await fetch(url + stream.endpoint.requestUri, { headers: authorized, signal: stop.signal });
assert.equal(events.status, 200);
const notice = nextEvent(events.body.getReader());
await set({ value: false });
assert.equal((await notice).type, "refetchEvaluation");
stop.abort();
assert.equal((await all(reviewer, kept)).httpStatus, 200);

const again = { method: "DELETE", headers: { "PRIVATE-TOKEN": process.env.DUO_TEST_ADMIN_TOKEN } };
assert.equal((await fetch(`${url}/api/v4/features/${flag}`, again)).status, 204);
await OpenFeature.close();
console.log("OpenFeature's provider for JavaScript: ok");
