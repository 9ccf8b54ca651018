// Reads objects as JSON, one a line, and writes for each a JSON list of what its schema refuses.
//
// The validators of the packages beside this file name the fields that they know by looking for
// them. What an object has and nobody looked for is a field that an API server would drop.

import { readFileSync } from "node:fs";

const PACKAGES = {
  "acme.cert-manager.io": "cert-manager",
  "argoproj.io": "argo-workflows",
  "caching.internal.knative.dev": "knative",
  "cert-manager.io": "cert-manager",
  "extensions.istio.io": "istio",
  "helm.toolkit.fluxcd.io": "flux-cd",
  "image.toolkit.fluxcd.io": "flux-cd",
  "kustomize.toolkit.fluxcd.io": "flux-cd",
  "monitoring.coreos.com": "prometheus-operator",
  "networking.istio.io": "istio",
  "operator.knative.dev": "knative",
  "serving.knative.dev": "knative",
  "sinks.knative.dev": "knative",
  "source.toolkit.fluxcd.io": "flux-cd",
  "sources.knative.dev": "knative",
};
const ROLLOUTS = ["AnalysisRun", "AnalysisTemplate", "ClusterAnalysisTemplate", "Experiment", "Rollout"];

async function modelOf(apiVersion, kind) {
  const group = apiVersion.split("/")[0];
  const name = ROLLOUTS.includes(kind) ? "argo-rollouts" : PACKAGES[group];
  const module = await import(`@kubernetes-models/${name}/${apiVersion}/${kind}`);
  return module[kind];
}

// An object that notes which of its keys are asked for, and whether all of them are.
function watched(value, path, seen) {
  if (value === null || typeof value !== "object") {
    return value;
  }
  const inner = Array.isArray(value) ? [] : {};
  for (const key of Object.keys(value)) {
    const step = Array.isArray(value) ? `[${key}]` : `.${key}`;
    inner[key] = watched(value[key], path + step, seen);
  }
  if (Array.isArray(value)) {
    return inner;
  }
  const asked = new Set();
  const note = { path, keys: Object.keys(value), asked, isOpen: false };
  seen.push(note);
  return new Proxy(inner, {
    get(target, key) {
      asked.add(key);
      return target[key];
    },
    ownKeys(target) {
      note.isOpen = true;
      return Reflect.ownKeys(target);
    },
  });
}

function unknown(seen) {
  const faults = [];
  for (const { path, keys, asked, isOpen } of seen) {
    if (!isOpen && asked.size > 0) {
      faults.push(...keys.filter((it) => !asked.has(it)).map((it) => `${path}.${it} is unknown`));
    }
  }
  return faults;
}

for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const data = JSON.parse(line);
  const Model = await modelOf(data.apiVersion, data.kind);
  const faults = [];
  try {
    new Model(data).validate();
  } catch (error) {
    faults.push(error.message);
  }
  const seen = [];
  const model = new Model({ ...data, metadata: undefined, spec: undefined });
  Object.assign(model, { metadata: data.metadata, spec: watched(data.spec, "spec", seen) });
  try {
    model.validate();
  } catch {
    // It was said above.
  }
  console.log(JSON.stringify([...faults, ...unknown(seen)]));
}
