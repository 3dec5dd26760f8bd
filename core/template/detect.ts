/** Why a text is taken for a template, or not: shown by the command that explains it. */
export type Detection = { template: true; reason: string } | { template: false; reason: string };

/** Texts beyond this many UTF-16 units are not read: CloudFormation takes 1 MB at most. */
export const MAX_TEMPLATE_LENGTH = 5_000_000;

const TYPE = /(?:^|[\s,{])["']?Type["']?\s*:\s*["']?(?:AWS::[A-Za-z0-9]+::|Custom::|Alexa::ASK::)/m;

/**
 * Tells by content, without parsing, whether a text is a CloudFormation or SAM template. The first line may say it outright:
 * `# ddblint: template` or `# ddblint: not-a-template`.
 */
export function detectTemplate(text: string): Detection {
  const pragma = /^#\s*ddblint:\s*(template|not-a-template)\s*$/m.exec(text.slice(0, 200));
  if (pragma) return { template: pragma[1] === "template", reason: `its first lines say "ddblint: ${pragma[1]}"` };
  if (/(?:^|[\s,{])["']?AWSTemplateFormatVersion["']?\s*:/m.test(text))
    return { template: true, reason: "it has AWSTemplateFormatVersion" };
  if (/(?:^|[\s,{])["']?Transform["']?\s*:[\s\S]{0,200}?AWS::(?:Serverless-|LanguageExtensions)/m.test(text)) {
    return { template: true, reason: "it has an AWS Transform" };
  }
  if (!/(?:^|[\s,{])["']?Resources["']?\s*:/m.test(text))
    return { template: false, reason: "it has no Resources section" };
  if (TYPE.test(text)) return { template: true, reason: "it has Resources of AWS types" };
  return { template: false, reason: "its Resources have no AWS types" };
}
