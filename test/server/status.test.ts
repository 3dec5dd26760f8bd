import { expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../server/settings.ts";
import { statusOf } from "../../server/status.ts";
import { open, TABLE, testState } from "./state.ts";

it("tells what a template is and what it is linted with", () => {
  const state = testState();
  const uri = open(state, "file:///w/a.yaml", TABLE);
  expect(statusOf(state, uri)).toMatchObject({
    kind: "cloudformation",
    tables: 1,
    detail:
      "It has Resources of AWS types. It is linted together with no other template of its workspace folder, which is still being searched.",
  });
  open(state, "file:///w/b.yaml", TABLE);
  const index = { folder: "file:///w", files: new Map(), ignores: [], assemblies: new Map() };
  state.indexes.set("file:///w", index);
  expect(statusOf(state, uri).detail).toMatch(/together with 1 other template of its workspace folder\.$/);
  state.indexes.set("file:///w", { ...index, truncated: "the folder has more templates than are kept" });
  expect(statusOf(state, uri).detail).toMatch(/; the folder has more templates than are kept\.$/);
  state.settings.set("file:///w", { ...DEFAULT_SETTINGS, project: "file" });
  expect(statusOf(state, uri).detail).toMatch(/by itself, as ddblint\.project says\.$/);
});

it("counts the findings that are shown", () => {
  const state = testState();
  const uri = open(state, "file:///w/a.yaml", TABLE);
  const { findings } = statusOf(state, uri);
  expect(findings).toBeGreaterThan(0);
  state.settings.set("file:///w", {
    ...DEFAULT_SETTINGS,
    rules: new Map([["point-in-time-recovery-disabled", "off"]]),
  });
  expect(statusOf(state, uri).findings).toBe(findings - 1);
});

it("tells SAM from CloudFormation, and says why something is neither", () => {
  const state = testState();
  const sam = "Transform: AWS::Serverless-2016-10-31\nResources: { T: { Type: AWS::Serverless::SimpleTable } }\n";
  expect(statusOf(state, open(state, "untitled:s", sam))).toMatchObject({ kind: "sam", tables: 1 });
  expect(statusOf(state, "untitled:s").detail).toMatch(/lies in no workspace folder\.$/);
  expect(statusOf(state, open(state, "file:///w/x.yaml", "a: 1\n"))).toEqual({
    kind: "none",
    detail: "It has no Resources section.",
    tables: 0,
    findings: 0,
  });
});
