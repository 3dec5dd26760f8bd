import { get, getPath, items, propertiesOf, type Setting, text } from "../evaluate/setting.ts";
import { piecesOf } from "../evaluate/value.ts";
import type { ArnText } from "../iam/arn.ts";
import { arnCovers } from "../iam/arn-match.ts";
import { perObject } from "../lazy.ts";
import { arnOf } from "../model/arns.ts";
import type { Project } from "../model/project.ts";
import type { Table } from "../model/tables.ts";
import { inOwnPartition } from "./own-resource.ts";

interface Selection {
  role: Setting;
  resources: readonly ArnText[];
}

/** The AWS Backup selections in view, as far as they name resources. */
const selectionsOf = perObject((project: Project): readonly Selection[] =>
  project.templates.flatMap((template) =>
    [...template.resources.values()].flatMap((resource) => {
      if (resource.type !== "AWS::Backup::BackupSelection") return [];
      return propertiesOf(template, resource)
        .flatMap((each) => get(each, "BackupSelection"))
        .flatMap((selection) => {
          const resources = getPath(selection, "Resources")
            .flatMap(items)
            .flatMap(({ value }) => {
              const arn = arnOf(project, template, value);
              return arn ? [arn] : [];
            });
          return get(selection, "IamRoleArn")
            .filter(({ value }) => value.kind !== "absent")
            .map((role) => ({ role, resources }));
        });
    }),
  ),
);

/** The roles with which selections in view surely back the table up. */
export function backupRolesOf(project: Project, table: Table): readonly Setting[] {
  const selections = selectionsOf(project);
  if (selections.length === 0) return [];
  const arn = arnOf(project, table.template, { kind: "reference", id: table.resource.id, attribute: "Arn" });
  return arn
    ? selections
        .filter(({ resources }) => resources.some((each) => arnCovers(inOwnPartition(each), arn) === true))
        .map(({ role }) => role)
    : [];
}

/** How messages call a role that a selection names. */
export function roleInWords(role: Setting): string {
  const { value } = role;
  if (value.kind === "reference") return `"${value.id}"`;
  const last = text(role) ?? (piecesOf(value) ?? []).filter((piece) => typeof piece === "string").join("");
  return `"${last.replace(/^.*[/:]/s, "")}"`;
}
