import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  createProtocolConnection,
  type InitializeResult,
  IPCMessageReader,
  IPCMessageWriter,
} from "vscode-languageserver-protocol/node";
import { bundledServer } from "./bundle.ts";
import { PULL, PUSH, startClient } from "./client.ts";
import { TABLE } from "./state.ts";

const server = bundledServer();

async function run(args: readonly string[], input: string) {
  const child = spawn(process.execPath, [server.program, ...args]);
  let told = "";
  child.stderr.on("data", (chunk: Buffer) => {
    told += chunk.toString();
  });
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [code] = await once(child, "close");
  return { code, told };
}

describe("a session", () => {
  it("tells a client that pulls that it may", async () => {
    const { initialized } = await startClient({ program: server.program, capabilities: PULL });
    expect(initialized.serverInfo?.name).toBe("ddblint");
    expect(initialized.capabilities).toEqual({
      positionEncoding: "utf-16",
      textDocumentSync: { openClose: true, change: 2 },
      codeActionProvider: { codeActionKinds: ["quickfix", "source.fixAll.ddblint"], resolveProvider: true },
      hoverProvider: true,
      diagnosticProvider: { identifier: "ddblint", interFileDependencies: true, workspaceDiagnostics: false },
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    });
  });

  it("tells a client that does not pull nothing about it", async () => {
    const { initialized } = await startClient({ program: server.program, capabilities: PUSH });
    expect(initialized.capabilities.diagnosticProvider).toBeUndefined();
    expect(initialized.capabilities.codeActionProvider).toMatchObject({ resolveProvider: false });
  });

  it("serves a client that can do nothing", async () => {
    const client = await startClient({ program: server.program, capabilities: {} });
    client.open("file:///nowhere/a.yaml", TABLE);
    const diagnostics = await client.diagnostics("file:///nowhere/a.yaml");
    expect(diagnostics.length).toBeGreaterThan(0);
    const all = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
    expect(await client.actions("file:///nowhere/a.yaml", all)).toEqual([]);
    const hover = await client.hover("file:///nowhere/a.yaml", 1, 4);
    expect(hover?.contents).toMatchObject({ kind: "plaintext" });
    expect(client.registered).toEqual([]);
  });

  it("ends with 0 after shutdown and exit, and with 1 without a shutdown", async () => {
    const polite = await startClient({ program: server.program });
    polite.open("file:///nowhere/a.yaml", TABLE);
    expect(await polite.shutdown()).toBe(0);
    const rude = await startClient({ program: server.program });
    const exited = once(rude.child, "exit");
    await rude.connection.sendNotification("exit");
    expect((await exited)[0]).toBe(1);
  });

  it("ends when its client is gone", async () => {
    expect((await run(["--stdio"], "")).code).toBe(1);
  });

  it("survives a message that is no JSON, and a method that nobody has", async () => {
    const client = await startClient({ program: server.program });
    client.child.stdin?.write("Content-Length: 5\r\n\r\n{oops");
    await expect(client.connection.sendRequest("ddblint/nonsense", {})).rejects.toThrow(/nonsense/);
    client.open("file:///nowhere/a.yaml", TABLE);
    expect((await client.diagnostics("file:///nowhere/a.yaml")).length).toBeGreaterThan(0);
  });

  it("starts by itself where an editor forks it", async () => {
    const child = fork(server.program, ["--node-ipc", `--clientProcessId=${process.pid}`]);
    onTestFinished(() => void child.kill());
    const exited = once(child, "exit");
    const connection = createProtocolConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    connection.listen();
    const { serverInfo } = await connection.sendRequest<InitializeResult>("initialize", {
      processId: process.pid,
      rootUri: null,
      capabilities: {},
      workspaceFolders: null,
    });
    expect(serverInfo?.name).toBe("ddblint");
    await connection.sendRequest("shutdown");
    await connection.sendNotification("exit");
    expect((await exited)[0]).toBe(0);
  });

  it("says how it is started when it is started otherwise", async () => {
    const { code, told } = await run([], "");
    expect(code).toBe(2);
    expect(told).toBe("ddblint: the language server speaks LSP; start it with --stdio or --node-ipc\n");
  });
});
