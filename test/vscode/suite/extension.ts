import * as assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Api } from "../../../client/extension.ts";

/** The extension under test. */
export function extension(): vscode.Extension<Api> {
  const found = vscode.extensions.getExtension<Api>("ddblint.ddblint");
  assert.ok(found, "the extension is not installed");
  return found;
}
