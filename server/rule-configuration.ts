import { type Configuration, ruleValuesOf } from "../core/lint/configuration.ts";
import type { FileConfiguration } from "../core/lint/configuration-file.ts";
import { type Inputs, NO_INPUTS } from "../core/template/template.ts";
import type { Settings } from "./settings.ts";

/** What a `.ddblint.yaml` says goes before the editor's settings. */
export function ruleConfiguration(settings: Settings, file: FileConfiguration, today: string): Configuration {
  return {
    profile: file.profile ?? settings.profile,
    rules: new Map([...settings.rules, ...file.rules]),
    inlineSuppressions: true,
    values: ruleValuesOf(file),
    today,
  };
}

const known = new Map<string, Inputs>();

/** What a configuration says about the world outside its templates. Equal configurations give the same object. */
export function inputsOf({ parameters, region, account }: FileConfiguration): Inputs {
  if (parameters.size === 0 && region === undefined && account === undefined) return NO_INPUTS;
  const key = JSON.stringify([[...parameters], region, account]);
  let inputs = known.get(key);
  if (!inputs) {
    inputs = {
      parameters,
      ...(region !== undefined && { region }),
      ...(account !== undefined && { account }),
    };
    if (known.size > 1000) known.clear();
    known.set(key, inputs);
  }
  return inputs;
}
