import { describe, expect, it, vi } from "vitest";
import { configurations } from "../../server/configurations.ts";
import { createIndexer } from "../../server/index-files.ts";
import { memoryFiles } from "./memory-files.ts";
import { TABLE, testState } from "./state.ts";

const ROOT = "file:///w";

function indexing(texts: Record<string, string>, limits?: Parameters<typeof createIndexer>[3]) {
  const files = memoryFiles(texts);
  const state = testState();
  state.configurations = configurations(files, [], state.log);
  const onIndexed = vi.fn();
  const indexer = createIndexer(state, files, onIndexed, limits);
  const paths = () => [...(state.indexes.get(ROOT)?.files.values() ?? [])].map((file) => file.path).sort();
  const settled = async (times: number) => vi.waitFor(() => expect(onIndexed).toHaveBeenCalledTimes(times));
  return { files, state, indexer, onIndexed, paths, settled };
}

describe("the indexer", () => {
  it("does nothing before it is asked, and the work once", async () => {
    const { files, indexer, paths, settled } = indexing({ "/w/a.yaml": TABLE });
    indexer.changed([`${ROOT}/a.yaml`]);
    expect(files.reads).toEqual([]);
    indexer.ensure(ROOT);
    indexer.ensure(ROOT);
    await settled(1);
    expect(paths()).toEqual(["a.yaml"]);
    expect(files.reads.filter((uri) => uri.endsWith("a.yaml"))).toHaveLength(1);
  });

  it("has read the templates before it shows them", async () => {
    const { state, indexer, settled } = indexing({ "/w/a.yaml": TABLE });
    indexer.ensure(ROOT);
    await settled(1);
    expect(state.indexes.get(ROOT)?.files.get(`${ROOT}/a.yaml`)?.read).toBeDefined();
  });

  it("follows files that come, change and go", async () => {
    const { files, indexer, paths, settled, state } = indexing({ "/w/a.yaml": TABLE, "/w/sub/b.yaml": TABLE });
    indexer.ensure(ROOT);
    await settled(1);
    files.texts.set(`${ROOT}/new.yaml`, TABLE);
    indexer.changed([`${ROOT}/new.yaml`]);
    await settled(2);
    expect(paths()).toEqual(["a.yaml", "new.yaml", "sub/b.yaml"]);
    files.texts.set(`${ROOT}/a.yaml`, `# changed\n${TABLE}`);
    indexer.changed([`${ROOT}/a.yaml`]);
    await settled(3);
    expect(state.indexes.get(ROOT)?.files.get(`${ROOT}/a.yaml`)?.text).toMatch(/^# changed/);
    files.texts.set(`${ROOT}/a.yaml`, "no: template\n");
    files.texts.delete(`${ROOT}/sub/b.yaml`);
    // A folder that is removed is told of by its own name alone.
    indexer.changed([`${ROOT}/a.yaml`, `${ROOT}/sub`]);
    await settled(4);
    expect(paths()).toEqual(["new.yaml"]);
  });

  it("looks anew where an ignore file, a manifest or a configuration changes", async () => {
    const { files, indexer, paths, settled } = indexing({ "/w/.git/HEAD": "", "/w/a.yaml": TABLE, "/w/b.yaml": TABLE });
    indexer.ensure(ROOT);
    await settled(1);
    files.texts.set(`${ROOT}/.gitignore`, "b.yaml\n");
    indexer.changed([`${ROOT}/.gitignore`]);
    await settled(2);
    expect(paths()).toEqual(["a.yaml"]);
    files.texts.set(`${ROOT}/b.yaml`, `${TABLE}# changed\n`);
    files.texts.set(`${ROOT}/c.yaml`, TABLE);
    indexer.changed([`${ROOT}/b.yaml`, `${ROOT}/c.yaml`]);
    await settled(3);
    expect(paths()).toEqual(["a.yaml", "c.yaml"]);
  });

  it("keeps what it has read of files that are the same", async () => {
    const { state, indexer, settled } = indexing({ "/w/a.yaml": TABLE });
    indexer.ensure(ROOT);
    await settled(1);
    const before = state.indexes.get(ROOT)?.files.get(`${ROOT}/a.yaml`);
    indexer.restart();
    await settled(2);
    expect(state.indexes.get(ROOT)?.files.get(`${ROOT}/a.yaml`)).toBe(before);
  });

  it("says when there are more templates than it keeps", async () => {
    const { DEFAULT_LIMITS } = await import("../../server/scan.ts");
    const texts = { "/w/a.yaml": TABLE, "/w/b.yaml": TABLE };
    const { state, indexer, paths, settled } = indexing(texts, { ...DEFAULT_LIMITS, templates: 1 });
    indexer.ensure(ROOT);
    await settled(1);
    expect(paths()).toEqual(["a.yaml"]);
    expect(state.lines).toEqual([`${ROOT}: the folder has more templates than are kept.`]);
  });

  it("stops, and forgets, when a folder goes", async () => {
    const { state, indexer, onIndexed, files } = indexing({ "/w/a.yaml": TABLE, "/w/b.yaml": TABLE });
    indexer.ensure(ROOT);
    indexer.keep([]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(onIndexed).not.toHaveBeenCalled();
    expect(state.indexes.size).toBe(0);
    expect(files.reads.filter((uri) => uri.endsWith("b.yaml"))).toEqual([]);
    expect(state.lines).toEqual([]);
  });
});
