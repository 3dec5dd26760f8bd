import { describe, expect, it, vi } from "vitest";
import type { Diagnostic } from "vscode-languageserver-protocol/node";
import { bundledServer } from "./bundle.ts";
import { PULL, rangeOfText, startClient } from "./client.ts";
import { RECOVERY, TABLE } from "./state.ts";

const server = bundledServer();
const URI = "untitled:Untitled-1";

const FIXED = `${TABLE}      PointInTimeRecoverySpecification:
        PointInTimeRecoveryEnabled: true
`;

const codes = (diagnostics: readonly Diagnostic[]) => diagnostics.map(({ code }) => code);
const hasRecovery = (diagnostics: readonly Diagnostic[]) => codes(diagnostics).includes(RECOVERY);
const recovery = (diagnostics: readonly Diagnostic[]) => diagnostics.find(({ code }) => code === RECOVERY);

describe("pushed diagnostics", () => {
  it("stand exactly where the property belongs, and follow the text", async () => {
    const client = await startClient({ program: server.program });
    client.open(URI, TABLE);
    expect(recovery(await client.diagnostics(URI))?.range).toEqual({
      start: { line: 1, character: 2 },
      end: { line: 1, character: 8 },
    });
    const start = { line: 0, character: 0 };
    const text = client.change(URI, { range: { start, end: start }, text: "# 😀 ✓\r\n\r\n" });
    expect(recovery(await client.diagnostics(URI))?.range).toEqual(rangeOfText(text, "Orders"));
  });

  it("count UTF-16 units", async () => {
    const client = await startClient({ program: server.program });
    const text = `Resources: { "😀": { Type: "AWS::SNS::Topic" }, "Tisch😀": { Type: "AWS::DynamoDB::Table" } }\n`;
    client.open(URI, text);
    const found = recovery(await client.diagnostics(URI));
    expect(found?.range).toEqual(rangeOfText(text, '"Tisch😀"'));
    expect(found?.range.end.character).toBe(text.indexOf('"Tisch😀"') + 9);
  });

  it("come and go with incremental edits", async () => {
    const client = await startClient({ program: server.program });
    client.open(URI, TABLE);
    expect(hasRecovery(await client.diagnostics(URI))).toBe(true);
    const end = { line: 10, character: 0 };
    expect(client.change(URI, { range: { start: end, end }, text: FIXED.slice(TABLE.length) })).toBe(FIXED);
    expect(hasRecovery(await client.diagnostics(URI))).toBe(false);
    const flag = rangeOfText(FIXED, "PointInTimeRecoveryEnabled: true");
    client.change(URI, { range: flag, text: "PointInTimeRecoveryEnabled: false" });
    expect(recovery(await client.diagnostics(URI))?.range).toEqual({
      start: { line: 11, character: 36 },
      end: { line: 11, character: 41 },
    });
  });

  it("are those of the last of many quick edits, and are not published for each", async () => {
    const client = await startClient({ program: server.program });
    client.open(URI, TABLE);
    for (let turn = 0; turn < 300; turn++) {
      const end = { line: 10 + turn, character: 0 };
      client.change(URI, { range: { start: end, end }, text: turn % 2 ? "# comment\n" : "   : [ half typed {{\n" });
    }
    client.change(URI, { text: FIXED });
    const diagnostics = await client.diagnostics(URI);
    expect(hasRecovery(diagnostics)).toBe(false);
    const versions = client.published.map(({ version }) => version ?? 0);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(versions.length).toBeLessThan(100);
  });

  it("say of a broken text that it is broken, and nothing else", async () => {
    const client = await startClient({ program: server.program });
    client.open(URI, TABLE);
    await client.diagnostics(URI);
    client.change(URI, { text: `${TABLE}      Tags: [{ Key: a\n  Next: {\n` });
    const [broken, ...others] = await client.diagnostics(URI);
    expect(broken?.code).toBe("template-unreadable");
    expect(broken?.severity).toBe(1);
    expect(others).toEqual([]);
    client.change(URI, { text: FIXED });
    expect(codes(await client.diagnostics(URI))).not.toContain("template-unreadable");
  });

  it("are cleared when the document closes", async () => {
    const client = await startClient({ program: server.program });
    client.open(URI, TABLE);
    await client.diagnostics(URI);
    client.close(URI);
    await vi.waitFor(() => expect(client.published.at(-1)).toEqual({ uri: URI, diagnostics: [] }));
  });

  it("are cleared when the document stops being a template", async () => {
    const client = await startClient({ program: server.program });
    client.open(URI, TABLE);
    await client.diagnostics(URI);
    client.change(URI, { text: "jobs: {}\n" });
    expect(await client.diagnostics(URI)).toEqual([]);
  });

  it("are never sent for what is no template", async () => {
    const client = await startClient({ program: server.program });
    client.open("untitled:jobs", "jobs: {}\n");
    client.change("untitled:jobs", { text: "jobs: { a: 1 }\n" });
    client.open(URI, TABLE);
    await client.diagnostics(URI);
    client.close("untitled:jobs");
    expect(await client.status("untitled:jobs")).toMatchObject({ kind: "none" });
    expect(new Set(client.published.map(({ uri }) => uri))).toEqual(new Set([URI]));
  });

  it("survive changes of documents that are not open, and ranges that are not there", async () => {
    const client = await startClient({ program: server.program });
    const far = { line: 9_999, character: 9_999 };
    await client.connection.sendNotification("textDocument/didChange", {
      textDocument: { uri: "untitled:never", version: 2 },
      contentChanges: [{ text: TABLE }],
    });
    client.open(URI, TABLE);
    client.change(URI, { range: { start: far, end: far }, text: "# at the end\n" });
    expect(hasRecovery(await client.diagnostics(URI))).toBe(true);
    expect(await client.actions(URI, { start: far, end: far }, { only: ["quickfix"] })).toEqual([]);
    expect(await client.hover(URI, 9_999, 9_999)).toBeNull();
  });
});

