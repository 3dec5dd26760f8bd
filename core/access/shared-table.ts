import { type ArnText, couldBeService, splitArn, tableNameOf } from "../iam/arn.ts";
import { indexByArn, near } from "../iam/arn-index.ts";
import { surelyOverlap } from "../iam/arn-match.ts";
import type { Statement } from "../iam/statements.ts";
import { perObject } from "../lazy.ts";
import type { Project } from "../model/project.ts";
import { resourceArns } from "./grants.ts";

/** Do both speak of one table, or of what belongs to it? Whoever reads an index or a stream reads the table's items. */
export function shareTable(project: Project, a: Statement, b: Statement): boolean {
  const others = tableArns(project)(b);
  return tableArns(project)(a).all.some(({ arn }) => near(others, arn).some((other) => surelyOverlap(arn, other.arn)));
}

const tableArns = perObject((project: Project) =>
  perObject((statement: Statement) =>
    indexByArn(
      resourceArns(project, statement).flatMap(({ arn }) =>
        arn && couldBeService(arn, "dynamodb") !== false ? [{ arn: anywhere(arn) }] : [],
      ),
    ),
  ),
);

/** The ARN up to the table's name, in any account and region where those are not written out; the whole of it where it is no table's. */
const anywhere = perObject((arn: ArnText): ArnText => {
  const parts = splitArn(arn);
  const name = parts && tableNameOf(arn);
  if (!parts || !name) return arn;
  const { partition, service, region, account } = parts;
  const where = [partition, service, region, account].map((part) =>
    part.every((piece) => typeof piece === "string") ? part.join("") : "*",
  );
  return ["arn:", where.join(":"), ":table/", ...name];
});