describe("pulled diagnostics", () => {
  it("are full at first, unchanged with the id of equal ones, full again after a change", async () => {
    const client = await startClient({ program: server.program, capabilities: PULL });
    client.open(URI, TABLE);
    const first = await client.pull(URI);
    if (first.kind !== "full" || first.resultId === undefined) throw new Error("expected a full report with an id");
    expect(hasRecovery(first.items)).toBe(true);
    expect(await client.pull(URI, first.resultId)).toEqual({ kind: "unchanged", resultId: first.resultId });
    client.change(URI, { text: `${TABLE}# a comment\n` });
    expect(await client.pull(URI, first.resultId)).toMatchObject({ kind: "unchanged" });
    client.change(URI, { text: FIXED });
    const last = await client.pull(URI, first.resultId);
    expect(last.kind === "full" && hasRecovery(last.items)).toBe(false);
    expect(client.published).toEqual([]);
  });

  it("are empty for what is no template or not open", async () => {
    const client = await startClient({ program: server.program, capabilities: PULL });
    client.open(URI, "jobs: {}\n");
    expect(await client.pulled(URI)).toEqual([]);
    expect(await client.pulled("untitled:never")).toEqual([]);
  });

  it("are not made any more when the client cancels", async () => {
    const client = await startClient({ program: server.program, capabilities: PULL });
    const { CancellationTokenSource, LSPErrorCodes } = await import("vscode-languageserver-protocol/node");
    client.open(URI, TABLE);
    await client.pulled(URI);
    const source = new CancellationTokenSource();
    const params = { textDocument: { uri: URI } };
    const pending = client.connection.sendRequest("textDocument/diagnostic", params, source.token);
    source.cancel();
    await expect(pending).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
    expect(hasRecovery(await client.pulled(URI))).toBe(true);
  });
});

describe("settings", () => {
  it("change severities, rules and the profile while documents are open", async () => {
    const client = await startClient({ program: server.program });
    client.open(URI, TABLE);
    expect(recovery(await client.diagnostics(URI, hasRecovery))?.severity).toBe(2);
    client.configure({ rules: { [RECOVERY]: "error" } });
    await client.diagnostics(URI, (found) => recovery(found)?.severity === 1);
    client.configure({ rules: { [RECOVERY]: "off" } });
    await client.diagnostics(URI, (found) => !hasRecovery(found));
    client.configure({ profile: "strict" });
    await client.diagnostics(URI, (found) => codes(found).includes("table-not-customer-managed-key"));
    client.configure({ enable: false });
    await client.diagnostics(URI, (found) => found.length === 0);
    expect(await client.status(URI)).toMatchObject({ kind: "none", detail: "The setting ddblint.enable is off." });
    client.configure({ enable: true });
    await client.diagnostics(URI, hasRecovery);
  });

  it("make a client that pulls ask again", async () => {
    const client = await startClient({ program: server.program, capabilities: PULL });
    client.open(URI, TABLE);
    expect(hasRecovery(await client.pulled(URI))).toBe(true);
    client.configure({ rules: { [RECOVERY]: "off" } });
    await vi.waitFor(() => expect(client.refreshes()).toBe(1));
    expect(hasRecovery(await client.pulled(URI))).toBe(false);
    expect(await client.status(URI)).toMatchObject({ kind: "cloudformation" });
    expect(client.refreshes()).toBe(1);
  });

  it("that are wrong are ignored, with a line for each", async () => {
    const settings = { profile: "loud", rules: { nonsense: "error", [RECOVERY]: "error" } };
    const client = await startClient({ program: server.program, settings });
    client.open(URI, TABLE);
    expect(recovery(await client.diagnostics(URI, hasRecovery))?.severity).toBe(1);
    expect(client.logged.filter((line) => line.includes("ddblint."))).toHaveLength(2);
  });

  it("are taken from the start where the client cannot be asked", async () => {
    const client = await startClient({
      program: server.program,
      capabilities: {},
      initializationOptions: { ddblint: { rules: { [RECOVERY]: "error" } } },
    });
    client.open(URI, TABLE);
    expect(recovery(await client.diagnostics(URI))?.severity).toBe(1);
    await client.connection.sendNotification("workspace/didChangeConfiguration", {
      settings: { ddblint: { rules: { [RECOVERY]: "off" } } },
    });
    await client.diagnostics(URI, (found) => !hasRecovery(found));
  });
});
